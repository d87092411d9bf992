//! A rule file with any text: it is loaded, or all that is wrong with it is said, and where.

#![no_main]

use std::sync::LazyLock;

use kite_rules::{RuleError, RuleSet};
use libfuzzer_sys::fuzz_target;

const FILE: &str = "rules.yaml";
static BUILTIN: LazyLock<RuleSet> = LazyLock::new(RuleSet::builtin);

fuzz_target!(|text: &str| {
    let load = |rules: &RuleSet| rules.with_files([(FILE.to_owned(), text.to_owned())]);
    let (rules, errors) = load(&BUILTIN);
    let lines = text.split(['\n', '\r']).count() as u64;
    for error in &errors {
        assert!(error.line > 0 && error.column > 0, "{error}");
        assert!(error.file != FILE || error.line <= lines, "{error}, of {lines} lines");
        assert!(!error.message.is_empty());
    }
    let kept = rules.detector_names().is_superset(&BUILTIN.detector_names());
    assert!(kept, "a file takes no detector away: {errors:?}");
    assert!(BUILTIN.webhook_names().all(|name| rules.webhook(name).is_some()));
    let _ = rules.kinds(|_| true);
    let _ = rules.access(|_| true);
    if errors.is_empty() {
        check_reload(&rules, &load(&rules));
    }
});

/// Loading what is in force already changes nothing.
fn check_reload(rules: &RuleSet, (again, errors): &(RuleSet, Vec<RuleError>)) {
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(rules.detector_names(), again.detector_names());
    assert!(rules.webhook_names().eq(again.webhook_names()));
}
