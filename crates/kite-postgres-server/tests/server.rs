//! Real servers, if this machine has `PostgreSQL`.

#![cfg(test)]

use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use kite_postgres_server::{Installation, Options, Server, is_left_out};

fn start() -> Server {
    let installation = Installation::find().unwrap();
    Server::start(installation, &Options::default().with("work_mem", "5MB")).unwrap()
}

fn ask(server: &Server, statement: &str) -> String {
    let psql = Command::new(server.installation().bin().join("psql"))
        .args(["--no-psqlrc", "--tuples-only", "--no-align", "--command", statement])
        .arg(server.url())
        .output()
        .unwrap();
    assert!(psql.status.success(), "{psql:?}");
    String::from_utf8(psql.stdout).unwrap().trim().to_owned()
}

fn wait_until_gone(path: &Path) {
    let begin = Instant::now();
    while path.exists() {
        assert!(begin.elapsed() < Duration::from_secs(20), "{}", path.display());
        std::thread::yield_now();
    }
}

#[test]
fn a_server_takes_its_settings_and_survives_a_kill_without_losing_a_commit() {
    if is_left_out() {
        return;
    }
    let server = start();
    assert_eq!(ask(&server, "show work_mem"), "5MB");
    assert_eq!(ask(&server, "show listen_addresses"), "");
    ask(&server, "create extension pg_trgm");
    ask(&server, "create table kept as select 42 as answer");

    server.kill9().unwrap();
    server.restart().unwrap();
    assert_eq!(ask(&server, "select answer from kept"), "42");

    server.stop().unwrap();
    server.restart().unwrap();
    assert_eq!(ask(&server, "select answer from kept"), "42");
}

#[test]
fn a_dropped_server_leaves_nothing_behind() {
    if is_left_out() {
        return;
    }
    let server = start();
    let folder = server.socket_folder().to_owned();
    drop(server);
    assert!(!folder.exists());
}

/// Not a test of its own: runs only inside the test below, as the process that gets killed.
#[test]
fn child_that_waits_to_be_killed() {
    if std::env::var_os("KITE_TEST_WAIT_TO_BE_KILLED").is_some() {
        let server = start();
        println!("folder={}", server.socket_folder().display());
        std::thread::park();
    }
}

#[test]
fn a_server_goes_when_its_process_is_killed() {
    if is_left_out() {
        return;
    }
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child_that_waits_to_be_killed", "--nocapture"])
        .env("KITE_TEST_WAIT_TO_BE_KILLED", "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut words = lines.map_while(Result::ok);
    let folder = words.find_map(|line| line.split_once("folder=").map(|(_, path)| PathBuf::from(path)));
    let folder = folder.unwrap();
    assert!(folder.join("data/postmaster.pid").exists());

    child.kill().unwrap();
    child.wait().unwrap();

    wait_until_gone(&folder);
}
