//! Pages as browsers get them: signing in, doing something, what is remembered.

use axum::body::Body;
use axum::http::{Method, Request};
use kite_backend::access::{Access, Listed};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::support::{Answer, Service, form, issue, report, request, text, with, with_headers};

fn browser(path: &str, cookies: &str) -> Request<Body> {
    let mut request = request(Method::GET, path, Body::empty());
    request.headers_mut().insert("accept", "text/html".parse().unwrap());
    request.headers_mut().insert("cookie", cookies.parse().unwrap());
    request
}

async fn guarded() -> Service {
    let hash = hex::encode(Sha256::digest("good-token"));
    let list = json!({"apiVersion": "kite.dev/v1alpha1", "kind": "AccessList", "callers": [
        {"name": "jane", "tokenSha256": hash, "grants": [{"namespaces": ["team-a"], "role": "admin"}]},
    ]});
    Service::with_access(Access::Listed(Listed::parse(&list.to_string()).unwrap().into())).await
}

fn cookies(answer: &Answer) -> Vec<String> {
    answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn somebody_signs_in_with_a_token_reads_writes_and_signs_out() {
    let service = guarded().await;
    let answer = service.send(browser("/issues?severity=major", "")).await;
    assert_eq!(text(&answer.headers, "location"), "/sign-in?to=%2Fissues%3Fseverity%3Dmajor");
    let answer = service.send(form("/sign-in", &[("token", "bad"), ("to", "/issues")])).await;
    assert_eq!(answer.status.as_u16(), 401);
    assert!(answer.text().contains("Not signed in") && cookies(&answer).is_empty());

    let answer = service.send(form("/sign-in", &[("token", " good-token "), ("to", "/issues")])).await;
    assert_eq!((answer.status.as_u16(), text(&answer.headers, "location")), (303, "/issues"));
    let session = cookies(&answer).remove(0);
    for part in ["__Host-kite-session=good-token", "HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
        assert!(session.contains(part), "{session}");
    }
    let session = session.split(';').next().unwrap();
    let page = service.send(browser("/issues", session)).await;
    assert_eq!(page.status.as_u16(), 200);
    assert!(page.text().contains("jane") && page.text().contains("Sign out"));
    assert!(!page.text().contains("good-token"), "the token is in no page");
    // Scripts of the page ask the interface for programs with the same cookie.
    service.send(browser("/api/v1/issues", session)).await.expect(200);

    let answer = service.send(form("/sign-out", &[])).await;
    assert!(cookies(&answer)[0].contains("Max-Age=0"), "{answer:?}");
    let ended = service.send(browser("/issues", "__Host-kite-session=taken-back")).await;
    assert!(text(&ended.headers, "location").contains("ended=yes") && cookies(&ended)[0].contains("Max-Age=0"));
}

#[tokio::test]
async fn a_session_writes_only_from_pages_of_this_server() {
    let service = guarded().await;
    let session = "__Host-kite-session=good-token";
    let with_session = |mut request: Request<Body>| {
        request.headers_mut().insert("cookie", session.parse().unwrap());
        request
    };
    let body = issue("a").to_string();
    let created =
        service.send(with_session(request(Method::POST, "/api/v1/issues", Body::from(body)))).await.expect(201);
    let path = format!("/issues/{}/resolve", created["id"].as_str().unwrap());
    for site in ["cross-site", "same-site", "none"] {
        let mut foreign = with_session(form(&path, &[]));
        foreign.headers_mut().insert("sec-fetch-site", site.parse().unwrap());
        service.send(foreign).await.expect(403);
    }
    let mut silent = with_session(form(&path, &[]));
    silent.headers_mut().remove("sec-fetch-site");
    service.send(silent).await.expect(403);
    // A request without a body needs no content type that a browser would ask about first.
    for site in ["cross-site", "same-site"] {
        let headers = [("cookie", session), ("sec-fetch-site", site), ("origin", "https://evil.example")];
        service.send(with_headers(Method::POST, &format!("/api/v1{path}"), Body::empty(), &headers)).await.expect(403);
    }
    // The interface for programs takes no form.
    let form_there = with_session(form(&format!("/api/v1{path}"), &[("reason", "x")]));
    service.send(form_there).await.expect(415);
    let answer = service.send(with_session(form(&path, &[("reason", "fixed by hand")]))).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text());
}

#[tokio::test]
async fn what_was_refused_is_said_beside_the_form_and_nothing_changes() {
    let service = Service::start().await;
    let id = service.create(&issue("a")).await["id"].as_str().unwrap().to_owned();
    for (name, fields, wanted) in [
        ("edit", vec![("severity", "major")], "`title` is required"),
        ("edit", vec![("title", "x"), ("severity", "huge")], "must be one of"),
        ("relate", vec![("relatedId", "nonsense")], "must be the id of an issue"),
        ("relate", vec![("relatedId", id.as_str())], "must be another issue"),
        ("unrelate", vec![("relatedId", "01890000-0000-7000-8000-000000000000")], "not related"),
    ] {
        let answer = service.send(form(&format!("/issues/{id}/{name}"), &fields)).await;
        assert!(answer.status.is_client_error() && answer.is_page(), "{name}: {answer:?}");
        assert!(answer.text().replace("&#96;", "`").contains(wanted), "{name}: {}", answer.text());
    }
    assert_eq!(service.get(&format!("/api/v1/issues/{id}")).await.expect(200)["severity"], "major");
}

#[tokio::test]
async fn selected_issues_are_resolved_together_and_the_next_page_says_so() {
    let service = Service::start().await;
    let mut ids = Vec::new();
    for component in ["a", "b", "c"] {
        ids.push(service.create(&issue(component)).await["id"].as_str().unwrap().to_owned());
    }
    let fields =
        [("id", ids[0].as_str()), ("id", &ids[1]), ("reason", "a broken mirror"), ("to", "/issues?severity=major")];
    let answer = service.send(form("/issues/resolve", &fields)).await;
    assert_eq!(text(&answer.headers, "location"), "/issues?severity=major");
    let notice = cookies(&answer).remove(0);
    let page = service.send(browser("/issues", notice.split(';').next().unwrap())).await;
    assert!(page.text().contains("Resolved: 2.") && page.text().contains("1 issue"), "{}", page.text());
    assert!(cookies(&page).iter().any(|cookie| cookie.contains("kite-notice=;")), "it is said once");
    let outside = service.send(form("/issues/resolve", &[("to", "//evil.example")])).await;
    assert_eq!(text(&outside.headers, "location"), "/");
}

#[tokio::test]
async fn the_namespace_that_was_chosen_is_remembered() {
    let service = Service::start().await;
    service.create(&issue("a")).await;
    let chosen = service.send(browser("/?namespace=team-a", "")).await;
    assert!(cookies(&chosen)[0].starts_with("kite-namespace=team-a;"));
    let back = service.send(browser("/issues?severity=major", "kite-namespace=team-a")).await;
    assert_eq!(text(&back.headers, "location"), "/issues?severity=major&namespace=team-a");
    let all = service.send(browser("/?namespace=", "kite-namespace=team-a")).await;
    assert_eq!(all.status.as_u16(), 200);
    assert!(cookies(&all)[0].starts_with("kite-namespace=;"));
}

#[tokio::test]
async fn lists_are_of_what_is_broken_unless_asked_otherwise_and_say_why_they_are_empty() {
    let service = Service::start().await;
    let shown = async |path: &str| service.send(browser(path, "")).await.text().to_owned();
    assert!(shown("/issues").await.contains("Nothing was reported yet"));
    let id = service.create(&issue("a")).await["id"].as_str().unwrap().to_owned();
    assert!(shown("/issues?severity=info").await.contains("Nothing matches"));
    assert!(shown("/issues").await.contains("the build of a failed"));
    service.post(&format!("/api/v1/issues/{id}/resolve"), &json!({})).await.expect(200);
    assert!(shown("/issues").await.contains("All clear"));
    assert!(shown("/issues?state=any").await.contains("the build of a failed"));
    let bad = service.send(browser("/issues?severity=huge", "")).await;
    assert_eq!(bad.status.as_u16(), 400);
    assert!(bad.is_page() && bad.text().contains("must be one of"));
    let missing = service.send(browser("/nowhere", "")).await;
    assert_eq!((missing.status.as_u16(), missing.is_page()), (404, true));
}

#[tokio::test]
async fn a_list_is_a_file_with_all_its_pages_and_no_formulas() {
    let service = Service::start().await;
    for number in 0..60 {
        let formula = ["=cmd", "+cmd", "-cmd", "@cmd"][number % 4];
        service.create(&with(issue(&format!("c{number}")), json!({"title": format!("{formula}{number}")}))).await;
    }
    let file = service.get("/issues/export.csv?limit=25").await;
    assert!(text(&file.headers, "content-disposition").contains("issues.csv"));
    let lines: Vec<_> = file.text().lines().collect();
    assert_eq!(lines.len(), 61);
    for line in &lines[1..] {
        assert!(["=", "+", "-", "@"].iter().any(|sign| line.contains(&format!(",'{sign}cmd"))), "{line}");
    }
    assert_eq!(service.get("/issues/export.json").await.json().as_array().unwrap().len(), 60);
}

#[tokio::test]
async fn files_of_pages_are_kept_for_good_and_sent_small() {
    let service = Service::start().await;
    let page = service.send(browser("/", "")).await;
    let style = page.text().split('"').find(|part| part.starts_with("/assets/app-")).unwrap().to_owned();
    let mut asked = request(Method::GET, &style, Body::empty());
    asked.headers_mut().insert("accept-encoding", "gzip, deflate, br;q=1.0".parse().unwrap());
    let answer = service.send(asked).await;
    assert_eq!(answer.headers["content-encoding"], "br");
    assert_eq!(answer.headers["cache-control"], "public, max-age=31536000, immutable");
    assert_eq!(service.get("/assets/app-0000000000000000.css").await.status.as_u16(), 404);
}

#[tokio::test]
async fn lists_can_be_of_one_cluster_where_there_are_several_and_of_an_environment() {
    let service = Service::start().await;
    let in_cluster = |name: &str, cluster: &str, environment: &str| {
        let more =
            json!({"cluster": cluster, "labels": {"environment": environment}, "title": format!("{name} fails")});
        with(report(name), more)
    };
    let page = async |path: &str| service.send(browser(path, "")).await.text().to_owned();
    for (name, cluster, environment) in [("shop", "east", "production"), ("cart", "west", "development")] {
        assert!(!page("/issues").await.contains("cluster="), "one cluster is nothing to choose from");
        let agent = format!("kite-operator/1.2 ({cluster})");
        let body = Body::from(json!([in_cluster(name, cluster, environment)]).to_string());
        let headers = [("content-type", "application/json"), ("user-agent", agent.as_str())];
        service.send(with_headers(Method::POST, "/api/v1/reports", body, &headers)).await.expect(200);
        service.app.sources.write(&service.store).await.unwrap();
    }
    let all = page("/issues?namespace=team-a").await;
    assert!(
        all.contains("cluster=east") && all.contains("cluster=west") && all.contains("label.environment=production")
    );
    let east = page("/issues?cluster=east").await;
    assert!(east.contains("Cluster: <bdi>east") && east.contains("shop fails") && !east.contains("cart fails"));
    let development = page("/issues?namespace=team-a&label.environment=development").await;
    assert!(development.contains("Environment: <bdi>development") && !development.contains("shop fails"));
}
