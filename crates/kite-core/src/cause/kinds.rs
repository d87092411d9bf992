//! What kind of thing a piece of a message is, if it is one that differs between two tellings.

/// Why a piece of a message is masked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mask {
    /// An address with a scheme.
    Url,
    /// A file, a folder, an image, a repository.
    Path,
    /// A host or an IP address, with or without a port.
    Host,
    /// A hash, a UUID, a long id.
    Id,
    /// A time, a date, a duration.
    Time,
    /// Anything else with a digit in it.
    Number,
    /// A name that only this attempt or component has.
    Name,
}

impl Mask {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Path => "path",
            Self::Host => "host",
            Self::Id => "id",
            Self::Time => "time",
            Self::Number => "number",
            Self::Name => "name",
        }
    }
}

/// Last parts of names of hosts. Others (`java.lang.Error`, `foo.bar`) may be names in programs.
const DOMAINS: [&str; 24] = [
    "com",
    "org",
    "net",
    "io",
    "dev",
    "app",
    "cloud",
    "local",
    "localhost",
    "localdomain",
    "internal",
    "intranet",
    "corp",
    "lan",
    "svc",
    "test",
    "invalid",
    "example",
    "edu",
    "gov",
    "eu",
    "de",
    "uk",
    "us",
];

/// The kind, or `None` when the words of the piece count.
pub(super) fn kind_of(piece: &str) -> Option<Mask> {
    let has_digit = piece.contains(char::is_numeric);
    if is_path(piece) {
        return Some(Mask::Path);
    }
    if is_host(piece) {
        return Some(Mask::Host);
    }
    if !has_digit {
        return None;
    }
    if is_id(piece) {
        Some(Mask::Id)
    } else if is_time(piece) {
        Some(Mask::Time)
    } else {
        Some(Mask::Number)
    }
}

fn is_path(piece: &str) -> bool {
    let drive = piece.as_bytes().get(1..3) == Some(br":\");
    if drive
        || piece.starts_with('/') && piece.len() > 1
        || piece.starts_with("./")
        || piece.starts_with("../")
        || piece.starts_with("~/")
    {
        return true;
    }
    let mut parts = piece.split('/');
    let (first, count) = (parts.next().unwrap_or_default(), piece.split('/').count());
    // `and/or`, `@scope/name` are words; `src/a/b`, `host.com/a`, `src/main.rs` are places.
    match count {
        1 => is_file(piece),
        2 => !first.starts_with('@') && piece.contains(['.', ':', '_']),
        _ => true,
    }
}

/// `main.rs`, `main.rs:12:5`: one dot, and behind it what files end in.
fn is_file(piece: &str) -> bool {
    const ENDS: [&str; 40] = [
        "rs", "c", "cc", "cpp", "h", "hpp", "o", "so", "a", "py", "js", "mjs", "cjs", "ts", "tsx", "jsx", "vue", "go",
        "mod", "sum", "java", "class", "jar", "xml", "json", "yaml", "yml", "toml", "lock", "txt", "md", "sh", "mk",
        "cfg", "ini", "log", "tar", "gz", "zip", "pem",
    ];
    let name = piece.split(':').next().unwrap_or_default();
    name.rsplit_once('.').is_some_and(|(stem, end)| !stem.is_empty() && ENDS.contains(&end))
}

fn is_host(piece: &str) -> bool {
    let name = match piece.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => piece,
    };
    if name == "localhost" || name.parse::<std::net::IpAddr>().is_ok() {
        return true;
    }
    let is_name = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let mut labels = name.split('.').rev();
    name.contains('.') && labels.next().is_some_and(|last| DOMAINS.contains(&last)) && labels.all(is_name)
}

/// Hexadecimal and long, with or without dashes and the name of an algorithm before it.
fn is_id(piece: &str) -> bool {
    let digits = piece.rsplit([':', '@']).next().unwrap_or_default();
    digits.len() >= 7 && digits.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

/// Digits with colons, dashes or a unit of time.
fn is_time(piece: &str) -> bool {
    let is_clock = piece.contains(':') && piece.bytes().all(|b| b.is_ascii_digit() || b":.-+TZ".contains(&b));
    let unit = piece.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | 'h' | 'm'));
    is_clock || (piece.starts_with(|c: char| c.is_ascii_digit()) && matches!(unit, "s" | "ms" | "µs" | "us" | "ns"))
}
