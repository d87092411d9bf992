//! Finds the place in a rule file that a position inside one of its values comes from.

use serde_saphyr::Location;

/// A line and a column of a file, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: u64,
    pub(crate) column: u64,
}

impl From<Location> for Place {
    fn from(location: Location) -> Self {
        Self { line: location.line().max(1), column: location.column().max(1) }
    }
}

/// The place of the character at `offset` in the value that starts at `start`.
///
/// YAML folds line breaks, so inside values over several lines with blank lines or escapes the
/// answer may be off; the line is right for block literals (`|`) and values on one line.
pub(crate) fn inside(file: &str, start: Place, offset: usize) -> Place {
    let mut lines = (1u64..).zip(file.lines()).skip_while(|(n, _)| *n < start.line);
    let Some((_, first)) = lines.next() else {
        return start;
    };
    let skipped = usize::try_from(start.column).unwrap_or(usize::MAX) - 1;
    let rest: Vec<char> = first.chars().skip(skipped).collect();
    let mut left = offset;
    match rest.first() {
        Some('|' | '>') => {}
        opening => {
            let quote = usize::from(matches!(opening, Some('"' | '\'')));
            if quote + left <= rest.len() {
                return place(start.line, skipped + quote + left);
            }
            left = left.saturating_sub(rest.len() - quote + 1);
        }
    }
    let mut indent = None;
    for (number, line) in lines {
        let spaces = line.chars().take_while(|c| *c == ' ').count();
        let indent = *indent.get_or_insert(spaces);
        let length = line.chars().count().saturating_sub(indent);
        if left <= length {
            return place(number, indent + left);
        }
        left -= length + 1;
    }
    start
}

fn place(line: u64, skipped: usize) -> Place {
    Place { line, column: u64::try_from(skipped).unwrap_or(u64::MAX).saturating_add(1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(file: &str, start: (u64, u64), offset: usize) -> (u64, u64) {
        let start = Place { line: start.0, column: start.1 };
        let place = inside(file, start, offset);
        (place.line, place.column)
    }

    #[test]
    fn plain_and_quoted_values_are_counted_from_their_start() {
        assert_eq!(at("when: a + b\n", (1, 7), 4), (1, 11));
        assert_eq!(at("when: 'a + b'\n", (1, 7), 4), (1, 12));
    }

    #[test]
    fn block_values_are_counted_from_their_first_line() {
        let file = "when: |\n  a &&\n  b\nlet: {}\n";
        assert_eq!(at(file, (1, 7), 0), (2, 3));
        assert_eq!(at(file, (1, 7), 5), (3, 3));
        assert_eq!(at(&file.replace('|', ">-"), (1, 7), 5), (3, 3));
    }

    #[test]
    fn plain_values_go_on_in_the_next_line() {
        assert_eq!(at("when: a &&\n  b\n", (1, 7), 5), (2, 3));
    }

    #[test]
    fn a_position_behind_the_file_is_the_start() {
        assert_eq!(at("when: a\n", (1, 7), 99), (1, 7));
        assert_eq!(at("", (3, 7), 1), (3, 7));
    }
}
