//! What is broken, in every form.

use insta::assert_snapshot;
use serde_json::{Value, json};
use wiremock::Mock;
use wiremock::matchers::{path, query_param};

use crate::fake::{Fake, issue, json_of};
use crate::support::World;

#[test]
fn a_list_shows_the_worst_first() {
    let world = World::with_issues();
    assert_snapshot!(world.run(&["list"]).shown());
    assert_snapshot!("wide", world.run(&["ls", "-A", "-o", "wide"]).shown());
    assert_snapshot!("empty", world.run(&["list", "-n", "team-c"]).shown());
}

#[test]
fn filters_are_flags_or_one_query() {
    let world = World::with_issues();
    let names = |arguments: &[&str]| {
        let template = "jsonpath={.data[*].scope.resourceName}";
        world.run(&[&["list", "-o", template], arguments].concat()).fine()
    };
    for (arguments, expected) in [
        (&[][..], "shop cart till"),
        (&["-n", "team-b"], "till"),
        (&["-n", "team-b", "-A"], "shop cart till"),
        (&["-s", "critical,minor"], "shop till"),
        (&["-t", "test"], "till"),
        (&["-l", "component=cart"], "cart"),
        (&["--component", "cart", "--component", "till"], "cart till"),
        (&["severity:critical component:shop older:2d"], "shop"),
        (&["severity:critical", "component:cart"], ""),
        (&["of", "cart"], "cart"),
        (&["resource:component/till"], "till"),
        (&["--since", "1h"], ""),
        (&["--state", "resolved"], ""),
        (&["--limit", "1"], "shop"),
        (&["namespace:team-b type:test"], "till"),
        (&["severity:critical component:s* older:2d"], "shop"),
        (&["component:*a*,till"], "cart till"),
        (&["--component", "s*", "--application", "st*re"], "shop"),
        (&["resource:component/*t"], "cart"),
        (&["-l", "component=c*,component=t*"], "cart till"),
        (&["component:nothing-*"], ""),
        (&["cluster:*"], "shop cart till"),
    ] {
        assert_eq!(names(arguments), expected, "{arguments:?}");
    }
}

#[test]
fn a_pattern_is_all_that_fits_it_or_is_refused() {
    let world = World::with_issues();
    let gate = |query: &str| world.run(&["status", query, "--fail-on", "info"]).code;
    assert_eq!((gate("component:*r*"), gate("component:x*")), (1, 0));
    assert_eq!(world.run(&["causes", "component:nothing*", "-o", "name"]).fine(), "");
    world.run(&["resolve", "cart"]).fine();
    let resolved = world.run(&["status", "component:c*", "-o", "jsonpath={.summary.total.resolved}"]);
    assert_eq!(resolved.fine(), "1", "what is over fits, too");
    let watched = world.run(&["list", "--watch", "component:s*"]);
    assert!(watched.code == 2 && watched.words.contains("a list cannot be followed by a pattern"), "{watched:?}");
    let many: Vec<_> = (0..1_000).map(|_| issue("It failed", json!({}))).collect();
    let fake = Fake::start();
    let endless = json!({"data": many, "total": 20_000, "limit": 1_000, "offset": 0, "nextCursor": "next"});
    fake.answer("/issues", endless);
    let ran = fake.run(&["list", "component:s*"]);
    assert!(ran.code == 2 && ran.words.contains("more than 10000 issues would have to be looked at"), "{ran:?}");
}

#[test]
fn the_short_key_of_a_cause_is_enough() {
    let world = World::with_issues();
    let key = world.run(&["causes", "-n", "team-a", "-o", "name"]).fine();
    for query in [&["--cause", &key[..11]][..], &[&format!("cause:{}", &key[..11])], &["--cause", key.trim()]] {
        let counted = world.run(&[&["list", "-n", "team-a", "-o", "jsonpath={.total}"], query].concat());
        assert_eq!(counted.fine(), "2", "{query:?}");
    }
    assert_eq!(world.run(&["list", "--cause", "f1-0123", "-o", "name"]).fine(), "");
}

#[test]
fn more_than_a_page_is_listed_and_what_is_left_out_is_said() {
    let world = World::start();
    let reports: Vec<_> = (0..1_200)
        .map(|number| {
            serde_json::from_value(json!({
                "verdict": "failing", "namespace": "team-a", "issueType": "build", "severity": "major",
                "scope": {"resourceType": "component", "resourceName": format!("shop-{number}")},
                "title": "It failed", "description": "x", "occurredAt": "2020-02-03T04:05:06Z", "runId": "1"
            }))
            .unwrap()
        })
        .collect();
    world.wait(world.client.send_reports(&reports)).unwrap();
    let ran = world.run(&["list"]);
    assert_eq!(ran.data.lines().count(), 1_001);
    let words = "1000 issues (1000 major) of 1200 in all namespaces; --limit 0 shows all";
    assert!(ran.words.contains(words), "{ran:?}");
    for form in ["json", "yaml", "name", "csv", "jsonpath={.total}"] {
        let ran = world.run(&["list", "-o", form]);
        assert!(ran.words.contains(words), "{form}: {}", ran.words);
    }
    assert_eq!(world.run(&["list", "--limit", "0", "-o", "name"]).fine().lines().count(), 1_200);
    let last = world.id_of("shop-0 ");
    let short = &last[last.len() - 12..];
    assert!(world.run(&["get", short]).fine().contains("component/shop-0 "), "found on the second page");
}

#[test]
fn where_nobody_counted_to_the_end_more_than_that_many_are_told() {
    let fake = Fake::start();
    let part = json!({
        "data": [issue("It failed", json!({}))], "total": 7, "totalIsLowerBound": true, "limit": 1, "offset": 0,
        "nextCursor": "next",
    });
    fake.answer("/issues", part);
    let ran = fake.run(&["list", "--limit", "1", "-o", "json"]);
    assert!(ran.words.contains("1 issue (1 major) of more than 7 in all namespaces"), "{ran:?}");
    let told: Value = serde_json::from_str(&ran.fine()).unwrap();
    assert_eq!((&told["total"], &told["totalIsLowerBound"]), (&json!(7), &json!(true)));
}

#[test]
fn data_comes_as_programs_want_it() {
    let world = World::with_issues();
    let page: Value = serde_json::from_str(&world.run(&["list", "-o", "json"]).fine()).unwrap();
    assert_eq!((page["total"].as_u64(), page["data"].as_array().map(Vec::len)), (Some(3), Some(3)));
    let yaml: Value = yaml_serde::from_str(&world.run(&["list", "-o", "yaml"]).fine()).unwrap();
    assert_eq!(yaml, page);
    let names = world.run(&["list", "-o", "name"]).fine();
    assert!(names.lines().all(|line| line.starts_with("issue/")) && names.lines().count() == 3, "{names}");
    for name in names.lines() {
        world.run(&["get", name]).fine();
    }
    world.report(json!({"component": "sheet", "title": "=1+1,\"x\""}));
    assert_snapshot!(world.run(&["list", "-o", "csv"]).shown());
}

#[test]
fn an_issue_is_found_by_every_name() {
    let world = World::with_issues();
    let id = world.id_of("cart");
    for name in [&id, &id[id.len() - 8..], &id[id.len() - 4..], "component/cart", "cart", &format!("issue/{id}")] {
        let found: Value = serde_json::from_str(&world.run(&["get", name, "-o", "json"]).fine()).unwrap();
        assert_eq!(found["id"], json!(id), "{name}");
    }
    assert_snapshot!("get", world.run(&["get", "cart"]).shown());
    assert_snapshot!("get_nothing", world.run(&["get", "component/nothing", "-n", "team-a"]).shown());
    assert_snapshot!("get_no_name", world.run(&["get", "/"]).shown());
    world.report(json!({"component": "cart", "variant": "push/main", "title": "Another"}));
    let both: Value = serde_json::from_str(&world.run(&["get", "cart", "-o", "json"]).fine()).unwrap();
    assert_eq!(both["data"].as_array().map(Vec::len), Some(2));
    assert_snapshot!("ambiguous", world.run(&["resolve", "cart"]).shown());
}

#[test]
fn an_issue_is_described_with_its_history() {
    let world = World::start();
    let links = json!([{"title": "Logs", "url": "https://ci.example.com/1/log"}]);
    world.report(json!({"component": "shop", "links": links, "description": "first line\nsecond line"}));
    world.run(&["resolve", "shop", "--reason", "a new linker"]).fine();
    world.report(json!({"component": "shop", "links": links, "occurredAt": "2020-02-03T04:05:07Z", "runId": "run-2"}));
    assert_snapshot!("describe", world.run(&["describe", "shop"]).shown());
    assert_snapshot!("logs", world.run(&["logs", "shop"]).shown());
    let page = world.run(&["open", "shop", "--print"]).fine();
    assert_eq!(page.trim(), format!("{}/issues/{}", world.url, world.id_of("shop")));
}

#[test]
fn a_resource_whose_name_looks_like_digits_is_found() {
    let world = World::start();
    world.report(json!({"component": "facade"}));
    assert!(world.run(&["get", "facade"]).fine().contains("component/facade"));
    assert_eq!(world.run(&["get", "issue/facade"]).code, 1);
}

#[test]
fn an_issue_is_described_with_who_else_has_the_same_failure_whatever_it_is_called_by() {
    let world = World::start();
    for component in ["shop", "cart"] {
        world.report(json!({"component": component, "cause": "cve/CVE-2024-1234"}));
    }
    let id = world.id_of("shop");
    for name in [&id, &id[id.len() - 8..], "component/shop", "shop"] {
        let told = world.run(&["describe", name]).fine();
        assert!(told.contains("Same failure:  1 more"), "{name}: {told}");
    }
}

#[test]
fn the_status_of_a_namespace_gates_a_release() {
    let world = World::with_issues();
    assert_snapshot!("status", world.run(&["status"]).shown());
    for (arguments, code) in [
        (&["--fail-on", "critical"][..], 1),
        (&["--fail-on", "critical", "-n", "team-b"], 0),
        (&["--fail-on", "minor", "-n", "team-b"], 1),
        (&["--fail-on", "info", "component:nothing"], 0),
        (&["--fail-on", "major", "-o", "json"], 1),
    ] {
        assert_eq!(world.run(&[&["status"], arguments].concat()).code, code, "{arguments:?}");
    }
    world.run(&["resolve", "till"]).fine();
    assert_snapshot!("status_fine", world.run(&["status", "-n", "team-b", "--fail-on", "info"]).shown());
}

#[test]
fn the_status_counts_24_hours_whatever_else_is_asked_for() {
    let fake = Fake::start();
    let summary = json!({"namespace": null, "total": {"active": 7, "resolved": 0}, "bySeverity": {}, "byType": {},
        "byApplication": {}, "resolvedLast24h": 2, "overdue": 0, "dueSoon": 0});
    fake.answer("/issues/summary", summary);
    let counted = |total: u64| json_of(json!({"data": [], "total": total, "limit": 1, "offset": 0}));
    let since = |age: &str| Mock::given(path("/api/v1/issues")).and(query_param("detectedFrom", age));
    fake.mount(since("24h").respond_with(counted(3)));
    fake.mount(since("7d").respond_with(counted(5)));
    fake.mount(since("1h").respond_with(counted(1)));
    let broke = |age: &str| fake.run(&["status", "--since", age, "-o", "jsonpath={.brokenInLast24h}"]).fine();
    assert_eq!((broke("7d"), broke("1h")), ("3".to_owned(), "1".to_owned()));
    let ran = fake.run(&["status", "--state", "all"]);
    assert!(ran.code == 2 && ran.words.contains("of what is broken now"), "{ran:?}");
}

#[test]
fn a_watched_list_without_a_terminal_is_a_line_for_each_change() {
    use std::io::{BufRead as _, BufReader};
    let world = World::with_issues();
    let mut child = world.kite().args(["list", "--watch"]).stdout(std::process::Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert_eq!(lines.by_ref().take(4).last().map(|line| line.contains("component/till")), Some(true));
    world.run(&["resolve", "cart"]).fine();
    let line = lines.next().unwrap();
    assert!(line.contains("resolved_by") && line.contains("component/cart"), "{line}");
    world.report(json!({"component": "new", "title": "Build of new failed"}));
    let line = lines.next().unwrap();
    assert!(line.contains("first_failure") && line.contains("Build of new failed"), "{line}");
    child.kill().unwrap();
    child.wait().unwrap();
}
