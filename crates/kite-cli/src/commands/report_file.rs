//! Reads the reports of a file or a pipe, in groups of bounded size.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read};
use std::mem::take;

use kite_api::Report;
use serde::Deserialize as _;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Reports that are handed over together.
const GROUP: usize = 1_000;
/// Bytes that are read before what there is is handed over.
const GROUP_BYTES: usize = 2 * 1024 * 1024;

/// Hands over the reports, which stand one after the other or in arrays, until nobody takes them.
pub fn read(source: impl Read, name: &str, hand_over: impl FnMut(Vec<Report>) -> bool) -> Result<(), String> {
    let read = Cell::new(0);
    let mut json = serde_json::Deserializer::from_reader(BufReader::new(Counted { source, read: &read }));
    let mut group = Group { reports: Vec::new(), begins: 0, read: &read, hand_over, is_over: false };
    // At its end there is nothing left to read.
    while json.end().is_err() {
        let done = group.deserialize(&mut json);
        if group.is_over {
            return Ok(());
        }
        if let Err(error) = done {
            group.hand_over();
            return Err(format!("{name}:{}:{}: {error}", error.line(), error.column()));
        }
    }
    group.hand_over();
    Ok(())
}

/// Counts the bytes that were read so far.
struct Counted<'c, R> {
    source: R,
    read: &'c Cell<usize>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.read.set(self.read.get() + read);
        Ok(read)
    }
}

/// Reports that are handed over together.
struct Group<'c, F> {
    reports: Vec<Report>,
    /// What was read before the first of them.
    begins: usize,
    read: &'c Cell<usize>,
    hand_over: F,
    /// Whether nobody takes more.
    is_over: bool,
}

impl<F: FnMut(Vec<Report>) -> bool> Group<'_, F> {
    fn add<E: serde::de::Error>(&mut self, report: Report) -> Result<(), E> {
        self.reports.push(report);
        if self.reports.len() >= GROUP || self.read.get() - self.begins >= GROUP_BYTES {
            self.hand_over();
        }
        if self.is_over { Err(E::custom("nobody takes more")) } else { Ok(()) }
    }

    fn hand_over(&mut self) {
        if !self.reports.is_empty() {
            self.is_over = !(self.hand_over)(take(&mut self.reports));
        }
        self.begins = self.read.get();
    }
}

impl<'de, F: FnMut(Vec<Report>) -> bool> DeserializeSeed<'de> for &mut Group<'_, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de, F: FnMut(Vec<Report>) -> bool> Visitor<'de> for &mut Group<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report, or a list of them")
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<(), A::Error> {
        self.add(Report::deserialize(MapAccessDeserializer::new(fields))?)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut reports: A) -> Result<(), A::Error> {
        while let Some(report) = reports.next_element()? {
            self.add(report)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many reports each group has, and the mistake at the end.
    fn groups(text: &str) -> (Vec<usize>, Result<(), String>) {
        let mut groups = Vec::new();
        let done = read(text.as_bytes(), "x", |reports| {
            groups.push(reports.len());
            true
        });
        (groups, done)
    }

    #[test]
    fn groups_are_bounded_in_lines_as_in_arrays() {
        let lines = "{}\n".repeat(2_500);
        let array = format!("[{}{{}}]", "{}, ".repeat(2_499));
        for text in [lines, array] {
            assert_eq!(groups(&text), (vec![1_000, 1_000, 500], Ok(())));
        }
        let large = format!("{{\"title\": \"{}\"}} ", "x".repeat(GROUP_BYTES / 2));
        let (groups, done) = groups(&large.repeat(8));
        assert!(groups.iter().all(|size| *size <= 3) && groups.iter().sum::<usize>() == 8, "{groups:?}");
        assert_eq!(done, Ok(()));
    }

    #[test]
    fn what_stands_before_a_mistake_is_handed_over() {
        for (text, mistake) in [
            ("{} [{},\n{}, 7]", "x:2:6: "),
            ("{} {} {}\n{\"title\": 7}", "x:2:12: "),
            ("{}{}{}\n7", "x:2:1: invalid type: integer `7`, expected a report, or a list of them"),
        ] {
            let (groups, done) = groups(text);
            assert_eq!(groups, [3], "{text}");
            assert!(done.as_ref().is_err_and(|error| error.starts_with(mistake)), "{done:?}");
        }
    }

    #[test]
    fn reading_ends_when_nobody_takes_more() {
        let mut taken = 0;
        let done = read("{}".repeat(3_000).as_bytes(), "x", |reports| {
            taken += reports.len();
            false
        });
        assert_eq!((taken, done), (1_000, Ok(())));
    }
}
