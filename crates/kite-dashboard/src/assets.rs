//! Styles, scripts and pictures, which the build makes from `web/`.

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A file that pages load.
#[derive(Debug)]
pub struct Asset {
    /// Its address; the name holds a hash of the content.
    pub path: &'static str,
    /// What it is.
    pub content_type: &'static str,
    /// The content.
    pub bytes: &'static [u8],
    /// The content, compressed with brotli.
    pub br: Option<&'static [u8]>,
    /// The content, compressed with gzip.
    pub gzip: Option<&'static [u8]>,
}

/// The file at an address.
pub fn find(path: &str) -> Option<&'static Asset> {
    FILES.iter().find(|asset| asset.path == path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &str) -> &'static str {
        std::str::from_utf8(find(path).unwrap().bytes).unwrap()
    }

    #[test]
    fn a_first_visit_loads_little() {
        let sent = |path: &str| {
            let asset = find(path).unwrap();
            asset.br.unwrap_or(asset.bytes).len()
        };
        let fonts = FILES.iter().filter(|asset| asset.content_type.starts_with("font/")).map(|asset| asset.bytes.len());
        let all = [APP_CSS, APP_JS, ICONS, FAVICON].into_iter().map(sent).chain(fonts).sum::<usize>();
        assert!(all < 120_000, "{all} bytes, and the page comes besides");
    }

    #[test]
    fn styles_load_nothing_from_elsewhere_and_follow_the_system() {
        let styles = text(APP_CSS);
        for word in ["http:", "https:", "@import", "sourceMappingURL", "pf-v6-theme-"] {
            assert!(!styles.contains(word), "{word}");
        }
        for word in ["prefers-color-scheme", "prefers-contrast", "prefers-reduced-motion", "/assets/text-"] {
            assert!(styles.contains(word), "{word}");
        }
    }

    #[test]
    fn every_icon_on_a_page_is_there() {
        let icons = text(ICONS);
        for icon in
            ["kite", "critical", "major", "minor", "info", "home", "list", "chart-line", "external-link", "close"]
        {
            assert!(icons.contains(&format!("id=\"{icon}\"")), "{icon}");
        }
    }
}
