//! What a request is about, read off its parameters by the names that its cloud gives them. No action is looked at in
//! particular.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Cx, Dialect};
use crate::algorithms::base64_text::is_space;
use crate::engine::View;
use crate::model::{KeyId, Realm, VersionId};
use crate::watch::{NamedKey, Subject, cut, cut_secret};

/// What a request is about that was let in.
pub(super) fn of_verified<D: Dialect>(dialect: &D, cx: &Cx, call: &D::Call) -> Subject {
    of(dialect, cx.caller.realm.clone(), call, Some(&cx.engine.view(&cx.caller)))
}

/// What a request in a realm is about. Without a view, nobody looks its keys up.
pub(super) fn of<D: Dialect>(
    dialect: &D,
    realm: Realm,
    call: &D::Call,
    view: Option<&View>,
) -> Subject {
    let (naming, form) = (D::naming(), D::form(call));
    let first = |names: &[&str]| {
        names.iter().find_map(|name| form.get(name).filter(|text| !text.is_empty()))
    };
    let each = |names: &'static [&'static str]| names.iter().filter_map(|name| form.get(name));
    let of_version = |version: VersionId| {
        let id = view.and_then(|view| view.key_of_version(version)).cloned();
        NamedKey { name: None, id, version: Some(version) }
    };
    let by_name = |name: &str| {
        let id = view.and_then(|view| view.key_named(&D::key_ref(&realm, name)?)).cloned();
        NamedKey { name: Some(cut(name).into()), id, version: None }
    };
    let mut keys: Vec<NamedKey> =
        each(naming.keys).filter(|name| !name.is_empty()).map(by_name).collect();
    let versions = each(naming.versions).filter_map(|text| VersionId::parse(text.as_bytes()));
    for named in versions.chain(each(naming.blobs).filter_map(version_of)).map(of_version) {
        match keys
            .iter_mut()
            .find(|key| key.id.is_some() && key.id == named.id && key.version.is_none())
        {
            Some(key) => key.version = named.version,
            None => keys.push(named),
        }
    }
    let action = D::asked(call).map(|name| match dialect.actions().get(name) {
        Some(entry) => Cow::Borrowed(entry.name),
        None => Cow::Owned(cut(name).to_owned()),
    });
    let secret = first(naming.secrets).map(|text| cut_secret(D::secret_named(&realm, text)).into());
    Subject {
        realm,
        access_key: D::access_key(call).map(|id| cut(id).into()),
        action,
        keys,
        secret,
        certificate: first(naming.certificates).map(|name| cut(name).into()),
        context: first(naming.contexts).filter(|text| text.len() <= CONTEXT_MAX).map(Into::into),
    }
}

/// The longest encryption context that is looked at, in bytes.
const CONTEXT_MAX: usize = 32 * 1024;

/// The version that a ciphertext names: its first bytes are the id's text.
fn version_of(blob: &str) -> Option<VersionId> {
    // Four letters are three bytes.
    let mut start = [0; VersionId::LEN / 3 * 4];
    let mut letters = blob.bytes().filter(|byte| !is_space(*byte));
    for place in &mut start {
        *place = letters.next()?;
    }
    let mut bytes = [0; VersionId::LEN];
    STANDARD.decode_slice(start, &mut bytes).ok().filter(|length| *length == VersionId::LEN)?;
    VersionId::parse(&bytes)
}

/// Adds what an answer tells of the key that was used or made.
pub(super) fn learn(subject: &mut Subject, (key, version): (&str, Option<&str>)) {
    let version = version.and_then(|text| VersionId::parse(text.as_bytes()));
    match &mut subject.keys[..] {
        [] => {
            let id = KeyId::parse(key);
            subject.keys.extend(id.map(|id| NamedKey { name: None, id: Some(id), version }));
        }
        [one] if one.version.is_none() && one.id.is_some() => one.version = version,
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ciphertexts_name_their_version() {
        let id = "1234abcd-12ab-34cd-56ef-12345678aaaa";
        let blob = STANDARD.encode(format!("{id}and what is sealed"));
        let on_lines = format!(" \r\n{}\n\t{}", &blob[..20], &blob[20..]);
        for blob in [&blob, &on_lines] {
            assert_eq!(version_of(blob), VersionId::parse(id.as_bytes()), "{blob}");
        }
        for other in ["", "AAAA", &STANDARD.encode([0; 80]), &"ü".repeat(48)] {
            assert_eq!(version_of(other), None, "{other}");
        }
    }
}
