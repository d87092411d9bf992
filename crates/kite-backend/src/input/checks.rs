//! Checks the fields of one request and collects all that is wrong with them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp, Unit};
use kite_api::{FieldError, LinkInput, ScopeInput};
use kite_core::issue::UnknownWord;
use kite_core::{Link, Scope, text};
use kite_runtime::redact::redact;

const REQUIRED: &str = "is required";
const LONGEST_URL: usize = 4096;
/// How far a source's clock may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// How much a source is forgiven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Whatever is wrong is refused.
    Strict,
    /// What is wrong with a link or a label is dropped with a warning: a failure must not get lost over it.
    Forgiving,
}

/// Checks the fields of one request.
///
/// A wrong field is written down and something stands in for its value; [`Checks::finish`] lets
/// nothing pass after that.
#[derive(Debug)]
pub struct Checks {
    now: Timestamp,
    manner: Manner,
    errors: Vec<FieldError>,
    warnings: Vec<String>,
}

/// A value that passed, and what was changed to make it fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked<T> {
    /// The value.
    pub value: T,
    /// What was changed.
    pub warnings: Vec<String>,
}

impl Checks {
    /// Nothing is wrong so far.
    pub fn new(now: Timestamp, manner: Manner) -> Self {
        Self { now, manner, errors: Vec::new(), warnings: Vec::new() }
    }

    /// The value when nothing was wrong, or everything that was.
    pub fn finish<T>(self, value: T) -> Result<Checked<T>, Vec<FieldError>> {
        if self.errors.is_empty() { Ok(Checked { value, warnings: self.warnings }) } else { Err(self.errors) }
    }

    /// Writes down that a field is wrong.
    pub fn refuse(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.errors.push(FieldError { field: field.into(), message: message.into() });
    }

    /// A name that may be missing; a blank one is.
    pub fn name(&mut self, field: &str, sent: Option<String>) -> Option<String> {
        let name = trimmed(sent?);
        if name.is_empty() {
            return None;
        }
        if name.len() > text::NAME_BYTES {
            self.refuse(field, format!("must have at most {} bytes", text::NAME_BYTES));
        }
        if name.chars().any(char::is_control) {
            self.refuse(field, "must not hold control characters");
        }
        Some(name)
    }

    /// A name that must be there.
    pub fn required_name(&mut self, field: &str, sent: Option<String>) -> String {
        self.name(field, sent).unwrap_or_else(|| {
            self.refuse(field, REQUIRED);
            String::new()
        })
    }

    /// A title that must be there; cut when it is too long.
    pub fn title(&mut self, field: &str, sent: Option<&str>) -> String {
        let (title, was_cut) = text::title(&self.without_secrets(field, sent.unwrap_or_default()));
        if title.is_empty() {
            self.refuse(field, REQUIRED);
        }
        if was_cut {
            self.warnings.push(format!("`{field}` was cut to {} characters", text::TITLE_CHARS));
        }
        title
    }

    /// A description that must be there; cut when it is too long. A source that is forgiven may
    /// have nothing to say.
    pub fn description(&mut self, field: &str, sent: Option<&str>) -> String {
        let (description, was_cut) = text::description(&self.without_secrets(field, sent.unwrap_or_default()));
        if description.trim().is_empty() && self.manner == Manner::Strict {
            self.refuse(field, REQUIRED);
        }
        if was_cut {
            self.warnings.push(format!("`{field}` was cut to {} bytes", text::DESCRIPTION_BYTES));
        }
        description
    }

    /// A text that may be missing, in the form that a cut gives it.
    pub fn remark(&mut self, field: &str, sent: Option<&str>, cut: fn(&str) -> (String, bool)) -> String {
        let Some(sent) = sent else { return String::new() };
        let (remark, was_cut) = cut(&self.without_secrets(field, sent));
        if was_cut {
            self.warnings.push(format!("`{field}` was cut"));
        }
        remark
    }

    /// Much of what is sent is the end of a log, and logs hold secrets, also behind colours.
    fn without_secrets(&mut self, field: &str, sent: &str) -> String {
        let clean = text::clean(sent);
        match redact(&clean) {
            Cow::Owned(redacted) if redacted != clean => {
                self.warnings.push(format!("what looked like a secret was taken out of `{field}`"));
                redacted
            }
            _ => clean,
        }
    }

    /// One of the allowed words, when there is one.
    pub fn word<T: FromStr<Err = UnknownWord>>(&mut self, field: &str, sent: Option<&str>) -> Option<T> {
        if self.manner == Manner::Forgiving && sent.is_some_and(|word| word.trim().is_empty()) {
            return None;
        }
        sent?.parse().map_err(|error: UnknownWord| self.refuse(field, error.to_string())).ok()
    }

    /// One of the allowed words; `stand_in` takes the place of a wrong one until the end.
    pub fn required_word<T: FromStr<Err = UnknownWord>>(&mut self, field: &str, sent: Option<&str>, stand_in: T) -> T {
        let sent = sent.filter(|word| !word.trim().is_empty());
        if sent.is_none() {
            self.refuse(field, REQUIRED);
        }
        self.word(field, sent).unwrap_or(stand_in)
    }

    /// A time that may be missing, and may lie in the future.
    pub fn time(&mut self, field: &str, sent: Option<&str>) -> Option<Timestamp> {
        let sent = sent?;
        if self.manner == Manner::Forgiving && sent.trim().is_empty() {
            return None;
        }
        // PostgreSQL keeps microseconds; round here so that a stored time equals the one compared.
        let time = sent.parse::<Timestamp>().and_then(|time| time.round(Unit::Microsecond));
        match time {
            Ok(time) if time >= Timestamp::UNIX_EPOCH => Some(time),
            Ok(_) => {
                self.refuse(field, "must not be before 1970");
                None
            }
            Err(_) => {
                self.refuse(field, "must be a time as in RFC 3339, such as 2026-01-31T23:59:59Z");
                None
            }
        }
    }

    /// A time that may be missing, but not lie in the future.
    pub fn past_time(&mut self, field: &str, sent: Option<&str>) -> Option<Timestamp> {
        let time = self.time(field, sent)?;
        if time.duration_since(self.now) > AHEAD {
            self.refuse(field, format!("must not be in the future; the server's time is {}", self.now));
            return None;
        }
        Some(time)
    }

    /// The scope of a report or an issue.
    pub fn scope(&mut self, cluster: Option<String>, namespace: String, sent: Option<ScopeInput>) -> Scope {
        if sent.is_none() {
            self.refuse("scope", REQUIRED);
            let (resource_type, resource_name) = (String::new(), String::new());
            let resource_namespace = String::new();
            return Scope { cluster: String::new(), namespace, resource_type, resource_name, resource_namespace };
        }
        let ScopeInput { resource_type, resource_name, resource_namespace } = sent.unwrap_or_default();
        Scope {
            cluster: self.name("cluster", cluster).unwrap_or_default(),
            resource_type: self.required_name("scope.resourceType", resource_type),
            resource_name: self.required_name("scope.resourceName", resource_name),
            resource_namespace: self
                .name("scope.resourceNamespace", resource_namespace)
                .unwrap_or_else(|| namespace.clone()),
            namespace,
        }
    }

    /// Links, all of them safe to show.
    pub fn links(&mut self, mut sent: Vec<LinkInput>) -> Vec<Link> {
        if sent.len() > text::LINKS {
            let message = format!("must have at most {} items", text::LINKS);
            if !self.let_pass("links", &message) {
                return Vec::new();
            }
            sent.truncate(text::LINKS);
        }
        sent.into_iter().enumerate().filter_map(|(index, link)| self.link(index, link)).collect()
    }

    fn link(&mut self, index: usize, sent: LinkInput) -> Option<Link> {
        let url = trimmed(sent.url.unwrap_or_default());
        let (title, _) = text::title(&sent.title.unwrap_or_default());
        if url.is_empty() {
            if self.manner == Manner::Strict {
                self.refuse(format!("links[{index}].url"), REQUIRED);
            }
            return None;
        }
        if url.len() > LONGEST_URL {
            self.let_pass(&format!("links[{index}].url"), &format!("must have at most {LONGEST_URL} bytes"));
            return None;
        }
        if title.is_empty() && self.manner == Manner::Strict {
            self.refuse(format!("links[{index}].title"), REQUIRED);
        }
        let title = if title.is_empty() { text::title(&url).0 } else { title };
        match Link::parse(title, &url) {
            Ok(link) => Some(link),
            Err(error) => {
                self.let_pass(&format!("links[{index}].url"), &error.to_string());
                None
            }
        }
    }

    /// Labels; one without a value is none.
    pub fn labels(&mut self, sent: BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut labels = BTreeMap::new();
        for (key, value) in sent {
            let (key, value) = (trimmed(key), trimmed(value));
            if value.is_empty() {
                continue;
            }
            let field = format!("labels.{}", text::title(&key).0);
            if let Some(message) = wrong_label(&key, &value) {
                self.let_pass(&field, &message);
            } else if labels.len() < text::LABELS {
                labels.insert(key, value);
            } else {
                self.let_pass("labels", &format!("must have at most {} items", text::LABELS));
                break;
            }
        }
        labels
    }

    /// Whether a source is forgiven; if not, the field is refused.
    pub fn let_pass(&mut self, field: &str, message: &str) -> bool {
        match self.manner {
            Manner::Strict => self.refuse(field, message),
            Manner::Forgiving => self.warnings.push(format!("`{field}` was dropped: it {message}")),
        }
        self.manner == Manner::Forgiving
    }
}

fn wrong_label(key: &str, value: &str) -> Option<String> {
    if key.is_empty() {
        return Some("must have a name".to_owned());
    }
    if key.len().max(value.len()) > text::NAME_BYTES {
        return Some(format!("must have at most {} bytes", text::NAME_BYTES));
    }
    let has_control = key.chars().chain(value.chars()).any(char::is_control);
    has_control.then(|| "must not hold control characters".to_owned())
}

/// The text without blanks around it, in place when there are none.
fn trimmed(text: String) -> String {
    let trimmed = text.trim();
    if trimmed.len() == text.len() { text } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use kite_core::Severity;

    use super::*;

    fn checks(manner: Manner) -> Checks {
        Checks::new("2026-01-01T12:00:00Z".parse().unwrap(), manner)
    }

    fn link(url: &str) -> LinkInput {
        LinkInput { title: Some("logs".to_owned()), url: Some(url.to_owned()) }
    }

    fn refused(checks: Checks) -> Vec<(String, String)> {
        let errors = checks.finish(()).unwrap_err();
        errors.into_iter().map(|error| (error.field, error.message)).collect()
    }

    #[test]
    fn names_are_trimmed_and_bounded_and_plain() {
        let mut strict = checks(Manner::Strict);
        assert_eq!(strict.required_name("a", Some(" team-a ".to_owned())), "team-a");
        assert_eq!(strict.name("b", Some(" \n".to_owned())), None);
        strict.required_name("c", Some("\t".to_owned()));
        strict.name("d", Some("x".repeat(513)));
        strict.name("e", Some("a\0b".to_owned()));
        let fields: Vec<_> = refused(strict).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["c", "d", "e"]);
    }

    #[test]
    fn times_are_rounded_and_neither_ancient_nor_ahead() {
        let mut strict = checks(Manner::Strict);
        let time = strict.past_time("a", Some("2026-01-01T13:04:59.0000005+01:00")).unwrap();
        assert_eq!(time.to_string(), "2026-01-01T12:04:59.000001Z");
        assert!(strict.time("b", Some("2999-01-01T00:00:00Z")).is_some());
        strict.past_time("c", Some("2026-01-01T12:05:01Z"));
        strict.past_time("d", Some("1969-12-31T23:59:59Z"));
        strict.past_time("e", Some("yesterday"));
        strict.past_time("f", Some(""));
        let fields: Vec<_> = refused(strict).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["c", "d", "e", "f"]);
    }

    #[test]
    fn unknown_words_name_the_known_ones() {
        let mut strict = checks(Manner::Strict);
        strict.required_word("severity", Some("huge"), Severity::Info);
        strict.required_word("severity", None, Severity::Info);
        assert_eq!(
            refused(strict),
            [
                ("severity".to_owned(), "must be one of info, minor, major, critical".to_owned()),
                ("severity".to_owned(), "is required".to_owned()),
            ]
        );
    }

    #[test]
    fn a_strict_check_refuses_bad_links_and_a_forgiving_one_drops_them() {
        let sent = || vec![link("https://a"), link("java\tscript:alert(1)"), link("")];
        let mut strict = checks(Manner::Strict);
        strict.links(sent());
        let fields: Vec<_> = refused(strict).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["links[1].url", "links[2].url"]);

        let mut forgiving = checks(Manner::Forgiving);
        let links = forgiving.links(sent());
        let checked = forgiving.finish(links).unwrap();
        assert_eq!((checked.value.len(), checked.warnings.len()), (1, 1), "an empty address is none");
    }

    #[test]
    fn a_flood_of_links_is_one_error_or_one_warning() {
        let sent = || vec![link("https://a"); 20_000];
        let mut strict = checks(Manner::Strict);
        strict.links(sent());
        assert_eq!(refused(strict), [("links".to_owned(), "must have at most 50 items".to_owned())]);
        let mut forgiving = checks(Manner::Forgiving);
        let links = forgiving.links(sent());
        let checked = forgiving.finish(links).unwrap();
        assert_eq!((checked.value.len(), checked.warnings.len()), (50, 1));
    }

    #[test]
    fn labels_are_bounded_and_empty_ones_are_none() {
        let labels = |count: usize| (0..count).map(|n| (format!("k{n}"), "v".to_owned())).collect();
        let mut strict = checks(Manner::Strict);
        assert_eq!(strict.labels(BTreeMap::from([("a".to_owned(), " ".to_owned())])), BTreeMap::new());
        assert_eq!(strict.labels(labels(50)).len(), 50);
        strict.labels(labels(51));
        strict.labels(BTreeMap::from([("a\0".to_owned(), "v".to_owned())]));
        assert_eq!(refused(strict).len(), 2);
    }
}
