//! Places in lists, histories and the feed, as opaque text for clients.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use kite_core::Severity;
use kite_store::{CauseCursor, Cursor, FeedCursor};
use uuid::Uuid;

/// A place in a list as text.
pub fn write(cursor: &Cursor) -> String {
    let Cursor { severity, detected_at, id } = cursor;
    let micros = detected_at.as_microsecond();
    URL_SAFE_NO_PAD.encode([&severity.code().to_be_bytes()[..], &micros.to_be_bytes(), id.as_bytes()].concat())
}

/// The place in a list that [`write()`] gave; `None` for any other text.
pub fn read(text: &str) -> Option<Cursor> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (severity, rest) = bytes.split_first_chunk()?;
    let (micros, rest) = rest.split_first_chunk()?;
    let detected_at = Timestamp::from_microsecond(i64::from_be_bytes(*micros)).ok()?;
    Some(Cursor {
        severity: Severity::from_code(i16::from_be_bytes(*severity))?,
        detected_at: Some(detected_at).filter(|time| *time >= Timestamp::UNIX_EPOCH)?,
        id: Uuid::from_slice(rest).ok()?,
    })
}

/// A place in the feed as text.
pub fn write_feed(cursor: &FeedCursor) -> String {
    let FeedCursor { epoch, transaction, id } = cursor;
    URL_SAFE_NO_PAD.encode([&epoch.as_bytes()[..], &transaction.to_be_bytes(), &id.to_be_bytes()].concat())
}

/// The place in the feed that [`write_feed`] gave; `None` for any other text.
pub fn read_feed(text: &str) -> Option<FeedCursor> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (epoch, rest) = bytes.split_first_chunk()?;
    let (transaction, rest) = rest.split_first_chunk()?;
    Some(FeedCursor {
        epoch: Uuid::from_bytes(*epoch),
        transaction: u64::from_be_bytes(*transaction),
        id: i64::from_be_bytes(rest.try_into().ok()?),
    })
}

/// A place in a list of causes as text.
pub fn write_cause(cursor: &CauseCursor) -> String {
    let CauseCursor { is_overdue, radius, key } = cursor;
    URL_SAFE_NO_PAD.encode([&[u8::from(*is_overdue)][..], &radius.to_be_bytes(), key.as_bytes()].concat())
}

/// The place in a list of causes that [`write_cause`] gave; `None` for any other text.
pub fn read_cause(text: &str) -> Option<CauseCursor> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (is_overdue, rest) = bytes.split_first()?;
    let (radius, key) = rest.split_first_chunk()?;
    let key = std::str::from_utf8(key).ok().filter(|key| !key.chars().any(char::is_control))?;
    Some(CauseCursor { is_overdue: *is_overdue != 0, radius: u64::from_be_bytes(*radius), key: key.to_owned() })
}

/// A place in a history as text.
pub fn write_history(change: i64) -> String {
    URL_SAFE_NO_PAD.encode(change.to_be_bytes())
}

/// The place in a history that [`write_history`] gave; `None` for any other text.
pub fn read_history(text: &str) -> Option<i64> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(i64::from_be_bytes(bytes.as_slice().try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_place_survives_being_written(severity in 1..=4i16, second in 0..4_000_000_000i64, id: u128, number: i64, transaction: u64) {
            let detected_at = Timestamp::from_second(second).unwrap();
            let severity = Severity::from_code(severity).unwrap();
            let cursor = Cursor { severity, detected_at, id: Uuid::from_u128(id) };
            prop_assert_eq!(read(&write(&cursor)), Some(cursor));
            let cursor = FeedCursor { epoch: Uuid::from_u128(id), transaction, id: number };
            prop_assert_eq!(read_feed(&write_feed(&cursor)), Some(cursor));
            prop_assert_eq!(read_history(&write_history(number)), Some(number));
            let cursor = CauseCursor { is_overdue: number > 0, radius: transaction, key: format!("f1-{id}/x y") };
            prop_assert_eq!(read_cause(&write_cause(&cursor)), Some(cursor));
        }

        #[test]
        fn no_issue_was_detected_before_1970(micros in i64::MIN..0) {
            let id = Uuid::nil();
            let bytes = [&1_i16.to_be_bytes()[..], &micros.to_be_bytes(), id.as_bytes()].concat();
            prop_assert_eq!(read(&URL_SAFE_NO_PAD.encode(bytes)), None);
        }

        #[test]
        fn other_text_is_no_place(text: String) {
            prop_assume!(URL_SAFE_NO_PAD.decode(&text).is_err());
            prop_assert_eq!((read(&text), read_cause(&text), read_feed(&text), read_history(&text)), (None, None, None, None));
        }
    }
}
