//! Why it failed, and who else has it.

use kite_api::{Diagnosis, Report};
use kite_test_browser::{Browser, Options, is_left_out};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::failures::{Failure, failure_of, recovery_of};
use crate::kite::Kite;
use crate::shared::Shared;

const TITLES: &str = "[...document.querySelectorAll('.kite-title')].map((title) => title.innerText.trim())";

/// A failure for a reason that is known, with what helps.
fn because(failure: Failure, cause: &str, summary: &str, remedy: &str) -> Failure {
    let text = |text: &str| Some(text.to_owned());
    failure.with(|report| {
        report.cause = text(cause);
        report.diagnosis = Some(Diagnosis {
            class: text("dependency"),
            summary: text(summary),
            remedy: text(remedy),
            excerpt: text("ERROR: shared-lib 2.1 is not there"),
            ..Diagnosis::default()
        });
    })
}

/// Three callers: of one team, of three teams, and of all six.
fn access_list() -> Value {
    let teams = |count: usize| (1..=count).map(|number| format!("team-{number}")).collect::<Vec<_>>();
    let caller = |name: &str, count: usize, role: &str| {
        let token = hex::encode(Sha256::digest(name));
        json!({"name": name, "tokenSha256": token, "grants": [{"namespaces": teams(count), "role": role}]})
    };
    let callers = [
        caller("hannah", 1, "view"),
        caller("ben", 3, "edit"),
        caller("maria", 6, "view"),
        caller("machine", 6, "publisher"),
    ];
    json!({"apiVersion": "kite.dev/v1alpha1", "kind": "AccessList", "callers": callers})
}

/// Fifteen components of six teams, all of which need one library.
fn components() -> Vec<(String, String)> {
    (0..15).map(|number| (format!("part-{number:02}"), format!("team-{}", number % 6 + 1))).collect()
}

async fn send(shared: &Shared, reports: Vec<Report>) {
    let results = shared.client("machine").send_reports(&reports).await.unwrap();
    assert!(results.iter().all(|result| result.errors.is_empty()), "{results:?}");
}

#[tokio::test]
async fn six_teams_see_one_failure_each_as_far_as_it_may_and_its_fix_closes_all_of_it() {
    if is_left_out() {
        return;
    }
    let shared = Shared::among(&access_list()).await;
    let broken = components().into_iter().map(|(component, team)| {
        let failure = failure_of(&component).in_namespace(&team);
        because(failure, "dependency/shared-lib@2.1", "shared-lib 2.1 cannot be resolved", "Pin shared-lib to 2.0")
            .into()
    });
    send(&shared, broken.collect()).await;

    let hannah = Browser::start(Options::desktop()).await;
    let (ben, maria) = (hannah.another(Options::phone()).await, hannah.another(Options::desktop().dark()).await);
    let hidden = ["and 12 more in 5 namespaces that you can't see", "and 6 more in 3 namespaces that you can't see"];
    for (browser, name, reach, hidden, foreign) in [
        (&hannah, "hannah", "3 issues of 3 components in 1 namespace", Some(hidden[0]), Some("team-2")),
        (&ben, "ben", "9 issues of 9 components in 3 namespaces", Some(hidden[1]), Some("team-4")),
        (&maria, "maria", "15 issues of 15 components in 6 namespaces", None, None),
    ] {
        shared.sign_in(browser, name).await;
        // Whoever may read less is told a number, and everybody that it is one failure.
        browser.click("Build of part-00 failed").await;
        browser.see("shared-lib 2.1 cannot be resolved").await;
        browser.see("Pin shared-lib to 2.0").await;
        browser.see("ERROR: shared-lib 2.1 is not there").await;
        browser.see("the same failure in").await;
        browser.click("Cause").await;
        browser.see(reach).await;
        browser.see("What helps: Pin shared-lib to 2.0").await;
        let source = browser.evaluate("document.documentElement.outerHTML").await.to_string();
        match hidden {
            Some(hidden) => browser.see(hidden).await,
            None => assert!(!source.contains("you can't see"), "{name}"),
        }
        assert!(foreign.is_none_or(|foreign| !source.contains(foreign)), "{name} reads {foreign:?}: {source}");
        browser.assert_accessible().await;
        browser.see("Live").await;
    }
    // The library is repaired, and with it everything.
    let fixed =
        components().into_iter().map(|(component, team)| Report { namespace: Some(team), ..recovery_of(&component) });
    send(&shared, fixed.collect()).await;
    for browser in [&hannah, &ben, &maria] {
        browser.see("Resolved").await;
        browser.dont_see("you can't see").await;
        browser.open(&format!("{}/causes", shared.url)).await;
        browser.see("0 causes").await;
        browser.open(&format!("{}/issues", shared.url)).await;
        browser.see("All clear").await;
    }
}

/// Reads a page anew: one that is open does so by itself, but not more often than every few seconds.
async fn look_again(browser: &Browser) {
    browser.open(&browser.url().await).await;
    browser.see("Live").await;
}

/// Why dependency updates fail, in how many components, and what helps.
const REASONS: [(&str, usize, &str); 4] = [
    ("The login to the registry failed", 7, "Link the pull secret to the service account"),
    ("The token has expired", 4, "Renew the token"),
    ("Two versions exclude each other", 3, "Raise the lower bound"),
    ("The app is not installed", 1, "Install the app in the repository"),
];

fn updates() -> Vec<(String, Failure)> {
    let reasons = REASONS.iter().flat_map(|reason| std::iter::repeat_n(reason, reason.1));
    let update = |(number, (summary, _, remedy)): (usize, &(&str, usize, &str))| {
        let component = format!("part-{number:02}");
        let failure = failure_of(&component).titled(&format!("Dependency update of {component} failed"));
        let failure = because(failure, "cve/CVE-2024-1234", summary, remedy).with(|report| {
            report.issue_type = Some("dependency".to_owned());
            report.due_at = Some("2026-01-01T00:00:00Z".to_owned());
        });
        (component, failure)
    };
    reasons.enumerate().map(update).collect()
}

#[tokio::test]
async fn a_cve_is_one_cause_with_four_reasons_and_shrinks_until_it_is_over_and_comes_back() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    kite.report_all(updates().into_iter().map(|(_, failure)| failure)).await;
    kite.report(failure_of("other").critical().with(|report| report.cause = Some("quota/cpu".to_owned()))).await;
    let browser = kite.visit(Options::desktop(), "/").await;
    browser.press("g").await;
    browser.press("c").await;
    browser.see("2 causes").await;
    // It is late, so it comes before what is worse.
    assert_eq!(browser.evaluate(TITLES).await, json!(["cve/CVE-2024-1234", "quota/cpu"]));
    browser.see("15 issues overdue").await;
    browser.press("j").await;
    browser.press("Enter").await;
    browser.see("15 issues of 15 components in 1 namespace").await;
    browser.see("Spreading").await;
    let text = browser.text().await;
    let mut places = Vec::new();
    for (summary, count, remedy) in REASONS {
        let heading = format!("{summary}: {count} issue");
        assert!(text.contains(remedy), "{text}");
        places.push(text.find(&heading).unwrap_or_else(|| panic!("{heading}: {text}")));
    }
    assert!(places.is_sorted(), "the most frequent first: {text}");
    browser.assert_accessible().await;

    // An update is merged, and then all of one reason.
    kite.report(recovery_of("part-00")).await;
    browser.see("14 issues of 14 components").await;
    browser.see("The login to the registry failed: 6 issues").await;
    look_again(&browser).await;
    kite.report_all((7..11).map(|number| recovery_of(&format!("part-{number:02}")))).await;
    browser.see("10 issues of 10 components").await;
    browser.dont_see("The token has expired").await;
    browser.click("All its issues").await;
    browser.see("10 issues").await;
    browser.see("Cause: cve/CVE-2024-1234").await;
    browser.back().await;
    browser.see("By reason").await;
    look_again(&browser).await;

    let rest = updates().into_iter().map(|(component, _)| recovery_of(&component));
    kite.report_all(rest).await;
    browser.see("Resolved").await;
    browser.open(&kite.url("/causes")).await;
    browser.see("1 cause").await;
    assert_eq!(browser.evaluate(TITLES).await, json!(["quota/cpu"]));
    browser.click("State 1").await;
    browser.click_in("Resolved", "Resolved").await;
    browser.see("cve/CVE-2024-1234").await;
    browser.click("cve/CVE-2024-1234").await;
    browser.see("after 15 issues of 15 components").await;
    look_again(&browser).await;

    kite.report(updates().remove(14).1).await;
    browser.see("1 issue of 1 component in 1 namespace").await;
    browser.see("The app is not installed: 1 issue").await;
    assert_eq!(browser.console_errors().await, [""; 0]);
}

#[tokio::test]
async fn causes_are_found_without_scripts() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    let of = |component: &str, cause: &str, severity: &str| {
        let failure = failure_of(component).of_severity(severity);
        because(failure, cause, "It has no room", "Give it more")
    };
    kite.report_all([
        of("shop", "quota/cpu", "critical"),
        of("till", "quota/cpu", "major"),
        of("cart", "net/dns", "minor"),
    ])
    .await;
    let browser = kite.visit(Options::desktop().without_scripts(), "/issues").await;
    browser.click_in("Build of till failed", "same failure in 1 more").await;
    browser.see("2 issues of 2 components in 1 namespace").await;
    browser.open(&kite.url("/causes")).await;
    browser.see("2 causes").await;
    browser.click("Severity").await;
    browser.click_in("minor", "minor").await;
    assert_eq!(browser.evaluate(TITLES).await, json!(["net/dns"]));
    browser.click("Remove Severity: minor").await;
    browser.fill("Search titles and descriptions", "build of shop").await;
    browser.click("Search").await;
    assert_eq!(browser.evaluate(TITLES).await, json!(["quota/cpu"]));
}

#[tokio::test]
async fn a_row_that_changes_keeps_who_else_has_its_failure() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    let of = |component: &str| because(failure_of(component), "quota/cpu", "It has no room", "Give it more");
    kite.report_all([of("shop"), of("till")]).await;
    let browser = kite.visit(Options::desktop(), "/issues").await;
    browser.see("Live").await;
    kite.report(of("shop").titled("Build of shop failed once more")).await;
    browser.see("Build of shop failed once more").await;
    browser.click_in("Build of shop failed once more", "same failure in 1 more").await;
    browser.see("2 issues of 2 components").await;
}

#[tokio::test]
async fn causes_are_merged_and_issues_put_down_to_others() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    let of = |component: &str, cause: &str| because(failure_of(component), cause, "It has no room", "Give it more");
    kite.report_all([of("shop", "quota/cpu"), of("till", "quota/cpu"), of("cart", "quota/memory")]).await;
    let browser = kite.visit(Options::desktop(), "/causes").await;
    browser.click("quota/memory").await;
    browser.click("Merge").await;
    browser.fill("Key of the other cause", "quota/cpu").await;
    browser.assert_accessible().await;
    browser.click("Merge now").await;
    browser.see("Done: it holds in this namespace").await;
    browser.see("3 issues of 3 components").await;
    browser.see("quota/memory in team-a").await;

    browser.click("Build of shop failed").await;
    browser.click("Other cause").await;
    browser.fill("Key of its cause; empty: one of its own", "quota/disk").await;
    browser.click("Put it down").await;
    browser.see("1 issue of 1 component").await;
    // It holds for what comes later.
    kite.report_all([of("shop", "quota/cpu").titled("Build of shop failed again"), of("search", "quota/memory")]).await;
    browser.open(&kite.url("/causes")).await;
    assert_eq!(browser.evaluate(TITLES).await, json!(["quota/cpu", "quota/disk"]));
    browser.click("quota/cpu").await;
    browser.see("3 issues of 3 components").await;
    browser.click("Undo for quota/memory in team-a").await;
    browser.see("2 issues of 2 components").await;
    browser.see("quota/memory").await;

    browser.open(&kite.url("/causes/quota%2Fdisk")).await;
    browser.click("Build of shop failed again").await;
    browser.click("Other cause").await;
    browser.click("Take back what was decided about it").await;
    browser.see("2 issues of 2 components").await;
    browser.see("Build of till failed").await;

    // What is over is still there for those who ask.
    kite.report_all(["shop", "till"].map(recovery_of)).await;
    browser.open(&kite.url("/causes/quota%2Fcpu")).await;
    browser.click("team-a").await;
    browser.see("Build of till failed").await;
    assert_eq!(browser.console_errors().await, [""; 0]);
}
