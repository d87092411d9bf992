//! Any file is read as a dump, whatever is in it: YAML, JSON, gzip, tar or zip.

#![no_main]

use kite_dump::fuzzing::{Parsing, read_bytes};
use kite_dump::{DumpError, Item};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// Bytes of the largest piece; what is packed may be larger than that.
const PIECE_LIMIT: usize = 256 * 1024;

fuzz_target!(|bytes: &[u8]| {
    // The end counts as a line of its own, and YAML has more line breaks than one.
    let lines = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r' | 0x85 | 0xa8 | 0xa9)).count() as u64 + 2;
    let found = read_bytes("dump", bytes, PIECE_LIMIT, Parsing::AtOnce);
    for result in &found {
        match result {
            Ok(item) => check_item(item),
            Err(error) => check_error(error),
        }
    }
    if is_plain(bytes) {
        let origins = found.iter().flatten().map(|item| item.origin.line);
        let errors = found.iter().filter_map(|result| result.as_ref().err()?.line);
        for line in origins.chain(errors) {
            assert!((1..=lines).contains(&line), "line {line} of {lines}");
        }
        let later = read_bytes("dump", bytes, PIECE_LIMIT, Parsing::AtTheEnd);
        assert_eq!(in_order(&found), in_order(&later), "it does not matter when an object is parsed");
    }
});

fn check_item(Item { origin, object }: &Item) {
    for key in ["kind", "apiVersion"] {
        let text = object.get(key).and_then(Value::as_str);
        assert!(text.is_some_and(|text| !text.is_empty()), "{origin}: no `{key}`");
    }
    assert!(origin.item != Some(0), "items count from 1");
}

fn check_error(error: &DumpError) {
    assert!(error.line != Some(0) && error.item != Some(0), "lines and items count from 1");
    assert!(!error.to_string().is_empty());
}

/// Whether what is read cannot be larger than the bytes.
fn is_plain(bytes: &[u8]) -> bool {
    !bytes.windows(2).any(|pair| pair == b"PK" || pair == b"\x1f\x8b") && bytes.get(257..262) != Some(b"ustar")
}

fn in_order(found: &[Result<Item, DumpError>]) -> Vec<String> {
    let mut found: Vec<_> = found.iter().map(|result| format!("{result:?}")).collect();
    found.sort();
    found
}
