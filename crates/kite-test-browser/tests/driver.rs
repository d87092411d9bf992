//! A driver of one's own.

#![cfg(test)]

use std::{
    env,
    io::{BufRead, BufReader},
    net::TcpStream,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use kite_test_browser::{Driver, Programs, is_left_out};

fn start() -> Driver {
    // The sentence of this error says what is missing.
    let programs = Programs::find().unwrap_or_else(|error| panic!("{error}"));
    Driver::start(&programs).unwrap_or_else(|error| panic!("{error}"))
}

fn listens(url: &str) -> bool {
    TcpStream::connect(url.trim_start_matches("http://")).is_ok()
}

#[test]
fn a_driver_goes_with_its_owner() {
    if is_left_out() {
        return;
    }
    let driver = start();
    let url = driver.url().to_owned();
    assert!(listens(&url));
    drop(driver);
    assert!(!listens(&url));
}

/// Not a test of its own: runs only inside the test below, as the process that gets killed.
#[test]
fn child_that_waits_to_be_killed() {
    if env::var_os("KITE_TEST_WAIT_TO_BE_KILLED").is_some() {
        let driver = start();
        println!("driver= {}", driver.url());
        thread::park();
    }
}

#[test]
fn a_driver_goes_when_its_process_is_killed() {
    if is_left_out() {
        return;
    }
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "child_that_waits_to_be_killed", "--nocapture"])
        .env("KITE_TEST_WAIT_TO_BE_KILLED", "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find(|line| line.contains("driver= ")).unwrap();
    let (_, url) = line.rsplit_once(' ').unwrap();
    assert!(listens(url));

    child.kill().unwrap();
    child.wait().unwrap();

    let begin = Instant::now();
    while listens(url) {
        assert!(begin.elapsed() < Duration::from_secs(20), "the driver stays");
        thread::yield_now();
    }
}
