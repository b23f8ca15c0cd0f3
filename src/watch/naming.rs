//! What a cloud's parameters mean for those who watch requests.

use std::sync::OnceLock;

use memchr::memmem::Finder;

/// Which parameters say what a request is about, and what its answer says of that.
#[derive(Debug)]
pub struct Naming {
    /// Those of every request: of its signature, its time, its form.
    pub common: &'static [&'static str],
    /// Those whose values may be shown; of a flat list, the list's name.
    pub open: &'static [&'static str],
    /// Those that name a key.
    pub keys: &'static [&'static str],
    /// Those that name a key's version.
    pub versions: &'static [&'static str],
    /// Those that are ciphertexts, which name a key's version themselves.
    pub blobs: &'static [&'static str],
    /// Those that name a secret.
    pub secrets: &'static [&'static str],
    /// Those that name a certificate.
    pub certificates: &'static [&'static str],
    /// Those that are encryption contexts. They may be shown.
    pub contexts: &'static [&'static str],
    /// The fields of an answer that tell the key that was used or made, and its version.
    pub answered: (&'static str, &'static str),
    /// What is made of the above once.
    pub made: OnceLock<Made>,
}

/// Names made ready to be looked for.
#[derive(Debug)]
pub struct Made {
    /// Every parameter by the length of its name: most differ in that already.
    classes: Vec<Vec<(&'static str, Class)>>,
    key: Finder<'static>,
    version: Finder<'static>,
}

/// What a parameter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// One of every request.
    Common,
    /// The name of a key.
    Key,
    /// The name of a secret.
    Secret,
    /// The name of a certificate.
    Certificate,
    /// An encryption context.
    Context,
    /// A ciphertext.
    Blob,
    /// Another whose value may be shown.
    Open,
    /// Any other: its value may be a secret.
    Hidden,
}

impl Naming {
    /// What a parameter is.
    #[must_use]
    pub fn class(&self, name: &str) -> Class {
        let made = self.made();
        let find = |name: &str| {
            let few = made.classes.get(name.len())?;
            few.iter().find(|(it, _)| *it == name).map(|(_, class)| *class)
        };
        let of_list = || name.split_once('.').and_then(|(list, _)| find(list));
        find(name).or_else(of_list).unwrap_or(Class::Hidden)
    }

    /// Whether a parameter's value may be shown. A common one may be a token.
    #[must_use]
    pub fn is_open(&self, name: &str) -> bool {
        match self.class(name) {
            Class::Common => self.open.contains(&name),
            Class::Hidden | Class::Blob => false,
            Class::Key | Class::Secret | Class::Certificate | Class::Context | Class::Open => true,
        }
    }

    /// The key that an answer tells, and its version.
    #[must_use]
    pub fn answered<'a>(&self, body: &'a [u8]) -> Option<(&'a str, Option<&'a str>)> {
        let Made { key, version, .. } = self.made();
        let (key, end) = field(body, key)?;
        // Most answers tell the version behind the key.
        let behind = body.get(end..).unwrap_or_default();
        let version = field(behind, version).or_else(|| field(body, version));
        let version = version.and_then(|(text, _)| std::str::from_utf8(text).ok());
        Some((std::str::from_utf8(key).ok()?, version))
    }

    fn made(&self) -> &Made {
        self.made.get_or_init(|| Made {
            classes: self.sorted(),
            key: Finder::new(self.answered.0),
            version: Finder::new(self.answered.1),
        })
    }

    fn sorted(&self) -> Vec<Vec<(&'static str, Class)>> {
        let mut classes: Vec<Vec<(&'static str, Class)>> = Vec::new();
        // What a parameter is said to be first, it is.
        for (names, class) in [
            (self.common, Class::Common),
            (self.keys, Class::Key),
            (self.secrets, Class::Secret),
            (self.certificates, Class::Certificate),
            (self.contexts, Class::Context),
            (self.blobs, Class::Blob),
            (self.open, Class::Open),
        ] {
            for name in names {
                if classes.len() <= name.len() {
                    classes.resize(name.len() + 1, Vec::new());
                }
                if let Some(few) = classes.get_mut(name.len()) {
                    few.push((name, class));
                }
            }
        }
        classes
    }
}

/// The text of the first field of this name, in JSON or XML, and where it ends. No text in either can look like one: its quotes and
/// brackets are escaped.
fn field<'a>(body: &'a [u8], name: &Finder<'_>) -> Option<(&'a [u8], usize)> {
    let mut from = 0;
    while let Some(at) = name.find(body.get(from..)?) {
        let (start, end) = (from + at, from + at + name.needle().len());
        let (mark, quote) = match body.get(..start)?.last()? {
            b'"' => (&b"\":\""[..], b'"'),
            _ => (&b">"[..], b'<'),
        };
        if let Some(text) = body.get(end..)?.strip_prefix(mark) {
            let length = memchr::memchr(quote, text)?;
            return Some((text.get(..length)?, end + mark.len() + length));
        }
        from = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_in_both_forms() {
        let field = |body: &'static str, name: &str| {
            field(body.as_bytes(), &Finder::new(name)).map(|(text, _)| text)
        };
        assert_eq!(field(r#"{"A":"\"K\":\"no\"","K":"yes","Z":1}"#, "K"), Some(&b"yes"[..]));
        assert_eq!(field("<R><KeyId>k</KeyId></R>", "KeyId"), Some(&b"k"[..]));
        assert_eq!(field(r#"{"K":"unended"#, "K"), None);
        assert_eq!(field("{}", "K"), None);
    }
}
