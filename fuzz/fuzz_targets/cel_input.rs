//! The rules that come with KITE judge any object and take any payload.

#![no_main]

use std::sync::LazyLock;

use jiff::Timestamp;
use kite_rules::{Config, Judgement, RuleSet, Surroundings, WebhookError};
use libfuzzer_sys::{Corpus, fuzz_target};
use serde_json::{Map, Value};

static RULES: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);
static CONFIG: LazyLock<Config> = LazyLock::new(Config::default);
const NOW: Timestamp = Timestamp::constant(1_900_000_000, 0);
/// More reports than that no rule makes of one object.
const MOST_REPORTS: usize = 10_000;

fuzz_target!(|json: &[u8]| -> Corpus {
    let Ok(value) = serde_json::from_slice::<Value>(json) else { return Corpus::Reject };
    for name in RULES.webhook_names() {
        let outcome = RULES.webhook(name).map(|webhook| webhook.evaluate(&value, &CONFIG));
        if let Some(Err(WebhookError::Invalid(wrong))) = outcome {
            assert!(!wrong.is_empty(), "{name} says what is wrong");
        }
    }
    let related = value.get("related").and_then(Value::as_object).cloned().unwrap_or_default();
    for related in [&related, &Map::new()] {
        for now in [None, Some(NOW)] {
            let surroundings = Surroundings { config: &CONFIG, now, related };
            let judged = RULES.judge(&value, surroundings);
            assert_eq!(judged, RULES.judge(&value, surroundings), "the same object is judged the same");
            if let Ok(judgement) = judged {
                check(&judgement, related);
            }
        }
    }
    let surroundings = Surroundings { config: &CONFIG, now: Some(NOW), related: &related };
    if let Ok(judgement) = RULES.judge_deleted(&value, surroundings) {
        check(&judgement, &related);
    }
    Corpus::Keep
});

fn check(judgement: &Judgement, related: &Map<String, Value>) {
    assert!(judgement.said.len() <= MOST_REPORTS);
    assert!(judgement.detector.is_empty() || RULES.detector_names().contains(judgement.detector.as_str()));
    for said in &judgement.said {
        assert!(matches!(said.report.verdict.as_deref(), Some("failing" | "healthy" | "gone")), "{said:?}");
    }
    for need in &judgement.needs {
        assert!(!related.contains_key(&need.name), "`{}` is there already", need.name);
    }
}
