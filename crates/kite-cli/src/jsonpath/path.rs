//! Writes a path of kubectl's dialect as RFC 9535 wants it.

use std::iter::Peekable;
use std::str::Chars;

/// The path as RFC 9535 wants it; the library says what is wrong with it.
pub fn standard(path: &str) -> String {
    // Both mean the value at hand, also inside of a range.
    let path = path.strip_prefix(['$', '@']).unwrap_or(path);
    let mut standard = "$".to_owned();
    let mut rest = path.chars().peekable();
    if rest.peek().is_some_and(|c| !matches!(c, '.' | '[')) {
        standard.push_str(&quoted(&name(&mut rest)));
    }
    segments(&mut rest, &mut standard);
    standard
}

/// Writes segments, as far as there are any.
fn segments(rest: &mut Peekable<Chars<'_>>, standard: &mut String) {
    while let Some(c) = rest.peek().copied() {
        match c {
            ' ' => {
                rest.next();
            }
            '.' => {
                rest.next();
                if rest.next_if_eq(&'.').is_some() {
                    standard.push_str("..");
                }
                match rest.peek() {
                    Some('*') => {
                        rest.next();
                        standard.push_str("[*]");
                    }
                    Some('[') | None => {}
                    Some(_) => standard.push_str(&quoted(&name(rest))),
                }
            }
            '[' => {
                rest.next();
                standard.push_str(&bracket(rest));
            }
            _ => {
                // Nothing of a path: the library names the place.
                standard.extend(rest.by_ref());
            }
        }
    }
}

/// A name behind a dot: `app\.kubernetes\.io/name`.
fn name(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut name = String::new();
    while let Some(c) = rest.next_if(|c| !matches!(c, '.' | '[' | ']' | ' ' | '=' | '!' | '<' | '>' | ')' | '&' | '|'))
    {
        if c == '\\' {
            name.extend(rest.next());
        } else {
            name.push(c);
        }
    }
    name
}

fn quoted(name: &str) -> String {
    format!("['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
}

/// What is between brackets: an index, a slice, names or a filter.
fn bracket(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut inside = "[".to_owned();
    let mut depth = 1;
    while let Some(c) = rest.next() {
        match c {
            '\'' | '"' => {
                inside.push(c);
                quote(rest, c, &mut inside);
            }
            // A path inside of a filter.
            '@' => {
                inside.push('@');
                segments_of_filter(rest, &mut inside);
            }
            _ => {
                depth += match c {
                    '[' => 1,
                    ']' => -1,
                    _ => 0,
                };
                inside.push(c);
                if depth == 0 {
                    break;
                }
            }
        }
    }
    inside
}

fn segments_of_filter(rest: &mut Peekable<Chars<'_>>, inside: &mut String) {
    while let Some(c) = rest.next_if(|c| matches!(c, '.' | '[')) {
        if c == '.' {
            inside.push_str(&quoted(&name(rest)));
        } else {
            inside.push_str(&bracket(rest));
        }
    }
}

/// A text up to its closing quote, which is copied too.
fn quote(rest: &mut Peekable<Chars<'_>>, closing: char, inside: &mut String) {
    while let Some(c) = rest.next() {
        // kubectl lets dots be escaped here as well, the standard does not.
        if c == '\\' && rest.peek() == Some(&'.') {
            continue;
        }
        inside.push(c);
        if c == '\\' {
            inside.extend(rest.next());
        } else if c == closing {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_as_the_standard_wants_them() {
        for (path, expected) in [
            (".data[*].title", "$['data'][*]['title']"),
            ("$.data", "$['data']"),
            ("@.data", "$['data']"),
            ("data", "$['data']"),
            ("..name", "$..['name']"),
            (".*", "$[*]"),
            ("[0:2].a", "$[0:2]['a']"),
            ("['a','b.c']", "$['a','b.c']"),
            (r".labels.app\.kubernetes\.io/name", "$['labels']['app.kubernetes.io/name']"),
            (".a[?(@.b-c==\"x]y\")].d", "$['a'][?(@['b-c']==\"x]y\")]['d']"),
            (".a[?(@.b[0].c>1)]", "$['a'][?(@['b'][0]['c']>1)]"),
            (".it's", r"$['it\'s']"),
            (".a .b", "$['a']['b']"),
        ] {
            assert_eq!(standard(path), expected, "{path}");
        }
    }
}
