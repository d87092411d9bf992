//! Reports: what a source says, one by one through a webhook or many at once.

use kite_api::{BatchResponse, Report, ReportResult, WebhookResponse};
use reqwest::Method;
use serde_json::Value;

use crate::{Client, ClientError};

/// KITE reads up to 4 MiB of one batch.
const BATCH_BYTES: usize = 3 * 1024 * 1024;
const BATCH_REPORTS: usize = 1000;

impl Client {
    /// Sends reports, in as few batches as KITE takes; gives one result per report, in order.
    ///
    /// After an error some of the batches may have been stored. Sending everything again is
    /// harmless for reports with a `runId` or `occurredAt`.
    pub async fn send_reports(&self, reports: &[Report]) -> Result<Vec<ReportResult>, ClientError> {
        let mut results = Vec::with_capacity(reports.len());
        for batch in batches(reports)? {
            let first = results.len();
            let answer = self.send_batch(batch).await?;
            results.extend(
                answer.results.into_iter().map(|result| ReportResult { index: first + result.index, ..result }),
            );
        }
        Ok(results)
    }

    /// Says that the caller is still there, with nothing to report: for one namespace, or for all.
    pub async fn say_alive(&self, namespace: Option<&str>) -> Result<(), ClientError> {
        let request = self.request(Method::POST, &["reports"]);
        let request = request.with_parameters(namespace.map(|namespace| ("namespace", namespace)));
        request.with_body(Batch::new().close().json).send().await.map(drop)
    }

    /// Sends a payload to the webhook of that name.
    pub async fn webhook(&self, name: &str, payload: &Value) -> Result<WebhookResponse, ClientError> {
        let request = self.request(Method::POST, &["webhooks", name]);
        request.counted_once().with_json(payload)?.fetch().await
    }

    async fn send_batch(&self, batch: Batch) -> Result<BatchResponse, ClientError> {
        let request = self.request(Method::POST, &["reports"]).counted_once();
        let answer: BatchResponse = request.with_body(batch.json).fetch().await?;
        if answer.results.len() == batch.count {
            return Ok(answer);
        }
        Err(ClientError::Protocol {
            status: 200,
            detail: format!("{} results for {} reports", answer.results.len(), batch.count),
        })
    }
}

/// A JSON array of reports.
struct Batch {
    json: Vec<u8>,
    count: usize,
}

impl Batch {
    fn new() -> Self {
        Self { json: vec![b'['], count: 0 }
    }

    fn has_room_for(&self, report: &[u8]) -> bool {
        let size = self.json.len() + report.len() + 1;
        self.count == 0 || (self.count < BATCH_REPORTS && size <= BATCH_BYTES)
    }

    fn push(&mut self, report: &[u8]) {
        if self.count > 0 {
            self.json.push(b',');
        }
        self.json.extend_from_slice(report);
        self.count += 1;
    }

    fn close(mut self) -> Self {
        self.json.push(b']');
        self
    }
}

fn batches(reports: &[Report]) -> Result<Vec<Batch>, ClientError> {
    let mut full = Vec::new();
    let mut open = Batch::new();
    for report in reports {
        let json = serde_json::to_vec(report).map_err(|error| ClientError::Settings {
            what: "the report",
            value: error.to_string(),
            source: None,
        })?;
        if !open.has_room_for(&json) {
            full.push(std::mem::replace(&mut open, Batch::new()).close());
        }
        open.push(&json);
    }
    if open.count > 0 {
        full.push(open.close());
    }
    Ok(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(description: &str) -> Report {
        Report { description: Some(description.to_owned()), ..Report::default() }
    }

    fn parsed(batch: &Batch) -> Vec<Report> {
        serde_json::from_slice(&batch.json).unwrap()
    }

    #[test]
    fn batches_hold_all_reports_in_order() {
        let reports: Vec<_> = (0..2500).map(|n| report(&n.to_string())).collect();
        let batches = batches(&reports).unwrap();
        let sizes: Vec<_> = batches.iter().map(|batch| batch.count).collect();
        assert_eq!(sizes, [1000, 1000, 500]);
        let together: Vec<_> = batches.iter().flat_map(parsed).collect();
        assert_eq!(together, reports);
    }

    #[test]
    fn batches_stay_within_what_the_server_reads() {
        let reports = vec![report(&"x".repeat(1024 * 1024)); 5];
        let batches = batches(&reports).unwrap();
        assert!(batches.iter().all(|batch| batch.json.len() <= BATCH_BYTES));
        assert_eq!(batches.iter().flat_map(parsed).count(), 5);
    }

    #[test]
    fn no_reports_make_no_request() {
        assert!(batches(&[]).unwrap().is_empty());
    }
}
