//! People show tokens of the issuer.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::{Key, World};
use crate::support::{issue, with_headers};

#[tokio::test]
async fn people_may_what_was_granted_to_them_and_to_their_groups() {
    let key = Key::new("one");
    let world = World::new(&[&key]).await;
    let jane = key.sign(&world.claims(json!({})));
    world.get(&jane, "/api/v1/issues?namespace=team-a").await.expect(200);
    world.get(&jane, "/api/v1/issues?namespace=team-b").await.expect(403);
    let bearer = format!("Bearer {jane}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let post = async |path: &str, body: Value| {
        world.service.send(with_headers(Method::POST, path, Body::from(body.to_string()), &headers)).await
    };
    let created = post("/api/v1/issues", issue("a")).await.expect(201);
    let path = format!("/api/v1/issues/{}", created["id"].as_str().unwrap());
    post(&format!("{path}/resolve"), json!({})).await.expect(200);
    let history = world.get(&jane, &format!("{path}/history")).await;
    assert!(history.expect(200).to_string().contains("jane@example.com"));
    let joe = key.sign(&world.claims(json!({"email": "joe@example.com", "sub": "8", "groups": ["sre"]})));
    world.get(&joe, "/api/v1/issues?namespace=team-b").await.expect(200);
    let nobody = key.sign(&world.claims(json!({"email": "joe@example.com", "groups": ["jane@example.com"]})));
    world.get(&nobody, "/api/v1/issues?namespace=team-a").await.expect(403);
    assert_eq!(world.times_asked().await, 2, "keys are remembered");
}

#[tokio::test]
async fn a_token_that_is_wrong_in_anything_is_none() {
    let key = Key::new("one");
    let world = World::new(&[&key]).await;
    for (what, changes) in [
        ("for another audience", json!({"aud": "grafana"})),
        ("for no audience", json!({"aud": null})),
        ("of another issuer", json!({"iss": "https://evil.example"})),
        ("past its time", json!({"exp": 1_700_000_000})),
        ("before its time", json!({"nbf": 4_102_444_000_u32})),
        ("without an end", json!({"exp": null})),
        ("about nobody", json!({"email": null})),
        ("without a subject", json!({"sub": null})),
        ("about somebody unverified", json!({"email_verified": false})),
        ("with a name that would forge a line in the log", json!({"email": "jane@example.com\nadmin"})),
    ] {
        assert_eq!(world.status(&key.sign(&world.claims(changes))).await, 401, "{what}");
    }
    let jane = key.sign(&world.claims(json!({})));
    assert_eq!(world.status(&jane).await, 200);
    let (head, signature) = jane.rsplit_once('.').unwrap();
    let other = key.sign(&world.claims(json!({"email": "root@example.com"})));
    for forged in [
        Key::new("one").sign(&world.claims(json!({}))),
        format!("{}.{signature}", other.rsplit_once('.').unwrap().0),
        format!("{head}."),
        jane.replacen("ey", "ez", 1),
    ] {
        assert_eq!(world.status(&forged).await, 401, "{forged}");
    }
}

#[tokio::test]
async fn a_token_cannot_choose_how_it_is_checked() {
    let key = Key::new("one");
    let world = World::new(&[&key]).await;
    let claims = world.claims(json!({}));
    // A public key is no shared secret.
    let public = serde_json::to_vec(&key.shown()).unwrap();
    let header = Header { kid: Some("one".to_owned()), ..Header::new(Algorithm::HS256) };
    let shared = encode(&header, &claims, &EncodingKey::from_secret(&public)).unwrap();
    assert_eq!(world.status(&shared).await, 401);
    let signed = key.sign(&claims);
    let body = signed.split('.').nth(1).unwrap();
    // {"alg":"none","typ":"JWT"}
    assert_eq!(world.status(&format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{body}.")).await, 401);
}

#[tokio::test]
async fn keys_are_exchanged_while_the_service_runs_and_strange_ones_ask_nothing() {
    let (first, second) = (Key::new("first"), Key::new("second"));
    let world = World::new(&[&first]).await;
    assert_eq!(world.status(&first.sign(&world.claims(json!({})))).await, 200);
    let asked = world.times_asked().await;
    for _ in 0..20 {
        assert_eq!(world.status(&Key::new("strange").sign(&world.claims(json!({})))).await, 401);
    }
    assert_eq!(world.times_asked().await, asked, "no flood of the issuer");
    world.issuer.reset().await;
    world.answer("/.well-known/openid-configuration", &world.discovered()).await;
    world.show(&[&second]).await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(11)).await;
    tokio::time::resume();
    assert_eq!(world.status(&second.sign(&world.claims(json!({})))).await, 200);
    assert_eq!(world.status(&first.sign(&world.claims(json!({})))).await, 401, "the first key ended");
}

#[tokio::test]
async fn while_the_issuer_cannot_be_believed_nothing_opens() {
    let key = Key::new("one");
    let world = World::new(&[&key]).await;
    let jane = key.sign(&world.claims(json!({})));
    let keys = json!({"keys": []});
    let address = world.issuer.uri();
    for (what, discovered) in [
        ("nothing", None),
        ("another issuer", Some(json!({"issuer": "https://evil.example", "jwks_uri": format!("{address}/keys")}))),
        ("keys without TLS", Some(json!({"issuer": address, "jwks_uri": "http://keys.example/"}))),
        ("keys that are gone", Some(json!({"issuer": address, "jwks_uri": format!("{address}/gone")}))),
        ("garbage", Some(json!([]))),
        ("megabytes", Some(json!({"issuer": address, "jwks_uri": "a".repeat(2 << 20)}))),
    ] {
        world.issuer.reset().await;
        if let Some(discovered) = discovered {
            world.answer("/.well-known/openid-configuration", &discovered).await;
        }
        world.answer("/keys", &keys).await;
        let answer = world.get(&jane, "/api/v1/issues").await;
        assert_eq!(answer.status.as_u16(), 503, "{what}: {answer:?}");
        assert!(answer.headers.contains_key("retry-after"), "{what}");
    }
    world.issuer.reset().await;
    world.answer("/.well-known/openid-configuration", &world.discovered()).await;
    world.show(&[&key]).await;
    assert_eq!(world.status(&jane).await, 200, "it recovers by itself");
}
