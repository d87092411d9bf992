//! Texts that want to control a terminal or a spreadsheet, as no KITE gives them but another server may.

use serde_json::{Value, json};

use wiremock::Mock;
use wiremock::matchers::{any, method, path};

use crate::fake::{Fake, ID, issue, json_of, page};

/// A bell, C1 controls, a direction that is turned around, a cleared screen, a title that is never closed.
const HOSTILE: &str = "\u{7}\u{9b}31mred\u{202e}txt.exe\u{1b}[2J \u{1b}]0;owned";

fn is_harmless(text: &str) -> bool {
    !text.chars().any(|c| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c))
}

/// A server whose every word is hostile.
fn hostile() -> Fake {
    let fake = Fake::start();
    let link = json!({"id": ID, "title": HOSTILE, "url": format!("https://x/{HOSTILE}"), "issueId": ID});
    let diagnosis = json!({
        "class": HOSTILE, "summary": HOSTILE, "remedy": HOSTILE, "task": HOSTILE, "step": HOSTILE,
        "message": HOSTILE,
        "excerpt": format!("{HOSTILE}\n{HOSTILE}"),
    });
    let more = json!({
        "description": format!("{HOSTILE}\n{HOSTILE}"), "links": [link], "diagnosis": diagnosis, "reason": HOSTILE,
        "cluster": HOSTILE, "variant": HOSTILE, "labels": {"application": HOSTILE, HOSTILE: HOSTILE}, "cause": HOSTILE,
    });
    let one = issue(HOSTILE, more);
    let time = "2020-01-01T00:00:00Z";
    let change = json!({"id": "1", "at": time, "reason": HOSTILE, "by": HOSTILE, "note": HOSTILE});
    let episode = json!({
        "number": 1, "startedAt": time, "endedAt": time, "count": 1, "endReason": HOSTILE, "endedBy": HOSTILE,
    });
    fake.answer("/issues", page(&[one.clone(), issue("the next one", json!({}))]));
    let count = json!({"active": 2, "resolved": 0});
    let summary = json!({
        "total": count, "bySeverity": {HOSTILE: count}, "byType": {HOSTILE: count}, "byApplication": {HOSTILE: count},
        "resolvedLast24h": 0, "overdue": 0, "dueSoon": 0,
    });
    fake.answer("/issues/summary", summary);
    hostile_causes(&fake, time);
    hostile_trends(&fake, time);
    fake.answer(&format!("/issues/{ID}"), one.clone());
    fake.answer(&format!("/issues/{ID}/resolve"), one);
    fake.answer(&format!("/issues/{ID}/history"), json!({"issueId": ID, "changes": [change], "episodes": [episode]}));
    fake
}

fn hostile_causes(fake: &Fake, time: &str) {
    let example = issue(HOSTILE, json!({}));
    let cause = json!({
        "key": HOSTILE, "title": HOSTILE, "example": example, "state": "ACTIVE", "severity": "major", "issues": 1,
        "namespaces": 1, "components": 1, "blastRadius": 4, "firstSeenAt": time, "lastSeenAt": time, "overdue": 0,
        "hidden": {"issues": 1, "namespaces": 1},
    });
    fake.answer("/causes", json!({"data": [cause], "total": 1, "isComplete": true, "limit": 50}));
    let reason = json!({"reason": HOSTILE, "remedy": HOSTILE, "issues": 1, "components": 1, "examples": [example]});
    let details = json!({
        "cause": cause, "movement": "steady", "activeYesterday": 1, "byReason": [reason],
        "byNamespace": [{"namespace": HOSTILE, "issues": 1, "components": 1}], "days": [], "isComplete": true,
        "suspicions": [{"what": HOSTILE, "value": HOSTILE, "elsewhere": 0, "others": 7}],
    });
    fake.answer("/causes/hostile", details);
    let decision = json!({
        "namespace": HOSTILE, "cause": HOSTILE, "into": format!("{HOSTILE}!"), "decidedBy": HOSTILE, "decidedAt": time,
    });
    fake.mount(
        Mock::given(method("GET"))
            .and(path("/api/v1/cause-decisions"))
            .respond_with(json_of(json!({"data": [decision]}))),
    );
    fake.mount(Mock::given(method("POST")).and(path("/api/v1/cause-decisions")).respond_with(json_of(decision)));
}

fn hostile_trends(fake: &Fake, time: &str) {
    let source = json!({
        "kind": "api", "name": HOSTILE, "cluster": HOSTILE, "namespace": HOSTILE, "version": HOSTILE,
        "firstHeardAt": time, "lastHeardAt": time, "reports": 7, "isSilent": true,
    });
    fake.answer("/sources", json!({"data": [source], "isComplete": true}));
    let component = json!({
        "namespace": HOSTILE, "application": HOSTILE, "component": HOSTILE, "activeSeconds": 1, "episodes": 1,
    });
    let trends = json!({
        "days": [{"date": HOSTILE, "opened": 1, "resolved": 1, "activeAtEnd": 1}], "meanTimeToRecoverySeconds": null,
        "components": [component], "flapping": [{"issue": issue(HOSTILE, json!({})), "component": HOSTILE, "episodes": 1}],
        "isComplete": true,
    });
    fake.answer("/trends", trends);
}

#[test]
fn hostile_texts_reach_the_terminal_harmless() {
    let fake = hostile();
    for arguments in [
        &["list"][..],
        &["list", "-o", "wide"],
        &["list", "-o", "json"],
        &["list", "-o", "yaml"],
        &["list", "-o", "csv"],
        &["list", "-o", "jsonpath={..title}{.data[*]}"],
        &["get", ID],
        &["describe", ID],
        &["logs", ID],
        &["resolve", ID],
        &["status"],
        &["causes"],
        &["causes", "-o", "wide"],
        &["causes", "-o", "name"],
        &["causes", "-o", "csv"],
        &["cause", "show", "hostile"],
        &["cause", "show", "hostile", "-o", "name"],
        &["cause", "merge", "hostile", "known/other", "-n", "team-a"],
        &["cause", "split", ID, "--into", "known/other"],
        &["cause", "decisions"],
        &["explain", ID],
        &["history", ID],
        &["sources"],
        &["trends"],
    ] {
        let ran = fake.run(arguments);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(is_harmless(&ran.data) && is_harmless(&ran.words), "{arguments:?}: {ran:?}");
    }
}

#[test]
fn a_hostile_text_hides_no_other() {
    let fake = hostile();
    for form in ["table", "wide", "json", "yaml", "csv", "jsonpath={.data[*].title}"] {
        let told = fake.run(&["list", "-o", form]).fine();
        assert!(told.contains("the next one"), "{form}: {told}");
    }
    let ran = fake.run(&["resolve", "shop"]);
    assert!(ran.code == 2 && ran.words.contains("the next one"), "{ran:?}");
    let described = fake.run(&["describe", ID]).fine();
    assert!(described.contains("Links:") && described.contains("History:"), "{described}");
}

#[test]
fn data_in_json_is_what_the_server_said() {
    let told: Value = serde_json::from_str(&hostile().run(&["list", "-o", "json"]).fine()).unwrap();
    assert_eq!(told["data"][0]["title"], json!(HOSTILE));
}

#[test]
fn no_colour_hides_a_formula() {
    let title = "\u{1b}[0m=1+1";
    let fake = Fake::with(&[issue(title, json!({"labels": {"application": title, "component": title}}))]);
    let told = fake.run(&["list", "-o", "csv"]).fine();
    assert_eq!(told.matches("'=1+1").count(), 3, "{told}");
    assert_eq!(told.matches("=1+1").count(), 3, "{told}");
}

#[test]
fn what_a_server_says_of_a_mistake_is_harmless() {
    let fake = Fake::start();
    let problem = json!({"error": "e", "message": format!("{HOSTILE} at the end"), "detail": HOSTILE});
    let answer = wiremock::ResponseTemplate::new(400).set_body_json(problem);
    fake.mount(Mock::given(any()).respond_with(answer));
    let ran = fake.run(&["list"]);
    assert!(ran.code == 2 && is_harmless(&ran.words), "{ran:?}");
}
