//! A real browser and tiny pages.

#![cfg(test)]

use std::{fs, panic::AssertUnwindSafe};

use futures::FutureExt;
use kite_test_browser::{Browser, Options, assert_valid_html, is_left_out, validate_html};
use serde_json::json;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

const LATER: &str = "setTimeout(() => document.querySelector('main').append('Later'), 300);";

/// Serves one page, whose policy forbids inline scripts, and a script that it may load.
async fn serve(body: &str, script: &str) -> MockServer {
    let server = MockServer::start().await;
    let page = document(body);
    for (place, kind, content) in [("/", "text/html", page.as_str()), ("/page.js", "text/javascript", script)] {
        let answer = ResponseTemplate::new(200).set_body_raw(content, kind);
        let answer = answer
            .insert_header("content-security-policy", "default-src 'self'; img-src data:; style-src 'unsafe-inline'");
        Mock::given(path(place)).respond_with(answer).mount(&server).await;
    }
    server
}

fn document(body: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><link rel=\"icon\" href=\"data:,\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Small page</title></head>\
         <body><main><h1>Small page</h1>{body}</main><script src=\"/page.js\"></script></body></html>"
    )
}

/// Opens the page in a browser that the person has set up that way.
async fn visit(options: Options, server: &MockServer) -> Browser {
    let browser = Browser::start(options).await;
    browser.open(&server.uri()).await;
    browser
}

/// Gives what a test that has to fail says, and takes away the picture that it leaves.
async fn failure(work: impl Future<Output = ()>) -> String {
    let panic = AssertUnwindSafe(work).catch_unwind().await.unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap().clone();
    if let Some(picture) = text.lines().find_map(|line| line.strip_prefix("screenshot: ")) {
        fs::remove_file(picture).unwrap();
    }
    text
}

#[tokio::test]
async fn a_page_is_read_as_a_person_reads_it() {
    if is_left_out() {
        return;
    }
    let body = "<p>Three\n failed <b>builds</b></p><p hidden>Secret</p><details><summary>More</summary>Logs</details>";
    let server = serve(body, LATER).await;
    let browser = visit(Options::desktop(), &server).await;
    assert_eq!(browser.title().await, "Small page");
    assert_eq!(browser.url().await, format!("{}/", server.uri()));
    browser.see("Three failed builds").await;
    browser.dont_see("Secret").await;
    browser.dont_see("Logs").await;
    browser.click("More").await;
    browser.wait_until("document.querySelector('details').open").await;
    browser.see("Logs").await;
    browser.see("Later").await;
    assert_eq!(browser.text().await, "Small page\n\nThree failed builds\n\nMore\nLogs\nLater");
    assert_eq!(browser.console_errors().await, [""; 0]);
}

#[tokio::test]
async fn a_page_is_operated_by_names() {
    if is_left_out() {
        return;
    }
    let body = "<form><label>Text <input name=\"text\" value=\"old\"></label>\
        <label for=\"state\">State</label><select id=\"state\" name=\"state\"><option>Open<option>Resolved</select>\
        <label><input type=\"checkbox\" name=\"all\">All clusters</label><button>Search</button></form>";
    let server = serve(body, "").await;
    let browser = visit(Options::desktop(), &server).await;
    browser.fill("Text", "log4j").await;
    browser.choose("State", "Resolved").await;
    browser.click("All clusters").await;
    browser.click("Search").await;
    assert_eq!(browser.url().await, format!("{}/?text=log4j&state=Resolved&all=on", server.uri()));
    browser.back().await;
    assert_eq!(browser.url().await, format!("{}/", server.uri()));
}

#[tokio::test]
async fn names_that_occur_often_are_told_apart_by_their_row() {
    if is_left_out() {
        return;
    }
    let body =
        "<ul><li>frontend <a href=\"#1\">Logs</a></li><li>backend <a href=\"#2\"><span>Logs</span></a></li></ul>";
    let server = serve(body, "").await;
    let browser = visit(Options::desktop(), &server).await;
    browser.click_in("backend", "Logs").await;
    assert_eq!(browser.url().await, format!("{}/#2", server.uri()));
    let failure = failure(browser.click("Logs")).await;
    assert!(failure.contains("cannot click `Logs`: 2 of that name are there"), "{failure}");
}

#[tokio::test]
async fn keys_go_where_the_focus_is() {
    if is_left_out() {
        return;
    }
    let script =
        "document.onkeydown = ({ key, shiftKey }) => document.querySelector('p').append(` ${shiftKey} ${key}`);";
    let body = "<p>Pressed:</p><a href=\"#1\">First</a> <a href=\"#2\">Second</a><div style=\"height: 3000px\"></div>";
    let server = serve(body, script).await;
    let browser = visit(Options::desktop(), &server).await;
    browser.press("Tab").await;
    browser.press("Tab").await;
    assert_eq!(browser.focused().await, "link \"Second\"");
    browser.press("Shift+Tab").await;
    assert_eq!(browser.focused().await, "link \"First\"");
    browser.press("j").await;
    browser.see("false j").await;
    browser.press("?").await;
    browser.see("?").await;
    assert!(browser.scroll_position().await.abs() < 1.0);
    browser.evaluate("window.scrollTo(0, 500)").await;
    assert!((browser.scroll_position().await - 500.0).abs() < 1.0);
}

#[tokio::test]
async fn a_failure_says_where_what_and_what_is_there_instead() {
    if is_left_out() {
        return;
    }
    let server = serve("<p>All clear</p>", "").await;
    let browser = visit(Options::desktop(), &server).await;
    let failure = failure(browser.see("failed builds")).await;
    assert!(failure.starts_with("crates/kite-test-browser/tests/browser.rs:"), "{failure}");
    assert!(failure.contains("cannot see `failed builds`"), "{failure}");
    assert!(failure.ends_with("to be seen:\nSmall page\n\nAll clear"), "{failure}");
    let picture = failure.lines().find_map(|line| line.strip_prefix("screenshot: ")).unwrap();
    assert!(picture.ends_with("failed-a_failure_says_where_what_and_what_is_there_instead.png"));
}

#[tokio::test]
async fn what_the_policy_forbids_is_an_error_of_the_console() {
    if is_left_out() {
        return;
    }
    let server = serve("<script>document.title = 'Taken over'</script>", "nothing.there();").await;
    let browser = visit(Options::desktop(), &server).await;
    assert_eq!(browser.title().await, "Small page");
    let errors = browser.console_errors().await;
    assert!(errors.iter().any(|error| error.contains("violates the following Content Security Policy")), "{errors:?}");
    assert!(errors.iter().any(|error| error.contains("nothing is not defined")), "{errors:?}");
}

#[tokio::test]
async fn a_barrier_is_found() {
    if is_left_out() {
        return;
    }
    let server = serve("<p>Fine</p>", "").await;
    let browser = visit(Options::desktop(), &server).await;
    browser.assert_accessible().await;
    let server = serve("<input><p style=\"color: #ccc\">Pale</p>", "").await;
    browser.open(&server.uri()).await;
    let violations = browser.axe().await;
    let rules: Vec<_> = violations.iter().map(|violation| violation.id.as_str()).collect();
    assert_eq!(rules, ["color-contrast", "label"]);
    let failure = failure(browser.assert_accessible()).await;
    assert!(failure.contains("label: Form elements must have labels\n  <input>"), "{failure}");
}

#[tokio::test]
async fn broken_html_is_found() {
    if is_left_out() {
        return;
    }
    assert_valid_html(&document("<p>Fine</p>")).await;
    let faults = validate_html(&document("<ul><p>No item</p></ul>")).await;
    let rules: Vec<_> = faults.iter().map(|fault| fault.rule.as_str()).collect();
    assert_eq!(rules, ["element-permitted-content"]);
    let failure = failure(assert_valid_html(&document("<p></div>"))).await;
    assert!(failure.contains("(close-order)"), "{failure}");
}

#[tokio::test]
async fn scripts_can_be_off() {
    if is_left_out() {
        return;
    }
    let script = "document.querySelector('p').textContent = 'With scripts';";
    let server = serve("<p>Plain</p><noscript>Without scripts</noscript>", script).await;
    let browser = visit(Options::desktop(), &server).await;
    browser.see("With scripts").await;
    browser.dont_see("Without scripts").await;
    let browser = browser.another(Options::desktop().without_scripts()).await;
    browser.open(&server.uri()).await;
    browser.see("Plain Without scripts").await;
}

#[tokio::test]
async fn a_person_chooses_colours_motion_and_size() {
    if is_left_out() {
        return;
    }
    let server = serve("<p>Fine</p>", "").await;
    let seen = "[innerWidth, innerHeight, matchMedia('(prefers-color-scheme: dark)').matches, \
        matchMedia('(prefers-reduced-motion)').matches]";
    let desktop = visit(Options::desktop(), &server).await;
    assert_eq!(desktop.evaluate(seen).await, json!([1280, 900, false, false]));
    let phone = desktop.another(Options::phone().dark().with_reduced_motion()).await;
    phone.open(&server.uri()).await;
    assert_eq!(phone.evaluate(seen).await, json!([375, 812, true, true]));
    let large = desktop.another(Options::desktop().zoomed().with_forced_colours()).await;
    large.open(&server.uri()).await;
    assert_eq!(large.evaluate(seen).await, json!([640, 450, false, false]));
    assert_eq!(large.evaluate("[devicePixelRatio, matchMedia('(forced-colors)').matches]").await, json!([2, true]));
}

#[tokio::test]
async fn every_machine_has_the_same_browser() {
    if is_left_out() {
        return;
    }
    let server = serve("<p>Fine</p>", "").await;
    let browser = visit(Options::desktop(), &server).await;
    let seen = "[navigator.languages.join(), Intl.DateTimeFormat().resolvedOptions().timeZone]";
    assert_eq!(browser.evaluate(seen).await, json!(["en-US,en", "UTC"]));
    for elsewhere in ["http://localhost.example/", "http://192.0.2.1/"] {
        let failure = failure(browser.open(elsewhere)).await;
        assert!(failure.contains("ERR_NAME_NOT_RESOLVED"), "{failure}");
    }
}

#[tokio::test]
async fn a_screenshot_shows_the_whole_page() {
    if is_left_out() {
        return;
    }
    let server = serve("<div style=\"height: 3000px\"></div>", "").await;
    let path = visit(Options::phone(), &server).await.screenshot("kite-test-browser").await;
    let png = fs::read(&path).unwrap();
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!(number(16), 375);
    assert!(number(20) > 3000);
    assert!(path.ends_with("screenshots/kite-test-browser.png"));
}
