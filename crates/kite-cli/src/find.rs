//! Finds the issue that a person names: by id, by the end of its id, or by its resource.

use clap::Args;
use clap_complete::ArgValueCompleter;
use kite_api::{Issue, IssuePage, State};
use kite_client::{IssueQuery, Sort};
use uuid::Uuid;

use crate::completion;
use crate::failure::Failure;
use crate::session::Session;
use crate::text::one_line;

/// Digits of an id that are shown; its beginning is a time, which issues share.
const SHOWN: usize = 8;
const FEWEST_DIGITS: usize = 4;
const PAGE: u32 = 1_000;
/// Issues in which the end of an id is looked for.
const MOST: usize = 10_000;

/// The issue that a command is about.
#[derive(Clone, Debug, Args)]
pub struct Target {
    /// Its id, the end of its id, or its resource: TYPE/NAME or NAME
    #[arg(value_name = "ISSUE", required_unless_present = "id", add = ArgValueCompleter::new(completion::issues))]
    issue: Option<String>,
    /// As the earlier program wanted it.
    #[arg(short, long, hide = true, conflicts_with = "issue")]
    id: Option<String>,
}

/// What a person wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    Id(Uuid),
    EndOfId(String),
    Resource(Option<String>, String),
}

impl Target {
    /// What the person wrote.
    pub fn text(&self) -> &str {
        self.issue.as_deref().or(self.id.as_deref()).unwrap_or_default()
    }

    /// The issue; it must be clear which one.
    pub async fn find(&self, session: &Session) -> Result<Issue, Failure> {
        one(session, self.text()).await
    }

    /// The issues that are meant, at least one.
    pub async fn find_all(&self, session: &Session) -> Result<Vec<Issue>, Failure> {
        all(session, self.text()).await
    }
}

/// What is shown of an id in a table.
pub fn short_id(id: Uuid) -> String {
    let digits = id.simple().to_string();
    digits.get(digits.len() - SHOWN..).unwrap_or_default().to_owned()
}

/// Whether a text may be an id, or the end of one.
pub fn looks_like_id(text: &str) -> bool {
    matches!(named(text), Ok(Named::Id(_) | Named::EndOfId(_)))
}

/// The issue of that name; it must be clear which one.
pub async fn one(session: &Session, text: &str) -> Result<Issue, Failure> {
    let mut found = all(session, text).await?;
    match (found.pop(), found.len()) {
        (Some(issue), 0) => Ok(issue),
        (last, _) => {
            let names =
                found.iter().chain(&last).map(|issue| format!("{} ({})", short_id(issue.id), one_line(&issue.title)));
            let names: Vec<_> = names.take(5).collect();
            Err(Failure::usage(format!("`{text}` may mean {}", names.join(" or ")))
                .hint("name the one that is meant by its id"))
        }
    }
}

/// The issues of that name, at least one: the active ones, or else those that are over.
async fn all(session: &Session, text: &str) -> Result<Vec<Issue>, Failure> {
    let found = match named(text)? {
        Named::Id(id) => return Ok(vec![session.wait(session.client().await?.get_issue(id)).await?]),
        Named::EndOfId(digits) => match by_end(session, &digits).await? {
            // It may be a name that looks like digits, such as `facade`.
            none if none.is_empty() => by_resource(session, None, text.trim().to_owned()).await?,
            found => found,
        },
        Named::Resource(kind, name) => by_resource(session, kind, name).await?,
    };
    if found.is_empty() {
        let place = session.namespace(false).await?;
        let place = place.map_or_else(String::new, |namespace| format!(" in namespace {namespace}"));
        return Err(Failure::problem(format!("there is no issue `{text}`{place}"))
            .hint("`kite list --state all -A` shows all that you may see"));
    }
    Ok(found)
}

async fn by_resource(session: &Session, kind: Option<String>, name: String) -> Result<Vec<Issue>, Failure> {
    let query = IssueQuery {
        namespace: session.namespace(false).await?,
        resource_types: kind.into_iter().collect(),
        resource_names: vec![name],
        limit: Some(PAGE),
        ..IssueQuery::default()
    };
    let mut found = session.wait(session.client().await?.list_issues(&query)).await?.data;
    if found.iter().any(|issue| issue.state == State::Active) {
        found.retain(|issue| issue.state == State::Active);
    }
    Ok(found)
}

/// Issues whose id ends, or begins, like this. Active ones are looked at first.
async fn by_end(session: &Session, digits: &str) -> Result<Vec<Issue>, Failure> {
    for states in [State::Active, State::Resolved] {
        let query = IssueQuery {
            namespace: session.namespace(false).await?,
            states: vec![states],
            sort: Some(Sort::DetectedAt),
            ..IssueQuery::default()
        };
        let mut found = Vec::new();
        pages(session, query, MOST, |issues| {
            let is_meant = |issue: &Issue| {
                let id = issue.id.simple().to_string();
                id.ends_with(digits) || id.starts_with(digits)
            };
            found.extend(issues.into_iter().filter(is_meant));
        })
        .await?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(Vec::new())
}

/// Reads pages until `most` issues; gives the last page, without those that were taken.
pub async fn pages(
    session: &Session,
    mut query: IssueQuery,
    most: usize,
    mut take: impl FnMut(Vec<Issue>),
) -> Result<IssuePage, Failure> {
    let client = session.client().await?;
    let mut left = most;
    loop {
        query.limit = Some(PAGE.min(u32::try_from(left).unwrap_or(PAGE)).max(1));
        let mut page = session.wait(client.list_issues(&query)).await?;
        let mut issues = std::mem::take(&mut page.data);
        issues.truncate(left);
        left -= issues.len();
        take(issues);
        match page.next_cursor {
            Some(next) if left > 0 => query.cursor = Some(next),
            _ => return Ok(page),
        }
    }
}

fn named(text: &str) -> Result<Named, Failure> {
    let text = text.trim();
    let id = text.strip_prefix("issue/").unwrap_or(text);
    if let Ok(id) = id.parse() {
        return Ok(Named::Id(id));
    }
    if let Some((kind, name)) = text.split_once('/')
        && kind != "issue"
        && !kind.is_empty()
        && !name.is_empty()
    {
        return Ok(Named::Resource(Some(kind.to_owned()), name.to_owned()));
    }
    let digits: String = id.chars().filter(|c| *c != '-').collect::<String>().to_lowercase();
    if digits.len() >= FEWEST_DIGITS && digits.chars().all(|c| c.is_ascii_hexdigit()) {
        return Ok(Named::EndOfId(digits));
    }
    if !id.is_empty() && !id.contains('/') && id == text {
        return Ok(Named::Resource(None, text.to_owned()));
    }
    Err(Failure::usage(format!("`{text}` names no issue")).hint(format!(
        "name it by its id, by at least the last {FEWEST_DIGITS} digits of it, or by its resource, such as component/shop"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issue_is_named_by_its_id_or_its_resource() {
        let id = Uuid::from_u128(0x01a2_1ab7_2fef_77b6_8721_7d12_e69a_91ae);
        assert_eq!(short_id(id), "e69a91ae");
        for (text, expected) in [
            (id.to_string(), Named::Id(id)),
            (format!("issue/{id}"), Named::Id(id)),
            ("E69A-91ae".to_owned(), Named::EndOfId("e69a91ae".to_owned())),
            ("issue/91ae".to_owned(), Named::EndOfId("91ae".to_owned())),
            ("component/a/b".to_owned(), Named::Resource(Some("component".to_owned()), "a/b".to_owned())),
            ("shop".to_owned(), Named::Resource(None, "shop".to_owned())),
        ] {
            assert_eq!(named(&text), Ok(expected), "{text}");
        }
        for text in ["", "/x", "component/", "issue/x"] {
            assert!(named(text).is_err(), "{text}");
        }
    }
}
