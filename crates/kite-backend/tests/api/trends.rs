//! What was broken when.

use jiff::Timestamp;
use kite_backend::clock::Clock;
use serde_json::{Value, json};

use crate::support::{Service, healthy, report, with};

/// A service on the 10th of January, in which two components failed and one of them came back.
async fn service() -> Service {
    let now: Timestamp = "2026-01-10T12:00:00Z".parse().unwrap();
    let service = Service::with_clock(Clock::showing(move || now)).await;
    let failed = |component: &str, day: &str, severity: &str| {
        let labels = json!({"application": "shop", "component": component});
        let time = format!("2026-01-{day}:00:00Z");
        with(report(component), json!({"occurredAt": time, "severity": severity, "labels": labels}))
    };
    let recovered =
        |component: &str, day: &str| with(healthy(component), json!({"occurredAt": format!("2026-01-{day}:00:00Z")}));
    let reports = [
        failed("cart", "03T10", "critical"),
        recovered("cart", "03T14"),
        failed("cart", "08T10", "critical"),
        recovered("cart", "09T12"),
        failed("cart", "10T11", "critical"),
        failed("till", "08T00", "minor"),
    ];
    for report in reports {
        let answer = service.post("/api/v1/reports", &json!([report])).await.expect(200);
        assert_ne!(answer["results"][0]["result"], "rejected", "{answer}");
    }
    service
}

/// `opened/resolved/active worst` of the last days.
fn days(trends: &Value, last: usize) -> Vec<String> {
    let days = trends["days"].as_array().unwrap();
    let told = days[days.len() - last..].iter().map(|day| {
        let worst = day["worst"].as_str().unwrap_or("-");
        format!(
            "{} {}/{}/{} {worst}",
            day["date"].as_str().unwrap(),
            day["opened"],
            day["resolved"],
            day["activeAtEnd"]
        )
    });
    told.collect()
}

#[tokio::test]
async fn every_day_tells_what_began_what_ended_and_what_went_on() {
    let service = service().await;
    let trends = service.get("/api/v1/trends").await.expect(200);
    assert_eq!(trends["days"].as_array().unwrap().len(), 14);
    assert_eq!(
        days(&trends, 4),
        ["2026-01-07 0/0/0 -", "2026-01-08 2/0/2 critical", "2026-01-09 0/1/1 critical", "2026-01-10 1/0/2 critical"]
    );
    assert_eq!(trends["meanTimeToRecoverySeconds"], (4 + 26) * 3600 / 2);
    assert_eq!(trends["isComplete"], true);
    let components: Vec<_> = trends["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["component"].as_str().unwrap(), one["activeSeconds"].as_u64().unwrap() / 3600))
        .collect();
    assert_eq!(components, [("till", 60), ("cart", 4 + 26 + 1)]);
    let flapping = trends["flapping"].as_array().unwrap();
    assert_eq!(flapping.len(), 1, "once is no flapping");
    assert_eq!((&flapping[0]["component"], &flapping[0]["episodes"]), (&json!("cart"), &json!(3)));
    assert_eq!(flapping[0]["issue"]["title"], "the build of cart failed");
    insta::assert_json_snapshot!(flapping[0], { ".issue.id" => "[id]", ".issue.scopeId" => "[id]", ".issue.scope.id" => "[id]" });
}

#[tokio::test]
async fn filters_and_days_are_those_of_the_question() {
    let service = service().await;
    let minor = service.get("/api/v1/trends?severity=minor&days=30").await.expect(200);
    assert_eq!(minor["days"].as_array().unwrap().len(), 30);
    assert_eq!(days(&minor, 3), ["2026-01-08 1/0/1 minor", "2026-01-09 0/0/1 minor", "2026-01-10 0/0/1 minor"]);
    assert_eq!((&minor["meanTimeToRecoverySeconds"], &minor["flapping"]), (&json!(null), &json!([])));
    let elsewhere = service.get("/api/v1/trends?namespace=team-z&days=90").await.expect(200);
    assert_eq!((elsewhere["days"].as_array().unwrap().len(), &elsewhere["components"]), (90, &json!([])));
    for query in ["days=7", "days=14&days=30", "days=x", "severity=huge"] {
        service.get(&format!("/api/v1/trends?{query}")).await.expect(400);
    }
}
