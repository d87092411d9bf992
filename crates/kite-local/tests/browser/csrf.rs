//! Pages of other servers, opened by somebody who may change things in KITE.

use kite_api::State;
use kite_client::IssueQuery;
use kite_test_browser::{Browser, Options, is_left_out};
use uuid::Uuid;
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::failures::failure_of;
use crate::kite::Kite;
use crate::shared::Shared;

/// Sends what a page can send without being asked, one after the other, and counts.
const SCRIPT: &str = r#"
const { kite, id } = Object.fromEntries(new URLSearchParams(location.search));
const form = (fields) => new URLSearchParams(fields);
const text = (value) => new Blob([JSON.stringify(value)], { type: "text/plain" });
const report = [{ verdict: "failing", namespace: "team-a", issueType: "build", severity: "critical", title: "Forged",
  description: "Forged", scope: { resourceType: "component", resourceName: "forged" } }];
const read = (answer) => answer.json().then(() => document.body.append("STOLEN"));
const simple = { mode: "no-cors", credentials: "include", method: "POST" };
const attacks = [
  ...["resolve", "reopen", "delete"].flatMap((what) => [
    () => fetch(`${kite}/issues/${id}/${what}`, { ...simple, body: form({ reason: "forged" }) }),
    () => fetch(`${kite}/issues/${id}/${what}`, { ...simple, body: text({}) }),
    () => fetch(`${kite}/issues/${id}/${what}`, { ...simple }),
    () => fetch(`${kite}/api/v1/issues/${id}/${what}`, { ...simple }),
    () => fetch(`${kite}/api/v1/issues/${id}/${what}`, { ...simple, body: text({ reason: "forged" }) }),
    () => fetch(`${kite}/issues/${id}/${what}`, { credentials: "include" }),
  ]),
  () => fetch(`${kite}/issues/${id}/edit`, { ...simple, body: form({ title: "Forged" }) }),
  () => fetch(`${kite}/issues/${id}/edit`, { ...simple, referrerPolicy: "no-referrer", body: form({ title: "Forged" }) }),
  () => fetch(`${kite}/issues/resolve`, { ...simple, body: form({ id, reason: "forged", to: "/" }) }),
  () => fetch(`${kite}/sign-out`, { ...simple }),
  () => fetch(`${kite}/api/v1/issues/${id}`, { method: "DELETE", credentials: "include" }),
  () => fetch(`${kite}/api/v1/issues/${id}`, { method: "PUT", headers: { "content-type": "application/json" }, body: '{"title":"Forged"}' }),
  () => fetch(`${kite}/api/v1/issues/${id}/resolve`, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" }),
  () => fetch(`${kite}/api/v1/reports`, { ...simple, body: text(report) }),
  () => fetch(`${kite}/api/v1/reports`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(report) }),
  () => fetch(`${kite}/api/v1/webhooks/pipeline-failure`, { ...simple, body: text({ pipelineName: "forged", namespace: "team-a", failureReason: "forged" }) }),
  () => navigator.sendBeacon(`${kite}/issues/${id}/resolve`, form({ reason: "forged" })),
  () => navigator.sendBeacon(`${kite}/api/v1/reports`, text(report)),
  () => fetch(`${kite}/api/v1/issues`, { credentials: "include" }).then(read),
  () => fetch(`${kite}/issues/export.json`, { credentials: "include" }).then(read),
  () => new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.sandbox = "allow-forms allow-scripts";
    frame.srcdoc = `<body onload=document.forms[0].submit()><form method=post action="${kite}/issues/${id}/resolve"><input name=reason value=forged></form>`;
    document.body.append(frame);
    frame.onload = () => frame.dataset.loaded ? done() : (frame.dataset.loaded = "once");
  }),
  () => new Promise((done) => {
    const frame = document.createElement("iframe");
    frame.src = `${kite}/issues/${id}`;
    document.body.append(frame);
    frame.onload = done;
  }),
  () => new Promise((done) => {
    const picture = new Image();
    picture.onload = picture.onerror = done;
    picture.src = `${kite}/issues/${id}/resolve`;
  }),
  () => new Promise((done) => {
    const news = new EventSource(`${kite}/api/v1/stream`, { withCredentials: true });
    news.onopen = () => { document.body.append("STOLEN"); done(); };
    news.onerror = () => { news.close(); done(); };
  }),
];
(async () => {
  for (const attack of attacks) {
    try { await attack(); } catch { /* The browser refused it. */ }
  }
  document.body.append(`${attacks.length} attacks were made`);
})();
"#;
const PAGE: &str =
    "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Kittens</title><body><script src=/attack.js></script>";
/// Sends the one form on the page as soon as it is there, which leads the person to its answer.
const FORM: &str = "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Kittens</title><body><form method=post>\
    <input name=reason value=forged><input name=title value=Forged><input name=id><input name=to value=/></form>\
    <script src=/form.js></script>";
const SEND: &str = r"
const { action, id, enctype } = Object.fromEntries(new URLSearchParams(location.search));
const [form] = document.forms;
form.action = action;
form.enctype = enctype;
form.elements.id.value = id;
form.submit();
";

/// A server that means no good.
struct Evil(MockServer);

impl Evil {
    async fn start() -> Self {
        let server = MockServer::start().await;
        for (place, kind, text) in [
            ("/", "text/html", PAGE),
            ("/attack.js", "text/javascript", SCRIPT),
            ("/form", "text/html", FORM),
            ("/form.js", "text/javascript", SEND),
        ] {
            let answer = ResponseTemplate::new(200).set_body_raw(text, kind);
            Mock::given(path(place)).respond_with(answer).mount(&server).await;
        }
        Mock::given(any()).respond_with(ResponseTemplate::new(204)).with_priority(u8::MAX).mount(&server).await;
        Self(server)
    }

    /// The same server as another site, and as another origin of KITE's own site.
    fn origins(&self) -> [String; 2] {
        ["localhost", "127.0.0.1"].map(|host| format!("http://{host}:{}", self.0.address().port()))
    }
}

fn address(page: &str, parameters: &[(&str, &str)]) -> String {
    reqwest::Url::parse_with_params(page, parameters).unwrap().to_string()
}

/// Has a person look at a page that attacks an issue.
async fn be_attacked(browser: &Browser, origin: &str, kite: &str, id: Uuid) {
    browser.open(&address(origin, &[("kite", kite), ("id", &id.to_string())])).await;
    browser.see("36 attacks were made").await;
    browser.dont_see("STOLEN").await;
}

/// Fails the test unless there is the one issue, and nobody touched it.
async fn assert_untouched(kite: &Kite, id: Uuid, before: &kite_api::Issue, by: &str) {
    assert_eq!(&kite.issue(id).await, before, "changed by {by}");
    assert_eq!(kite.list(&IssueQuery::default()).await.total, 1, "more was reported by {by}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_server_changes_and_reads_nothing() {
    if is_left_out() {
        return;
    }
    let (kite, evil) = (Kite::empty(), Evil::start().await);
    let id = kite.report(failure_of("shop")).await;
    let before = kite.issue(id).await;
    let browser = Browser::start(Options::desktop()).await;
    for origin in evil.origins() {
        be_attacked(&browser, &origin, &kite.url(""), id).await;
        assert_untouched(&kite, id, &before, &origin).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_server_does_nothing_in_the_name_of_who_is_signed_in() {
    if is_left_out() {
        return;
    }
    let (shared, evil) = (Shared::start().await, Evil::start().await);
    let (hannah, id) = (shared.client("hannah"), shared.issues[0]);
    let before = hannah.get_issue(id).await.unwrap();
    let browser = Browser::start(Options::desktop()).await;
    shared.sign_in(&browser, "hannah").await;
    // Another port is the same site: the browser sends the cookie of the session.
    for origin in evil.origins() {
        be_attacked(&browser, &origin, &shared.url, id).await;
        assert_eq!(hannah.get_issue(id).await.unwrap(), before, "changed by {origin}");
        assert_eq!(hannah.list_issues(&IssueQuery::default()).await.unwrap().total, 1, "reported by {origin}");
    }
    browser.open(&format!("{}/issues", shared.url)).await;
    browser.see("Sign out").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_on_a_page_of_another_server_is_refused() {
    if is_left_out() {
        return;
    }
    let (kite, evil) = (Kite::empty(), Evil::start().await);
    let id = kite.report(failure_of("shop")).await;
    let before = kite.issue(id).await;
    let browser = Browser::start(Options::desktop()).await;
    let issue = format!("/issues/{id}");
    let actions = ["/resolve", "/reopen", "/edit", "/relate", "/delete"].map(|action| format!("{issue}{action}"));
    for origin in evil.origins() {
        for action in actions.iter().map(String::as_str).chain(["/issues/resolve", "/sign-in", "/sign-out"]) {
            for enctype in ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"] {
                let parameters = [("action", &*kite.url(action)), ("id", &id.to_string()), ("enctype", enctype)];
                browser.open(&address(&format!("{origin}/form"), &parameters)).await;
                browser.see("403: this can be done only on a page of this server").await;
                assert_untouched(&kite, id, &before, &format!("{origin} with {action} as {enctype}")).await;
            }
        }
    }
    // The same form on a page of its own works.
    browser.open(&kite.url(&issue)).await;
    browser.click("Resolve").await;
    browser.click("Resolve now").await;
    browser.see("Resolved.").await;
    assert_eq!(kite.issue(id).await.state, State::Resolved);
}
