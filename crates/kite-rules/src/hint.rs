//! What may have been meant by a word that is wrong.

/// Words are alike from here on; 1 is the same.
const ALIKE: f64 = 0.8;
/// A longer list helps nobody.
const LISTED: usize = 12;

/// The known word that is most like the wrong one, or all of them when there are few.
pub(crate) fn meant<'k>(wrong: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    let mut known: Vec<_> = known.into_iter().collect();
    known.sort_unstable();
    known.dedup();
    let likeness = |word: &&str| strsim::jaro_winkler(&wrong.to_lowercase(), &word.to_lowercase());
    let nearest = known.iter().copied().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    if likeness(&nearest) >= ALIKE {
        return Some(format!("did you mean `{nearest}`?"));
    }
    (known.len() <= LISTED).then(|| format!("known here: {}", known.join(", ")))
}

/// What may have been meant in a message that names the wrong word, and then what was expected.
pub(crate) fn of_message(message: &str) -> Option<String> {
    let named = message.split('`').nth(1)?;
    if message.starts_with("missing field") {
        return Some(format!("add `{named}: …` there"));
    }
    let (_, expected) = message.strip_prefix("unknown field")?.split_once("expected ")?;
    let expected = expected.strip_prefix("one of ").unwrap_or(expected);
    meant(named, expected.split(", ").map(|word| word.trim_matches('`')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_offered_or_all_when_they_are_few() {
        assert_eq!(meant("objekt", ["now", "object"]).as_deref(), Some("did you mean `object`?"));
        assert_eq!(meant("xyz", ["b", "a", "b"]).as_deref(), Some("known here: a, b"));
        assert_eq!(meant("xyz", (0..20).map(|_| "a").chain(["b"])).as_deref(), Some("known here: a, b"));
        assert_eq!(meant("xyz", []), None);
    }

    #[test]
    fn a_message_that_names_what_was_expected_gives_a_hint() {
        let message = "unknown field `faling`, expected one of failing, healthy";
        assert_eq!(of_message(message).as_deref(), Some("did you mean `failing`?"));
        assert_eq!(of_message("missing field `kind`").as_deref(), Some("add `kind: …` there"));
        assert_eq!(of_message("something else"), None);
    }
}
