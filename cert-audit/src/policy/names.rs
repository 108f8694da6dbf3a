//! Patterns for the names in a certificate.

use globset::GlobMatcher;

use super::glob;

/// A pattern for host names by labels, and for URIs as for paths.
#[derive(Debug, Clone)]
pub(super) enum NamePattern {
    /// Labels from the first to the last, in lower case.
    Labels(Vec<String>),
    /// A glob.
    Uri(GlobMatcher),
}

impl NamePattern {
    /// Reads a pattern; what is wrong with it is a lower-case fragment.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("this name is empty".to_owned());
        }
        if text.contains('/') {
            return glob(text).map(Self::Uri);
        }
        Ok(Self::Labels(
            text.to_ascii_lowercase()
                .split('.')
                .map(str::to_owned)
                .collect(),
        ))
    }

    /// Whether a name of the certificate matches.
    pub(super) fn matches(&self, name: &str) -> bool {
        match self {
            Self::Uri(glob) => glob.is_match(name),
            Self::Labels(pattern) => labels_match(pattern, name),
        }
    }
}

/// Whether the labels of `name` match: `*` is one label, `**` any number of them, and the others
/// are themselves in any case.
fn labels_match(pattern: &[String], name: &str) -> bool {
    let labels: Vec<&str> = name.trim_end_matches('.').split('.').collect();
    // As with every glob it is enough to go back to the last `**`, so the work is bounded by the
    // product of the lengths.
    let (mut p, mut l) = (0, 0);
    let mut retry = None;
    loop {
        match (pattern.get(p).map(String::as_str), labels.get(l)) {
            (Some("**"), _) => {
                retry = Some((p, l));
                p += 1;
                continue;
            }
            (Some("*"), Some(_)) => {
                (p, l) = (p + 1, l + 1);
                continue;
            }
            (Some(wanted), Some(had)) if had.eq_ignore_ascii_case(wanted) => {
                (p, l) = (p + 1, l + 1);
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        match retry {
            Some((star, from)) if from < labels.len() => {
                retry = Some((star, from + 1));
                (p, l) = (star + 1, from + 1);
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_one_label_and_two_are_any_number() {
        for (pattern, name, matches) in [
            ("*.prod.example", "api.prod.example", true),
            ("*.prod.example", "API.Prod.Example.", true),
            ("*.prod.example", "a.b.prod.example", false),
            ("*.prod.example", "prod.example", false),
            ("*.prod.example", "*.prod.example", true),
            ("**.prod.example", "a.b.prod.example", true),
            ("**.prod.example", "prod.example", true),
            ("api.**.example", "api.x.y.example", true),
            ("api.**.example", "www.x.y.example", false),
            ("**", "anything.at.all", true),
            ("spiffe://prod.example/*", "spiffe://prod.example/api", true),
            (
                "spiffe://prod.example/*",
                "spiffe://prod.example/a/b",
                false,
            ),
        ] {
            let read = NamePattern::read(pattern).expect("a pattern");
            assert_eq!(read.matches(name), matches, "{pattern} {name}");
        }
    }

    #[test]
    fn many_stars_take_bounded_time() {
        let pattern = NamePattern::read(&"**.a.".repeat(200)).expect("a pattern");
        assert!(!pattern.matches(&"a.".repeat(5_000)));
    }
}
