//! What runs here, for whoever runs it.

use std::fs;

use kite_test_browser::{Options, is_left_out};

use crate::kite::Kite;

#[tokio::test]
async fn which_rules_are_in_force_and_what_is_wrong_with_others_is_said() {
    if is_left_out() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("ours.yaml"), "kind: Detector\nmetadata: {name: [}").unwrap();
    let kite = Kite::with_rules(folder.path().to_str().unwrap());
    let browser = kite.visit(Options::desktop(), "/about").await;
    browser.see("Detector build").await;
    browser.see("A rule file cannot be used").await;
    browser.see("ours.yaml").await;
    browser.assert_accessible().await;
    browser.click("The interface for programs").await;
    browser.see("POST /api/v1/reports").await;
    browser.see("Authorization: Bearer TOKEN").await;
}
