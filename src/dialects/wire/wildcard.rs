//! Patterns in which `*` stands for any run of characters.

/// Whether the whole text matches the pattern. The time is proportional to the text for each part
/// between two `*`.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    // The earliest place of each part leaves the most for those that follow.
    for part in parts {
        let Some(at) = memchr::memmem::find(rest.as_bytes(), part.as_bytes()) else { return false };
        let Some(left) = rest.get(at + part.len()..) else { return false };
        rest = left;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asterisk_stands_for_any_characters() {
        for (pattern, resource, is) in [
            ("key/a", "key/a", true),
            ("key/a", "key/ab", false),
            ("key/a", "key/", false),
            ("key/*", "key/", true),
            ("key/*", "key/any", true),
            ("key/*", "secret/any", false),
            ("key/a*", "key/a", true),
            ("key/a*", "key/b", false),
            ("key/*z", "key/xyz", true),
            ("key/*z", "key/xyzw", false),
            ("key/a*a", "key/a", false),
            ("key/a*a", "key/aa", true),
            ("secret/a*b*c", "secret/a-b-b-c", true),
            ("secret/a*b*c", "secret/a-c-b", false),
            ("secret/**x", "secret/x", true),
            ("secret/*/*", "secret/acs/ram", true),
            ("secret/*ab*ab", "secret/ab", false),
        ] {
            assert_eq!(matches(pattern, resource), is, "{pattern} {resource}");
        }
        let (pattern, long) = (["key/", &"*a".repeat(90)].concat(), "a".repeat(100_000));
        assert!(!matches(&pattern, &format!("key/{long}b")));
    }
}
