//! What people come for, from the first page to the end.

use kite_test_browser::{Browser, Options, is_left_out};

use crate::kite::Kite;
use crate::running::EXAMPLE;

/// Three components of `team-gamma` do not build; a fourth one did not, and does again.
const GAMMA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/dumps/team-gamma.yaml");

/// Where the link of that name leads.
async fn address_of(browser: &Browser, link: &str) -> String {
    let links = format!("[...document.links].find((link) => link.innerText.trim() === '{link}').href");
    browser.evaluate(&links).await.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn in_the_morning_a_developer_sees_what_is_broken_why_and_says_that_it_is_over() {
    if is_left_out() {
        return;
    }
    let kite = Kite::with_dumps(&[EXAMPLE]);
    let browser = kite.visit(Options::desktop(), "/").await;
    browser.see("5 issues right now").await;

    browser.choose("Namespace", "team-payments").await;
    browser.see("3 issues right now").await;
    browser.dont_see("cart-api").await;

    browser.click("Build of ledger (push to main) never started").await;
    browser.see("Broken since").await;
    browser.see("Why").await;
    browser.see("cannot retrieve the oci image: MANIFEST_UNKNOWN").await;
    let logs = address_of(&browser, "Pipeline run").await;
    assert_eq!(logs, "https://konflux.example.com/ns/team-payments/pipelinerun/ledger-on-push-t3g9b");

    browser.click("Resolve").await;
    browser.fill("Why is it over?", "The image of the task is back").await;
    browser.click("Resolve now").await;
    browser.see("Resolved.").await;
    browser.see("resolved by a person").await;
    browser.see("The image of the task is back").await;

    browser.click("Overview").await;
    browser.see("2 issues right now").await;
    browser.see("Resolved in the last 24 hours: 1").await;
    browser.click("Issues").await;
    browser.see("2 issues").await;
    browser.dont_see("ledger").await;
    assert_eq!(browser.console_errors().await, [""; 0]);
}

#[tokio::test]
async fn somebody_on_duty_who_knows_no_kubernetes_finds_three_failed_builds_and_their_logs() {
    if is_left_out() {
        return;
    }
    let kite = Kite::with_dumps(&[EXAMPLE, GAMMA]);
    let browser = kite.visit(Options::desktop(), "/").await;
    browser.choose("Namespace", "team-gamma").await;
    browser.see("3 issues right now").await;

    browser.click("Build: 3").await;
    browser.see("Type: Build").await;
    browser.see("3 issues").await;
    browser.dont_see("mailer").await;
    for (component, run, why) in [
        ("door-scanner", "door-scanner-on-push-w9t6c", "undefined reference to camera_open"),
        ("price-engine", "price-engine-on-push-b7q2m", "cannot find package rounding in vendor folder"),
        ("seat-map", "seat-map-on-push-n4r1z", "no space left on device"),
    ] {
        browser.click(&format!("Build of {component} (push to main) failed in task build-container")).await;
        browser.see(why).await;
        let logs = address_of(&browser, "Pipeline run").await;
        assert_eq!(logs, format!("https://konflux.example.com/ns/team-gamma/pipelinerun/{run}"));
        // What goes into the chat says the same.
        browser.click("As Markdown").await;
        let text = browser.evaluate("document.getElementById('markdown').value").await;
        let text = text.as_str().unwrap();
        assert!(text.contains(why) && text.contains(&logs), "{text}");
        browser.back().await;
        browser.see("3 issues").await;
    }
    assert_eq!(browser.console_errors().await, [""; 0]);
}
