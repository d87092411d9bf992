//! Two teams on one KITE where people sign in with a token.

use kite_test_browser::{Browser, Options, is_left_out};
use serde_json::json;

use crate::shared::{QUOKKA, Shared, ZEBRA};

#[tokio::test]
async fn each_team_signs_in_and_reads_only_its_own() {
    if is_left_out() {
        return;
    }
    let shared = Shared::start().await;
    let hannah = Browser::start(Options::desktop()).await;
    let ben = hannah.another(Options::phone()).await;
    for (browser, name, own, (own_issue, other_issue), (other_word, other_team)) in [
        (&hannah, "hannah", ZEBRA, (shared.issues[0], shared.issues[1]), (QUOKKA, "team-b")),
        (&ben, "ben", QUOKKA, (shared.issues[1], shared.issues[0]), (ZEBRA, "team-a")),
    ] {
        browser.open(&format!("{}/issues", shared.url)).await;
        browser.see("Sign in").await;
        browser.fill("Token", "wrong").await;
        browser.click("Sign in").await;
        browser.see("Not signed in").await;
        browser.fill("Token", name).await;
        browser.click("Sign in").await;
        // Where they wanted to go.
        browser.see(&format!("Build of {own} failed")).await;
        browser.see(name).await;

        let own_page = format!("/issues/{own_issue}");
        let lists = ["/", "/issues?state=any", "/causes", "/trends", "/issues?search=out+of+memory"];
        let pages = lists.into_iter().chain(["/about", "/causes/shared%2Flibrary", &own_page]);
        for path in pages {
            browser.open(&format!("{}{path}", shared.url)).await;
            let source = browser.evaluate("document.documentElement.outerHTML").await.to_string();
            for word in [other_word, other_team] {
                assert!(!source.contains(word), "{name} reads {word} on {path}: {source}");
            }
            assert!(!source.contains(&format!("value=\\\"{name}\\\"")), "the token is on no page");
        }
        assert_eq!(browser.title().await, format!("(1) Build of {own} failed · KITE"));
        browser.open(&format!("{}/issues/{other_issue}", shared.url)).await;
        browser.see("404").await;
        browser.dont_see(other_word).await;
        browser.open(&format!("{}/issues?namespace={other_team}", shared.url)).await;
        browser.see("403").await;
        browser.dont_see(other_word).await;
        let cookie = browser.evaluate("document.cookie").await;
        assert_eq!(cookie, json!(""), "scripts read no cookie");
    }
}

#[tokio::test]
async fn news_of_one_team_do_not_reach_the_other() {
    if is_left_out() {
        return;
    }
    let shared = Shared::start().await;
    let hannah = Browser::start(Options::desktop()).await;
    shared.sign_in(&hannah, "hannah").await;
    hannah.see("Live").await;
    shared.report("quokka-again", "team-b").await;
    shared.report("zebra-again", "team-a").await;
    hannah.see("1 new issue, show").await;
    hannah.click("1 new issue, show").await;
    hannah.see("Build of zebra-again failed").await;
    assert!(!hannah.evaluate("document.documentElement.outerHTML").await.to_string().contains("quokka"));
}

#[tokio::test]
async fn whoever_signs_out_leaves_nothing_behind() {
    if is_left_out() {
        return;
    }
    let shared = Shared::start().await;
    let hannah = Browser::start(Options::desktop()).await;
    shared.sign_in(&hannah, "hannah").await;
    hannah.see("Build of zebra failed").await;
    hannah.click("Sign out").await;
    hannah.see("kubectl create token").await;
    for word in [ZEBRA, "team-a", "hannah", "Sign out"] {
        hannah.dont_see(word).await;
    }
    hannah.back().await;
    hannah.see("kubectl create token").await;
    hannah.dont_see(ZEBRA).await;
    hannah.open(&format!("{}/", shared.url)).await;
    hannah.see("kubectl create token").await;
}
