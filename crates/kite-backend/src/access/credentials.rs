//! What a request shows of its caller.

use axum::http::{HeaderMap, HeaderName, header};
use secrecy::{ExposeSecret as _, SecretString};

use super::user::{Key, key};
use crate::pages::session::Cookies;
use crate::problem::Problem;

const USER: HeaderName = HeaderName::from_static("impersonate-user");
const GROUP: HeaderName = HeaderName::from_static("impersonate-group");
const PREFIX: &str = "impersonate-";
/// More groups are nobody's.
const MOST_GROUPS: usize = 1000;
const LONGEST_TOKEN: usize = 16 * 1024;

/// What a request shows of its caller.
#[derive(Debug)]
pub struct Credentials {
    token: SecretString,
    /// Whom a proxy speaks for.
    pub impersonated: Option<Impersonated>,
}

/// Somebody for whom a proxy speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Impersonated {
    /// The name.
    pub user: String,
    /// The groups.
    pub groups: Vec<String>,
}

impl Credentials {
    /// Reads the headers; whatever is not plain is refused.
    pub fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let token = if headers.contains_key(header::AUTHORIZATION) { bearer(headers)? } else { session(headers)? };
        Ok(Self { token, impersonated: impersonated(headers)? })
    }

    /// Whether a request shows anything.
    pub fn are_shown(headers: &HeaderMap) -> bool {
        headers.contains_key(header::AUTHORIZATION) || Cookies::of(headers).session().is_some()
    }

    /// The token, to be shown to who can tell whose it is.
    pub fn token(&self) -> &str {
        self.token.expose_secret()
    }

    /// What the token is remembered by.
    pub fn key(&self) -> Key {
        key(self.token().as_bytes())
    }
}

const MISSING: &str = "show who you are: `Authorization: Bearer` and a token";

fn bearer(headers: &HeaderMap) -> Result<SecretString, Problem> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (given.next(), given.next()) else { return Err(Problem::Unauthenticated(MISSING)) };
    let text = value.to_str().map_err(|_| Problem::Unauthenticated(MISSING))?;
    let (scheme, token) = text.split_once(' ').unwrap_or_default();
    if scheme.eq_ignore_ascii_case("bearer") { plain(token.trim()) } else { Err(Problem::Unauthenticated(MISSING)) }
}

/// The token of whoever signed in on a page.
fn session(headers: &HeaderMap) -> Result<SecretString, Problem> {
    plain(Cookies::of(headers).session().unwrap_or_default())
}

fn plain(token: &str) -> Result<SecretString, Problem> {
    let is_plain = token.bytes().all(|byte| byte.is_ascii_graphic());
    if token.is_empty() || token.len() > LONGEST_TOKEN || !is_plain {
        return Err(Problem::Unauthenticated(MISSING));
    }
    Ok(token.to_owned().into())
}

fn impersonated(headers: &HeaderMap) -> Result<Option<Impersonated>, Problem> {
    let refused = |why: &str| Err(Problem::Forbidden(why.to_owned()));
    let is_other = |name: &&HeaderName| name.as_str().starts_with(PREFIX) && **name != USER && **name != GROUP;
    if headers.keys().any(|name| is_other(&name)) {
        return refused("only `Impersonate-User` and `Impersonate-Group` are understood, no other part of an identity");
    }
    let texts = |name: &HeaderName| -> Option<Vec<String>> {
        let values = headers.get_all(name).iter();
        values.map(|value| Some(value.to_str().ok()?.trim().to_owned()).filter(|text| !text.is_empty())).collect()
    };
    let (Some(users), Some(groups)) = (texts(&USER), texts(&GROUP)) else {
        return refused("`Impersonate-User` and `Impersonate-Group` must be plain text and not empty");
    };
    match (<[String; 1]>::try_from(users), groups) {
        (Ok([user]), groups) if groups.len() <= MOST_GROUPS => Ok(Some(Impersonated { user, groups })),
        (Ok(_), _) => refused("`Impersonate-Group` is there too often"),
        (Err(users), groups) if users.is_empty() && groups.is_empty() => Ok(None),
        (Err(_), _) => refused("`Impersonate-User` must be there once"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(&str, &str)]) -> Result<Credentials, u16> {
        let headers = headers.iter().map(|(name, value)| {
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), axum::http::HeaderValue::from_str(value).unwrap())
        });
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value);
        }
        Credentials::read(&map).map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn a_token_is_shown_once_and_plainly() {
        assert_eq!(read(&[("authorization", "bearer  abc ")]).unwrap().token(), "abc");
        let long = format!("Bearer {}", "a".repeat(LONGEST_TOKEN + 1));
        for value in ["", "Bearer", "Bearer ", "Basic abc", "abc", "Bearer a b", "Bearer a\tb", &long] {
            assert_eq!(read(&[("authorization", value)]).unwrap_err(), 401, "{value:?}");
        }
        assert_eq!(read(&[]).unwrap_err(), 401);
        assert_eq!(read(&[("authorization", "Bearer a"), ("authorization", "Bearer b")]).unwrap_err(), 401);
    }

    #[test]
    fn a_proxy_names_one_user_and_nothing_else_than_groups() {
        let token = ("authorization", "Bearer proxy");
        let given = |headers: &[(&'static str, &'static str)]| {
            read(&[&[token], headers].concat()).map(|credentials| credentials.impersonated)
        };
        let jane = Impersonated { user: "jane".to_owned(), groups: vec!["dev".to_owned(), "all".to_owned()] };
        let headers = [("impersonate-user", "jane"), ("impersonate-group", "dev"), ("impersonate-group", "all")];
        assert_eq!(given(&headers).unwrap(), Some(jane));
        assert_eq!(given(&[]).unwrap(), None);
        for headers in [
            &[("impersonate-group", "dev")][..],
            &[("impersonate-user", "")],
            &[("impersonate-user", "jane"), ("impersonate-group", "")],
            &[("impersonate-user", "jane"), ("impersonate-user", "root")],
            &[("impersonate-user", "jane"), ("impersonate-uid", "1")],
            &[("impersonate-extra-scopes", "all")],
            &[("impersonate-user", "jane"), ("impersonate-anything", "1")],
        ] {
            assert_eq!(given(headers).unwrap_err(), 403, "{headers:?}");
        }
    }
}
