//! Parses YAML text into a JSON value, with limits on what hostile text can cost.
//!
//! `yaml_serde` bounds aliases and depth, but its scanner needs time in the square of the depth of
//! `[[[[…` before it gets to count: minutes for 400 KB. So text with unusually many brackets goes
//! through `saphyr-parser` first, whose scanner gives up at a fixed depth.

use serde_json::Value;

/// Why text is not YAML.
#[derive(Debug)]
pub(crate) struct Broken {
    /// The line of the text, from 1.
    pub(crate) line: u64,
    /// What is wrong; may name lines of the text as `at line N column M`.
    message: String,
}

/// Below this many opening brackets no nesting is expensive.
const HARMLESS_BRACKETS: usize = 1000;

/// Parses one document.
pub(crate) fn parse(text: &[u8]) -> Result<Value, Broken> {
    if memchr::memchr2_iter(b'[', b'{', text).nth(HARMLESS_BRACKETS).is_some() {
        check_depth(text)?;
    }
    yaml_serde::from_slice(text).map_err(|error| Broken {
        line: error.location().map_or(1, |location| location.line() as u64),
        message: error.to_string(),
    })
}

fn check_depth(text: &[u8]) -> Result<(), Broken> {
    let text = std::str::from_utf8(text).map_err(|error| Broken { line: 1, message: error.to_string() })?;
    saphyr_parser::Parser::new_from_str(text).find_map(Result::err).map_or(Ok(()), |error| {
        let message = format!("{} at {}", error.info(), place(error.marker()));
        Err(Broken { line: error.marker().line() as u64, message })
    })
}

fn place(marker: &saphyr_parser::Marker) -> String {
    format!("line {} column {}", marker.line(), marker.col() + 1)
}

impl Broken {
    /// What is wrong, with the lines as they are in a file that has `by` lines before the text.
    pub(crate) fn message_shifted(&self, by: u64) -> String {
        let mut parts = self.message.split(" at line ");
        let first = parts.next().map(str::to_owned);
        let shifted = parts.map(|part| match part.split_once(" column ") {
            Some((line, rest)) => match line.parse::<u64>() {
                Ok(line) => format!("{} column {rest}", line + by),
                Err(_) => part.to_owned(),
            },
            None => part.to_owned(),
        });
        first.into_iter().chain(shifted).collect::<Vec<_>>().join(" at line ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn scalars_are_what_kubernetes_makes_of_them() {
        let cases = [
            ("2024-01-01T00:00:00Z", json!("2024-01-01T00:00:00Z")),
            ("2024-01-01", json!("2024-01-01")),
            ("12:30:45", json!("12:30:45")),
            ("\"yes\"", json!("yes")),
            ("\"12\"", json!("12")),
            ("12e4567", json!("12e4567")),
            ("0644", json!("0644")),
            ("null", json!(null)),
            ("~", json!(null)),
            ("", json!(null)),
            ("\"\"", json!("")),
            ("true", json!(true)),
            ("-7", json!(-7)),
            ("1.5", json!(1.5)),
            ("18446744073709551615", json!(u64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
            ("|\n  a\n\n  ---\n  - b\n", json!("a\n\n---\n- b\n")),
            (">-\n  a\n  b\n", json!("a b")),
            ("{}", json!({})),
            ("[]", json!([])),
        ];
        for (text, expected) in cases {
            let value = parse(format!("a: {text}").as_bytes()).unwrap();
            assert_eq!(value["a"], expected, "{text}");
        }
    }

    #[test]
    fn an_alias_bomb_is_refused() {
        let level = |level: usize| {
            let alias = format!("*a{},", level - 1).repeat(9);
            format!("a{level}: &a{level} [{alias}]\n")
        };
        let first = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n";
        let text = first.to_owned() + &(1..12).map(level).collect::<String>();
        assert!(parse(text.as_bytes()).unwrap_err().message.contains("limit"));
    }

    #[test]
    fn deep_nesting_is_refused_at_once() {
        for open in ["[", "{a: ", "- ", "[{a: "] {
            let text = open.repeat(200_000);
            assert!(parse(text.as_bytes()).unwrap_err().message.contains("limit"), "{open}");
        }
    }

    #[test]
    fn many_brackets_in_text_are_no_nesting() {
        let log = "[31mred[0m [ { \n".repeat(2000);
        let text = yaml_serde::to_string(&json!({ "log": log })).unwrap();
        assert_eq!(parse(text.as_bytes()).unwrap(), json!({ "log": log }));
    }

    #[test]
    fn lines_in_messages_are_those_of_the_file() {
        let broken = parse(b"a: 1\nb: {\n").unwrap_err();
        assert_eq!(broken.line, 3);
        assert_eq!(
            broken.message_shifted(10),
            "did not find expected node content at line 13 column 1, while parsing a flow node",
        );
    }
}
