//! Pages that are open while things happen.

use kite_test_browser::{Browser, Options, is_left_out};
use serde_json::json;

use crate::door::{Away, Door};
use crate::failures::{failure_of, recovery_of};
use crate::kite::Kite;

const ROWS: &str = "document.querySelectorAll('.kite-row').length";
const ICON: &str = "document.querySelector('link[rel=icon]').getAttribute('href').includes('critical')";

/// Opens the list of one that forty failures were reported to.
async fn long_list(kite: &Kite) -> Browser {
    kite.report_all((0..40).map(|number| failure_of(&format!("part-{number:02}")))).await;
    let browser = kite.visit(Options::desktop(), "/issues").await;
    browser.see("40 issues").await;
    browser.see("Live").await;
    browser
}

#[tokio::test]
async fn a_new_issue_waits_until_it_is_asked_for_and_nothing_moves() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    let browser = long_list(&kite).await;
    for _ in 0..15 {
        browser.press("j").await;
    }
    browser.evaluate("window.scrollTo(0, 500)").await;
    let place = "document.activeElement.getBoundingClientRect().top";
    let place = async || (browser.focused().await, browser.scroll_position().await, browser.evaluate(place).await);
    let reading = place().await;
    assert_eq!(reading.0, "link \"Build of part-25 failed\"");

    kite.report(failure_of("brand-new").critical()).await;
    browser.see("1 new issue, show").await;
    assert_eq!(place().await, reading);
    assert_eq!(browser.evaluate(ROWS).await, json!(40));
    kite.report(failure_of("brand-newer")).await;
    browser.see("2 new issues, show").await;
    assert_eq!(place().await, reading);

    browser.click("2 new issues, show").await;
    browser.see("Build of brand-new failed").await;
    browser.see("42 issues").await;
    assert_eq!(browser.console_errors().await, [""; 0]);
}

#[tokio::test]
async fn a_row_changes_where_it_is_and_keeps_the_focus_and_the_choice() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    let browser = long_list(&kite).await;
    browser.click("Select Build of part-30 failed").await;
    assert_eq!(browser.focused().await, "checkbox \"Select Build of part-30 failed\"");

    kite.report(failure_of("part-30").titled("Build of part-30 fails again")).await;
    browser.see("Build of part-30 fails again").await;
    assert_eq!(browser.focused().await, "checkbox \"Select Build of part-30 fails again\"");
    browser.wait_until("document.activeElement.checked").await;

    kite.report(recovery_of("part-31")).await;
    browser.wait_until("document.querySelector('.kite-resolved .kite-title').innerText.includes('part-31')").await;
    assert_eq!(browser.evaluate(ROWS).await, json!(40));
    assert_eq!(browser.focused().await, "checkbox \"Select Build of part-30 fails again\"");
}

#[tokio::test]
async fn what_one_person_resolves_another_one_sees() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    kite.report(failure_of("shop")).await;
    let one = kite.visit(Options::desktop(), "/issues").await;
    one.see("Live").await;
    let other = one.another(Options::phone()).await;
    other.open(&kite.url("/")).await;
    other.see("1 issue right now").await;
    other.see("Live").await;

    one.click("Build of shop failed").await;
    one.click("Resolve").await;
    one.fill("Why is it over?", "The mirror is back").await;
    one.click("Resolve now").await;
    other.see("All clear").await;
    other.see("Resolved in the last 24 hours: 1").await;

    // The page to which one goes back is alive again.
    one.click("Overview").await;
    one.see("All clear").await;
    one.back().await;
    one.see("The mirror is back").await;
    kite.report(failure_of("shop").titled("Build of shop failed again")).await;
    one.see("Build of shop failed again").await;
    other.see("1 issue right now").await;
}

#[tokio::test]
async fn a_page_on_which_nothing_is_broken_says_when_something_is() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    let list = kite.visit(Options::desktop(), "/issues").await;
    let overview = list.another(Options::desktop()).await;
    overview.open(&kite.url("/")).await;
    for browser in [&list, &overview] {
        browser.see("Nothing was reported yet").await;
        browser.see("Live").await;
    }
    kite.report(failure_of("shop")).await;
    for browser in [&list, &overview] {
        browser.see("Build of shop failed").await;
    }
    list.click("Build of shop failed").await;
    kite.report(recovery_of("shop")).await;
    list.see("recovered: a newer attempt succeeded").await;
    list.open(&kite.url("/issues")).await;
    list.see("All clear").await;
    list.see("Live").await;
    kite.report(failure_of("till")).await;
    list.see("Build of till failed").await;
}

#[tokio::test]
async fn the_title_and_the_icon_count_what_is_critical() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    // What people write is no count.
    kite.report(failure_of("shop").titled("(7) of 9 builds failed")).await;
    let browser = kite.visit(Options::desktop(), "/").await;
    browser.see("Live").await;
    assert_eq!((browser.title().await, browser.evaluate(ICON).await), ("Overview · KITE".to_owned(), json!(false)));
    kite.report(failure_of("till").critical()).await;
    browser.wait_until("document.title === '(1) Overview · KITE'").await;
    browser.wait_until(ICON).await;
    kite.report(failure_of("cart").critical()).await;
    browser.wait_until("document.title === '(2) Overview · KITE'").await;
    browser.see("3 issues right now").await;
    kite.report_all(["till", "cart"].map(recovery_of)).await;
    browser.wait_until("document.title === 'Overview · KITE'").await;
    assert_eq!(browser.evaluate(ICON).await, json!(false));

    browser.open(&kite.url("/issues")).await;
    browser.click("(7) of 9 builds failed").await;
    browser.wait_until("document.title === '(7) of 9 builds failed · KITE'").await;
    assert_eq!(browser.evaluate(ICON).await, json!(false));
}

/// What happens while a page is read is told once more when it listens.
#[tokio::test]
async fn what_is_told_again_is_not_counted_again() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    let browser = kite.visit(Options::desktop(), "/issues").await;
    let live = "document.querySelector('[data-live]').dataset.live";
    let before = browser.evaluate(live).await;
    kite.report(failure_of("shop").critical()).await;
    kite.report(failure_of("till").critical()).await;
    browser.open(&kite.url("/issues")).await;
    browser.wait_until("document.title.startsWith('(2) ')").await;
    browser
        .evaluate(&format!(
            "{live} = {before}, dispatchEvent(new PageTransitionEvent('pageshow', {{ persisted: true }}))"
        ))
        .await;
    browser.wait_until("document.querySelectorAll('.kite-changed').length === 2").await;
    assert!(browser.title().await.starts_with("(2) "), "{}", browser.title().await);
    kite.report(recovery_of("shop")).await;
    browser.wait_until("document.title.startsWith('(1) ')").await;
}

/// The page says that it hears nothing any more, and is current again by itself.
async fn survives_a_restart(away: Away) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let kite = Kite::in_folder(data);
    kite.report(failure_of("shop")).await;
    let door = Door::to(kite.address()).await;
    let browser = Browser::start(Options::desktop()).await;
    browser.open(&format!("{}/issues", door.url)).await;
    browser.see("1 issue").await;
    browser.see("Live").await;

    door.lead_to(Err(away));
    kite.stop();
    browser.see("Connection lost, trying again").await;
    door.has_turned_somebody_away().await;
    let kite = Kite::in_folder(data);
    kite.report(failure_of("till")).await;
    door.lead_to(Ok(kite.address()));

    browser.see("Build of till failed").await;
    browser.see("2 issues").await;
    browser.dont_see("Connection lost").await;
    kite.report(failure_of("cart")).await;
    browser.see("1 new issue, show").await;
    kite.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_survives_a_restart() {
    if is_left_out() {
        return;
    }
    survives_a_restart(Away::Silent).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_page_survives_a_restart_behind_a_proxy() {
    if is_left_out() {
        return;
    }
    survives_a_restart(Away::Unavailable).await;
}
