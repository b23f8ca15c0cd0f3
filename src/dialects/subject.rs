//! What a request is about: the keys, secrets and certificates that its parameters name. The
//! classes of the parameters decide; no action is special.

use std::borrow::Cow;

use crate::dialects::{Call, Dialect, Served};
use crate::engine::Snapshot;
use crate::model::{KeyId, Realm, VersionId};
use crate::watch::classes::Class;
use crate::watch::{NamedKey, Subject, truncate, truncate_secret};

/// What a request in a realm is about. Without a snapshot, key names are not resolved.
pub(super) fn of<D: Dialect>(
    served: &Served<D>,
    realm: Realm,
    call: &D::Call,
    snapshot: Option<&Snapshot>,
) -> Subject {
    let (names, classes) = (&D::PROFILE.names, &served.gate.classes);
    let each = |class: Class| {
        let texts = classes.names(class).filter_map(|name| call.params().get(name));
        texts.filter(|text| !text.is_empty())
    };
    let of_version = |version: VersionId| {
        let id = snapshot.and_then(|snapshot| snapshot.key_of_version(version)).cloned();
        NamedKey { name: None, id, version: Some(version) }
    };
    let by_name = |name: &str| {
        let id =
            snapshot.and_then(|snapshot| snapshot.key_named(&(names.key)(&realm, name)?)).cloned();
        NamedKey { name: Some(truncate(name).into()), id, version: None }
    };
    let mut keys: Vec<NamedKey> = each(Class::Key).map(by_name).collect();
    let versions = each(Class::Version).filter_map(|text| VersionId::parse(text.as_bytes()));
    let used = versions.chain(each(Class::Ciphertext).filter_map(names.version));
    for named in used.map(of_version) {
        match keys
            .iter_mut()
            .find(|key| key.id.is_some() && key.id == named.id && key.version.is_none())
        {
            Some(key) => key.version = named.version,
            None => keys.push(named),
        }
    }
    let action = call.action().map(|name| match served.actions.get(name) {
        Some(entry) => Cow::Borrowed(entry.name),
        None => Cow::Owned(truncate(name).to_owned()),
    });
    let secret = each(Class::Secret).next();
    let secret = secret.map(|text| truncate_secret((names.secret)(&realm, text)).into());
    let context = each(Class::Context).next().filter(|text| text.len() <= CONTEXT_MAX);
    Subject {
        access_key: call.access_key().map(|id| truncate(id).into()),
        action,
        keys,
        secret,
        certificate: each(Class::Certificate).next().map(|name| truncate(name).into()),
        context: context.map(Into::into),
        realm,
    }
}

/// Longer encryption contexts are left out, in bytes.
const CONTEXT_MAX: usize = 32 * 1024;

/// Adds the key that was used or created.
pub(super) fn add_used_key(subject: &mut Subject, (key, version): &(KeyId, Option<VersionId>)) {
    match &mut subject.keys[..] {
        [] => {
            let (id, version) = (Some(key.clone()), *version);
            subject.keys.push(NamedKey { name: None, id, version });
        }
        [one] if one.version.is_none() && one.id.is_some() => one.version = *version,
        _ => {}
    }
}
