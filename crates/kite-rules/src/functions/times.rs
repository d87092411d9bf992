//! Functions about times, which are RFC 3339 texts.

use cel::ExecutionError;
use cel::common::types::{CelBool, CelList};
use cel::common::value::{CowVal, Val};
use jiff::{SignedDuration, Timestamp};

use super::{Args, Outcome, field, owned_text, present, text, text_argument};

/// A Unix time with more digits than this counts milliseconds.
const MOST_SECONDS: i64 = 99_999_999_999;

fn time_argument(args: &Args<'_, '_>, index: usize) -> Option<Timestamp> {
    text_argument(args, index).parse().ok()
}

fn owned_time<'b, 'v>(time: Option<Timestamp>) -> CowVal<'b, 'v> {
    owned_text(time.map(|time| time.to_string()).unwrap_or_default())
}

pub(super) fn plus<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    let duration: SignedDuration =
        text_argument(&args, 1).parse().map_err(|error| ExecutionError::function_error("plus", error))?;
    Ok(owned_time(time_argument(&args, 0).and_then(|time| time.checked_add(duration).ok())))
}

pub(super) fn before<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    let is_before = time_argument(&args, 0).zip(time_argument(&args, 1)).is_some_and(|(first, second)| first < second);
    Ok(CowVal::owned(CelBool::from(is_before)))
}

pub(super) fn earlier<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    Ok(owned_text(times(&args).min().map_or("", |(_, text)| text)))
}

pub(super) fn later<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    Ok(owned_text(times(&args).max().map_or("", |(_, text)| text)))
}

/// The two arguments that are times, each with its text.
fn times<'a>(args: &'a Args<'_, '_>) -> impl Iterator<Item = (Timestamp, &'a str)> {
    (0..2).filter_map(|index| Some((time_argument(args, index)?, text_argument(args, index))))
}

pub(super) fn ordered_by<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    let ordered = time_argument(&args, 0).and_then(|first| {
        let seconds = time_argument(&args, 1).map_or(0, |then| then.duration_since(first).as_secs());
        // Below a second, so that a later `first` always counts more.
        first.checked_add(SignedDuration::from_micros(seconds.clamp(0, 999_999))).ok()
    });
    Ok(owned_time(ordered))
}

pub(super) fn unix_time<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    let time = text_argument(&args, 0).parse::<i64>().ok().and_then(|count| {
        let time =
            if count > MOST_SECONDS { Timestamp::from_millisecond(count) } else { Timestamp::from_second(count) };
        time.ok()
    });
    Ok(owned_time(time))
}

pub(super) fn written_at<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    let list = |index: usize| {
        args.get(index)
            .and_then(|argument| present(argument.as_ref()))
            .and_then(<dyn Val>::downcast_ref::<CelList>)
            .map(|list| list.inner().iter())
    };
    let writes = list(0).into_iter().flatten().filter_map(|entry| {
        let mut owned = field(entry.as_ref(), "fieldsV1")?;
        for name in list(1)? {
            owned = field(owned.as_ref(), &format!("f:{}", text(name.as_ref())?))?;
        }
        let time = field(entry.as_ref(), "time")?;
        text(time.as_ref())?.parse().ok()
    });
    Ok(owned_time(writes.max()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::evaluate;

    #[test]
    fn functions_give_what_their_reference_says() {
        let fields = "[
            {'manager': 'a', 'time': '2025-01-31T12:00:00Z', 'fieldsV1': {'f:status': {'f:state': {}}}},
            {'manager': 'b', 'time': '2025-01-31T13:00:00Z', 'fieldsV1': {'f:status': {'f:state': {}, 'f:x/y.z': {}}}},
            {'manager': 'c', 'time': '2025-01-31T14:00:00Z', 'fieldsV1': {'f:spec': {'f:state': {}}}},
            {'manager': 'd', 'time': 'later', 'fieldsV1': {'f:status': {'f:state': {}}}},
            'no entry', {'fieldsV1': 5}
        ]";
        for (source, expected) in [
            ("plus('2025-01-31T12:00:00+01:00', '36h')", "2025-02-01T23:00:00Z"),
            ("plus('2025-01-31T12:00:00Z', '1h0m0s')", "2025-01-31T13:00:00Z"),
            ("plus('2025-01-31T12:00:00Z', '999999h999999m999999999s')", "2172-10-02T15:25:39Z"),
            ("plus('2025-01-31T12:00:00Z', '90m1.5s')", "2025-01-31T13:30:01.5Z"),
            ("plus('yesterday', '1h') + plus('9999-12-30T00:00:00Z', '999h')", ""),
            ("before('2025-01-31T12:00:00+01:00', '2025-01-31T11:30:00Z') ? 'yes' : 'no'", "yes"),
            ("before('', '2025-01-31T11:30:00Z') || before('2025-01-31T11:30:00Z', '') ? 'yes' : 'no'", "no"),
            ("earlier('2025-01-31T12:00:00+01:00', '2025-01-31T11:30:00Z')", "2025-01-31T12:00:00+01:00"),
            ("earlier('', '2025-01-31T11:30:00Z') + earlier('', 'soon')", "2025-01-31T11:30:00Z"),
            ("later('2025-01-31T12:00:00+01:00', '2025-01-31T11:30:00Z')", "2025-01-31T11:30:00Z"),
            ("later(optional.of('2025-01-31T11:30:00Z'), null) + later('', 'soon')", "2025-01-31T11:30:00Z"),
            ("orderedBy('2025-01-31T12:00:00Z', '2025-01-31T12:01:05.9Z')", "2025-01-31T12:00:00.000065Z"),
            ("orderedBy('2025-01-31T12:00:00Z', '2025-03-31T12:00:00Z')", "2025-01-31T12:00:00.999999Z"),
            ("orderedBy('2025-01-31T12:00:00Z', '2025-01-31T11:00:00Z')", "2025-01-31T12:00:00Z"),
            ("orderedBy('2025-01-31T12:00:00Z', '') + orderedBy('', '2025-01-31T12:00:00Z')", "2025-01-31T12:00:00Z"),
            ("unixTime('1772534651') + ' ' + unixTime('1772534651500')", "2026-03-03T10:44:11Z 2026-03-03T10:44:11.5Z"),
            ("unixTime('') + unixTime('soon') + unixTime('9223372036854775807')", ""),
            (&format!("writtenAt({fields}, ['status', 'state'])"), "2025-01-31T13:00:00Z"),
            (&format!("writtenAt({fields}, ['status', 'x/y.z'])"), "2025-01-31T13:00:00Z"),
            (&format!("writtenAt({fields}, ['status', 'none']) + writtenAt({fields}, [5])"), ""),
            ("writtenAt(optional.none(), ['status']) + writtenAt('text', 'text')", ""),
        ] {
            assert_eq!(evaluate(source), Ok(cel::Value::from(expected)), "{source}");
        }
    }

    #[test]
    fn a_duration_that_is_none_is_an_error() {
        assert!(evaluate("plus('2025-01-31T12:00:00Z', 'soon')").is_err());
    }
}
