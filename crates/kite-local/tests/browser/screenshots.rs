//! Pictures of every page for people to look at, in `target/screenshots`.

use kite_test_browser::{Browser, Options, is_left_out};

use crate::pages::Everything;

#[tokio::test]
async fn every_page_is_pictured_in_both_themes() {
    if is_left_out() {
        return;
    }
    let everything = Everything::start().await;
    let light = Browser::start(Options::desktop()).await;
    let dark = light.another(Options::desktop().dark()).await;
    let phone = light.another(Options::phone()).await;
    for (name, url) in everything.pages() {
        for (browser, theme) in [(&light, "light"), (&dark, "dark"), (&phone, "phone")] {
            browser.open(&url).await;
            browser.screenshot(&format!("{name}-{theme}")).await;
        }
    }
}
