//! Why issues share a cause.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::fake::{Fake, ID, issue, page};
use crate::support::World;

const FINGERPRINT: &str = "f1-0c5b2a9d8e7f6a5b4c3d2e1f0a9b8c7d";

fn unreachable(world: &World, component: &str, more: &Value) {
    let description = format!("curl: (6) Could not resolve host: {component}-4.example.com");
    let mut report = json!({"component": component, "title": "It failed", "description": description});
    report.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    world.report(report);
}

#[test]
fn the_words_of_a_failure_are_kept_or_masked() {
    let world = World::start();
    unreachable(&world, "shop", &json!({}));
    unreachable(&world, "cart", &json!({}));
    let by_issue = world.run(&["explain", "shop"]);
    assert_snapshot!("words", by_issue.shown());
    let key = world.run(&["causes", "-o", "name"]).fine().trim().to_owned();
    for name in [&key, &key[..11]] {
        let by_key = world.run(&["explain", name]).fine();
        assert!(by_key.starts_with(&key) && by_key.contains("made of the same has this cause"), "{by_key}");
    }
    world.run(&["resolve", "shop"]).fine();
    world.run(&["resolve", "cart"]).fine();
    world.run(&["explain", &key]).fine();
    assert_eq!(world.run(&["explain", "f1-0123"]).code, 1);
    assert_eq!(world.run(&["explain", "nothing"]).code, 1);
}

#[test]
fn whoever_gave_a_cause_its_key_is_named() {
    let world = World::start();
    unreachable(&world, "shop", &json!({"cause": "known/registry"}));
    unreachable(&world, "cart", &json!({}));
    unreachable(&world, "till", &json!({}));
    world.report(json!({"component": "odd", "description": "nobody knows"}));
    let says_little = json!({"class": "compile", "message": "error 3"});
    world.report(json!({"component": "short", "diagnosis": says_little}));
    world.run(&["cause", "split", "cart"]).fine();
    for (name, said) in [
        ("shop", "The cause has a name: a source gave it, or people did. By its words alone it would be f1-"),
        ("known/registry", "The cause has a name"),
        ("cart", "People have split it off as a cause of its own. By its words alone it would be f1-"),
        ("till", "made of the same has this cause"),
        ("odd", "KITE does not know why it failed"),
        ("short", "too few words that tell it from others"),
    ] {
        let told = world.run(&["explain", name]).fine();
        assert!(told.contains(said), "{name}: {told}");
    }
    let other = FINGERPRINT;
    let id = world.id_of("till");
    let merge = kite_api::DecideCause {
        namespace: Some("team-a".to_owned()),
        cause: Some(world.run(&["get", "till", "-o", "jsonpath={.cause}"]).fine()),
        issues: Some(vec![id]),
        into: Some(other.to_owned()),
    };
    world.wait(world.client.decide_cause(&merge)).unwrap();
    let told = world.run(&["explain", other]).fine();
    assert!(told.contains("People have put it down to this cause. By its words alone it would be f1-"), "{told}");
}

#[test]
fn who_may_not_read_logs_is_told_so() {
    let fake = Fake::start();
    let diagnosis = json!({"class": "network", "step": "build", "summary": "The name of a host did not resolve."});
    let one = issue("It failed", json!({"cause": FINGERPRINT, "diagnosis": diagnosis}));
    fake.answer("/issues", page(std::slice::from_ref(&one)));
    fake.answer(&format!("/issues/{ID}"), one);
    let access = |may: bool| json!({"user": "jane", "groups": [], "namespace": "team-a", "may": {"readLogs": may}});
    fake.answer("/access", access(false));
    let ran = fake.run(&["explain", ID]);
    assert_snapshot!("no_logs", ran.shown());

    let named = issue("It failed", json!({"cause": "cve/CVE-2024-1234", "diagnosis": {"class": "network"}}));
    let fake = Fake::with(std::slice::from_ref(&named));
    fake.answer(&format!("/issues/{ID}"), named);
    assert!(fake.run(&["explain", ID]).fine().contains("The cause has a name"));
}
