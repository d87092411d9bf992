//! Everything by links and forms, where scripts are switched off.

use kite_api::State;
use kite_test_browser::{Browser, Options, is_left_out};
use serde_json::json;

use crate::failures::failure_of;
use crate::kite::Kite;

const TITLES: &str = "[...document.querySelectorAll('.kite-title')].map((title) => title.innerText.trim())";

async fn titles(browser: &Browser) -> Vec<String> {
    serde_json::from_value(browser.evaluate(TITLES).await).unwrap()
}

#[tokio::test]
async fn an_issue_is_found_opened_and_resolved() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    let shop = kite.report(failure_of("shop").titled("The linker ran out of memory").critical()).await;
    kite.report(failure_of("till")).await;
    kite.report(failure_of("cart").in_namespace("team-b")).await;
    let browser = kite.visit(Options::desktop().without_scripts(), "/").await;
    browser.see("3 issues right now").await;

    browser.choose("Namespace", "team-a").await;
    browser.click("Show").await;
    browser.see("2 issues right now").await;
    browser.click("All issues").await;
    browser.click("Severity").await;
    browser.click_in("critical", "critical 1").await;
    assert_eq!(titles(&browser).await, ["The linker ran out of memory"]);
    browser.click("Remove Severity: critical").await;
    assert_eq!(titles(&browser).await.len(), 2);
    browser.fill("Search titles and descriptions", "linker").await;
    browser.click("Search").await;
    browser.see("Text: linker").await;
    assert_eq!(titles(&browser).await, ["The linker ran out of memory"]);

    browser.click("The linker ran out of memory").await;
    browser.click("Resolve").await;
    browser.fill("Why is it over?", "More memory").await;
    browser.click("Resolve now").await;
    browser.see("Resolved.").await;
    browser.see("More memory").await;
    assert_eq!(kite.issue(shop).await.state, State::Resolved);

    browser.click("Reopen").await;
    browser.click("Reopen now").await;
    browser.see("Reopened.").await;
    browser.click("Edit").await;
    browser.fill("Title", "The linker needs more memory").await;
    browser.choose("Severity", "minor").await;
    browser.click("Save").await;
    browser.see("The linker needs more memory").await;
    browser.click("Delete").await;
    browser.click("Delete it").await;
    browser.see("Deleted.").await;
    browser.dont_see("The linker").await;
}

#[tokio::test]
async fn a_long_list_has_pages_sizes_and_an_order() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    kite.report(failure_of("worst").critical()).await;
    kite.report_all((0..60).map(|number| failure_of(&format!("part-{number:02}")))).await;
    let browser = kite.visit(Options::desktop().without_scripts(), "/issues").await;
    browser.see("61 issues").await;
    let first = titles(&browser).await;
    assert_eq!((first.len(), first[0].as_str()), (50, "Build of worst failed"));
    browser.click("Next page").await;
    let second = titles(&browser).await;
    assert_eq!(second.len(), 11);
    assert!(second.iter().all(|title| !first.contains(title)), "{second:?}");
    browser.click("First page").await;
    assert_eq!(titles(&browser).await, first);
    browser.click("25").await;
    assert_eq!(titles(&browser).await, first[..25]);
    browser.click("Newest first").await;
    assert!(!titles(&browser).await.contains(&"Build of worst failed".to_owned()));
}

#[tokio::test]
async fn several_issues_are_resolved_at_once() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    let ids = kite.report_all(["shop", "till", "cart"].map(failure_of)).await;
    let browser = kite.visit(Options::desktop().without_scripts(), "/issues").await;
    browser.click("Select Build of shop failed").await;
    browser.click("Select Build of cart failed").await;
    browser.fill("Reason", "The mirror is back").await;
    browser.click("Resolve selected").await;
    browser.see("Resolved: 2.").await;
    assert_eq!(titles(&browser).await, ["Build of till failed"]);
    assert_eq!(kite.issue(ids[1]).await.state, State::Active);
    // What is not offered without scripts is not there.
    assert_eq!(browser.evaluate("document.querySelectorAll('#views:not([hidden])').length").await, json!(0));
}
