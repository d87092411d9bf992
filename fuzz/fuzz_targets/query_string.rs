//! The parameters of a list, whatever they are.

#![no_main]

use futures::FutureExt as _;
use http::{HeaderMap, Uri};
use jiff::Timestamp;
use kite_backend::access::Access;
use kite_backend::input::query::Parameters;
use kite_backend::input::{Asking, cursor};
use kite_backend::problem::Problem;
use kite_core::{IssueFilter, Reach};
use kite_store::{ListQuery, Start};
use libfuzzer_sys::{Corpus, fuzz_target};

const NOW: Timestamp = Timestamp::constant(1_900_000_000, 0);

fuzz_target!(|query: &[u8]| -> Corpus {
    let address = [&b"/api/v1/issues?"[..], query].concat();
    let Ok(uri) = Uri::try_from(address) else { return Corpus::Reject };
    match listing(&uri) {
        Ok((asking, listing)) => check(&asking, &listing),
        Err(problem) => assert!(matches!(problem.status().as_u16(), 400 | 422), "{problem}"),
    }
    Corpus::Keep
});

fn listing(uri: &Uri) -> Result<(Asking, ListQuery), Problem> {
    let caller = Access::Open.sign_in(&HeaderMap::new()).now_or_never();
    let caller = caller.ok_or_else(|| Problem::Failed("nobody is asked".into()))??;
    let parameters = Parameters::of(uri)?;
    let asking = Asking::new(caller, parameters.one("namespace")?.map(str::to_owned));
    parameters.listing(&asking, Reach::All, NOW).map(|listing| (asking, listing))
}

fn check(asking: &Asking, ListQuery { filter, limit, start, .. }: &ListQuery) {
    assert!((1..=1000).contains(limit));
    assert!(asking.namespace().is_none_or(|namespace| !namespace.is_empty()));
    match start {
        Start::Offset(offset) => assert!(*offset <= u32::MAX.into()),
        Start::After(place) => {
            assert_eq!(cursor::read(&cursor::write(place)).as_ref(), Some(place));
            assert!(place.detected_at >= Timestamp::UNIX_EPOCH);
        }
    }
    let IssueFilter { reach, search, clusters, states, severities, types, labels, .. } = filter;
    assert_eq!(*reach, Reach::All, "a query says nothing about what the caller may see");
    let texts = [clusters, &filter.resource_types, &filter.resource_names, &filter.applications, &filter.components];
    let labels = labels.values();
    for texts in texts.into_iter().chain(labels) {
        assert!(texts.len() <= 100 && texts.iter().all(|text| is_sound(text)));
    }
    assert!(states.len().max(severities.len()).max(types.len()) <= 100);
    let times = filter.detected_from.iter().chain(&filter.detected_before);
    assert!(times.into_iter().all(|time| *time >= Timestamp::UNIX_EPOCH), "PostgreSQL does not know all earlier ones");
    let least = if asking.namespace().is_some() { 1 } else { 3 };
    assert!(search.iter().all(|search| is_sound(search) && search.chars().count() >= least));
}

/// Whether a text is one that a database keeps.
fn is_sound(text: &str) -> bool {
    !text.is_empty() && !text.contains('\0')
}
