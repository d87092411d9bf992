//! What issues have in common: two stories from beginning to end, and each command.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::fake::Fake;
use crate::support::World;

const CVE: &str = "cve/CVE-2024-1234";

/// Reports that a step of a team could not reach the registry.
fn unreachable(world: &World, namespace: &str, component: &str) {
    let host = format!("curl: (6) Could not resolve host: registry-{}.example.com", component.len());
    let title = format!("Build of {component} failed");
    world.report(json!({"namespace": namespace, "component": component, "title": title, "description": host}));
}

/// The key of the only cause that somebody sees.
fn only_key(world: &World, who: &str) -> String {
    world.run_as(who, &["causes", "-A", "-o", "name"]).fine().trim_end().to_owned()
}

#[test]
fn several_teams_find_out_that_they_have_one_cause_and_that_its_fix_helped_all() {
    let world = World::with_people();
    for (namespace, component) in [
        ("team-a", "shop"),
        ("team-a", "cart"),
        ("team-b", "till"),
        ("team-c", "mailer"),
        ("team-d", "search"),
        ("team-e", "ledger"),
        ("team-f", "gateway"),
    ] {
        unreachable(&world, namespace, component);
    }

    // In the morning ann sees two red builds, and that she is not alone: of others she learns numbers only.
    assert_snapshot!("ann_lists", world.run_as("ann", &["causes"]).shown());
    let key = only_key(&world, "ann");
    let short = &key[..11];
    let shown = world.run_as("ann", &["cause", "show", short]);
    assert_snapshot!("ann_shows", shown.shown());
    for other in ["team-b", "till", "team-c", "mailer", "gateway"] {
        assert!(!shown.data.contains(other), "{shown:?}");
    }
    let described = world.run_as("ann", &["describe", "shop"]).fine();
    assert!(described.contains("Same failure:  1 more, and 5 in 5 namespaces that you may not see"), "{described}");

    // Each of them sees the same cause, as far as they may.
    let counts = |who: &str| {
        let counts = "jsonpath={.cause.issues} {.cause.namespaces} {.cause.hidden.issues} {.cause.hidden.namespaces}";
        world.run_as(who, &["cause", "show", &key, "-o", counts]).fine()
    };
    assert_eq!(["ann", "bob", "sre"].map(counts), ["2 1 5 5", "3 2 4 4", "7 6 0 0"]);

    // Whoever may see all sees who has it, and asks for the issues of one team.
    let all = world.run_as("sre", &["cause", "show", "component/till"]).fine();
    assert!(all.contains("7 issues of 7 components in 6 namespaces") && !all.contains("Hidden:"), "{all}");
    let in_team = ["cause", "show", &key, "-n", "team-a", "-o", "jsonpath={.cause.issues} {.cause.hidden.issues}"];
    assert_eq!(world.run_as("sre", &in_team).fine(), "2 0");
    let of_team = world.run_as("sre", &["list", "-n", "team-a", "--cause", &key, "-o", "jsonpath={.total}"]);
    assert_eq!(of_team.fine(), "2");

    // The registry is back: every build recovers, and the cause is over for all of them.
    for issue in world.run_as("sre", &["list", "-A", "--cause", &key, "-o", "name"]).fine().lines() {
        world.run_as("sre", &["resolve", issue, "--reason", "the registry is back"]).fine();
    }
    for who in ["ann", "bob", "sre"] {
        let ran = world.run_as(who, &["causes", "-A"]);
        assert!(ran.data.is_empty() && ran.words.contains("nothing found in all namespaces"), "{who}: {ran:?}");
        assert_eq!(world.run_as(who, &["causes", "-A", "--state", "resolved", "-o", "name"]).fine().trim(), key);
    }
    assert!(world.run_as("bob", &["cause", "show", short]).fine().contains("State:         resolved"));
}

#[test]
fn a_hole_in_fifteen_components_is_closed_reason_by_reason() {
    let world = World::start();
    let reasons = [
        ("TokenExpired", "The token of the update bot has expired.", "Renew the secret `updates` in the namespace."),
        ("VersionConflict", "Two dependencies want different versions.", "Update `web-framework` to 4 first."),
        ("TestsFailed", "The tests of the update fail.", "Look at the tests; the update changes an interface."),
        ("NoFix", "There is no version without the hole.", "Take the library out, or wait for its makers."),
    ];
    (0..15).for_each(|number| {
        let (reason, summary, remedy) = reasons[number % reasons.len()];
        world.report(json!({
            "namespace": format!("team-{}", ["a", "b", "c"][number % 3]), "component": format!("part-{number:02}"),
            "type": "dependency", "severity": if number == 0 { "critical" } else { "major" }, "reason": reason,
            "title": format!("Update of part-{number:02} is stuck"), "cause": CVE, "dueAt": "2020-03-01T00:00:00Z",
            "diagnosis": {"class": "dependency", "summary": summary, "remedy": remedy},             "occurredAt": format!("2020-02-03T04:{number:02}:00Z"),
        }));
    });
    unreachable(&world, "team-a", "shop");

    // What is overdue comes first, in one line instead of fifteen.
    assert_snapshot!("cve_listed", world.run(&["causes", "-A"]).shown());
    assert_eq!(world.run(&["causes", "-A", "due:now", "-o", "name"]).fine().trim(), CVE);
    assert!(world.run(&["status", "-A"]).fine().contains("To be fixed: 15 overdue, 0 within 7 days"));

    // Why each is stuck, what helps, and who has to do it.
    assert_snapshot!("cve_shown", world.run(&["cause", "show", CVE]).shown());

    // Updates are merged: it shrinks.
    let merged = |number: usize| {
        let (namespace, scope) = (["team-a", "team-b", "team-c"][number % 3], format!("component/part-{number:02}"));
        world.run(&["report", "healthy", "-n", namespace, "--scope", &scope, "--type", "dependency"]).fine();
    };
    (0..12).for_each(merged);
    let shown = world.run(&["cause", "show", CVE]).fine();
    assert!(shown.contains("3 issues of 3 components in 3 namespaces"), "{shown}");
    assert!(shown.contains("shrinking: 3 active now, 15 yesterday"), "{shown}");
    assert!(!shown.contains("part-00") && shown.contains("part-12"), "{shown}");

    // With the last one it is over.
    (12..15).for_each(merged);
    assert!(!world.run(&["causes", "-A"]).fine().contains(CVE));
    let over = world.run(&["causes", "-A", "--state", "resolved"]);
    assert!(over.data.contains(CVE) && !over.data.contains("f1-"), "{over:?}");
    assert!(world.run(&["cause", "show", CVE]).fine().contains("State:         resolved"));

    // One component is set back, and so it is there again.
    let again = [
        "--title",
        "Update of part-03 is stuck",
        "--type",
        "dependency",
        "--cause",
        CVE,
        "--due",
        "2020-03-01T00:00:00Z",
    ];
    let report = ["report", "failing", "-n", "team-a", "--scope", "component/part-03"];
    world.run(&[&report[..], &again].concat()).fine();
    let back = world.run(&["cause", "show", CVE]).fine();
    assert!(back.contains("State:         active") && back.contains("1 issue of 1 component in 1 namespace"), "{back}");
    assert!(back.contains("Overdue:       1 issue"), "{back}");
}

/// Two causes in team-a, of two issues and of one.
fn two_causes() -> World {
    let world = World::start();
    for component in ["shop", "cart"] {
        world.report(json!({"component": component, "cause": "known/registry", "title": "No image was pulled"}));
    }
    world.report(json!({"component": "till", "cause": "known/network", "title": "No route to the host"}));
    world
}

/// The cause of an issue.
fn cause_of(world: &World, name: &str) -> String {
    world.run(&["get", name, "-o", "jsonpath={.cause}"]).fine()
}

#[test]
fn causes_come_as_programs_want_them() {
    let world = two_causes();
    let list: Value = serde_json::from_str(&world.run(&["causes", "-o", "json"]).fine()).unwrap();
    assert_eq!((&list["total"], &list["data"][0]["key"]), (&json!(2), &json!("known/registry")));
    let yaml: Value = yaml_serde::from_str(&world.run(&["causes", "-o", "yaml"]).fine()).unwrap();
    assert_eq!(yaml, list);
    world.report(
        json!({"component": "sheet", "cause": "=1+1", "severity": "info", "occurredAt": "2020-01-01T00:00:00Z"}),
    );
    assert_snapshot!("csv", world.run(&["causes", "-o", "csv"]).shown());
    world.run(&["delete", "sheet", "--yes"]).fine();
    assert_snapshot!("wide", world.run(&["causes", "-o", "wide"]).shown());
    let some = world.run(&["causes", "--limit", "1", "-o", "name"]);
    assert_eq!(some.data, "known/registry\n");
    assert!(some.words.contains("1 cause of 2 in all namespaces; --limit 0 shows all"), "{some:?}");
    let all = world.run(&["causes", "--state", "all"]);
    assert!(all.code == 2 && all.words.contains("that are active, or that are resolved"), "{all:?}");
    assert_eq!(world.run(&["causes", "component:till", "-o", "name"]).fine(), "known/network\n");
}

#[test]
fn more_causes_than_a_page_holds_are_listed() {
    let world = World::start();
    (0..250).for_each(|number| {
        world.report(json!({"component": format!("part-{number}"), "cause": format!("cve/CVE-{number}")}));
    });
    assert_eq!(world.run(&["causes", "-o", "name"]).fine().lines().count(), 250);
    assert_eq!(world.run(&["causes", "--limit", "210", "-o", "name"]).fine().lines().count(), 210);
}

#[test]
fn what_all_affected_have_in_common_is_a_suspicion_with_counts() {
    let world = World::start();
    let of = |component: &str, cause: &str, image: &str| {
        world.report(json!({"component": component, "cause": cause, "labels": {"image": image}}));
    };
    for component in ["a", "b", "c"] {
        of(component, "base/image", "sha256:1");
    }
    (0..20).for_each(|number| of(&format!("other-{number}"), "another", &format!("sha256:9{number}")));
    let shown = world.run(&["cause", "show", "base/image"]).fine();
    let suspicion = "Perhaps it came with:\n  image:         sha256:1 (all of these have it, and 0 of 20 others)\n";
    assert!(shown.contains(suspicion), "{shown}");
    assert!(!world.run(&["cause", "show", "another"]).fine().contains("Perhaps"));
}

#[test]
fn causes_that_are_told_from_a_part_say_so() {
    let fake = Fake::start();
    fake.answer("/causes", json!({"data": [], "total": 0, "isComplete": false, "limit": 50}));
    for form in ["table", "json"] {
        let ran = fake.run(&["causes", "-o", form]);
        assert!(ran.code == 0 && ran.words.contains("there are too many issues"), "{ran:?}");
    }
}

#[test]
fn a_cause_is_named_by_its_key_or_by_one_of_its_issues() {
    let world = two_causes();
    let id = world.id_of("cart");
    for name in ["known/registry", &id, &id[id.len() - 8..], "component/shop", "cart"] {
        assert_eq!(world.run(&["cause", "show", name, "-o", "name"]).fine(), "known/registry\n", "{name}");
    }
    let nothing = world.run(&["cause", "show", "known/nothing"]);
    assert!(
        nothing.code == 1 && nothing.words.contains("there is no cause and no issue `known/nothing`"),
        "{nothing:?}"
    );
    assert_eq!(world.run(&["cause", "show", "f1-0123"]).code, 1);
    assert_eq!(world.run(&["cause", "show", ".."]).code, 1);
    world.report(json!({"component": "odd", "description": "nobody knows"}));
    let unknown = world.run(&["cause", "show", "odd"]);
    assert!(unknown.code == 1 && unknown.words.contains("no cause is known of"), "{unknown:?}");
}

#[test]
fn what_is_one_is_merged_and_taken_apart_again() {
    let world = two_causes();
    let merged = world.run(&["cause", "merge", "known/network", "known/registry", "-n", "team-a"]);
    assert_snapshot!("merged", merged.shown());
    assert_eq!(cause_of(&world, "till"), "known/registry");
    assert_eq!(world.run(&["causes", "-o", "name"]).fine(), "known/registry\n");
    let decisions = world.run(&["cause", "decisions"]).fine();
    assert!(decisions.contains("team-a     known/network  known/registry  "), "{decisions}");
    // It is undone under the name that was merged, not under that which others are put down to.
    let wrong = world.run(&["cause", "undo", "known/registry"]);
    assert!(wrong.code == 2 && wrong.words.contains("is what others are put down to: known/network"), "{wrong:?}");
    world.run(&["cause", "undo", "known/network", "-n", "team-a"]).fine();
    assert_eq!(cause_of(&world, "till"), "known/network");
    let nothing = world.run(&["cause", "decisions"]);
    assert!(nothing.data.is_empty() && nothing.words.contains("nothing was merged"), "{nothing:?}");
    assert_eq!(world.run(&["cause", "undo", "known/network"]).code, 1);
}

#[test]
fn a_merge_that_says_nothing_or_too_little_is_refused() {
    let world = two_causes();
    for (arguments, code, said) in [
        (&["known/network", "known/registry"][..], 2, "holds in one namespace"),
        (&["known/network", "known/network", "-n", "team-a"], 2, "cannot be put down to itself"),
        (&["known/network", "f1-0123", "-n", "team-a"], 1, "a new key is a word that does not look like an id"),
        (&["known/nothing", "known/registry", "-n", "team-a"], 1, "there is no cause and no issue"),
        (&["known/network", "known/registry", "-n", "team-z"], 1, "there is no cause and no issue"),
    ] {
        let ran = world.run(&[&["cause", "merge"], arguments].concat());
        assert!(ran.code == code && ran.words.contains(said), "{arguments:?}: {ran:?}");
    }
    world.run(&["cause", "merge", "till", "known/registry", "-n", "team-a"]).fine();
    let back = world.run(&["cause", "merge", "known/registry", "known/network", "-n", "team-a"]);
    assert!(back.code == 1 && back.words.contains("known/network is put down to known/registry already"), "{back:?}");
}

#[test]
fn an_issue_that_has_another_cause_is_split_off_and_brought_back() {
    let world = two_causes();
    let split = world.run(&["cause", "split", "cart"]);
    assert_snapshot!("split", split.shown());
    let own = cause_of(&world, "cart");
    assert!(own.starts_with("split/") && cause_of(&world, "shop") == "known/registry", "{own}");
    let short = format!("split/{}", &own[own.len() - 8..]);
    assert!(world.run(&["causes"]).fine().contains(&short));
    assert_eq!(world.run(&["cause", "show", &short, "-o", "name"]).fine().trim_end(), own);
    world.run(&["cause", "split", "cart", "--into", "known/network"]).fine();
    assert_eq!(cause_of(&world, "cart"), "known/network");
    let several = world.run(&["cause", "split", "shop", "till"]);
    assert!(several.code == 2 && several.words.contains("different causes"), "{several:?}");
    world.run(&["cause", "undo", "cart"]).fine();
    assert_eq!(cause_of(&world, "cart"), "known/registry");
    let again = world.run(&["cause", "undo", "cart"]);
    assert!(
        again.code == 1 && again.words.contains("nothing was decided about 1 issue of known/registry"),
        "{again:?}"
    );
}

#[test]
fn decisions_are_for_those_who_may_change_issues_and_hold_in_one_namespace() {
    let world = World::with_people();
    for (namespace, component) in [("team-a", "shop"), ("team-b", "till")] {
        world.report(json!({"namespace": namespace, "component": component, "cause": "known/registry"}));
    }
    let merge = ["cause", "merge", "known/registry", "known/other", "-n", "team-a"];
    assert_eq!(world.run_as("bob", &merge).code, 4);
    world.run_as("ann", &merge).fine();
    let keys = |who: &str| world.run_as(who, &["causes", "-A", "-o", "name"]).fine();
    assert_eq!((keys("ann"), keys("bob")), ("known/other\n".to_owned(), "known/other\nknown/registry\n".to_owned()));
    let by = "jsonpath={.data[*].decidedBy}";
    assert_eq!(world.run_as("bob", &["cause", "decisions", "-A", "-o", by]).fine(), "ann");
}
