//! Every page, read by everybody.

use axum::http::Method;

use super::who::{EVERYBODY, Right, Who};
use super::world::{By, OTHER_SECRET, SECRET, World, asked_by};
use crate::support::{Answer, form, text};

/// Each page and what somebody who may read nothing there gets.
fn pages(id: &str) -> Vec<(String, u16)> {
    let all = [
        "/",
        "/issues",
        "/issues?state=any",
        "/issues?search=zebra",
        "/trends",
        "/causes",
        "/causes?search=zebra&state=ACTIVE",
        "/about",
        "/issues/export.csv?state=any",
    ];
    let named = [
        "/?namespace=team-a",
        "/issues?namespace=team-a",
        "/trends?namespace=team-a",
        "/causes?namespace=team-a",
        "/issues/export.json?namespace=team-a",
    ];
    let all = all.map(|page| (page.to_owned(), 200)).into_iter();
    let hidden = [format!("/issues/{id}"), "/causes/zebra%2Fcause".to_owned()];
    all.chain(named.map(|page| (page.to_owned(), 403))).chain(hidden.map(|page| (page, 404))).collect()
}

async fn visit(world: &World, who: Who, path: &str) -> Answer {
    let mut request = asked_by(who, Method::GET, path, None);
    request.headers_mut().insert("accept", "text/html".parse().unwrap());
    world.service.send(request).await
}

#[tokio::test]
async fn nobody_reads_on_a_page_what_they_may_not() {
    let world = World::new(By::Kubernetes).await;
    world.relate().await;
    for (path, refused) in pages(&world.one) {
        for who in EVERYBODY {
            let answer = visit(&world, who, &path).await;
            let what = format!("{who:?}: {path}");
            if who.is_a_stranger() {
                assert_eq!(answer.status.as_u16(), 303, "{what}");
                assert!(text(&answer.headers, "location").starts_with("/sign-in?to=%2F"), "{what}");
                continue;
            }
            let wanted = if who.has(Right::Read) { 200 } else { refused };
            assert_eq!(answer.status.as_u16(), wanted, "{what}: {}", answer.text());
            let shown = answer
                .text()
                .replace("search=zebra", "")
                .replace("value=\"zebra\"", "")
                .replace("<bdi>zebra</bdi>", "")
                .replace(": zebra\"", "");
            let shown = format!("{:?} {shown}", answer.headers);
            assert!(who.has(Right::Read) || !shown.contains(SECRET), "{what}: {shown}");
            assert!(who.reads_elsewhere() || !shown.contains(OTHER_SECRET), "{what}: {shown}");
            let names = shown.contains("team-a") && !path.contains("team-a");
            assert!(who.has(Right::Read) || !names, "{what} names the namespace: {shown}");
        }
    }
}

#[tokio::test]
async fn only_what_somebody_may_do_is_offered_and_done() {
    let forms = ["resolve", "edit", "relate", "delete"];
    for who in EVERYBODY.into_iter().filter(|who| !who.is_a_stranger()) {
        let world = World::new(By::Kubernetes).await;
        let page = visit(&world, who, &format!("/issues/{}", world.one)).await;
        for name in forms {
            let right = if name == "delete" { Right::Delete } else { Right::Edit };
            let path = format!("/issues/{}/{name}", world.one);
            let may = who.has(Right::Read) && who.has(right);
            assert_eq!(page.text().contains(&format!("action=\"{path}\"")), may, "{who:?} is offered {name}");
            let mut request = form(&path, &[("title", "new"), ("relatedId", &world.other)]);
            let signed = asked_by(who, Method::POST, &path, None);
            request.headers_mut().extend(signed.headers().clone());
            let answer = world.service.send(request).await;
            let wanted = match (who.has(Right::Read), may) {
                (false, _) => 404,
                (true, false) => 403,
                (true, true) => 303,
            };
            assert_eq!(answer.status.as_u16(), wanted, "{who:?} does {name}: {}", answer.text());
        }
        let mut selected = form("/issues/resolve", &[("id", &world.one), ("to", "/issues")]);
        selected.headers_mut().extend(asked_by(who, Method::POST, "/issues/resolve", None).headers().clone());
        assert_eq!(world.service.send(selected).await.status.as_u16(), 303);
    }
}

#[tokio::test]
async fn news_on_a_page_are_only_of_what_its_reader_may_see() {
    let world = World::new(By::Kubernetes).await;
    for (who, path, wanted) in [
        (Who::Nobody, "/live", 401),
        (Who::Neighbour, "/live?namespace=team-a", 403),
        (Who::Publisher, "/live?namespace=team-a", 403),
        (Who::Neighbour, "/live", 200),
    ] {
        let response = world.answer(who, Method::GET, path, None).await;
        assert_eq!(response.status().as_u16(), wanted, "{who:?} {path}");
    }
}
