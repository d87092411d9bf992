//! What was broken when, who reports, and what happened to an issue.

use serde_json::{Value, json};
use wiremock::Mock;
use wiremock::matchers::{path, query_param, query_param_is_missing};

use crate::fake::{Fake, ID, issue, json_of};
use crate::support::World;

#[test]
fn trends_tell_each_day_and_what_is_broken_longest() {
    let world = World::with_issues();
    let all = world.run(&["trends"]).fine();
    assert!(all.starts_with("WORST     DATE        OPENED  RESOLVED  ACTIVE\ncritical  20"), "{all}");
    assert!(all.contains("Broken longest:") && all.contains("cart"), "{all}");
    let count = |arguments: &[&str]| {
        let lines =
            world.run(&[&["trends", "-o", "jsonpath={range .days[*]}{.activeAtEnd}\n{end}"], arguments].concat());
        let lines = lines.fine();
        (lines.lines().count(), lines.lines().last().unwrap_or_default().to_owned())
    };
    assert_eq!(count(&[]), (14, "3".to_owned()));
    assert_eq!(count(&["--days", "30", "component:c*"]), (30, "1".to_owned()));
    world.run(&["resolve", "cart", "--reason", "x"]).fine();
    let resolved = world.run(&["trends", "--component", "cart", "-o", "jsonpath={.days[*].resolved}"]).fine();
    assert!(resolved.contains('1'), "what is over was broken, too: {resolved}");
    assert_eq!(world.run(&["trends", "--days", "7"]).code, 2);
    assert_eq!(world.run(&["trends", "-o", "csv"]).code, 2);
}

#[test]
fn what_comes_back_is_told_with_how_long_it_takes() {
    let fake = Fake::start();
    let flapping = json!({"issue": issue("It failed", json!({})), "component": "shop", "episodes": 7});
    let trends = json!({
        "days": [], "meanTimeToRecoverySeconds": 7_300, "components": [], "flapping": [flapping], "isComplete": false,
    });
    fake.answer("/trends", trends);
    let ran = fake.run(&["trends"]);
    assert!(ran.words.contains("only the worst and newest"), "{ran:?}");
    let told = ran.fine();
    assert!(told.contains("it took 2h on average") && told.contains("7         team-a"), "{told}");
}

#[test]
fn sources_are_told_with_those_that_are_silent() {
    let fake = Fake::start();
    let time = "2020-01-01T00:00:00Z";
    let source = json!({
        "kind": "operator", "name": "kite-operator", "cluster": "east", "namespace": "", "version": "1.0",
        "firstHeardAt": time, "lastHeardAt": time, "reports": 7, "isSilent": true,
    });
    fake.answer("/sources", json!({"data": [source], "isComplete": false}));
    let ran = fake.run(&["sources", "-A"]);
    assert!(ran.data.contains("silent") && ran.data.contains("kite-operator"), "{ran:?}");
    assert!(ran.words.contains("1 source; there are more"), "{ran:?}");
    let nobody = World::start().run(&["sources"]);
    assert!(nobody.code == 0 && nobody.words.contains("nobody has reported"), "{nobody:?}");
}

#[test]
fn a_history_is_read_to_its_end() {
    let world = World::with_issues();
    world.run(&["resolve", "shop", "--reason", "bigger machine"]).fine();
    let told = world.run(&["history", "shop"]).fine();
    assert!(told.contains("resolved_by: bigger machine") && told.contains("first_failure"), "{told}");

    let fake = Fake::start();
    let change = |id: &str| json!({"id": id, "at": "2020-01-01T00:00:00Z", "reason": "seen_again"});
    let part = |ids: [&str; 2], next: Option<&str>| {
        let changes = ids.map(change);
        json_of(json!({"issueId": ID, "episodes": [], "changes": changes, "nextCursor": next}))
    };
    let at = || Mock::given(path(format!("/api/v1/issues/{ID}/history")));
    fake.answer(&format!("/issues/{ID}"), issue("It failed", json!({})));
    fake.mount(at().and(query_param_is_missing("cursor")).respond_with(part(["9", "8"], Some("two"))));
    fake.mount(at().and(query_param("cursor", "two")).respond_with(part(["7", "6"], None)));
    let ids = |limit: &str| fake.run(&["history", ID, "--limit", limit, "-o", "jsonpath={.changes[*].id}"]);
    assert_eq!(ids("0").fine(), "9 8 7 6");
    let some = ids("1");
    assert!(some.data == "9 8" && some.words.contains("2 changes; --limit 0 shows all"), "{some:?}");
    let described = fake.run(&["describe", ID]).fine();
    assert!(described.contains("there is more: `kite history` shows it"), "{described}");
    let history: Value = serde_json::from_str(&fake.run(&["history", ID, "-o", "json"]).fine()).unwrap();
    assert_eq!(history["nextCursor"], Value::Null);
}
