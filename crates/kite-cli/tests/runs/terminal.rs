//! What a person sees in a terminal.

use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};
use serde_json::json;
use unicode_width::UnicodeWidthStr as _;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::World;

const ENOUGH: Duration = Duration::from_secs(20);

/// A terminal in which the program runs.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    screen: vt100::Parser,
    raw: Vec<u8>,
    said: Receiver<Vec<u8>>,
    keys: Box<dyn Write + Send>,
    /// Keeps the terminal open.
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

impl Terminal {
    fn start(world: &World, cols: u16, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let size = PtySize { rows: 24, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_kite"));
        for (name, value) in world.kite().get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            }
        }
        command.env("TERM", "xterm-256color");
        for (name, value) in variables {
            command.env(name, value);
        }
        command.args(arguments);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let (mut reader, keys) = (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
        let (sender, said) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let (rows, cols) = (NonZeroU16::new(24).unwrap(), NonZeroU16::new(cols).unwrap());
        let screen = vt100::Parser::new(rows, cols, 0);
        Self { child, screen, raw: Vec::new(), said, keys, _master: pair.master }
    }

    /// Takes in what is said next; false when there is no more.
    fn listen(&mut self, until: Instant) -> bool {
        let left = until.saturating_duration_since(Instant::now());
        match self.said.recv_timeout(left) {
            Ok(bytes) => {
                self.screen.process(&bytes);
                self.raw.extend(bytes);
                true
            }
            Err(_) => false,
        }
    }

    /// Waits until the screen shows something.
    #[track_caller]
    fn see(&mut self, words: &str) {
        let until = Instant::now() + ENOUGH;
        while !self.screen.screen().contents().contains(words) {
            assert!(self.listen(until), "`{words}` is not to be seen:\n{}", self.screen.screen().contents());
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for the end; gives the exit code and all that was said.
    fn end(mut self) -> (u32, String) {
        let until = Instant::now() + ENOUGH;
        while self.listen(until) {}
        (self.child.wait().unwrap().exit_code(), String::from_utf8(self.raw).unwrap())
    }
}

#[test]
fn a_table_has_colours_and_fits_the_terminal() {
    let world = World::with_issues();
    world
        .report(json!({"component": "long", "title": "a title that does not fit into eighty characters at all, ever"}));
    world
        .report(json!({"component": "due", "dueAt": "2020-03-01T00:00:00Z", "cause": "dependency/shared-library@2.1"}));
    let lines = [(80, "list"), (120, "list"), (80, "causes"), (120, "causes")];
    for (cols, command) in lines {
        let (code, said) = Terminal::start(&world, cols, &[command], &[("KITE_PAGER", "cat")]).end();
        assert_eq!(code, 0);
        assert!(said.contains("\u{1b}[1m\u{1b}[31mcritical\u{1b}[0m"), "{said:?}");
        let plain = strip_ansi_escapes::strip_str(&said);
        let widest = plain.lines().map(|line| line.trim_end().width()).max().unwrap();
        assert!(widest <= usize::from(cols), "{widest} of {cols}: {plain}");
    }
    for variable in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let (_, said) = Terminal::start(&world, 80, &["list"], &[variable]).end();
        assert!(!said.contains('\u{1b}'), "{variable:?}: {said:?}");
    }
    let (_, said) = Terminal::start(&world, 80, &["list", "--color", "never"], &[]).end();
    assert!(!said.contains('\u{1b}'), "{said:?}");
}

#[test]
fn what_is_longer_than_the_screen_goes_through_the_pager() {
    let world = World::start();
    for number in 0..30 {
        world.report(json!({"component": format!("shop-{number}")}));
    }
    let pager = [("PAGER", "sh -c 'echo paged; cat > /dev/null'")];
    assert!(Terminal::start(&world, 80, &["list"], &pager).end().1.contains("paged"));
    assert!(!Terminal::start(&world, 80, &["list", "--limit", "5"], &pager).end().1.contains("paged"));
    let (_, said) = Terminal::start(&world, 80, &["list"], &[("PAGER", "/nonexistent/pager")]).end();
    assert!(said.contains("shop-29"), "without a pager everything is printed: {said}");
}

#[test]
fn a_watched_list_follows_what_happens_until_ctrl_c() {
    let world = World::with_issues();
    let mut terminal = Terminal::start(&world, 100, &["list", "--watch"], &[]);
    terminal.see("3 issues (1 critical, 1 major, 1 minor) in all namespaces; Ctrl-C stops");
    world.report(json!({"component": "new", "title": "Build of new failed"}));
    terminal.see("Build of new failed");
    terminal.see("4 issues");
    world.run(&["resolve", "shop"]).fine();
    terminal.see("3 issues (2 major, 1 minor)");
    assert!(!terminal.screen.screen().contents().contains("component/shop"), "it is over");
    terminal.press("\u{3}");
    let (code, said) = terminal.end();
    assert_eq!(code, 130);
    assert!(said.ends_with("\u{1b}[?25h\u{1b}[?1049l"), "the screen is given back: {said:?}");
}

#[test]
fn a_person_is_asked_before_something_is_deleted() {
    let world = World::with_issues();
    for (answer, code) in [("n\r", 1), ("\r", 1), ("y\r", 0)] {
        let mut terminal = Terminal::start(&world, 100, &["delete", "shop"], &[]);
        terminal.see("for good? [y/N]");
        terminal.press(answer);
        assert_eq!(terminal.end().0, code, "{answer:?}");
    }
    assert_eq!(world.run(&["get", "shop"]).code, 1);
}

#[test]
fn whoever_waits_is_told_what_for() {
    let world = World::start();
    let server = world.wait(async {
        let server = MockServer::start().await;
        let page = json!({"data": [], "total": 0, "limit": 1, "offset": 0});
        let slow = ResponseTemplate::new(200).set_body_json(page).set_delay(Duration::from_millis(1_500));
        Mock::given(any()).respond_with(slow).mount(&server).await;
        server
    });
    let address = server.uri();
    let mut terminal = Terminal::start(&world, 100, &["list"], &[("KITE_SERVER", &address)]);
    terminal.see("waiting for http://");
    terminal.see("nothing found in all namespaces");
    assert!(!terminal.screen.screen().contents().contains("waiting for"), "the line is taken away");
}
