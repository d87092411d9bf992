//! What shells, and kubectl, are told when somebody presses Tab.

use std::ffi::OsString;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::support::{Ran, World};

/// The candidates for the last word, as the script of bash asks for them.
fn candidates(world: &World, words: &[&str]) -> Vec<String> {
    let mut command = world.kite();
    command.env("COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", words.len().to_string());
    command.env("_CLAP_COMPLETE_COMP_TYPE", "9").env("_CLAP_COMPLETE_SPACE", "true").env("_CLAP_IFS", "\n");
    let ran: Ran = command.args(["--", "kite"]).args(words).output().unwrap().into();
    ran.fine().lines().map(str::to_owned).collect()
}

#[test]
fn commands_flags_and_what_kite_knows_are_completed() {
    let world = World::with_issues();
    let key = &*world.run(&["causes", "-n", "team-a", "-o", "name"]).fine().trim().to_owned();
    world.run(&["cause", "merge", "till", "known/flaky", "-n", "team-b"]).fine();
    world.run(&["cause", "merge", "known/flaky", "known/registry", "-n", "team-b"]).fine();
    for (words, expected) in [
        (&["desc"][..], &["describe"][..]),
        (&["list", "-n", ""], &["team-a", "team-b"]),
        (&["list", "--namespace", "team-b"], &["team-b"]),
        (&["get", "component/"], &["component/cart", "component/shop", "component/till"]),
        (&["resolve", "-n", "team-b", ""], &["component/till"]),
        (&["list", "--component", "c"], &["cart"]),
        (&["list", "--severity", "m"], &["major", "minor"]),
        (&["rules", "bac"], &["backtest"]),
        (&["list", "--cause", "f1"], &[key]),
        (&["cause", "show", "component/c"], &["component/cart"]),
        (&["cause", "undo", "known"], &["known/flaky"]),
    ] {
        let mut found = candidates(&world, words);
        found.retain(|candidate| !candidate.starts_with('-'));
        found.sort();
        assert_eq!(found, expected, "{words:?}");
    }
}

#[test]
fn nothing_hostile_gets_into_the_line_and_no_server_means_no_candidates() {
    let world = World::start();
    world.report(serde_json::json!({"component": "$(reboot)"}));
    world.report(serde_json::json!({"component": "a b"}));
    let found = candidates(&world, &["get", ""]);
    assert!(found.iter().all(|candidate| candidate.starts_with('-')), "{found:?}");
    world.report(serde_json::json!({"component": "shop"}));
    assert_eq!(candidates(&world, &["get", "--server", &world.url, "component/"]), ["component/shop"]);
    let nowhere = candidates(&world, &["get", "--server", "http://127.0.0.1:1", "component/"]);
    assert_eq!(nowhere, Vec::<String>::new());
}

#[test]
fn every_shell_gets_a_script() {
    let world = World::start();
    for (shell, word) in [
        ("bash", "complete -o nospace"),
        ("zsh", "#compdef kite"),
        ("fish", "complete --keep-order"),
        ("powershell", "Register-ArgumentCompleter"),
        ("nushell", "export extern kite"),
    ] {
        let script = world.run(&["completion", shell]).fine();
        assert!(script.contains(word), "{shell}: {script}");
    }
}

#[test]
fn kubectl_is_told_in_its_own_way() {
    let world = World::with_issues();
    let helper = world.folder.path().join("kubectl_complete-kite");
    symlink(env!("CARGO_BIN_EXE_kite"), &helper).unwrap();
    let ask = |words: &[&str]| -> String {
        let mut command = Command::new(&helper);
        for (name, value) in world.kite().get_envs() {
            command.env(name, value.map(OsString::from).unwrap_or_default());
        }
        let ran: Ran = command.args(words).output().unwrap().into();
        ran.fine()
    };
    assert_eq!(ask(&["list", "-n", "team-"]), "team-a\nteam-b\n:4\n");
    assert_eq!(ask(&["get", "component/s"]), "component/shop\tBuild of shop failed\n:4\n");
    assert!(ask(&["des"]).starts_with("describe\t"), "{}", ask(&["des"]));
    assert!(ask(&[]).contains("list\t"));
}
