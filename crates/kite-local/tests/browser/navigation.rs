//! Links exchange only the main part of a page; what is around it must tell the truth all the same.

use kite_test_browser::{Browser, Options, is_left_out};
use serde_json::json;

use crate::failures::failure_of;
use crate::kite::Kite;

const CURRENT: &str = "[...document.querySelectorAll('nav [aria-current=page]')].map((link) => link.innerText.trim())";
const ICON: &str = "document.querySelector('link[rel=icon]').getAttribute('href').includes('critical')";

/// What a screen reader was told last.
async fn announced(browser: &Browser) -> String {
    let text = browser.evaluate("document.getElementById('announcer').textContent").await;
    text.as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn what_is_around_a_page_follows_it() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    kite.report(failure_of("shop").critical()).await;
    kite.report(failure_of("till").in_namespace("team-b")).await;
    let browser = kite.visit(Options::desktop(), "/").await;
    assert_eq!(browser.evaluate(CURRENT).await, json!(["Overview"]));
    assert_eq!((browser.title().await, browser.evaluate(ICON).await), ("(1) Overview · KITE".to_owned(), json!(true)));

    browser.click("Issues").await;
    browser.see("Build of till failed").await;
    assert_eq!(browser.evaluate(CURRENT).await, json!(["Issues"]));

    browser.choose("Namespace", "team-b").await;
    browser.dont_see("Build of shop failed").await;
    assert_eq!((browser.title().await, browser.evaluate(ICON).await), ("Issues · KITE".to_owned(), json!(false)));
    assert_eq!(browser.focused().await, "combobox \"Namespace\"");
    browser.click("Trends").await;
    browser.see("Opened and resolved per day").await;
    assert_eq!(browser.evaluate(CURRENT).await, json!(["Trends"]));
    assert!(browser.url().await.ends_with("/trends?namespace=team-b"));

    browser.back().await;
    browser.see("Build of till failed").await;
    assert_eq!(browser.evaluate(CURRENT).await, json!(["Issues"]));
    assert_eq!(browser.console_errors().await, [""; 0]);
}

#[tokio::test]
async fn another_page_begins_at_its_top_for_eyes_keys_and_ears() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    kite.report_all((0..40).map(|number| failure_of(&format!("part-{number:02}")))).await;
    let browser = kite.visit(Options::desktop(), "/issues").await;
    browser.see("40 issues").await;
    browser.evaluate("window.scrollTo(0, 900)").await;
    assert!(browser.scroll_position().await > 800.0);

    browser.click("Build of part-25 failed").await;
    browser.see("Where to look").await;
    assert!(browser.scroll_position().await < 1.0);
    assert_eq!(browser.focused().await, "main \"\"");
    assert_eq!(announced(&browser).await, "Build of part-25 failed · KITE");
    browser.press("Tab").await;
    assert_eq!(browser.focused().await, "link \"Issues\"");

    browser.back().await;
    browser.see("40 issues").await;
    browser.wait_until("window.scrollY > 800").await;
}
