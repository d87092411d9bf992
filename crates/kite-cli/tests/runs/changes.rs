//! What people change.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use kite_api::State;
use serde_json::{Value, json};

use crate::support::World;

fn issue(world: &World, name: &str) -> Value {
    serde_json::from_str(&world.run(&["get", name, "-o", "json"]).fine()).unwrap()
}

#[test]
fn an_issue_is_resolved_with_a_reason_and_reopened() {
    let world = World::with_issues();
    let ran = world.run(&["resolve", "shop", "--reason", "bigger machine"]);
    assert!(ran.words.ends_with("(Build of shop failed) is resolved now\n"), "{ran:?}");
    let described = world.run(&["describe", "shop"]).fine();
    assert!(described.contains("resolved_by: bigger machine"), "{described}");
    assert!(world.run(&["resolve", "shop"]).words.contains("is resolved already"));
    assert!(world.run(&["reopen", "shop"]).words.contains("is active now"));
    assert_eq!(issue(&world, "shop")["state"], json!("ACTIVE"));
}

#[test]
fn two_issues_are_related_and_not_any_more() {
    let world = World::with_issues();
    world.run(&["relate", "shop", "cart"]).fine();
    assert!(world.run(&["describe", "cart"]).fine().contains("Related:"));
    assert_eq!(world.run(&["relate", "shop", "cart"]).code, 1, "they are related already");
    world.run(&["relate", "shop", "cart", "--remove"]).fine();
    assert!(!world.run(&["describe", "cart"]).fine().contains("Related:"));
    assert_eq!(world.run(&["relate", "shop", "till"]).code, 1, "relations stay inside of a namespace");
}

#[test]
fn an_issue_is_deleted_only_by_somebody_who_is_sure() {
    let world = World::with_issues();
    let ran = world.run(&["delete", "shop"]);
    assert!(ran.code == 1 && ran.words.contains("nothing was deleted"), "{ran:?}");
    world.run(&["get", "shop"]).fine();
    world.run(&["delete", "shop", "--yes"]).fine();
    assert_eq!(world.run(&["get", "shop"]).code, 1);
}

/// An editor that runs a script on the file.
fn edit(world: &World, name: &str, script: &str) -> crate::support::Ran {
    let editor = world.folder.path().join("editor");
    fs::write(&editor, format!("#!/bin/sh\nset -e\n{script}\n")).unwrap();
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o755)).unwrap();
    world.kite().args(["edit", name]).env("KITE_EDITOR", &editor).output().unwrap().into()
}

#[test]
fn only_what_is_changed_in_the_editor_is_sent() {
    let world = World::with_issues();
    edit(&world, "shop", "sed -i 's/^title: .*/title: A better title/; s/critical/minor/' \"$1\"").fine();
    let changed = issue(&world, "shop");
    assert_eq!((&changed["title"], &changed["severity"]), (&json!("A better title"), &json!("minor")));
    assert!(edit(&world, "shop", "true").words.contains("nothing was changed"));
    assert!(edit(&world, "shop", ": > \"$1\"").words.contains("nothing was changed"));
}

#[test]
fn what_somebody_else_has_changed_meanwhile_is_not_overwritten() {
    let world = World::with_issues();
    let id = world.id_of("shop").parse().unwrap();
    let meanwhile = format!("{} edit shop --server {} >/dev/null 2>&1", env!("CARGO_BIN_EXE_kite"), world.url);
    let theirs = format!("KITE_EDITOR='sed -i s/^title:.*/title:\\ Theirs/' {meanwhile}");
    let ran = edit(&world, "shop", &format!("{theirs}\nsed -i 's/^title: .*/title: Mine/' \"$1\""));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.words.contains("somebody else has changed the same meanwhile: title"), "{ran:?}");
    assert_eq!(world.wait(world.client.get_issue(id)).unwrap().title, "Theirs");
    let kept = ran.words.split('`').nth(1).unwrap();
    assert!(fs::read_to_string(kept).unwrap().contains("title: Mine"));
    fs::remove_file(kept).unwrap();
}

#[test]
fn what_is_no_issue_any_more_is_kept_in_its_file() {
    let world = World::with_issues();
    let ran = edit(&world, "shop", "echo 'title: [' > \"$1\"");
    assert!(ran.code == 2 && ran.words.contains("failed to understand what you wrote"), "{ran:?}");
    fs::remove_file(ran.words.split('`').nth(1).unwrap()).unwrap();
    let ran = edit(&world, "shop", "exit 3");
    assert!(ran.code == 1 && ran.words.contains("the editor"), "{ran:?}");
    let ran = edit(&world, "shop", "echo 'title: Mine' > \"$1\"; exit 3");
    let kept = ran.words.split("what you wrote is in `").nth(1).unwrap().trim_end_matches(['`', '\n']);
    assert_eq!(fs::read_to_string(kept).unwrap(), "title: Mine\n");
    fs::remove_file(kept).unwrap();
    let ran = edit(&world, "shop", "printf 'title: \\377' > \"$1\"");
    let kept = ran.words.split("what you wrote is in `").nth(1).unwrap().trim_end_matches(['`', '\n']);
    assert_eq!(fs::read(kept).unwrap(), b"title: \xff");
    fs::remove_file(kept).unwrap();
    let id = world.id_of("shop").parse().unwrap();
    assert_eq!(world.wait(world.client.get_issue(id)).unwrap().state, State::Active);
}

#[test]
fn ctrl_c_in_the_editor_is_the_editor_s() {
    let world = World::with_issues();
    edit(&world, "shop", "kill -INT $PPID; sed -i 's/^title: .*/title: Mine/' \"$1\"").fine();
    assert_eq!(issue(&world, "shop")["title"], json!("Mine"));
}
