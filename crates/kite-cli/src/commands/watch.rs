//! `kite list --watch`: the list stays current.

use std::time::Duration;

use futures::{Stream, StreamExt as _};
use kite_client::{ClientError, Event, IssueQuery, Place};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::list::{self, Args};
use crate::clock::now;
use crate::failure::{Exit, Failure};
use crate::output::Format;
use crate::session::Session;
use crate::table::{self, Detail};
use crate::text::{Text, Tone};

/// Ages grow even when nothing happens.
const REDRAW_EVERY: Duration = Duration::from_secs(30);
/// Changes of one moment are shown together.
const TOGETHER: Duration = Duration::from_millis(100);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A list that is followed.
struct Watch {
    session: Session,
    limit: usize,
    query: IssueQuery,
    detail: Detail,
    on_screen: bool,
    /// Whether the list was printed once; on a screen it is drawn again and again.
    is_listed: bool,
    /// Whether KITE has let the session in.
    is_let_in: bool,
    pause: Duration,
}

/// Follows the list until the program is stopped.
pub async fn run(session: &Session, args: &Args, query: IssueQuery) -> Result<Exit, Failure> {
    let detail = match args.output {
        Format::Table => Detail::Short,
        Format::Wide => Detail::Wide,
        _ => return Err(Format::unknown("table and wide with --watch")),
    };
    // Ctrl-C is how a person stops it, and the screen is given back.
    let interrupted = signal(SignalKind::interrupt());
    let mut interrupted = interrupted.map_err(|error| Failure::problem(format!("failed to listen: {error}")))?;
    let on_screen = session.printer.is_on_terminal();
    let _screen = on_screen.then(|| session.printer.take_screen()).transpose()?;
    let mut watch = Watch {
        session: Session::new(session.global.clone()),
        limit: args.limit,
        query,
        detail,
        on_screen,
        is_listed: false,
        is_let_in: false,
        pause: FIRST_PAUSE,
    };
    tokio::select! {
        failure = watch.follow_on() => Err(failure),
        _ = interrupted.recv() => {
            session.printer.clear_progress();
            Ok(Exit::INTERRUPTED)
        }
    }
}

impl Watch {
    /// Follows, again and again where that may help; says why it does not any more.
    async fn follow_on(&mut self) -> Failure {
        let mut place = Place::default();
        loop {
            let failure = self.follow(&mut place).await;
            match failure.exit {
                Exit::Unreachable => {}
                Exit::NotAllowed if self.is_let_in => {
                    // A token that a sign-in plugin gave is over some time; a new session asks for a new one.
                    self.session = Session::new(self.session.global.clone());
                    self.is_let_in = false;
                }
                _ => return failure,
            }
            self.session.printer.say(&format!("{}; trying again in {} s", failure.message, self.pause.as_secs()));
            sleep(self.pause).await;
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Follows until the stream is cut off, or nobody reads what is printed; says why.
    async fn follow(&mut self, place: &mut Place) -> Failure {
        // An issue that is over does not match any more, and that is worth telling.
        let followed = IssueQuery { states: Vec::new(), ..self.query.clone() };
        let client = match self.session.client().await {
            Ok(client) => client,
            Err(failure) => return failure,
        };
        match client.follow(&followed, place).await {
            Err(error) => error.into(),
            Ok(events) => {
                let events = std::pin::pin!(events);
                let done = if self.on_screen { self.redraw(events).await } else { self.append(events).await };
                done.err().unwrap_or_else(ended)
            }
        }
    }

    /// Draws the list again whenever something happens, until the stream ends.
    async fn redraw(&mut self, mut events: impl Events) -> Result<(), Failure> {
        loop {
            let page = list::read(&self.session, &self.query, self.limit).await?;
            self.went_well();
            let mut text = Text::default();
            let sentence = table::sentence(&page, &list::place(&self.query));
            text.push(Tone::Strong, format!("{sentence}; Ctrl-C stops")).end_line().end_line();
            text.append(table::issues(&page.data, self.detail, now(), self.session.printer.width()));
            self.session.printer.redraw(&text)?;
            if !goes_on(&mut events).await? {
                return Ok(());
            }
        }
    }

    /// Prints the list once, then a line for each change, until the stream ends.
    async fn append(&mut self, mut events: impl Events) -> Result<(), Failure> {
        while let Some(event) = events.next().await {
            match event? {
                Event::Connected if self.is_listed => {}
                Event::Connected | Event::Reset => {
                    // When it cannot be read now, it is read after the next connection.
                    self.is_listed = false;
                    let page = list::read(&self.session, &self.query, self.limit).await?;
                    let width = self.session.printer.width();
                    self.session.printer.show(&table::issues(&page.data, self.detail, now(), width))?;
                    self.is_listed = true;
                }
                Event::Changed(told) | Event::Deleted(told) => self.session.printer.show(&table::change(&told))?,
            }
            self.went_well();
        }
        Ok(())
    }

    fn went_well(&mut self) {
        self.is_let_in = true;
        self.pause = FIRST_PAUSE;
    }
}

/// Waits until something happens or the ages have grown; false when the stream has ended.
async fn goes_on(events: &mut impl Events) -> Result<bool, ClientError> {
    let mut next = timeout(REDRAW_EVERY, events.next()).await;
    // Whatever else happens in this moment is in the next list, too.
    let moment = Instant::now() + TOGETHER;
    while let Ok(Some(event)) = next {
        event?;
        if Instant::now() >= moment {
            return Ok(true);
        }
        next = timeout_at(moment, events.next()).await;
    }
    Ok(!matches!(next, Ok(None)))
}

trait Events: Stream<Item = Result<Event, ClientError>> + Unpin {}
impl<S: Stream<Item = Result<Event, ClientError>> + Unpin> Events for S {}

fn ended() -> Failure {
    ClientError::Protocol { status: 200, detail: "the live stream ended".to_owned() }.into()
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    #[tokio::test]
    async fn what_happens_without_a_break_does_not_keep_the_list_from_being_drawn() {
        let mut events = stream::repeat_with(|| Ok(Event::Connected));
        assert!(goes_on(&mut events).await.unwrap());
    }

    #[tokio::test]
    async fn the_end_of_the_stream_is_seen() {
        assert!(!goes_on(&mut stream::iter([Ok(Event::Connected)])).await.unwrap());
        assert!(goes_on(&mut stream::iter([Err(ended_early())])).await.is_err());
    }

    fn ended_early() -> ClientError {
        ClientError::Protocol { status: 200, detail: String::new() }
    }
}
