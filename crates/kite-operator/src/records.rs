//! What is remembered of each object: enough to see that nothing changed, and no more.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use kite_api::Report;
use kite_rules::Said;
use uuid::Uuid;

/// A fingerprint of what was said about an object; 0 when nothing was said.
pub type Digest = u64;

/// What is remembered of one object.
#[derive(Debug)]
struct Record {
    digest: Digest,
    /// The listing in which it was seen last.
    round: u32,
    /// Namespace and name, when its deletion means something.
    name: Option<Box<(String, String)>>,
}

/// What is remembered of the objects of one kind.
#[derive(Debug, Default)]
pub struct Records {
    by_uid: HashMap<Uuid, Record>,
    round: u32,
}

/// A short name for an object; UIDs of Kubernetes are UUIDs.
pub fn key(uid: &str) -> Uuid {
    Uuid::parse_str(uid).unwrap_or_else(|_| {
        let mut hasher = DefaultHasher::new();
        uid.hash(&mut hasher);
        Uuid::from_u64_pair(0, hasher.finish())
    })
}

/// Fingerprint of what was said.
pub fn digest(said: &[Said]) -> Digest {
    if said.is_empty() {
        return 0;
    }
    let mut hasher = DefaultHasher::new();
    for said in said {
        serde_json::to_vec(&said.report).unwrap_or_default().hash(&mut hasher);
        said.gone_with.hash(&mut hasher);
    }
    hasher.finish().max(1)
}

/// Size of a report in bytes, as it goes over the wire.
pub fn size(report: &Report) -> usize {
    serde_json::to_vec(report).map_or(0, |text| text.len())
}

impl Records {
    /// Begins a listing of all objects.
    pub fn begin_listing(&mut self) {
        self.round = self.round.wrapping_add(1);
    }

    /// Ends a listing: forgets the objects that were not in it, and gives their keys and, as far as
    /// their deletion means something, their namespaces and names. Whatever was made anew under the
    /// same name is there: what is said of it must not be taken back.
    pub fn end_listing(&mut self) -> Vec<(Uuid, Option<(String, String)>)> {
        let round = self.round;
        let gone: Vec<_> = self.by_uid.extract_if(|_, record| record.round != round).collect();
        let here: HashSet<_> = self.by_uid.values().filter_map(|record| record.name.as_deref()).collect();
        let gone = gone.into_iter().map(|(key, record)| (key, record.name.map(|name| *name)));
        gone.map(|(key, name)| (key, name.filter(|name| !here.contains(name)))).collect()
    }

    /// Forgets what was said, but not what is there.
    pub fn say_again(&mut self) {
        for record in self.by_uid.values_mut() {
            record.digest = 0;
        }
    }

    /// Notes that an object is there; whether what is said about it now differs from before.
    pub fn note(&mut self, key: Uuid, digest: Digest, name: impl FnOnce() -> Option<(String, String)>) -> bool {
        let round = self.round;
        let record = self.by_uid.entry(key).or_insert_with(|| Record { digest: 0, round, name: name().map(Box::new) });
        record.round = round;
        std::mem::replace(&mut record.digest, digest) != digest
    }

    /// Notes that an object is there, without a word about it.
    pub fn seen(&mut self, key: Uuid, name: impl FnOnce() -> Option<(String, String)>) {
        let round = self.round;
        let record = self.by_uid.entry(key).or_insert_with(|| Record { digest: 0, round, name: name().map(Box::new) });
        record.round = round;
    }

    /// What was said about an object.
    pub fn digest_of(&self, key: Uuid) -> Digest {
        self.by_uid.get(&key).map_or(0, |record| record.digest)
    }

    /// Forgets an object.
    pub fn forget(&mut self, key: Uuid) {
        self.by_uid.remove(&key);
    }

    /// How many objects there are.
    pub fn count(&self) -> usize {
        self.by_uid.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(title: &str) -> Vec<Said> {
        vec![Said { report: Report { title: Some(title.to_owned()), ..Report::default() }, gone_with: Vec::new() }]
    }

    fn note(records: &mut Records, uid: &str, title: &str) -> bool {
        let digest = digest(&said(title));
        records.note(key(uid), digest, || Some(("ns".to_owned(), uid.to_owned())))
    }

    #[test]
    fn the_same_words_are_said_once() {
        let mut records = Records::default();
        assert!(note(&mut records, "a", "failed"));
        assert!(!note(&mut records, "a", "failed"));
        assert!(note(&mut records, "b", "failed"));
        assert!(note(&mut records, "a", "failed again"));
        assert_eq!(digest(&[]), 0);
        assert!(!records.note(key("c"), 0, || None), "nothing was said before and nothing now");
    }

    #[test]
    fn what_a_listing_does_not_have_is_gone() {
        let mut records = Records::default();
        records.begin_listing();
        note(&mut records, "a", "failed");
        note(&mut records, "b", "failed");
        assert!(records.end_listing().is_empty());
        records.begin_listing();
        assert!(!note(&mut records, "b", "failed"));
        let gone = records.end_listing();
        assert_eq!(gone, [(key("a"), Some(("ns".to_owned(), "a".to_owned())))]);
        assert_eq!(records.count(), 1);
    }

    #[test]
    fn what_was_made_anew_under_its_name_is_not_gone() {
        let mut records = Records::default();
        for uid in ["old", "other"] {
            note(&mut records, uid, "a");
        }
        let name = || Some(("ns".to_owned(), "old".to_owned()));
        records.begin_listing();
        records.seen(key("new"), name);
        let names: Vec<_> = records.end_listing().into_iter().filter_map(|(_, name)| name).collect();
        assert_eq!(names, [("ns".to_owned(), "other".to_owned())]);
    }

    #[test]
    fn what_is_said_again_is_still_known_to_be_there() {
        let mut records = Records::default();
        assert!(note(&mut records, "a", "broken") && !note(&mut records, "a", "broken"));
        records.say_again();
        assert!(note(&mut records, "a", "broken"));
        assert_eq!(records.count(), 1);
    }
}
