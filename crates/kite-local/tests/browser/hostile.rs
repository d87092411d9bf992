//! Whatever somebody writes into a report is read, and never runs, loads or breaks a page.

use kite_api::Diagnosis;
use kite_test_browser::{Browser, Options, is_left_out};
use serde_json::json;

use crate::corpus::{ADDRESSES, CORPUS};
use crate::failures::{Failure, failure_of};
use crate::kite::Kite;

/// What pages have in their main part is known; anything else came out of a text.
const FOREIGN: &str = "[...document.querySelectorAll('body *')].filter((element) => \
    element.matches('script, style, img, image, iframe, object, embed, link, meta, base, video, audio, math, marquee, \
      svg:not(.kite-icon, .kite-logo, .kite-chart), body *:is([style], [srcdoc], [hx-get], [hx-vals], [hx-trigger])') || \
    element.getAttributeNames().some((name) => /^on|^(data-)?hx-on/.test(name))).map((element) => element.outerHTML)";
const BESIDE: &str = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
/// Links that lead nowhere good.
const BAD_LINKS: &str = "[...document.links].map((link) => link.getAttribute('href')).filter((address) => \
    !/^(https?:[/][/]|mailto:|[/]($|[^/])|#main$)/.test(address))";

/// Fails the test if something ran, was loaded, or stands where it does not belong.
async fn assert_harmless(browser: &Browser, what: &str) {
    assert_eq!(browser.evaluate("typeof window.__ran").await, json!("undefined"), "{what} ran");
    assert_eq!(browser.evaluate(FOREIGN).await, json!([]), "{what} became markup");
    assert_eq!(browser.evaluate(BAD_LINKS).await, json!([]), "{what} became a link");
    assert_eq!(browser.evaluate("document.querySelectorAll('main').length").await, json!(1), "{what} broke the page");
    assert_eq!(browser.evaluate(BESIDE).await, json!(0), "{what} broke the layout");
    assert_eq!(browser.console_errors().await, [""; 0], "{what} was stopped only by the browser");
}

/// Opens a browser that has nothing but what KITE does with texts: the policy of its pages does not count.
async fn without_policy(options: Options) -> Browser {
    let browser = Browser::start(options).await;
    browser.open("about:blank").await;
    browser.cdp("Page.enable", &json!({})).await;
    browser.cdp("Page.setBypassCSP", &json!({"enabled": true})).await;
    browser
}

/// Names have no control characters.
fn name(text: &str) -> String {
    text.replace(char::is_control, " ").trim().to_owned()
}

/// An issue that has a text wherever one can be.
fn full_of(text: &str, number: usize) -> Failure {
    let name = name(text);
    let failure = failure_of(&format!("{number:03} {name}")).titled(&format!("{number:03} {text}")).because(text);
    let failure = failure.labelled("application", &name).labelled(&name, &name);
    failure.linked(text, &format!("https://logs.example/?{number}#\"'<script>alert(1)</script>")).with(|report| {
        report.variant = Some(name.clone());
        report.reason = Some(name.clone());
        report.cause = Some(name.clone());
        report.cluster = Some(name.clone());
        report.namespace = Some(format!("team-{name}"));
        report.run_id = Some(name.clone());
        report.diagnosis = Some(Diagnosis {
            class: Some(name.clone()),
            task: Some(name.clone()),
            step: Some(name.clone()),
            summary: Some(text.to_owned()),
            remedy: Some(text.to_owned()),
            excerpt: Some(text.to_owned()),
            ..Diagnosis::default()
        });
    })
}

#[tokio::test]
async fn a_text_in_a_report_is_only_read() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    let ids = kite.report_all(CORPUS.iter().enumerate().map(|(number, text)| full_of(text, number))).await;
    let browser = without_policy(Options::desktop()).await;
    for path in ["/", "/trends", "/causes?limit=200", "/about", "/issues?limit=200"] {
        browser.open(&kite.url(path)).await;
        assert_harmless(&browser, path).await;
    }
    let rows = "[...document.querySelectorAll('.kite-row .kite-title')].map((title) => title.innerText.slice(0, 3))";
    let mut rows: Vec<String> = serde_json::from_value(browser.evaluate(rows).await).unwrap();
    rows.sort();
    let numbers: Vec<_> = (0..CORPUS.len()).map(|number| format!("{number:03}")).collect();
    assert_eq!(rows, numbers);
    for (id, text) in ids.into_iter().zip(CORPUS) {
        browser.open(&kite.url(&format!("/issues/{id}"))).await;
        let shown = browser.evaluate("document.querySelector('[aria-label=Description]').textContent").await;
        assert_eq!(shown.as_str().map(str::trim), Some(text.replace('\u{c}', "").trim()), "{id}");
        assert_harmless(&browser, text).await;
        browser.click("Cause").await;
        browser.see("By reason").await;
        assert_harmless(&browser, text).await;
    }
}

#[tokio::test]
async fn news_are_only_read() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    let known = kite.report_all((0..CORPUS.len()).map(|number| failure_of(&format!("part-{number}")))).await;
    let browser = without_policy(Options::phone()).await;
    browser.open(&kite.url("/issues?limit=200")).await;
    browser.see("Live").await;
    let rename = |(number, text)| failure_of(&format!("part-{number}")).titled(&format!("{text} {number}!"));
    kite.report_all(CORPUS.into_iter().enumerate().map(rename)).await;
    let changed = "[...document.querySelectorAll('.kite-title')].filter((title) => /!$/.test(title.innerText)).length";
    browser.wait_until(&format!("{changed} === {}", CORPUS.len())).await;
    assert_eq!(browser.evaluate("document.querySelectorAll('.kite-row').length").await, json!(known.len()));
    assert_harmless(&browser, "a row that changed").await;
    kite.report(failure_of("new").titled("<img src=x onerror=window.__ran=1> is new")).await;
    browser.click("1 new issue, show").await;
    browser.see("<img src=x onerror=window.__ran=1> is new").await;
    assert_harmless(&browser, "a new row").await;
}

#[tokio::test]
async fn what_is_asked_for_is_only_read() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    kite.report(failure_of("shop")).await;
    let browser = without_policy(Options::desktop()).await;
    let address = |path: &str, names: &[&str], text: &str| {
        let mut url = reqwest::Url::parse(&kite.url(path)).unwrap();
        url.query_pairs_mut().extend_pairs(names.iter().map(|name| (*name, name_of(name, text))));
        url.to_string()
    };
    for text in CORPUS {
        let filters = ["search", "component", "application", "label.team", "resourceName"];
        browser.open(&address("/issues", &filters, text)).await;
        let typed = browser.evaluate("document.querySelector('input[type=search]').value").await;
        assert_eq!(typed.as_str(), Some(name_of("search", text).as_str()));
        assert_harmless(&browser, text).await;
    }
    for text in CORPUS.into_iter().step_by(9) {
        for (path, names) in [("/sign-in", ["to", "ended"]), ("/issues", ["severity", "cursor"]), ("/", ["x", "y"])] {
            browser.open(&address(path, &names, text)).await;
            browser.evaluate("window.scrollTo(0, 0)").await;
            // A question that is refused is an error of the console.
            browser.console_errors().await;
            assert_harmless(&browser, text).await;
        }
    }
    for to in ["javascript:window.__ran=1", "//evil.example", "/\\evil.example", "https://evil.example"] {
        browser.open(&address("/sign-in", &["to"], to)).await;
        assert_eq!(browser.evaluate("document.querySelector('[name=to]').value").await, json!("/"), "{to}");
    }
}

/// Text that a parameter of that name takes.
fn name_of(parameter: &str, text: &str) -> String {
    if parameter == "search" { format!("find {}", name(text)) } else { name(text) }
}

#[tokio::test]
async fn what_people_write_on_pages_is_only_read() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    let id = kite.report(failure_of("shop")).await;
    let browser = without_policy(Options::desktop()).await;
    browser.open(&kite.url("/issues")).await;
    let hostile = "\"><img src=x onerror=window.__ran=1>";
    browser.click("Views").await;
    browser.fill("Name of this view", hostile).await;
    browser.click("Save").await;
    browser.see(hostile).await;
    assert_harmless(&browser, "the name of a view").await;
    browser.open(&kite.url(&format!("/issues/{id}"))).await;
    browser.click("Edit").await;
    browser.fill("Title", hostile).await;
    browser.click("Save").await;
    browser.see("Saved.").await;
    browser.click("Resolve").await;
    browser.fill("Why is it over?", hostile).await;
    browser.click("Resolve now").await;
    browser.see("Resolved.").await;
    browser.click("Relate").await;
    browser.fill("Id or address of the other issue", hostile).await;
    browser.press("Enter").await;
    browser.see("must be the id of an issue").await;
    browser.console_errors().await;
    assert_harmless(&browser, "what was filled in").await;
}

#[tokio::test]
async fn only_harmless_addresses_are_links() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    let browser = without_policy(Options::desktop()).await;
    for (number, address) in ADDRESSES.into_iter().enumerate() {
        let refusal = kite.refusal_of(failure_of(&format!("part-{number}")).linked("Logs", address)).await;
        assert!(refusal.iter().any(|error| error.contains("must be an http, https or mailto address")), "{address}");
        // What a webhook posts is taken in all the same, without the link.
        let id = kite.release_failed(&format!("application-{number}"), address).await;
        browser.open(&kite.url(&format!("/issues/{id}"))).await;
        browser.see(&format!("application-{number}")).await;
        assert_harmless(&browser, address).await;
        assert_eq!(browser.evaluate("document.querySelectorAll('.kite-links a').length").await, json!(0), "{address}");
    }
    browser.open(&kite.url("/issues")).await;
    assert_harmless(&browser, "an address").await;
}

#[tokio::test]
async fn the_policy_stops_what_gets_into_a_page_all_the_same() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    kite.report(failure_of("shop")).await;
    let browser = kite.visit(Options::desktop(), "/issues").await;
    let listen = "document.addEventListener('securitypolicyviolation', (event) => \
        (window.__stopped ??= []).push(event.effectiveDirective))";
    browser.evaluate(listen).await;
    for (markup, directive) in [
        ("<img src=x onerror=window.__ran=1>", "script-src-attr"),
        ("<iframe srcdoc='<script>parent.__ran=1</script>'></iframe>", "script-src-elem"),
        ("<a href=javascript:window.__ran=1>Way out</a>", "script-src-elem"),
        ("<form action=https://evil.example><button>Way out</button></form>", "form-action"),
        ("<img src=https://evil.example/x.png>", "img-src"),
        ("<p style=position:fixed;inset:0>over all</p>", "style-src-attr"),
    ] {
        let insert = format!("document.querySelector('main').insertAdjacentHTML('beforeend', {})", json!(markup));
        browser.evaluate(&insert).await;
        browser.evaluate("document.querySelector('main').lastElementChild.querySelector('button')?.click()").await;
        browser.evaluate("document.querySelector('main').lastElementChild.click()").await;
        // What a frame of its own says of its policy is heard in the frame.
        if !markup.contains("iframe") {
            browser.wait_until(&format!("window.__stopped?.includes('{directive}')")).await;
        }
    }
    browser.evaluate("fetch('https://evil.example').catch(() => { window.__refused = 1; })").await;
    browser.wait_until("window.__refused === 1 && window.__stopped.includes('connect-src')").await;
    assert_eq!(browser.evaluate("typeof window.__ran").await, json!("undefined"));
    assert!(browser.url().await.ends_with("/issues"));
}

#[tokio::test]
async fn colours_of_terminals_directions_and_endless_words_break_nothing() {
    if is_left_out() {
        return;
    }
    let kite = Kite::empty();
    let coloured = "\u{1b}[31;1mFAILED\u{1b}[0m 3 of 9\u{1b}]0;title\u{7}\u{1b}[2K done\n";
    let logged = kite.report(failure_of("coloured").because(coloured)).await;
    let arabic = "فشل بناء المتجر (فرع main) في المهمة build-container";
    kite.report(failure_of("arabic").titled(arabic).critical()).await;
    kite.report(failure_of("reversed").titled("Build of \u{202e}txt.exe failed")).await;
    let endless = "w".repeat(65_000);
    let long = kite.report(failure_of("endless").titled(&endless[..500]).because(&endless)).await;
    for options in [Options::desktop(), Options::phone()] {
        let browser = kite.visit(options, "/issues").await;
        browser.see(arabic).await;
        assert_harmless(&browser, "a list").await;
        let order = "[...document.querySelectorAll('.kite-row')].every((row) => \
            row.querySelector('.kite-title').getBoundingClientRect().left >= \
            row.querySelector('.pf-v6-c-label').getBoundingClientRect().left)";
        assert_eq!(browser.evaluate(order).await, json!(true), "what stands beside a text stays there");
        browser.open(&kite.url(&format!("/issues/{long}"))).await;
        assert_harmless(&browser, "an endless word").await;
        browser.open(&kite.url(&format!("/issues/{logged}"))).await;
        browser.see("FAILED 3 of 9 done").await;
    }
}
