//! What issues have in common, over HTTP.

use jiff::Timestamp;
use kite_backend::clock::Clock;
use serde_json::{Value, json};

use crate::support::{Service, healthy, report, with};

const CVE: &str = "/api/v1/causes/cve%2FCVE-2024-1234";

/// A service on the 10th of January that was told of a CVE which three components have for two reasons.
async fn service() -> Service {
    let now: Timestamp = "2026-01-10T12:00:00Z".parse().unwrap();
    let service = Service::with_clock(Clock::showing(move || now)).await;
    let stuck = |component: &str, day: &str, reason: &str, due: Value| {
        with(
            report(component),
            json!({
                "issueType": "dependency", "cause": "cve/CVE-2024-1234", "reason": reason, "dueAt": due,
                "occurredAt": format!("2026-01-{day}:00:00Z"),
                "labels": {"application": "shop", "component": component},
            }),
        )
    };
    let other = with(report("mailer"), json!({"cause": "dependency/shared-lib@2.1", "severity": "critical"}));
    let reports = [
        stuck("cart", "03T10", "TokenExpired", json!("2026-01-09T00:00:00Z")),
        stuck("till", "08T10", "VersionConflict", json!("2026-02-01T00:00:00Z")),
        stuck("search", "10T10", "TokenExpired", Value::Null),
        other,
        report("nobody-knows-why"),
    ];
    tell(&service, &json!(reports)).await;
    service
}

async fn tell(service: &Service, reports: &Value) {
    let answer = service.post("/api/v1/reports", reports).await.expect(200);
    assert!(!answer.to_string().contains("rejected"), "{answer}");
}

async fn keys(service: &Service, query: &str) -> Vec<String> {
    let list = service.get(&format!("/api/v1/causes{query}")).await.expect(200);
    let data = list["data"].as_array().unwrap();
    assert!(list["total"].as_u64().unwrap() >= data.len() as u64);
    data.iter().map(|cause| cause["key"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn causes_come_with_what_is_late_first_and_then_what_reaches_furthest() {
    let service = service().await;
    let (cve, library) = ("cve/CVE-2024-1234", "dependency/shared-lib@2.1");
    assert_eq!(keys(&service, "").await, [cve, library]);
    assert_eq!(keys(&service, "?severity=critical").await, [library]);
    assert_eq!(keys(&service, "?application=shop&issueType=dependency").await, [cve]);
    assert_eq!(keys(&service, "?search=mailer").await, [library]);
    assert_eq!(keys(&service, "?namespace=team-z").await, [""; 0]);
    assert_eq!(keys(&service, "?state=RESOLVED").await, [""; 0]);
    let first = service.get("/api/v1/causes?limit=1").await.expect(200);
    assert_eq!((&first["total"], &first["isComplete"], &first["limit"]), (&json!(2), &json!(true), &json!(1)));
    let next = format!("?limit=1&cursor={}", first["nextCursor"].as_str().unwrap());
    assert_eq!(keys(&service, &next).await, [library]);
    for wrong in ["?state=ACTIVE,RESOLVED", "?cursor=x", "?limit=0", "?severity=huge"] {
        service.get(&format!("/api/v1/causes{wrong}")).await.expect(400);
    }
}

#[tokio::test]
async fn a_cause_tells_its_issues_by_reason_and_by_namespace_and_how_it_goes() {
    let service = service().await;
    let told = service.get(CVE).await.expect(200);
    insta::assert_json_snapshot!(told, {
        ".cause.example.id" => "[id]", ".cause.example.scopeId" => "[id]", ".cause.example.scope.id" => "[id]",
        ".byReason[].examples[].id" => "[id]", ".byReason[].examples[].scopeId" => "[id]",
        ".byReason[].examples[].scope.id" => "[id]",
    });
    let listed = service.get("/api/v1/issues?cause=cve%2FCVE-2024-1234").await.expect(200);
    assert_eq!(listed["total"], 3);
    let one = service.get(&format!("/api/v1/issues/{}", listed["data"][0]["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(one["sameCause"], json!({"others": 2, "namespaces": 1, "hidden": {"issues": 0, "namespaces": 0}}));
}

#[tokio::test]
async fn a_cause_shrinks_as_its_issues_recover_is_over_with_the_last_and_comes_back() {
    let service = service().await;
    let recovered = |component: &str, time: &str| with(healthy(component), json!({"occurredAt": time}));
    let standing = async || {
        let told = service.get(CVE).await.expect(200);
        let cause = &told["cause"];
        (cause["state"].as_str().unwrap().to_owned(), cause["issues"].as_u64().unwrap(), told["movement"].clone())
    };
    assert_eq!(standing().await, ("ACTIVE".to_owned(), 3, json!("spreading")));
    tell(&service, &json!([recovered("cart", "2026-01-10T10:30:00Z")])).await;
    tell(&service, &json!([recovered("search", "2026-01-10T11:00:00Z")])).await;
    assert_eq!(standing().await, ("ACTIVE".to_owned(), 1, json!("shrinking")));
    tell(&service, &json!([recovered("till", "2026-01-10T11:30:00Z")])).await;
    assert_eq!(standing().await, ("RESOLVED".to_owned(), 3, json!("shrinking")));
    assert_eq!(keys(&service, "").await, ["dependency/shared-lib@2.1"]);
    assert_eq!(keys(&service, "?state=RESOLVED").await, ["cve/CVE-2024-1234"]);
    let back = json!({"cause": "cve/CVE-2024-1234", "issueType": "dependency", "occurredAt": "2026-01-10T11:45:00Z"});
    tell(&service, &json!([with(report("till"), back)])).await;
    assert_eq!(standing().await.0, "ACTIVE");
}

#[tokio::test]
async fn a_key_that_nothing_can_have_is_no_cause() {
    let service = service().await;
    let long = "x".repeat(513);
    for key in ["%00", "nobody", "a%0Ab", long.as_str(), "cve"] {
        let answer = service.get(&format!("/api/v1/causes/{key}")).await;
        assert_eq!(answer.expect(404)["message"], "there is no such cause", "{key}");
    }
}

#[tokio::test]
async fn what_all_affected_have_in_common_and_others_have_not_is_suspected() {
    let service = service().await;
    let of = |component: &str, cause: &str, image: &str| {
        let labels = json!({"component": component, "image": image, "branch": "main"});
        with(report(component), json!({"cause": cause, "labels": labels}))
    };
    let affected = ["a", "b", "c"].map(|component| of(component, "base/image", "sha256:1"));
    let others = (0..20).map(|number| of(&format!("other-{number}"), "another", &format!("sha256:9{number}")));
    tell(&service, &json!(affected.into_iter().chain(others).collect::<Vec<_>>())).await;
    let told = service.get("/api/v1/causes/base%2Fimage").await.expect(200);
    let suspected = json!([{"what": "image", "value": "sha256:1", "elsewhere": 0, "others": 25}]);
    assert_eq!(told["suspicions"], suspected);
    assert_eq!(service.get("/api/v1/causes/another").await.expect(200)["suspicions"], Value::Null);
}

#[tokio::test]
async fn what_is_due_is_counted_and_found() {
    let service = service().await;
    let summary = service.get("/api/v1/issues/summary").await.expect(200);
    assert_eq!((&summary["overdue"], &summary["dueSoon"]), (&json!(1), &json!(0)));
    let later = service.get("/api/v1/issues?dueBefore=2026-03-01T00:00:00Z").await.expect(200);
    assert_eq!(later["total"], 2);
    assert_eq!(service.get("/api/v1/issues?dueBefore=now").await.expect(200)["total"], 1);
    assert_eq!(service.get("/api/v1/causes?dueBefore=now").await.expect(200)["total"], 1);
}

#[tokio::test]
async fn a_diagnosis_is_cleaned_and_bounded_and_speaks_for_its_cause() {
    let service = service().await;
    let log = format!("\u{1b}[31mpassword=hunter2hunter2 refused\u{1b}[0m\n{}", "line\n".repeat(50));
    let diagnosis = json!({
        "class": "registry_auth", "summary": "The token of the registry\u{1b}[0m has expired", "remedy": "Renew it",
        "confidence": "high", "excerpt": log,
    });
    let cause = json!({"cause": "registry/token", "diagnosis": diagnosis});
    let answer = service.post("/api/v1/reports", &json!([with(report("api"), cause)])).await.expect(200);
    let result = &answer["results"][0];
    assert!(result["warnings"].to_string().contains("diagnosis.excerpt"), "{answer}");
    let issue = service.get(&format!("/api/v1/issues/{}", result["issueId"].as_str().unwrap())).await.expect(200);
    let excerpt = issue["diagnosis"]["excerpt"].as_str().unwrap();
    assert_eq!(excerpt.lines().count(), 20);
    assert!(!excerpt.contains("hunter2") && !excerpt.contains('\u{1b}'), "{excerpt}");
    let told = service.get("/api/v1/causes/registry%2Ftoken").await.expect(200);
    assert_eq!(told["cause"]["title"], "The token of the registry has expired");
    assert_eq!(told["byReason"][0]["reason"], "The token of the registry has expired");
    assert_eq!(told["byReason"][0]["remedy"], "Renew it");
    let wrong = with(report("api"), json!({"diagnosis": {"confidence": "sure"}}));
    let answer = service.post("/api/v1/reports", &json!([wrong])).await.expect(200);
    assert_eq!(answer["results"][0]["errors"][0]["field"], "diagnosis.confidence");
}

const DECISIONS: &str = "/api/v1/cause-decisions";

#[tokio::test]
async fn a_decision_about_no_issue_of_the_cause_in_the_namespace_is_none() {
    let service = Service::start().await;
    let of = |component: &str, more: Value| with(report(component), more);
    let reports = [
        of("one", json!({"cause": "shared"})),
        of("foreign", json!({"cause": "shared", "namespace": "team-b"})),
        of("deleted", json!({"cause": "shared"})),
        of("other", json!({"cause": "another"})),
        of("nobody-knows-why", json!({})),
    ];
    let answer = service.post("/api/v1/reports", &json!(reports)).await.expect(200);
    let id = |index: usize| answer["results"][index]["issueId"].clone();
    service.delete(&format!("/api/v1/issues/{}", id(2).as_str().unwrap())).await.expect(204);
    let nobody = json!("01890000-0000-7000-8000-000000000000");
    let decision = |issues: &[Value]| json!({"namespace": "team-a", "cause": "shared", "issues": issues});
    for none in [id(1), id(2), id(3), id(4), nobody.clone()] {
        let told = service.post(DECISIONS, &decision(std::slice::from_ref(&none))).await.expect(404);
        assert_eq!(told["message"], "there is no such issue", "{none}");
    }
    let some = service.post(DECISIONS, &decision(&[id(1), id(0), nobody])).await.expect(200);
    assert_eq!(some["issues"], json!([id(0)]), "those that are meant, and no others");
}

#[tokio::test]
async fn a_namespace_full_of_decisions_takes_no_more_but_takes_them_back() {
    let service = Service::start().await;
    let reports: Vec<_> =
        (0..1_001).map(|number| with(report(&format!("part-{number}")), json!({"cause": "shared"}))).collect();
    let mut ids = Vec::new();
    for some in reports.chunks(200) {
        let answer = service.post("/api/v1/reports", &json!(some)).await.expect(200);
        ids.extend(answer["results"].as_array().unwrap().iter().map(|result| result["issueId"].clone()));
    }
    let decide = async |cause: &str, into: &str, issues: &[Value]| {
        let decision = json!({"namespace": "team-a", "cause": cause, "into": into, "issues": issues});
        service.post(DECISIONS, &decision).await
    };
    for some in ids[..1_000].chunks(200) {
        decide("shared", "apart", some).await.expect(200);
    }
    decide("shared", "apart", &ids[1_000..]).await.expect(409);
    decide("shared", "apart", &[]).await.expect(409);
    decide("apart", "once/more", &ids[..1]).await.expect(200);
    decide("once/more", "once/more", &ids[..1]).await.expect(200);
    decide("shared", "apart", &ids[1_000..]).await.expect(200);
}
