//! The keys of a keyboard, as the `WebDriver` protocol names them.

use serde_json::{Value, json};

/// Names as in a browser's keyboard events, with the code of each.
const NAMED: [(&str, char); 16] = [
    ("Alt", '\u{e00a}'),
    ("ArrowDown", '\u{e015}'),
    ("ArrowLeft", '\u{e012}'),
    ("ArrowRight", '\u{e014}'),
    ("ArrowUp", '\u{e013}'),
    ("Backspace", '\u{e003}'),
    ("Control", '\u{e009}'),
    ("Delete", '\u{e017}'),
    ("End", '\u{e010}'),
    ("Enter", '\u{e007}'),
    ("Escape", '\u{e00c}'),
    ("Home", '\u{e011}'),
    ("PageDown", '\u{e00f}'),
    ("PageUp", '\u{e00e}'),
    ("Shift", '\u{e008}'),
    ("Tab", '\u{e004}'),
];

/// Gives the actions that press `j`, `Enter` or `Shift+Tab`: down in order, up in reverse.
pub(crate) fn press(keys: &str) -> Value {
    let codes: Vec<_> = keys.split('+').map(code).collect();
    let down = codes.iter().map(|code| json!({"type": "keyDown", "value": code}));
    let up = codes.iter().rev().map(|code| json!({"type": "keyUp", "value": code}));
    let actions: Vec<_> = down.chain(up).collect();
    json!({"actions": [{"type": "key", "id": "keyboard", "actions": actions}]})
}

fn code(key: &str) -> String {
    let named = NAMED.iter().find(|(name, _)| *name == key);
    named.map_or_else(|| key.to_owned(), |(_, code)| code.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_pressed_together_are_released_in_reverse() {
        let actions = press("Shift+j");
        let values: Vec<_> = actions["actions"][0]["actions"].as_array().unwrap().iter().map(|a| &a["value"]).collect();
        assert_eq!(values, ["\u{e008}", "j", "j", "\u{e008}"]);
    }
}
