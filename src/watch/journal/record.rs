//! A request in stored form: a few facts, and all texts in one string. Writing one is cheap. It
//! becomes an [`Entry`] when it is read.

use std::sync::Arc;
use std::time::Duration;

use super::view::{Keys, RecordView};
use super::{Auth, Entry, Fault, Mismatch, Outcome};
use crate::model::{KeyId, Realm, VersionId};
use crate::watch::classes::{Class, Classes};
use crate::watch::{Decision, Fingerprint, NamedKey, Subject, truncate, truncate_secret};
use crate::world::Instant;

/// The longest value that is stored unchanged, in bytes.
const VALUE_LIMIT: usize = 1024;
/// The longest encryption context that is stored, in bytes. It is stored whole so that it can be
/// compared.
const CONTEXT_LIMIT: usize = 32 * 1024;
/// How many parameters are stored.
const PARAM_LIMIT: usize = 64;
/// How many bytes of text are stored. Beyond that, values are replaced by fingerprints.
const TEXT_LIMIT: usize = 64 * 1024;
/// The largest text whose buffer is reused.
const REUSE_LIMIT: usize = 4096;

/// The facts that every request has.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// When it was answered, by its realm's clock.
    pub at: Instant,
    /// The same time by the host's clock.
    pub host: Instant,
    /// How long it took.
    pub took: Duration,
    /// The result of authentication.
    pub auth: Auth,
    /// The answer's HTTP status.
    pub status: u16,
    /// The outcome.
    pub outcome: Outcome,
    /// The action, if it is served, and the names of the parameters that it reads.
    pub action: Option<(&'static str, &'static [&'static str])>,
}

/// Details that only some requests have.
#[derive(Debug, Default)]
pub struct Details {
    /// What the request is about, if its texts do not tell.
    pub subject: Option<Subject>,
    /// The faults that affected it.
    pub fault: Option<Fault>,
    /// Why its signature is wrong.
    pub mismatch: Option<Mismatch>,
    /// Whether its user may do what it asks.
    pub decision: Option<Arc<Decision>>,
}

/// One request.
#[derive(Debug)]
pub struct Record {
    pub(super) id: u64,
    /// About how many bytes it uses besides its slot.
    pub(super) weight: usize,
    facts: Facts,
    text: String,
    parts: Vec<Part>,
    details: Option<Box<Details>>,
}

/// A part of the text, by its end offset, or a value's fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    RequestId(u32),
    AccessKey(u32),
    /// The key that was used or created, and its version.
    Key(u32),
    Version(u32),
    /// A parameter's name. Its value follows.
    Name(Class, u32),
    Value(u32),
    Fingerprint(Fingerprint),
}

/// The texts of a record under construction.
#[derive(Debug, Default)]
pub struct RecordBuilder {
    text: String,
    parts: Vec<Part>,
}

impl RecordBuilder {
    /// Adds the request id and the access key.
    pub fn names(&mut self, request_id: &str, access_key: Option<&str>) {
        self.add(request_id, Part::RequestId);
        if let Some(id) = access_key {
            self.add(truncate(id), Part::AccessKey);
        }
    }

    /// The key that was used or created, and its version.
    pub fn key(&mut self, id: &KeyId, version: Option<VersionId>) {
        self.add(id.as_str(), Part::Key);
        if let Some(version) = version {
            self.add(std::str::from_utf8(&version.text()).unwrap_or_default(), Part::Version);
        }
    }

    /// Adds the parameters, without those common to all requests. Returns how many of them name a
    /// key.
    pub fn params<'a>(
        &mut self,
        classes: &Classes,
        params: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> usize {
        let (mut room, mut keys) = (PARAM_LIMIT, 0);
        for (name, value) in params {
            let class = classes.class(name);
            if matches!(class, Class::Common | Class::Credential) {
                continue;
            }
            let Some(left) = room.checked_sub(1) else { break };
            room = left;
            keys += usize::from(matches!(class, Class::Key | Class::Ciphertext));
            self.add(truncate(name), |end| Part::Name(class, end));
            let longest = if class == Class::Context { CONTEXT_LIMIT } else { VALUE_LIMIT };
            let fits = value.len() <= longest && self.text.len() + value.len() <= TEXT_LIMIT;
            if fits && class.is_open() {
                self.add(value, Part::Value);
            } else {
                self.parts.push(Part::Fingerprint(Fingerprint::of(value.as_bytes())));
            }
        }
        keys
    }

    /// Completes the record.
    #[must_use]
    pub fn build(self, facts: Facts, details: Option<Box<Details>>) -> Record {
        let (mut text, parts) = (self.text, self.parts);
        if text.capacity() > REUSE_LIMIT {
            // The buffer is too large to be reused.
            text.shrink_to_fit();
        }
        let weight = text.capacity()
            + parts.capacity() * size_of::<Part>()
            + details.as_ref().map_or(0, |details| details.weight());
        Record { id: 0, weight, facts, text, parts, details }
    }

    fn add(&mut self, text: &str, part: impl Fn(u32) -> Part) {
        self.text.push_str(text);
        // Requests are shorter than that.
        self.parts.push(part(u32::try_from(self.text.len()).unwrap_or(u32::MAX)));
    }
}

impl Record {
    /// Its buffers for reuse; `None` if they are too large.
    pub(super) fn emptied(mut self) -> Option<RecordBuilder> {
        self.text.clear();
        self.parts.clear();
        (self.text.capacity() <= REUSE_LIMIT)
            .then_some(RecordBuilder { text: self.text, parts: self.parts })
    }

    /// The realm stored in the record. An accepted request may have none; its ring is the realm's.
    pub(super) fn claimed(&self) -> Option<&Realm> {
        self.details
            .as_ref()
            .and_then(|details| details.subject.as_ref())
            .map(|subject| &subject.realm)
    }

    /// The view for filters, in its realm.
    pub(super) fn seen<'a>(&'a self, realm: &'a Realm) -> RecordView<'a> {
        let Facts { host, outcome, action, .. } = self.facts;
        let (mut seen, mut of) = (RecordView::of(self.id, host, realm, outcome), Class::Hidden);
        seen.action = action.map(|(name, _)| name);
        let (mut name, mut id) = (None, None);
        for (part, text) in self.texts() {
            match part {
                Part::RequestId(_) => seen.request_id = text,
                Part::AccessKey(_) => seen.access_key = Some(text),
                Part::Key(_) => id = Some(text),
                Part::Name(class, _) => of = class,
                Part::Value(_) => {
                    let (place, text) = match of {
                        Class::Key => (&mut name, truncate(text)),
                        Class::Secret => (&mut seen.secret, truncate(text)),
                        Class::Context => (&mut seen.context, text),
                        _ => continue,
                    };
                    if place.is_none() && !text.is_empty() {
                        *place = Some(text);
                    }
                }
                Part::Version(_) | Part::Fingerprint(_) => {}
            }
        }
        seen.keys = Keys::One(name, id);
        if let Some(subject) = self.details.as_ref().and_then(|details| details.subject.as_ref()) {
            seen.access_key = subject.access_key.as_deref();
            seen.action = subject.action.as_deref();
            seen.keys = Keys::Listed(&subject.keys);
            seen.secret = subject.secret.as_deref();
            seen.context = subject.context.as_deref();
        }
        seen
    }

    /// The entry, in its realm.
    pub(super) fn entry(&self, realm: &Realm) -> Entry {
        #[cfg(test)]
        COPIED.set(COPIED.get() + 1);
        let facts = self.facts;
        let mut entry = Entry {
            id: self.id,
            at: facts.at,
            host: facts.host,
            took: facts.took,
            request_id: String::new(),
            subject: Subject::of(realm.clone(), facts.action.map(|(name, _)| name.into())),
            auth: facts.auth,
            status: facts.status,
            outcome: facts.outcome,
            fault: self.details.as_ref().and_then(|details| details.fault.clone()),
            params: Vec::new(),
            read: facts.action.map(|(_, reads)| reads),
            mismatch: self.details.as_ref().and_then(|details| details.mismatch.clone()),
            decision: self.details.as_ref().and_then(|details| details.decision.clone()),
        };
        let mut key = NamedKey::default();
        let mut named = "";
        let mut of = Class::Hidden;
        for (part, text) in self.texts() {
            match part {
                Part::RequestId(_) => text.clone_into(&mut entry.request_id),
                Part::AccessKey(_) => entry.subject.access_key = Some(text.into()),
                Part::Key(_) => key.id = KeyId::parse(text),
                Part::Version(_) => key.version = VersionId::parse(text.as_bytes()),
                Part::Name(class, _) => (of, named) = (class, text),
                Part::Value(_) => {
                    entry.params.push((named.to_owned(), text.to_owned()));
                    entry.subject.take(of, text, &mut key);
                }
                Part::Fingerprint(measured) => {
                    entry.params.push((named.to_owned(), measured.to_string()));
                }
            }
        }
        if key != NamedKey::default() {
            entry.subject.keys.push(key);
        }
        if let Some(subject) = self.details.as_ref().and_then(|details| details.subject.clone()) {
            entry.subject = subject;
        }
        entry
    }

    fn texts(&self) -> impl Iterator<Item = (Part, &str)> {
        let mut from = 0;
        self.parts.iter().map(move |part| {
            let end = match *part {
                Part::RequestId(end)
                | Part::AccessKey(end)
                | Part::Key(end)
                | Part::Version(end)
                | Part::Name(_, end)
                | Part::Value(end) => end as usize,
                Part::Fingerprint(_) => from,
            };
            let text = self.text.get(from..end).unwrap_or_default();
            from = end;
            (*part, text)
        })
    }
}

impl Details {
    fn weight(&self) -> usize {
        let subject = self.subject.as_ref().map_or(0, Subject::weight);
        let rules =
            self.fault.as_ref().map_or(0, |fault| fault.rules.capacity() * size_of::<u64>());
        let decision = self.decision.as_ref().map_or(0, |it| it.weight());
        let mismatch = self.mismatch.as_ref().map_or(0, Mismatch::weight);
        size_of::<Self>() + subject + rules + mismatch + decision
    }
}

impl Subject {
    /// Takes the value of a parameter.
    fn take(&mut self, class: Class, text: &str, key: &mut NamedKey) {
        let place = match class {
            Class::Key => &mut key.name,
            Class::Secret => &mut self.secret,
            Class::Certificate => &mut self.certificate,
            Class::Context => &mut self.context,
            _ => return,
        };
        if place.is_none() && !text.is_empty() {
            let text = match class {
                Class::Context => text,
                Class::Secret => truncate_secret(text),
                _ => truncate(text),
            };
            *place = Some(text.into());
        }
    }
}

#[cfg(test)]
thread_local! {
    /// How many records this thread has copied into entries.
    pub(super) static COPIED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSES: [(&str, Class); 7] = [
        ("Action", Class::Common),
        ("Size", Class::Open),
        ("Tag", Class::Open),
        ("KeyId", Class::Key),
        ("Blob", Class::Ciphertext),
        ("SecretName", Class::Secret),
        ("Context", Class::Context),
    ];

    fn entry(params: &[(&str, &str)]) -> (Entry, usize) {
        let mut builder = RecordBuilder::default();
        builder.names("id", Some("ak"));
        let keys = builder.params(&Classes::from_iter(CLASSES), params.iter().copied());
        builder.key(&KeyId::parse("key-1").unwrap(), None);
        let at = Instant::from_millis(0);
        let (took, auth, outcome) = (Duration::ZERO, Auth::Passed, Outcome::Ok);
        let facts = Facts { at, host: at, took, auth, status: 200, outcome, action: None };
        (builder.build(facts, None).entry(&Realm::new("cloud", "1", "x")), keys)
    }

    #[test]
    fn hidden_and_long_values_become_fingerprints() {
        let long = "x".repeat(VALUE_LIMIT + 1);
        let (entry, keys) = entry(&[
            ("Action", "a"),
            ("Blob", "b"),
            ("Context", "{}"),
            ("KeyId", "k"),
            ("Plaintext", "top secret"),
            ("SecretName", "db"),
            ("Size", &long),
            ("Tag.1", ""),
        ]);
        let params: Vec<_> =
            entry.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(
            params[..5],
            [
                ("Blob", "<1 bytes, sha256 3e23e816>"),
                ("Context", "{}"),
                ("KeyId", "k"),
                ("Plaintext", "<10 bytes, sha256 9d3b3194>"),
                ("SecretName", "db"),
            ]
        );
        assert!(params[5].1.starts_with("<1025 bytes, sha256 "), "{params:?}");
        assert_eq!((params[6], keys), (("Tag.1", ""), 2));
        let subject = entry.subject;
        assert_eq!((entry.request_id.as_str(), subject.access_key.as_deref()), ("id", Some("ak")));
        assert_eq!(
            (subject.secret.as_deref(), subject.context.as_deref()),
            (Some("db"), Some("{}"))
        );
        assert!(subject.keys[0].has_name("k") && subject.keys[0].has_name("key-1"));
    }

    #[test]
    fn the_number_of_parameters_is_limited() {
        let many: Vec<_> = (0..1000).map(|_| ("n", "v")).collect();
        assert_eq!(entry(&many).0.params.len(), PARAM_LIMIT);
    }
}
