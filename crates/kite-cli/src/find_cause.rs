//! Finds the cause that a person names: by its key, by the short form of it, or by one of its issues.

use kite_api::{Cause, CauseDetails, CauseList, State};
use kite_client::{ClientError, IssueQuery};
use kite_rules::cause::Fingerprint;
use uuid::Uuid;

use crate::failure::{Exit, Failure};
use crate::find::{self, short_id};
use crate::session::Session;
use crate::text::one_line;

/// What a key begins with that was made when people put an issue down to a cause of its own.
const SPLIT: &str = "split/";
/// Digits of a key that nobody chose, as far as they are shown.
const SHOWN: usize = 8;
const FEWEST_DIGITS: usize = 4;
/// What KITE gives at most on a page.
const PAGE: u32 = 200;

/// What is shown of a key in a table: all of it, unless nobody chose it.
pub fn short_key(key: &str) -> String {
    if key.parse::<Fingerprint>().is_ok() {
        let end = key.find('-').map_or(key.len(), |dash| dash + 1 + SHOWN);
        return key.get(..end).unwrap_or(key).to_owned();
    }
    split_id(key).map_or_else(|| key.to_owned(), |id| format!("{SPLIT}{}", short_id(id)))
}

/// Whether people put an issue down to a cause of its own, without naming it.
pub fn is_split(key: &str) -> bool {
    split_id(key).is_some()
}

fn split_id(key: &str) -> Option<Uuid> {
    key.strip_prefix(SPLIT)?.parse().ok()
}

/// The cause of that name, told in the namespace; it must be clear which one.
pub async fn one(session: &Session, text: &str, namespace: Option<&str>) -> Result<CauseDetails, Failure> {
    let text = text.trim();
    if let Some(found) = by_key(session, text, namespace).await? {
        return Ok(found);
    }
    let (key, namespace) = match by_short_key(session, text, namespace).await? {
        Some(key) => (key, namespace),
        None => by_issue(session, text, namespace).await?,
    };
    by_key(session, &key, namespace).await?.ok_or_else(|| no_cause(text))
}

/// The key of that name. One that nobody has yet may be new, unless it looks like the name of something else.
pub async fn known_or_new(session: &Session, text: &str, namespace: Option<&str>) -> Result<String, Failure> {
    if !is_short(text) && !find::looks_like_id(text) {
        return Ok(text.to_owned());
    }
    let found = one(session, text, namespace).await.map(|found| found.cause.key);
    found.map_err(|failure| failure.hint("a new key is a word that does not look like an id, such as known/registry"))
}

/// The whole key where the text is the short form of one; otherwise the text.
pub async fn full_key(session: &Session, text: &str, namespace: Option<&str>) -> Result<String, Failure> {
    Ok(by_short_key(session, text, namespace).await?.unwrap_or_else(|| text.to_owned()))
}

/// Whether the text is the key, or the short form of it.
pub fn is_meant(key: &str, text: &str) -> bool {
    let is_end = |digits: &str| key.starts_with(SPLIT) && key.ends_with(digits);
    key == text || (is_short(text) && (key.starts_with(text) || text.strip_prefix(SPLIT).is_some_and(is_end)))
}

/// Reads pages until `most` causes; gives them as one.
pub async fn pages(session: &Session, mut query: IssueQuery, most: usize) -> Result<CauseList, Failure> {
    let client = session.client().await?;
    let mut causes: Vec<Cause> = Vec::new();
    loop {
        let left = most - causes.len();
        query.limit = Some(PAGE.min(u32::try_from(left).unwrap_or(PAGE)).max(1));
        let mut list = session.wait(client.list_causes(&query)).await?;
        causes.extend(list.data.into_iter().take(left));
        if causes.len() < most
            && let Some(next) = list.next_cursor
        {
            query.cursor = Some(next);
            continue;
        }
        let limit = u32::try_from(causes.len()).unwrap_or(u32::MAX);
        list.data = causes;
        return Ok(CauseList { limit, ..list });
    }
}

async fn by_key(session: &Session, key: &str, namespace: Option<&str>) -> Result<Option<CauseDetails>, Failure> {
    // These lead elsewhere in a path.
    if matches!(key, "" | "." | "..") {
        return Ok(None);
    }
    let client = session.client().await?;
    let asked = async {
        match client.get_cause(key, namespace).await {
            Err(ClientError::NotFound(_)) => Ok(None),
            found => found.map(Some),
        }
    };
    session.wait(asked).await
}

/// Active causes are looked at first.
async fn by_short_key(session: &Session, text: &str, namespace: Option<&str>) -> Result<Option<String>, Failure> {
    if !is_short(text) {
        return Ok(None);
    }
    for states in [State::Active, State::Resolved] {
        let namespace = namespace.map(str::to_owned);
        let query = IssueQuery { namespace, states: vec![states], ..IssueQuery::default() };
        let list = pages(session, query, usize::MAX).await?;
        let mut found: Vec<_> =
            list.data.into_iter().map(|cause| cause.key).filter(|key| is_meant(key, text)).collect();
        match (found.pop(), found.len()) {
            (None, _) => {}
            (Some(key), 0) => return Ok(Some(key)),
            (Some(key), _) => {
                let words = format!("`{text}` may mean {key} or {}", found.join(" or "));
                return Err(Failure::usage(words).hint("name the one that is meant with more digits"));
            }
        }
    }
    Ok(None)
}

/// The key of the cause of an issue, and the namespace if it is that of the issue.
async fn by_issue<'n>(
    session: &Session,
    text: &str,
    namespace: Option<&'n str>,
) -> Result<(String, Option<&'n str>), Failure> {
    let issue = find::one(session, text).await.map_err(|failure| match failure.exit {
        Exit::Problem => no_cause(text),
        _ => failure,
    })?;
    let namespace = namespace.filter(|namespace| *namespace == issue.namespace);
    let known = issue.cause.clone().map(|key| (key, namespace));
    known.ok_or_else(|| unknown(&issue))
}

/// Says that nobody knows the cause of an issue.
pub fn unknown(issue: &kite_api::Issue) -> Failure {
    let words = format!("no cause is known of {} ({})", short_id(issue.id), one_line(&issue.title));
    Failure::problem(words).hint("`kite explain` tells why")
}

fn no_cause(text: &str) -> Failure {
    Failure::problem(format!("there is no cause and no issue `{text}`"))
        .hint("`kite causes -A` shows all that you may see, `--state resolved` those that are over")
}

/// Whether the text may be a part of a key that nobody chose.
pub fn is_short(text: &str) -> bool {
    let of_fingerprint = || {
        let (version, digits) = text.strip_prefix('f')?.split_once('-')?;
        let is_version = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
        is_version.then_some(digits)
    };
    let digits = text.strip_prefix(SPLIT).or_else(of_fingerprint).unwrap_or_default();
    (FEWEST_DIGITS..32).contains(&digits.len()) && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINGERPRINT: &str = "f1-0c5b2a9d8e7f6a5b4c3d2e1f0a9b8c7d";
    const SPLIT_OFF: &str = "split/01a21ab7-2fef-77b6-8721-7d12e69a91ae";

    #[test]
    fn a_key_that_nobody_chose_is_shown_short_and_found_by_that() {
        for (key, short) in [
            (FINGERPRINT, "f1-0c5b2a9d"),
            (SPLIT_OFF, "split/e69a91ae"),
            ("cve/CVE-2024-1234", "cve/CVE-2024-1234"),
            ("split/mine", "split/mine"),
            ("f1-0c5b", "f1-0c5b"),
        ] {
            assert_eq!(short_key(key), short);
            assert!(is_meant(key, short) && is_meant(key, key), "{key}");
        }
        assert!(is_meant(FINGERPRINT, "f1-0c5b") && is_meant(SPLIT_OFF, "split/91ae"));
        for (key, text) in
            [(FINGERPRINT, "f1-0c5"), (FINGERPRINT, "f2-0c5b"), ("cve/CVE-2024-1234", "cve/CVE"), (SPLIT_OFF, "91ae")]
        {
            assert!(!is_meant(key, text), "{key} {text}");
        }
    }
}
