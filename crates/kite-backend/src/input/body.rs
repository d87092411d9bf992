//! Reading a body: bounded, and only of a type that a foreign page cannot send.

use std::time::Duration;

use axum::body::Body;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::BodyExt as _;

use crate::problem::Problem;

/// Most bytes of an ordinary body.
pub const ORDINARY: usize = 1024 * 1024;
/// Most bytes of a batch of reports.
pub const BATCH: usize = 4 * 1024 * 1024;
/// Most bytes of a webhook's payload, which may hold logs.
pub const PAYLOAD: usize = 8 * 1024 * 1024;

/// A body that is too large is read to its end, so that the client sees the answer, but not
/// beyond this.
const DRAINED_BYTES: usize = 64 * 1024 * 1024;
const DRAINED_FOR: Duration = Duration::from_secs(5);

/// A body of at most `LIMIT` bytes.
#[derive(Debug)]
pub struct Posted<const LIMIT: usize> {
    /// How it is written.
    pub format: Format,
    /// What was sent.
    pub bytes: Bytes,
}

/// How a body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON value.
    Json,
    /// One JSON value per line.
    JsonLines,
    /// The body is empty.
    Nothing,
}

impl<S: Sync, const LIMIT: usize> FromRequest<S> for Posted<LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = read(body, LIMIT).await?;
        let format = format(&parts.headers, bytes.is_empty())?;
        Ok(Self { format, bytes })
    }
}

/// Reads a body of at most `limit` bytes.
pub(super) async fn read(mut body: Body, limit: usize) -> Result<Bytes, Problem> {
    let mut read = Gathered::Nothing;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Problem::Unreadable(format!("the body ended early: {error}")))?;
        let Ok(data) = frame.into_data() else { continue };
        if read.len() + data.len() > limit {
            let seen = read.len() + data.len();
            drop((read, data));
            // Whether the rest came in time does not matter: the answer is the same.
            let _ = tokio::time::timeout(DRAINED_FOR, drain(body, seen)).await;
            return Err(Problem::TooLarge(format!("the body is larger than {limit} bytes")));
        }
        read = read.with(data);
    }
    Ok(read.into_bytes())
}

async fn drain(mut body: Body, mut seen: usize) {
    while seen <= DRAINED_BYTES {
        let Some(Ok(frame)) = body.frame().await else { return };
        seen += frame.data_ref().map_or(0, Bytes::len);
    }
}

/// What has been read so far; a body that came in one piece is not copied.
enum Gathered {
    Nothing,
    Piece(Bytes),
    Pieces(Vec<u8>),
}

impl Gathered {
    fn len(&self) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Piece(piece) => piece.len(),
            Self::Pieces(pieces) => pieces.len(),
        }
    }

    fn with(self, data: Bytes) -> Self {
        let mut pieces = match self {
            Self::Nothing => return Self::Piece(data),
            Self::Piece(piece) => piece.to_vec(),
            Self::Pieces(pieces) => pieces,
        };
        pieces.extend_from_slice(&data);
        Self::Pieces(pieces)
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::Nothing => Bytes::new(),
            Self::Piece(piece) => piece,
            Self::Pieces(pieces) => pieces.into(),
        }
    }
}

/// A form of a foreign page cannot send these types without asking first, so they guard against
/// cross-site writes, too.
fn format(headers: &HeaderMap, is_empty: bool) -> Result<Format, Problem> {
    // What is small when packed may be gigabytes.
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(Problem::WrongMediaType("application/json, not compressed"));
    }
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "" if is_empty => Ok(Format::Nothing),
        "application/json" => Ok(if is_empty { Format::Nothing } else { Format::Json }),
        "application/x-ndjson" | "application/ndjson" => Ok(Format::JsonLines),
        _ => Err(Problem::WrongMediaType("application/json")),
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;

    use super::*;

    fn pieces(count: usize) -> Body {
        let pieces = stream::iter((0..count).map(|_| Ok::<_, std::io::Error>(Bytes::from_static(b"12345678"))));
        Body::from_stream(pieces)
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        assert_eq!(read(pieces(3), 24).await.unwrap().len(), 24);
        assert!(matches!(read(pieces(4), 24).await, Err(Problem::TooLarge(_))));
        assert_eq!(read(Body::empty(), 24).await.unwrap().len(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_never_ends_is_answered_all_the_same() {
        let endless = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_millis(1)).await;
            Some((Ok::<_, std::io::Error>(Bytes::from_static(b"1")), ()))
        });
        assert!(matches!(read(Body::from_stream(endless), 24).await, Err(Problem::TooLarge(_))));
    }

    #[test]
    fn only_json_is_read() {
        let of =
            |sent: &'static str| format(&HeaderMap::from_iter([(header::CONTENT_TYPE, sent.parse().unwrap())]), false);
        assert_eq!(of("application/json").unwrap(), Format::Json);
        assert_eq!(of("Application/JSON; charset=utf-8").unwrap(), Format::Json);
        assert_eq!(of("application/x-ndjson").unwrap(), Format::JsonLines);
        for refused in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
            assert!(of(refused).is_err(), "{refused}");
        }
        assert!(format(&HeaderMap::new(), false).is_err());
        assert_eq!(format(&HeaderMap::new(), true).unwrap(), Format::Nothing);
    }
}
