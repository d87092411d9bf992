//! The functions that rule files may call besides CEL's own, and the list of all of them.
#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "the signature of functions is given by `cel`"
)]

mod times;

use std::sync::{Arc, LazyLock};

use cel::common::types::{CelInt, CelList, CelMap, CelNull, CelOptional, CelString, DYN_TYPE};
use cel::common::value::{CowVal, Val};
use cel::{Env, ExecutionError};

use crate::json_value;

type Args<'b, 'v> = Vec<CowVal<'b, 'v>>;
type Outcome<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;
type Function = for<'b, 'v> fn(Args<'b, 'v>) -> Outcome<'b, 'v>;

/// Our functions: name, number of arguments, implementation.
const OURS: [(&str, usize, Function); 19] = [
    ("annotation", 2, annotation),
    ("before", 2, times::before),
    ("coalesce", 2, coalesce),
    ("coalesce", 3, coalesce),
    ("coalesce", 4, coalesce),
    ("coalesce", 5, coalesce),
    ("earlier", 2, times::earlier),
    ("find", 3, find),
    ("httpUrl", 1, http_url),
    ("json", 1, json),
    ("label", 2, label),
    ("later", 2, times::later),
    ("orderedBy", 2, times::ordered_by),
    ("plus", 2, times::plus),
    ("stripPrefix", 2, strip_prefix),
    ("tail", 2, tail),
    ("truncate", 2, truncate),
    ("unixTime", 1, times::unix_time),
    ("writtenAt", 2, times::written_at),
];

/// CEL's functions: name, numbers of arguments (a receiver, as in `text.trim()`, counts as one).
const STANDARD: [(&str, &[usize]); 31] = [
    ("bool", &[1]),
    ("charAt", &[2]),
    ("contains", &[2]),
    ("double", &[1]),
    ("dyn", &[1]),
    ("endsWith", &[2]),
    ("format", &[2]),
    ("hasValue", &[1]),
    ("indexOf", &[2, 3]),
    ("int", &[1]),
    ("join", &[1, 2]),
    ("lastIndexOf", &[2, 3]),
    ("lowerAscii", &[1]),
    ("matches", &[2]),
    ("none", &[1]),
    ("of", &[2]),
    ("ofNonZeroValue", &[2]),
    ("or", &[2]),
    ("orValue", &[2]),
    ("replace", &[3, 4]),
    ("reverse", &[1]),
    ("size", &[1]),
    ("split", &[2, 3]),
    ("startsWith", &[2]),
    ("string", &[1]),
    ("substring", &[2, 3]),
    ("trim", &[1]),
    ("type", &[1]),
    ("uint", &[1]),
    ("upperAscii", &[1]),
    ("value", &[1]),
];

/// Whether a function of that name takes that many arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// It does.
    Yes,
    /// There is one, but it takes a different number.
    WrongArguments,
    /// There is none.
    No,
}

/// Looks a called function up; a receiver counts as an argument.
pub(crate) fn known(name: &str, arguments: usize) -> Known {
    // The parser writes operators as calls of `_==_`, `!_`, `@in` and so on.
    if !name.chars().all(|c| c == '_' || c.is_ascii_alphanumeric()) {
        return Known::Yes;
    }
    counts(name).fold(Known::No, |known, count| {
        if known == Known::Yes || count == arguments { Known::Yes } else { Known::WrongArguments }
    })
}

/// How many arguments a function of that name takes.
pub(crate) fn counts(name: &str) -> impl Iterator<Item = usize> {
    let ours = OURS.iter().filter(move |(ours, ..)| *ours == name).map(|(_, count, _)| *count);
    let standard = STANDARD.iter().filter(move |(standard, _)| *standard == name);
    ours.chain(standard.flat_map(|(_, counts)| counts.iter().copied()))
}

/// The names of all functions.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    OURS.iter().map(|(name, ..)| *name).chain(STANDARD.iter().map(|(name, _)| *name))
}

/// CEL with its string functions and ours.
pub(crate) fn environment() -> Arc<Env> {
    static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
        let mut env = Env::stdlib();
        // A declaration fails only when the name is taken; a test calls every function.
        let _ = env.add_extension(cel::extensions::strings);
        for (name, count, function) in OURS {
            let id = format!("{name}_{count}");
            let _ = env.add_overload(name, &id, (0..count).map(|_| DYN_TYPE).collect(), function);
        }
        Arc::new(env)
    });
    Arc::clone(&ENVIRONMENT)
}

/// The value inside an optional, the value itself when it is none, `None` when it is empty or null.
pub(crate) fn present<'b, 'v>(value: &'b (dyn Val + 'v)) -> Option<&'b (dyn Val + 'v)> {
    let value = match value.downcast_ref::<CelOptional>() {
        Some(optional) => optional.option()?,
        None => value,
    };
    value.downcast_ref::<CelNull>().is_none().then_some(value)
}

fn text<'b>(value: &'b (dyn Val + '_)) -> Option<&'b str> {
    present(value)?.downcast_ref::<CelString>().map(CelString::inner)
}

fn text_argument<'a>(args: &'a Args<'_, '_>, index: usize) -> &'a str {
    args.get(index).and_then(|argument| text(argument.as_ref())).unwrap_or_default()
}

fn field<'v>(value: &(dyn Val + 'v), name: &str) -> Option<Box<dyn Val + 'v>> {
    let value = present(value)?.as_indexer()?;
    let found = value.get(&CelString::from(name)).ok()?;
    Some(found.into_owned())
}

fn owned_text<'b, 'v>(text: impl Into<String>) -> CowVal<'b, 'v> {
    CowVal::owned(CelString::from(text.into()))
}

fn metadata_entry<'b, 'v>(args: &Args<'b, 'v>, map: &str) -> CowVal<'b, 'v> {
    args.first()
        .and_then(|object| field(object.as_ref(), "metadata"))
        .and_then(|metadata| field(metadata.as_ref(), map))
        .and_then(|entries| field(entries.as_ref(), text_argument(args, 1)))
        .filter(|entry| entry.downcast_ref::<CelString>().is_some())
        .map_or_else(|| owned_text(""), CowVal::Owned)
}

fn label<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    Ok(metadata_entry(&args, "labels"))
}

fn annotation<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    Ok(metadata_entry(&args, "annotations"))
}

fn coalesce<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    let found = args.into_iter().find(|argument| text(argument.as_ref()).is_some_and(|text| !text.is_empty()));
    Ok(match found {
        Some(argument) if argument.downcast_ref::<CelOptional>().is_some() => {
            owned_text(text(argument.as_ref()).unwrap_or_default())
        }
        Some(argument) => argument,
        None => owned_text(""),
    })
}

fn find<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    let (key, wanted) = (text_argument(&args, 1), text_argument(&args, 2));
    let found = args
        .first()
        .and_then(|list| present(list.as_ref()))
        .and_then(<dyn Val>::downcast_ref::<CelList>)
        .and_then(|list| {
            list.inner()
                .iter()
                .find(|item| field(item.as_ref(), key).is_some_and(|value| text(value.as_ref()) == Some(wanted)))
        })
        .cloned();
    Ok(found.map_or_else(|| CowVal::owned(CelMap::default()), CowVal::Owned))
}

fn http_url<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    let url = text_argument(&args, 0);
    let usable = url.starts_with("https://") || url.starts_with("http://");
    Ok(owned_text(if usable { url } else { "" }))
}

fn json<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    let parsed = serde_json::from_str(text_argument(&args, 0)).unwrap_or_default();
    Ok(CowVal::Owned(json_value::owned(parsed)))
}

fn strip_prefix<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    let (text, prefix) = (text_argument(&args, 0), text_argument(&args, 1));
    Ok(owned_text(text.strip_prefix(prefix).unwrap_or(text)))
}

fn truncate<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    let (text, limit) = (text_argument(&args, 0), limit_argument(&args, "truncate")?);
    Ok(match text.char_indices().nth(limit) {
        Some((end, _)) => owned_text(format!("{}…", text.get(..end).unwrap_or_default())),
        None => owned_text(text),
    })
}

fn tail<'b, 'v>(args: Args<'b, 'v>) -> Outcome<'b, 'v> {
    let (text, limit) = (text_argument(&args, 0), limit_argument(&args, "tail")?);
    let more = text.chars().count().saturating_sub(limit);
    Ok(match text.char_indices().nth(more) {
        Some((begin, _)) if more > 0 => owned_text(format!("…{}", text.get(begin..).unwrap_or_default())),
        None if more > 0 => owned_text("…"),
        _ => owned_text(text),
    })
}

/// The number of characters that a text may have.
fn limit_argument(args: &Args<'_, '_>, function: &str) -> Result<usize, ExecutionError> {
    args.get(1)
        .and_then(|limit| limit.downcast_ref::<CelInt>())
        .and_then(|limit| usize::try_from(*limit.inner()).ok())
        .ok_or_else(|| ExecutionError::function_error(function, "the limit is no number"))
}

#[cfg(test)]
mod tests {
    use cel::{Context, Value};

    use super::*;

    pub(super) fn evaluate(source: &str) -> Result<Value, ExecutionError> {
        let program = environment().compile(source).unwrap();
        program.execute(&Context::with_env(environment()))
    }

    #[test]
    fn every_listed_function_is_there() {
        let ours = OURS.iter().map(|(name, count, _)| (*name, *count));
        let standard = STANDARD.iter().flat_map(|(name, counts)| counts.iter().map(|count| (*name, *count)));
        for (name, count) in ours.chain(standard) {
            let arguments = vec!["'1'"; count];
            let rest = arguments.get(1..).unwrap_or_default().join(", ");
            let calls = [
                format!("{name}({})", arguments.join(", ")),
                format!("'1'.{name}({rest})"),
                format!("optional.{name}({rest})"),
            ];
            let undeclared = |call: &String| matches!(evaluate(call), Err(ExecutionError::UndeclaredReference(_)));
            assert!(!calls.iter().all(undeclared), "{name} with {count}");
        }
    }

    #[test]
    fn functions_give_what_their_reference_says() {
        let object = "{'metadata': {'labels': {'a/b': 'x', 'n': 1}}}";
        for (source, expected) in [
            (format!("label({object}, 'a/b')"), "x"),
            (format!("label({object}, 'n') + annotation({object}, 'a/b') + label('no object', 'x')"), ""),
            ("coalesce('', optional.none(), null, 5, optional.of('a'))".to_owned(), "a"),
            ("coalesce('', '')".to_owned(), ""),
            ("find([{'k': 'a'}, 5, {'k': 'b', 'v': 'x'}], 'k', 'b').v".to_owned(), "x"),
            ("find('no list', 'k', 'b').?v.orValue('none')".to_owned(), "none"),
            ("httpUrl('https://a.b') + httpUrl('javascript:x')".to_owned(), "https://a.b"),
            ("json('{\"a\": [1, \"x\"]}').a[1]".to_owned(), "x"),
            ("json('{') == null ? 'null' : ''".to_owned(), "null"),
            ("stripPrefix('refs/heads/main', 'refs/heads/') + stripPrefix('a', 'b')".to_owned(), "maina"),
            ("truncate('äöü', 2) + truncate('äöü', 3)".to_owned(), "äö…äöü"),
            ("tail('äöü', 2) + tail('äöü', 3) + tail('ä', 0)".to_owned(), "…öüäöü…"),
        ] {
            assert_eq!(evaluate(&source), Ok(Value::from(expected)), "{source}");
        }
    }

    #[test]
    fn a_limit_that_is_none_is_an_error() {
        assert!(evaluate("truncate('a', -1)").is_err());
        assert!(evaluate("tail('a', '1')").is_err());
    }
}
