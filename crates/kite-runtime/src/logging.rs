//! Structured logs on standard error.

use std::{
    env,
    io::{self, IsTerminal},
    str::FromStr,
};

use tracing_subscriber::{
    EnvFilter, Layer, Registry,
    filter::{LevelFilter, ParseError},
    fmt,
    layer::SubscriberExt,
    util::{SubscriberInitExt, TryInitError},
};

/// How a log line looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line, for log collectors.
    Json,
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LoggingError {
    /// The name is no format.
    #[error("`{0}` is not a log format; use `text` or `json`")]
    UnknownFormat(String),
    /// The name is no level.
    #[error("`{0}` is not a log level; use `error`, `warn`, `info`, `debug` or `trace`")]
    UnknownLevel(String),
    /// A `target=level` pair is not understood.
    #[error("`{text}` is not a log filter such as `info,kite_store=debug`")]
    BadFilter {
        /// What was given.
        text: String,
        /// What the parser says.
        #[source]
        source: ParseError,
    },
    /// Logging was set up before.
    #[error("install the logger")]
    Installed(#[from] TryInitError),
}

impl FromStr for Format {
    type Err = LoggingError;

    fn from_str(text: &str) -> Result<Self, LoggingError> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(LoggingError::UnknownFormat(text.to_owned())),
        }
    }
}

/// Sends the program's logs to standard error.
///
/// `filter` is a level (`info`) or a list such as `info,kite_store=debug`.
pub fn init(format: Format, filter: &str) -> Result<(), LoggingError> {
    let lines = fmt::layer().with_writer(io::stderr);
    let layer: Box<dyn Layer<Registry> + Send + Sync> = match format {
        Format::Text => Box::new(lines.with_ansi(is_colour_wanted())),
        Format::Json => Box::new(lines.json().flatten_event(true)),
    };
    let subscriber = tracing_subscriber::registry().with(layer.with_filter(parse_filter(filter)?));
    Ok(subscriber.try_init()?)
}

/// Checks a filter text.
///
/// `EnvFilter` takes an unknown level for the name of a target, which would silence everything
/// else, so a directive without `=` must be a level here.
pub fn parse_filter(text: &str) -> Result<EnvFilter, LoggingError> {
    let directives: Vec<_> = text.split(',').map(str::trim).collect();
    if let Some(unknown) = directives.iter().find(|each| !is_directive(each)) {
        return Err(LoggingError::UnknownLevel((*unknown).to_owned()));
    }
    EnvFilter::try_new(directives.join(",")).map_err(|source| LoggingError::BadFilter { text: text.to_owned(), source })
}

fn is_directive(text: &str) -> bool {
    !text.is_empty() && (text.contains('=') || text.parse::<LevelFilter>().is_ok())
}

fn is_colour_wanted() -> bool {
    io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_level_or_a_list() {
        for text in ["info", "DEBUG", "off", "warn,kite_store=debug, hyper=off"] {
            assert!(parse_filter(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn an_unknown_level_is_refused_instead_of_silencing_everything() {
        for text in ["", "loud", "info,verbose"] {
            let error = parse_filter(text).unwrap_err();
            assert!(matches!(error, LoggingError::UnknownLevel(_)), "{text}");
        }
        let error = parse_filter("kite=loud").unwrap_err();
        assert!(matches!(error, LoggingError::BadFilter { .. }));
    }

    #[test]
    fn a_format_is_text_or_json() {
        assert_eq!("json".parse::<Format>().unwrap(), Format::Json);
        assert_eq!("text".parse::<Format>().unwrap(), Format::Text);
        assert!("xml".parse::<Format>().is_err());
    }
}
