//! Everybody can use every page: with any colours, on any screen, by keys, and through a screen reader.

use kite_test_browser::{Browser, Options, assert_valid_html, is_left_out};
use serde_json::json;

use crate::failures::failure_of;
use crate::kite::Kite;
use crate::pages::Everything;

/// How much of a page is beside the window.
const BESIDE: &str = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

/// Asks axe-core about every page, each of which has to fit into the width of the window.
async fn every_page_is_accessible(options: Options) {
    let everything = Everything::start().await;
    let browser = Browser::start(options).await;
    for (name, url) in everything.pages() {
        browser.open(&url).await;
        browser.assert_accessible().await;
        assert_eq!(browser.evaluate(BESIDE).await, json!(0), "{name} is wider than the window");
    }
}

#[tokio::test]
async fn every_page_is_accessible_on_a_desktop() {
    if is_left_out() {
        return;
    }
    every_page_is_accessible(Options::desktop()).await;
}

#[tokio::test]
async fn every_page_is_accessible_on_a_desktop_in_the_dark() {
    if is_left_out() {
        return;
    }
    every_page_is_accessible(Options::desktop().dark()).await;
}

#[tokio::test]
async fn every_page_is_accessible_on_a_phone() {
    if is_left_out() {
        return;
    }
    every_page_is_accessible(Options::phone()).await;
}

#[tokio::test]
async fn every_page_is_accessible_on_a_phone_in_the_dark() {
    if is_left_out() {
        return;
    }
    every_page_is_accessible(Options::phone().dark()).await;
}

#[tokio::test]
async fn every_page_is_accessible_at_200_percent_with_forced_colours() {
    if is_left_out() {
        return;
    }
    every_page_is_accessible(Options::desktop().zoomed().with_forced_colours()).await;
}

#[tokio::test]
async fn what_opens_on_a_page_is_accessible_too() {
    if is_left_out() {
        return;
    }
    let everything = Everything::start().await;
    for options in [Options::desktop(), Options::phone().dark()] {
        let browser = everything.full.visit(options, "/issues").await;
        for menu in ["Severity", "Application", "State 1", "Views"] {
            browser.click(menu).await;
            browser.assert_accessible().await;
            assert_eq!(browser.evaluate(BESIDE).await, json!(0), "{menu} opens beside the window");
            browser.press("Escape").await;
        }
        browser.press("?").await;
        browser.see("select the issue").await;
        browser.assert_accessible().await;
        browser.press("Escape").await;
        browser.click("Build of checkout (push to main) failed in task build-container").await;
        for action in ["Resolve", "Edit", "Relate", "Delete", "As JSON", "As Markdown"] {
            browser.click(action).await;
        }
        browser.assert_accessible().await;
        assert_eq!(browser.evaluate(BESIDE).await, json!(0));
    }
}

#[tokio::test]
async fn every_page_is_valid_html() {
    if is_left_out() {
        return;
    }
    let everything = Everything::start().await;
    for (name, url) in everything.pages() {
        let request = reqwest::Client::new().get(&url).header("accept", "text/html");
        let document = request.send().await.unwrap().text().await.unwrap();
        assert!(document.contains("</html>"), "{name}: {document}");
        assert_valid_html(&document).await;
    }
}

#[tokio::test]
async fn one_key_does_what_a_mouse_can() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    kite.report(failure_of("shop").critical()).await;
    kite.report(failure_of("till")).await;
    let browser = kite.visit(Options::desktop(), "/").await;
    browser.press("g").await;
    browser.press("i").await;
    browser.see("Worst first").await;
    browser.press("/").await;
    assert_eq!(browser.focused().await, "searchbox \"Search titles and descriptions\"");
    // Who writes does not press keys.
    browser.press("x").await;
    assert_eq!(browser.evaluate("document.activeElement.value").await, json!("x"));
    browser.press("Tab").await;
    for (key, focused) in [("j", "shop"), ("j", "till"), ("j", "till"), ("k", "shop")] {
        browser.press(key).await;
        assert_eq!(browser.focused().await, format!("link \"Build of {focused} failed\""));
    }
    browser.press("x").await;
    assert_eq!(browser.evaluate("[...document.querySelectorAll('input:checked')].length").await, json!(1));
    browser.press("x").await;
    assert_eq!(browser.evaluate("[...document.querySelectorAll('input:checked')].length").await, json!(0));
    browser.press("Enter").await;
    browser.see("Where to look").await;
    browser.press("r").await;
    assert_eq!(browser.focused().await, "textbox \"Why is it over?\"");
    browser.press("Escape").await;
    browser.press("Shift+Tab").await;
    browser.press("?").await;
    browser.see("next, previous issue").await;
    browser.press("Escape").await;
    browser.dont_see("next, previous issue").await;
    browser.press("g").await;
    browser.press("t").await;
    browser.see("Opened and resolved per day").await;
}

#[tokio::test]
async fn the_focus_is_seen_wherever_it_goes() {
    if is_left_out() {
        return;
    }
    let everything = Everything::start().await;
    let outline = "(() => { const { activeElement } = document; \
        const style = getComputedStyle(activeElement.closest('.pf-v6-c-form-control') ?? activeElement); \
        return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2; })()";
    let inside = "(() => { const box = document.activeElement.getBoundingClientRect(); \
        return box.width > 0 && box.top >= 0 && box.bottom <= innerHeight; })()";
    for options in [Options::desktop(), Options::desktop().zoomed().dark(), Options::desktop().with_forced_colours()] {
        let browser = everything.full.visit(options, "/issues").await;
        for _ in 0..30 {
            browser.press("Tab").await;
            let focused = browser.focused().await;
            assert_eq!(browser.evaluate(outline).await, json!(true), "{focused} has no outline");
            assert_eq!(browser.evaluate(inside).await, json!(true), "{focused} is outside of the window");
        }
    }
}

#[tokio::test]
async fn nothing_moves_for_those_who_do_not_want_it() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    kite.report(failure_of("shop")).await;
    let browser = kite.visit(Options::desktop().with_reduced_motion(), "/issues").await;
    browser.see("Live").await;
    kite.report(failure_of("shop").titled("Build of shop fails again")).await;
    browser.see("Build of shop fails again").await;
    browser.wait_until("document.querySelector('.kite-row').classList.contains('kite-changed')").await;
    let moving = "document.getAnimations().filter((animation) => animation.effect.getTiming().duration > 1).length";
    assert_eq!(browser.evaluate(moving).await, json!(0));
}
