//! Data to standard output, words to standard error. The only place that prints.

use std::env;
use std::io::{self, ErrorKind, IsTerminal as _, Read as _, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::ValueEnum;
use serde::Serialize;
use terminal_size::{Height, Width, terminal_size};
use tokio::signal::unix::{SignalKind, signal};

use crate::failure::Failure;
use crate::text::{Text, Tone, harmless, one_line, printable, printable_json};

/// Width of a table that does not go to a terminal.
const WIDTH: usize = 200;
/// An answer to a question is short.
const LONGEST_ANSWER: u64 = 1024;

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Colours {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where everything goes that the program says.
#[derive(Clone, Debug)]
pub struct Printer {
    on_terminal: bool,
    with_colours: bool,
    words_on_terminal: bool,
    /// Whether a line of progress is on the screen.
    shows_progress: Arc<AtomicBool>,
}

impl Printer {
    /// A printer for where the program runs.
    pub fn new(colours: Colours) -> Self {
        let on_terminal = io::stdout().is_terminal();
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        let with_colours = match colours {
            Colours::Auto => on_terminal && !is_set("NO_COLOR") && !is_dumb,
            Colours::Always => true,
            Colours::Never => false,
        };
        Self {
            on_terminal,
            with_colours,
            words_on_terminal: io::stderr().is_terminal(),
            shows_progress: Arc::default(),
        }
    }

    /// Whether a person sees the data.
    pub fn is_on_terminal(&self) -> bool {
        self.on_terminal
    }

    /// How many characters fit into a line.
    pub fn width(&self) -> usize {
        let width = terminal_size().filter(|_| self.on_terminal).map(|(Width(width), _)| usize::from(width));
        // A terminal that does not know its width says 0.
        width.filter(|width| *width > 0).unwrap_or(WIDTH)
    }

    /// Prints text for people; what is longer than the screen goes through a pager.
    pub fn show(&self, text: &Text) -> Result<(), Failure> {
        let mut rendered = text.render(self.with_colours);
        if !rendered.is_empty() && !rendered.ends_with('\n') {
            rendered.push('\n');
        }
        if self.on_terminal && is_long(&rendered) && page(&rendered) {
            return Ok(());
        }
        self.write(&rendered)
    }

    /// Prints text for people in place of everything on the screen.
    pub fn redraw(&self, text: &Text) -> Result<(), Failure> {
        let rendered = text.render(self.with_colours);
        let height = terminal_size().map_or(usize::MAX, |(_, Height(height))| usize::from(height).max(2));
        let shown: Vec<_> = rendered.lines().take(height - 1).collect();
        // Home, each line with what was behind it erased, then everything below.
        self.write(&format!("\x1b[H{}\x1b[K\n\x1b[J", shown.join("\x1b[K\n")))
    }

    /// Gives the screen to what is redrawn, until it is dropped.
    pub fn take_screen(&self) -> Result<Screen, Failure> {
        self.write("\x1b[?1049h\x1b[?25l")?;
        Ok(Screen)
    }

    /// Prints text for programs, whose values are printable; a terminal gets nothing that controls it.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        self.write(&harmless(text))
    }

    /// Prints JSON.
    pub fn json(&self, value: &impl Serialize) -> Result<(), Failure> {
        let json = serde_json::to_string_pretty(value).map_err(|error| unprintable(&error))?;
        self.write(&format!("{}\n", printable_json(&json)))
    }

    /// Prints YAML.
    pub fn yaml(&self, value: &impl Serialize) -> Result<(), Failure> {
        let yaml = yaml_serde::to_string(value).map_err(|error| unprintable(&error))?;
        self.print(&yaml)
    }

    /// Says something to a person.
    pub fn say(&self, words: &str) {
        self.clear_progress();
        // When nobody can hear it, there is nobody to tell.
        let _ = writeln!(io::stderr(), "{}", printable(words));
    }

    /// Says what went wrong, in one line, and what may help.
    pub fn fail(&self, failure: &Failure) {
        if failure.message.is_empty() {
            return;
        }
        self.clear_progress();
        let mut error = Text::default();
        error.push(Tone::Of(kite_api::Severity::Critical), "error:").plain(" ").plain(one_line(&failure.message));
        let with_colours = self.with_colours && self.words_on_terminal;
        let _ = writeln!(io::stderr(), "{}", error.render(with_colours));
        if let Some(hint) = &failure.hint {
            self.say(&format!("hint: {}", one_line(hint)));
        }
    }

    /// Says what is waited for, in a line that [`Printer::clear_progress`] takes away; on a terminal only.
    pub fn progress(&self, words: &str) {
        if self.words_on_terminal {
            self.shows_progress.store(true, Ordering::Relaxed);
            let _ = write!(io::stderr(), "\r{} …\x1b[K", one_line(words));
        }
    }

    /// Takes the line of the progress away.
    pub fn clear_progress(&self) {
        if self.shows_progress.swap(false, Ordering::Relaxed) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    /// Asks a person for a yes; without a terminal nobody says it.
    pub fn ask(&self, question: &str) -> bool {
        if !io::stdin().is_terminal() {
            return false;
        }
        self.clear_progress();
        let _ = write!(io::stderr(), "{} [y/N] ", printable(question));
        let mut answer = String::new();
        let read = io::BufRead::read_line(&mut io::BufReader::new(io::stdin().take(LONGEST_ANSWER)), &mut answer);
        read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    }

    fn write(&self, text: &str) -> Result<(), Failure> {
        self.clear_progress();
        write(text)
    }
}

/// The screen, taken from what was on it before.
#[derive(Debug)]
pub struct Screen;

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = write("\x1b[?25h\x1b[?1049l");
    }
}

fn write(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(Failure::pipe_closed()),
        Err(error) => Err(Failure::problem(format!("failed to print: {error}"))),
    }
}

fn unprintable(error: &dyn std::error::Error) -> Failure {
    Failure::problem(format!("failed to print: {error}"))
}

fn is_long(text: &str) -> bool {
    terminal_size().is_some_and(|(_, Height(height))| text.lines().count() >= usize::from(height))
}

/// Shows the text in the pager; false when there is none.
fn page(text: &str) -> bool {
    let wanted = ["KITE_PAGER", "PAGER"].iter().find_map(|name| env::var(name).ok());
    let command = wanted.unwrap_or_else(|| "less".to_owned());
    let Some((program, arguments)) = shlex::split(&command).and_then(|words| {
        let (program, arguments) = words.split_first()?;
        Some((program.clone(), arguments.to_vec()))
    }) else {
        return false;
    };
    let mut pager = Command::new(program);
    // Colours are passed on, one screen is not paged, and the text stays on the screen.
    pager.args(arguments).stdin(Stdio::piped());
    if env::var_os("LESS").is_none() {
        pager.env("LESS", "FRX");
    }
    // A pager takes Ctrl-C for something else than its end, and has the terminal until then.
    let _ignored = signal(SignalKind::interrupt());
    let Ok(mut child) = pager.spawn() else { return false };
    if let Some(mut stdin) = child.stdin.take() {
        // Whoever leaves the pager early has seen enough.
        let _ = stdin.write_all(text.as_bytes());
    }
    child.wait().is_ok()
}
