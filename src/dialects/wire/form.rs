//! Parameters of queries and form bodies. All are decoded into one string, so that a request with a
//! dozen parameters costs few allocations.

use std::ops::Range;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use memchr::{memchr, memchr2};

#[cfg(test)]
thread_local! {
    /// How many bytes this thread has decoded from forms or percent-encoded.
    pub(crate) static WORK: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// Name and value pairs.
#[derive(Clone, Debug, Default)]
pub struct Form {
    pub(super) text: String,
    pub(super) pairs: Vec<Pair>,
    /// The lists and objects of a JSON body, by name. Their members are among the pairs.
    pub(super) containers: Vec<(Range<usize>, Kind)>,
}

/// What a value was in JSON. In a query or a form every value is a text that may stand for
/// anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    #[default]
    Any,
    String,
    Number,
    Boolean,
    List,
    Object,
    /// A value of any type, kept as its JSON text.
    Raw,
}

/// Up to this many pairs are searched one by one.
const FEW: usize = 32;

#[derive(Clone, Debug)]
pub(super) struct Pair {
    pub(super) name: Range<usize>,
    pub(super) value: Range<usize>,
    pub(super) kind: Kind,
}

impl Form {
    /// Parses forms (`a=b&c=d`, percent-encoded, `+` for a space) and sorts the pairs by name;
    /// pairs of one name keep their order. `None` if a name or value is not UTF-8.
    pub(crate) fn read(forms: &[&[u8]]) -> Option<Self> {
        let mut bytes = Vec::with_capacity(forms.iter().map(|form| form.len()).sum());
        let mut pairs = Vec::with_capacity(16);
        for (name, value) in forms.iter().flat_map(|form| raw_pairs(form)) {
            pairs.push(Pair {
                name: decode_into(&mut bytes, name),
                value: decode_into(&mut bytes, value),
                kind: Kind::Any,
            });
        }
        let text = String::from_utf8(bytes).ok()?;
        // Two halves of a character may meet at a border: each part must be UTF-8 by itself.
        let whole = |range: &Range<usize>| text.get(range.clone()).is_some();
        if !pairs.iter().all(|pair| whole(&pair.name) && whole(&pair.value)) {
            return None;
        }
        Some(Self::sorted(text, pairs, Vec::new()))
    }

    /// Sorts the pairs by name; pairs of one name keep their order.
    pub(super) fn sorted(
        text: String,
        mut pairs: Vec<Pair>,
        mut containers: Vec<(Range<usize>, Kind)>,
    ) -> Self {
        pairs.sort_by(|a, b| text[a.name.clone()].cmp(&text[b.name.clone()]));
        containers.sort_by(|a, b| text[a.0.clone()].cmp(&text[b.0.clone()]));
        Self { text, pairs, containers }
    }

    /// A name that has several pairs.
    pub(crate) fn repeated(&self) -> Option<&str> {
        let mut names = self.iter().map(|(name, _)| name);
        let mut last = names.next()?;
        names.find(|name| std::mem::replace(&mut last, name) == *name)
    }

    /// Adds pairs. Pairs of one name keep their order.
    pub(crate) fn with<'a>(self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let Self { mut text, pairs: mut all, containers } = self;
        let mut add = |part: &str| {
            let from = text.len();
            text.push_str(part);
            from..text.len()
        };
        for (name, value) in pairs {
            all.push(Pair { name: add(name), value: add(value), kind: Kind::Any });
        }
        Self::sorted(text, all, containers)
    }

    /// Drops the pairs of these names.
    pub(crate) fn without(mut self, is_dropped: impl Fn(&str) -> bool) -> Self {
        let text = &self.text;
        self.pairs.retain(|pair| !is_dropped(&text[pair.name.clone()]));
        self
    }

    /// Drops the pairs without a value.
    pub(crate) fn without_empty(mut self) -> Self {
        self.pairs.retain(|pair| !pair.value.is_empty());
        self
    }

    /// Keeps only the last pair of each name.
    pub(crate) fn last_of_each(mut self) -> Self {
        let text = &self.text;
        self.pairs.dedup_by(|later, kept| {
            let same = text[later.name.clone()] == text[kept.name.clone()];
            if same {
                std::mem::swap(later, kept);
            }
            same
        });
        self
    }

    /// Sorts the pairs of one name by value, and says whether a name repeats.
    pub(crate) fn in_order_of_values(mut self) -> (Self, bool) {
        let text = &self.text;
        let key = |pair: &Pair| (&text[pair.name.clone()], &text[pair.value.clone()]);
        self.pairs.sort_by(|a, b| key(a).cmp(&key(b)));
        let repeats = self.pairs.windows(2).any(|pair| key(&pair[0]).0 == key(&pair[1]).0);
        (self, repeats)
    }

    /// The value of a name: the last one, if it has several.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.find(name).map(|pair| &self.text[pair.value.clone()])
    }

    /// What the value of a name was in JSON. `None` if there is no such name.
    pub(crate) fn kind(&self, name: &str) -> Option<Kind> {
        let container = || {
            let of = |(it, _): &(Range<usize>, Kind)| self.text[it.clone()].cmp(name);
            self.containers.binary_search_by(of).ok().map(|at| self.containers[at].1)
        };
        self.find(name).map(|pair| pair.kind).or_else(container)
    }

    fn find(&self, name: &str) -> Option<&Pair> {
        // Most names differ in length already.
        let is =
            |pair: &&Pair| pair.name.len() == name.len() && self.text[pair.name.clone()] == *name;
        if self.pairs.len() <= FEW {
            self.pairs.iter().rfind(is)
        } else {
            let after = self.pairs.partition_point(|pair| self.text[pair.name.clone()] <= *name);
            self.pairs[..after].last().filter(is)
        }
    }

    /// Every value of a name, in the order of the request.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let from = self.pairs.partition_point(|pair| self.text[pair.name.clone()] < *name);
        self.pairs[from..]
            .iter()
            .map(|pair| self.pair(pair))
            .take_while(move |(it, _)| *it == name)
            .map(|(_, it)| it)
    }

    /// The total length of all names and values, in bytes.
    pub(crate) fn length(&self) -> usize {
        self.text.len()
    }

    /// Every pair, by name.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|pair| self.pair(pair))
    }

    /// Every name that begins so, without that beginning. The names of lists and objects are among
    /// them.
    pub(crate) fn names<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a str> {
        let name = |range: &Range<usize>| &self.text[range.clone()];
        let from = self.pairs.partition_point(|pair| *name(&pair.name) < *prefix);
        let pairs = self.pairs[from..].iter().map(|pair| &pair.name);
        let from = self.containers.partition_point(|(it, _)| *name(it) < *prefix);
        let containers = self.containers[from..].iter().map(|(name, _)| name);
        let own = move |range: &Range<usize>| self.text[range.clone()].strip_prefix(prefix);
        pairs.map_while(own).chain(containers.map_while(own))
    }

    /// The pairs named `name.…`, without that prefix.
    pub(crate) fn members<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let start = || name.bytes().chain([b'.']);
        let from =
            self.pairs.partition_point(|pair| self.text[pair.name.clone()].bytes().lt(start()));
        self.pairs[from..].iter().map_while(move |pair| {
            let (member, value) = self.pair(pair);
            Some((member.strip_prefix(name)?.strip_prefix('.')?, value))
        })
    }

    fn pair(&self, pair: &Pair) -> (&str, &str) {
        (&self.text[pair.name.clone()], &self.text[pair.value.clone()])
    }
}

/// Whether the body is a form: it is, unless `Content-Type` says something else.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    const FORM: &[u8] = b"application/x-www-form-urlencoded";
    headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes).is_none_or(|it| {
        it.is_empty() || it.get(..FORM.len()).is_some_and(|start| start.eq_ignore_ascii_case(FORM))
    })
}

/// Whether `Content-Type` says that the body is JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let content = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    content.split(';').next().is_some_and(|it| it.trim().eq_ignore_ascii_case("application/json"))
}

/// The pairs of a form, not decoded.
pub(crate) fn raw_pairs(form: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut rest = Some(form);
    let parts = std::iter::from_fn(move || {
        let form = rest?;
        let end = memchr(b'&', form);
        rest = end.map(|end| &form[end + 1..]);
        Some(&form[..end.unwrap_or(form.len())])
    });
    parts.filter(|part| !part.is_empty()).map(|part| {
        memchr(b'=', part).map_or((part, &b""[..]), |at| (&part[..at], &part[at + 1..]))
    })
}

fn decode_into(out: &mut Vec<u8>, mut part: &[u8]) -> Range<usize> {
    #[cfg(test)]
    WORK.set(WORK.get() + part.len());
    let from = out.len();
    while let Some(at) = memchr2(b'%', b'+', part) {
        out.extend_from_slice(&part[..at]);
        part = match &part[at..] {
            [b'+', rest @ ..] => {
                out.push(b' ');
                rest
            }
            [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                out.push(digit(*high) << 4 | digit(*low));
                rest
            }
            // A percent sign without two digits stands for itself.
            other => {
                out.extend_from_slice(&other[..1]);
                &other[1..]
            }
        };
    }
    out.extend_from_slice(part);
    from..out.len()
}

fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        _ => (byte | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(form: &Form) -> Vec<(&str, &str)> {
        form.iter().collect()
    }

    #[test]
    fn forms_are_decoded_in_every_encoding() {
        let form = Form::read(&[b"d=*~!'()%7E%e4%B8%96&a=1+2%2B3&b=&c&&%65=%zz%4"]).unwrap();
        assert_eq!(
            pairs(&form),
            [("a", "1 2+3"), ("b", ""), ("c", ""), ("d", "*~!'()~世"), ("e", "%zz%4")]
        );
        for broken in ["a=%FF", "a=%E4&%B8%96=b", "a%E4=%B8%96"] {
            assert!(Form::read(&[broken.as_bytes()]).is_none(), "{broken}");
        }
    }

    #[test]
    fn the_last_value_of_a_name_wins() {
        let form = Form::read(&[b"b=1&a=2&b=3", b"a=4&c=5&b=6"]).unwrap();
        assert_eq!(
            pairs(&form),
            [("a", "2"), ("a", "4"), ("b", "1"), ("b", "3"), ("b", "6"), ("c", "5")]
        );
        assert_eq!((form.get("a"), form.get("b"), form.get("d")), (Some("4"), Some("6"), None));
        assert_eq!(form.all("b").collect::<Vec<_>>(), ["1", "3", "6"]);
        let many: Vec<_> =
            (0..FEW).flat_map(|n| format!("n{n}=first&n{n}=last&").into_bytes()).collect();
        let many = Form::read(&[&many]).unwrap();
        assert!((0..FEW).all(|n| many.get(&format!("n{n}")) == Some("last")));
        assert_eq!((many.get("m"), many.get("n"), many.get("z")), (None, None, None));
        let form = form.last_of_each();
        assert_eq!(pairs(&form), [("a", "4"), ("b", "6"), ("c", "5")]);
        assert_eq!((form.get("b"), form.get("d")), (Some("6"), None));
    }

    #[test]
    fn members_are_found_by_their_prefix() {
        let form = Form::read(&[b"Tag.1=x&Tag.2.Key=y&Tag=z&Tags=v&T=w"]).unwrap();
        assert_eq!(form.members("Tag").collect::<Vec<_>>(), [("1", "x"), ("2.Key", "y")]);
        assert_eq!(form.members("U").count(), 0);
    }
}
