//! People sign in at the issuer with their browsers.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::Method;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use super::{Key, World};
use crate::support::{Answer, form, text, with, with_headers};

/// A browser that has begun to sign in.
struct Begun {
    /// What it was sent to the issuer with.
    asked: BTreeMap<String, String>,
    cookie: String,
}

async fn world(key: &Key) -> World {
    World::with(&[key], json!({"browser": {"address": "https://kite.example/"}})).await
}

/// A browser asks for a page; `site` is where it comes from.
async fn visit(world: &World, path: &str, cookie: &str, site: &str) -> Answer {
    let headers = [("accept", "text/html"), ("cookie", cookie), ("sec-fetch-site", site)];
    world.service.send(with_headers(Method::GET, path, Body::empty(), &headers)).await
}

/// What a browser sends back of the cookies that an answer sets.
fn cookies(answer: &Answer) -> Vec<&str> {
    let set = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap());
    set.map(|cookie| cookie.split(';').next().unwrap()).collect()
}

async fn begin(world: &World, to: &str) -> Begun {
    let to: String = form_urlencoded::byte_serialize(to.as_bytes()).collect();
    let answer = visit(world, &format!("/sign-in/start?to={to}"), "", "same-origin").await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let place = text(&answer.headers, "location");
    let query = place.strip_prefix(&format!("{}/authorize?tenant=1&", world.issuer.uri())).expect("the issuer");
    let set = text(&answer.headers, "set-cookie");
    for part in ["__Host-kite-sign-in=", "HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=600"] {
        assert!(set.contains(part), "{set}");
    }
    let asked = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    Begun { asked, cookie: cookies(&answer)[0].to_owned() }
}

impl Begun {
    fn state(&self) -> &str {
        &self.asked["state"]
    }

    /// Jane's token for this browser, with changes.
    fn token(&self, world: &World, key: &Key, changes: Value) -> String {
        key.sign(&with(world.claims(json!({"nonce": self.asked["nonce"]})), changes))
    }

    async fn back(&self, world: &World, query: &str) -> Answer {
        visit(world, &format!("/sign-in/done?{query}"), &self.cookie, "cross-site").await
    }

    /// Comes back with the state and a code.
    async fn done(&self, world: &World) -> Answer {
        self.back(world, &format!("code=c0de&state={}", self.state())).await
    }
}

/// The issuer gives this for any code.
async fn grants(world: &World, status: u16, body: Value) {
    let answer = ResponseTemplate::new(status).set_body_json(body);
    Mock::given(method("POST")).and(path("/token")).respond_with(answer).mount(&world.issuer).await;
}

fn assert_refused(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 401, "{what}: {answer:?}");
    let is_session = |cookie: &&str| cookie.starts_with("__Host-kite-session=");
    assert!(answer.text().contains("Not signed in") && !cookies(answer).iter().any(is_session), "{what}");
}

#[tokio::test]
async fn a_person_is_sent_to_the_issuer_and_comes_back_to_the_page_that_was_asked_for() {
    let key = Key::new("one");
    let world = world(&key).await;
    let page = visit(&world, "/sign-in?to=/issues", "", "none").await.text().to_owned();
    assert!(page.contains("Sign in with 127.0.0.1") && page.contains("/sign-in/start?to=%2Fissues"), "{page}");
    let begun = begin(&world, "/issues?namespace=team-a").await;
    let asked = |name: &str| begun.asked[name].as_str();
    assert_eq!((asked("response_type"), asked("client_id"), asked("scope")), ("code", "kite", "openid email"));
    assert_eq!(asked("redirect_uri"), "https://kite.example/sign-in/done");
    assert_eq!(asked("code_challenge_method"), "S256");
    grants(&world, 200, json!({"id_token": begun.token(&world, &key, json!({})), "token_type": "Bearer"})).await;
    let answer = begun.done(&world).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    // Browsers do not show a strict cookie after being sent here by another server, so the page goes on by itself.
    assert!(answer.text().contains(r#"content="0;url=/issues?namespace=team-a""#), "{}", answer.text());
    let session = cookies(&answer)[0].to_owned();
    assert!(text(&answer.headers, "set-cookie").contains("SameSite=Strict"));
    assert_eq!(cookies(&answer)[1], "__Host-kite-sign-in=", "nothing is left of the attempt");
    let page = visit(&world, "/issues?namespace=team-a", &session, "same-origin").await;
    assert!(page.status == 200 && page.text().contains("jane@example.com"), "{page:?}");

    let requests = world.issuer.received_requests().await.unwrap();
    let exchange = requests.iter().find(|request| request.url.path() == "/token").unwrap();
    let sent: BTreeMap<_, _> = form_urlencoded::parse(&exchange.body).into_owned().collect();
    assert_eq!((sent["grant_type"].as_str(), sent["code"].as_str()), ("authorization_code", "c0de"));
    assert_eq!((sent["client_id"].as_str(), sent["redirect_uri"].as_str()), ("kite", asked("redirect_uri")));
    assert_eq!(URL_SAFE_NO_PAD.encode(Sha256::digest(&sent["code_verifier"])), asked("code_challenge"));
}

#[tokio::test]
async fn a_secret_of_the_client_is_read_from_its_file() {
    let key = Key::new("one");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "a:b c\n").unwrap();
    let browser = json!({"address": "https://kite.example", "clientSecretFile": file, "scopes": ["groups"]});
    let world = World::with(&[&key], json!({"browser": browser})).await;
    let begun = begin(&world, "/").await;
    assert_eq!(begun.asked["scope"], "openid groups");
    grants(&world, 200, json!({"id_token": begun.token(&world, &key, json!({}))})).await;
    assert_eq!(begun.done(&world).await.status, 200);
    let requests = world.issuer.received_requests().await.unwrap();
    let exchange = requests.iter().find(|request| request.url.path() == "/token").unwrap();
    let basic = base64::engine::general_purpose::STANDARD.encode("kite:a%3Ab+c");
    assert_eq!(exchange.headers["authorization"], format!("Basic {basic}"));
}

#[tokio::test]
async fn only_the_browser_that_began_comes_in_and_only_with_what_it_asked_for() {
    let key = Key::new("one");
    let world = world(&key).await;
    let (jane, eve) = (begin(&world, "/").await, begin(&world, "/").await);
    grants(&world, 200, json!({"id_token": eve.token(&world, &key, json!({}))})).await;
    // Eve sends Jane her own way back in, or steals Jane's.
    assert_refused(&jane.back(&world, &format!("code=c0de&state={}", eve.state())).await, "another's state");
    assert_refused(&jane.done(&world).await, "a token that another browser asked for");
    let without = visit(&world, &format!("/sign-in/done?code=c&state={}", eve.state()), "", "cross-site").await;
    assert_refused(&without, "no cookie");
    assert_refused(&eve.back(&world, "code=c0de").await, "no state");
    assert_refused(&eve.back(&world, &format!("error=access_denied&state={}", eve.state())).await, "not let in");
    let other = format!("code=c&iss=https%3A%2F%2Fevil.example&state={}", eve.state());
    assert_refused(&eve.back(&world, &other).await, "an answer of another issuer");
    assert_eq!(eve.done(&world).await.status, 200);
}

#[tokio::test]
async fn a_grant_that_is_not_sound_lets_nobody_in() {
    let key = Key::new("one");
    for (what, status, granted, expected) in [
        ("a code that is over", 400, json!({"error": "invalid_grant"}), 401),
        ("a secret that is wrong", 401, json!({"error": "invalid_client"}), 503),
        ("no token", 200, json!({"access_token": "x"}), 503),
        ("a failing issuer", 500, json!({}), 503),
    ] {
        let world = world(&key).await;
        let begun = begin(&world, "/").await;
        grants(&world, status, granted).await;
        let answer = begun.done(&world).await;
        assert_eq!(answer.status, expected, "{what}: {answer:?}");
        assert!(cookies(&answer).is_empty(), "{what}");
    }
    for (what, changes) in [
        ("for another client", json!({"aud": "grafana"})),
        ("over", json!({"exp": 1_700_000_000})),
        ("of another sign-in", json!({"nonce": "other"})),
        ("of no sign-in", json!({"nonce": null})),
        ("about nobody", json!({"email_verified": false})),
        ("longer than browsers keep", json!({"picture": "x".repeat(4000)})),
    ] {
        let world = world(&key).await;
        let begun = begin(&world, "/").await;
        grants(&world, 200, json!({"id_token": begun.token(&world, &key, changes)})).await;
        assert_refused(&begun.done(&world).await, what);
    }
}

#[tokio::test]
async fn nobody_is_sent_to_another_server_than_the_issuer() {
    let key = Key::new("one");
    let world = world(&key).await;
    let begun = begin(&world, "//evil.example/").await;
    grants(&world, 200, json!({"id_token": begun.token(&world, &key, json!({}))})).await;
    assert!(begun.done(&world).await.text().contains(r#"content="0;url=/""#));
    let world = self::world(&key).await;
    world.issuer.reset().await;
    let discovered = with(world.discovered(), json!({"authorization_endpoint": "http://evil.example/"}));
    world.answer("/.well-known/openid-configuration", &discovered).await;
    world.show(&[&key]).await;
    assert_eq!(visit(&world, "/sign-in/start", "", "same-origin").await.status, 503);
}

#[tokio::test]
async fn without_it_people_show_tokens() {
    let key = Key::new("one");
    let world = World::new(&[&key]).await;
    assert!(!visit(&world, "/sign-in", "", "none").await.text().contains("Sign in with"));
    for path in ["/sign-in/start", "/sign-in/done?code=c&state=s"] {
        assert_eq!(visit(&world, path, "", "same-origin").await.status, 404, "{path}");
    }
    let long = key.sign(&world.claims(json!({"picture": "x".repeat(4000)})));
    assert_refused(&world.service.send(form("/sign-in", &[("token", &long)])).await, "a token too long to be kept");
}

#[tokio::test]
async fn who_follows_a_link_from_another_server_is_asked_to_sign_in_only_without_a_session() {
    let key = Key::new("one");
    let world = world(&key).await;
    let answer = visit(&world, "/issues?search=%22%3E", "", "cross-site").await;
    assert!(answer.status == 200 && answer.text().contains(r#"content="0;url=/issues?search=%22%3E""#), "{answer:?}");
    let again = visit(&world, "/issues", "", "same-origin").await;
    assert_eq!((again.status.as_u16(), text(&again.headers, "location")), (303, "/sign-in?to=%2Fissues"));
}
