//! The program as a plugin of the real kubectl.

use std::ffi::OsString;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use crate::support::{Ran, World};

/// kubectl, with the program's names in front of its path; nothing only if it was left out.
fn kubectl(world: &World) -> Option<Command> {
    if kite_test_cluster::is_left_out() {
        return None;
    }
    let kubectl: PathBuf = kite_test_cluster::kubectl().unwrap();
    let plugins = world.folder.path().join("plugins");
    if !plugins.exists() {
        std::fs::create_dir(&plugins).unwrap();
        for name in ["kubectl-kite", "kubectl-issues", "kubectl_complete-kite"] {
            symlink(env!("CARGO_BIN_EXE_kite"), plugins.join(name)).unwrap();
        }
    }
    let mut command = Command::new(kubectl);
    for (name, value) in world.kite().get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path: Vec<PathBuf> = std::iter::once(plugins).chain(std::env::split_paths(&path)).collect();
    command.env("PATH", std::env::join_paths(path).unwrap());
    Some(command)
}

fn ran(mut command: Command, words: &[&str]) -> Ran {
    command.args(words.iter().map(OsString::from)).output().unwrap().into()
}

#[test]
fn kubectl_runs_the_program_under_both_names() {
    let world = World::with_issues();
    let Some(command) = kubectl(&world) else { return };
    assert!(ran(command, &["kite", "list", "-n", "team-b"]).fine().contains("component/till"));
    let Some(command) = kubectl(&world) else { return };
    assert!(ran(command, &["issues", "list", "-o", "name"]).fine().starts_with("issue/"));
    let Some(command) = kubectl(&world) else { return };
    assert!(ran(command, &["kite", "list", "--help"]).fine().contains("Usage: kubectl kite list"));
    let Some(command) = kubectl(&world) else { return };
    assert_eq!(ran(command, &["kite", "get", "nothing"]).code, 1);
}

#[test]
fn kubectl_completes_the_plugin() {
    let world = World::with_issues();
    let Some(command) = kubectl(&world) else { return };
    let found = ran(command, &["__complete", "kite", "get", "component/s"]).data;
    assert!(found.starts_with("component/shop\tBuild of shop failed\n"), "{found}");
}

/// The table of expressions and what kubectl makes of them, which the unit test of the templates reads.
#[test]
fn the_table_of_jsonpath_expressions_holds_what_kubectl_gives() {
    let world = World::start();
    let table = include_str!("../jsonpath/expressions.tsv");
    let object = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/jsonpath/pod.json");
    for line in table.lines() {
        let (expression, expected) = line.split_once('\t').unwrap();
        let Some(command) = kubectl(&world) else { return };
        // The label is there already, so the object stays as it is, and no server is asked.
        let output = format!("jsonpath={expression}");
        let got = ran(command, &["label", "--local", "-f", object, "tier=web", "-o", &output]).fine();
        let expected: String = serde_json::from_str(expected).unwrap();
        assert_eq!(got, expected, "{expression}");
    }
}
