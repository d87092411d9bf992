//! The body of `POST /api/v1/reports`, as an array and as lines, read strictly and forgivingly.

#![no_main]

use std::sync::LazyLock;

use jiff::Timestamp;
use kite_backend::input::body::Format;
use kite_backend::input::report::{Reading, entry};
use kite_backend::input::{Checked, Delivery, Manner};
use kite_backend::routes::reports::read;
use kite_core::{Content, Entry, Scope, text};
use kite_rules::RuleSet;
use libfuzzer_sys::fuzz_target;

const NOW: Timestamp = Timestamp::constant(1_900_000_000, 0);
static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);
const AHEAD: Timestamp = Timestamp::constant(1_900_000_300, 0);

fuzz_target!(|body: &[u8]| {
    for format in [Format::Json, Format::JsonLines] {
        let Ok(reports) = read(format, body) else { continue };
        assert!(reports.len() <= 1000);
        for (index, sent) in reports.into_iter().enumerate() {
            let delivery = Delivery::default();
            let strict = Reading { now: NOW, rules: &RULES, manner: Manner::Strict, delivery: &delivery, index };
            let checked = sent.check(|report| {
                let forgiven = entry(report.clone(), Reading { manner: Manner::Forgiving, ..strict });
                let checked = entry(report, strict);
                assert!(checked.is_err() || forgiven.is_ok(), "{checked:?} is refused by who forgives: {forgiven:?}");
                if let Ok(Checked { value, .. }) = forgiven {
                    check(&value);
                }
                checked
            });
            match checked {
                Ok(Checked { value, .. }) => check(&value),
                Err(wrong) => assert!(!wrong.is_empty() && wrong.iter().all(|wrong| !wrong.message.is_empty())),
            }
        }
    }
});

fn check(entry: &Entry) {
    let (scope, run_id, occurred_at) = match entry {
        Entry::Failing { identity, run_id, occurred_at, content } => {
            assert!(identity.variant.is_empty() || is_name(&identity.variant));
            check_content(content, *occurred_at);
            (&identity.scope, run_id, occurred_at)
        }
        Entry::Clear { target, run_id, occurred_at, .. } => (&target.scope, run_id, occurred_at),
        other => unreachable!("no report says {other:?}"),
    };
    let Scope { cluster, namespace, resource_type, resource_name, resource_namespace } = scope;
    assert!(
        [namespace, resource_type, resource_name, resource_namespace, run_id].into_iter().all(|name| is_name(name))
    );
    assert!(cluster.is_empty() || is_name(cluster));
    assert!(occurred_at.is_none_or(|time| (Timestamp::UNIX_EPOCH..=AHEAD).contains(&time)));
}

fn check_content(content: &Content, began: Option<Timestamp>) {
    assert!(!content.title.is_empty() && content.title.chars().count() <= text::TITLE_CHARS);
    assert!(!content.title.contains(char::is_control) && !content.description.contains('\0'));
    assert!(content.description.len() <= text::DESCRIPTION_BYTES);
    assert!(content.links.len() <= text::LINKS && content.labels.len() <= text::LABELS);
    assert!(content.links.iter().all(|link| !link.title.is_empty() && !link.url().starts_with("javascript")));
    assert!(content.labels.iter().flat_map(|(key, value)| [key, value]).all(|name| is_name(name)));
    assert!(content.cause.iter().chain(&content.reason).all(|name| is_name(name)));
    if let Some(diagnosis) = &content.diagnosis {
        assert!(
            diagnosis.excerpt.len() <= text::EXCERPT_BYTES && diagnosis.excerpt.lines().count() <= text::EXCERPT_LINES
        );
        assert!(diagnosis.remedy.len().max(diagnosis.message.len()) <= text::REMARK_BYTES);
        assert!(
            [&diagnosis.class, &diagnosis.task, &diagnosis.step]
                .into_iter()
                .all(|name| name.is_empty() || is_name(name))
        );
        assert!(!diagnosis.excerpt.contains('\u{1b}') && !diagnosis.summary.contains(char::is_control));
    }
    assert!(content.ended_at.zip(began).is_none_or(|(ended, began)| began <= ended && ended <= AHEAD));
}

fn is_name(name: &str) -> bool {
    (1..=text::NAME_BYTES).contains(&name.len()) && name.trim() == name && !name.contains(char::is_control)
}
