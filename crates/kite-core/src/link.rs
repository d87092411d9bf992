//! Links that are safe to show.

/// A link whose address a browser may be sent to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    /// What is behind it.
    pub title: String,
    url: String,
}

/// An address that must not be shown as a link.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an http, https or mailto address without blanks or control characters")]
pub struct UnsafeLink;

impl Link {
    /// A link when the address begins with `http://`, `https://` or `mailto:` and has no blanks
    /// or control characters, which browsers drop (`java\tscript:`).
    pub fn parse(title: impl Into<String>, url: &str) -> Result<Self, UnsafeLink> {
        let url = url.trim();
        let lower = url.to_ascii_lowercase();
        let allowed = ["http://", "https://", "mailto:"]
            .iter()
            .any(|scheme| lower.len() > scheme.len() && lower.starts_with(scheme));
        if !allowed || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(UnsafeLink);
        }
        Ok(Self { title: title.into(), url: url.to_owned() })
    }

    /// The address.
    pub fn url(&self) -> &str {
        &self.url
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_harmless_schemes_in_plain_sight_are_links() {
        for good in
            ["https://example.org/a?b=c#d", "HTTP://example.org", "mailto:team@example.org", " https://example.org "]
        {
            assert!(Link::parse("t", good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "https://",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\tscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "//example.org",
            "/path",
            "https://a b",
            "https://a\nb",
            "file:///etc/passwd",
        ] {
            assert_eq!(Link::parse("t", bad), Err(UnsafeLink), "{bad:?}");
        }
    }
}
