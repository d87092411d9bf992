//! `/api/v1/reports`: many reports at once.

use axum::Json;
use axum::extract::State;
use kite_api::{BatchResponse, Report};
use serde_json::Value;

use super::parameters::InNamespace;
use crate::app::App;
use crate::input::body::{BATCH, Format, Posted};
use crate::input::json::{self, Sent};
use crate::input::{Agent, Asking, Delivery};
use crate::problem::Problem;
use crate::use_cases::reports::take_in;

const MOST_REPORTS: usize = 1000;

/// Takes in reports, each on its own: a wrong one does not spoil the others. Without any, it only
/// hears that the source is still there.
#[utoipa::path(post, path = "/api/v1/reports", tag = "reports", params(InNamespace),
    request_body(description = "At most 1,000 reports", content((Vec<Report> = "application/json"), (Report = "application/x-ndjson"))),
    responses((status = 200, description = "One result per report, in order", body = BatchResponse)))]
pub async fn take_in_reports(
    State(app): State<App>,
    asking: Asking,
    agent: Agent,
    delivery: Delivery,
    posted: Posted<BATCH>,
) -> Result<Json<BatchResponse>, Problem> {
    let items = read(posted.format, &posted.bytes)?;
    let results = take_in(&app, &asking, &agent, &delivery, items).await?;
    Ok(Json(BatchResponse { results }))
}

/// The reports of a body.
pub fn read(format: Format, bytes: &[u8]) -> Result<Vec<Sent<Report>>, Problem> {
    let items = match format {
        Format::Json => array(bytes)?,
        Format::JsonLines => lines(bytes)?,
        Format::Nothing => return Err(Problem::Unreadable("the body is missing".to_owned())),
    };
    if items.len() > MOST_REPORTS {
        return Err(Problem::TooLarge(format!("the body holds more than {MOST_REPORTS} reports")));
    }
    Ok(items)
}

/// The reports of an array. Only when one of them has a wrong type each is looked at alone.
fn array(bytes: &[u8]) -> Result<Vec<Sent<Report>>, Problem> {
    if let Ok(reports) = serde_json::from_slice::<Vec<Report>>(bytes) {
        return Ok(reports.into_iter().map(Sent::from).collect());
    }
    match json::value(bytes)? {
        Value::Array(items) => Ok(items.into_iter().map(json::typed).collect()),
        _ => Err(Problem::Unreadable("the body must be an array of reports".to_owned())),
    }
}

/// The reports of a body with one in each line.
fn lines(bytes: &[u8]) -> Result<Vec<Sent<Report>>, Problem> {
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    lines.map(|(index, line)| json::parse(line).map_err(|problem| in_line(index, &problem))).collect()
}

fn in_line(index: usize, problem: &Problem) -> Problem {
    Problem::Unreadable(format!("in line {} of the body: {problem}", index + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_type_in_one_report_leaves_the_others_alone() {
        let items = array(br#"[{"title": "a"}, {"title": 5}, 7, {"title": "b"}]"#).unwrap();
        let wrong: Vec<_> = items.into_iter().map(|item| item.check(Ok).err()).collect();
        assert_eq!(wrong.iter().map(Option::is_some).collect::<Vec<_>>(), [false, true, true, false]);
        assert_eq!(wrong[1].as_ref().unwrap()[0].field, "title");
    }

    #[test]
    fn lines_may_be_blank_and_an_unreadable_one_is_named() {
        let items = lines(b"{\"title\": \"a\"}\r\n\n  \n{\"title\": 5}\n").unwrap();
        assert_eq!(items.into_iter().map(|item| item.check(Ok).is_ok()).collect::<Vec<_>>(), [true, false]);
        let problem = lines(b"{}\n{\"title\":").unwrap_err();
        assert!(problem.to_string().starts_with("in line 2 of the body:"), "{problem}");
    }

    #[test]
    fn anything_but_an_array_is_unreadable() {
        for body in [&b"{}"[..], b"null", b"[", b"[{]", b""] {
            assert!(matches!(array(body), Err(Problem::Unreadable(_))), "{body:?}");
        }
    }
}
