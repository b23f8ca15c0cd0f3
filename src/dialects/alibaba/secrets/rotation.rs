//! Rotating managed secrets, and random passwords: document sections 9.11 to 9.13.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::lifecycle::Named;
use super::metadata::secret_arn;
use super::types as secret_types;
use super::types::SecretType;
use crate::algorithms::password::{self, Recipe};
use crate::dialects::alibaba::names::SecretName;
use crate::dialects::alibaba::values::{
    OpenText, SecretInterval, VersionText, default_true, interval,
};
use crate::dialects::wire::values::parsed;
use crate::dialects::{Cx, Error};
use crate::engine::Renewal;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RotateSecret {
    secret_name: SecretName,
    version_id: VersionText,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Rotated {
    arn: String,
    secret_name: String,
    version_id: String,
}

pub(crate) async fn rotate(cx: Cx, request: RotateSecret) -> Result<Rotated, Error> {
    let realm = cx.caller.realm.clone();
    let (name, version) = (request.secret_name.within(&cx)?, request.version_id.0);
    let secret = cx.engine.rotate_secret(cx.caller, name, version.clone()).await?;
    Ok(Rotated {
        arn: secret_arn(&realm, &secret),
        secret_name: secret.name.to_string(),
        version_id: version.to_string(),
    })
}

/// The next value of a managed secret, for the engine's rules.
pub(crate) fn renew(of: &Renewal<'_>) -> Option<Zeroizing<Vec<u8>>> {
    let kind = SecretType::from_word(of.kind)?;
    let current = std::str::from_utf8(of.current).ok()?;
    let previous = of.previous.map(std::str::from_utf8).transpose().ok()?;
    let next =
        secret_types::renew(kind, of.config, current, previous, of.now, &mut of.entropy.rng())?;
    Some(Zeroizing::new(next.as_bytes().to_vec()))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct UpdateSecretRotationPolicy {
    secret_name: SecretName,
    enable_automatic_rotation: bool,
    rotation_interval: Option<OpenText>,
}

pub(crate) async fn update_policy(
    cx: Cx,
    request: UpdateSecretRotationPolicy,
) -> Result<Named, Error> {
    let interval: Option<SecretInterval> =
        interval(request.enable_automatic_rotation, request.rotation_interval)?;
    let name = request.secret_name.within(&cx)?;
    let named = Named::of(&name);
    cx.engine.set_secret_rotation(cx.caller, name, interval.map(|it| it.0)).await?;
    Ok(named)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the document has one for each kind of character"
)]
pub(crate) struct GetRandomPassword {
    #[serde(default)]
    password_length: PasswordLength,
    #[serde(default)]
    exclude_characters: Excluded,
    #[serde(default)]
    exclude_lowercase: bool,
    #[serde(default)]
    exclude_uppercase: bool,
    #[serde(default)]
    exclude_numbers: bool,
    #[serde(default)]
    exclude_punctuation: bool,
    #[serde(default = "default_true")]
    require_each_included_type: bool,
}

/// The length of a password: 8 to 128 characters.
struct PasswordLength(usize);

impl Default for PasswordLength {
    fn default() -> Self {
        Self(32)
    }
}

parsed!(PasswordLength, |length: u32| (8..=128).contains(&length).then_some(Self(length as usize)));

/// The characters to exclude from a password.
#[derive(Default)]
struct Excluded(String);

parsed!(Excluded, |text: String| password::is_excludable(&text).then_some(Self(text)));

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RandomPassword {
    random_password: Zeroizing<String>,
}

pub(crate) fn random_password(
    cx: &Cx,
    request: GetRandomPassword,
) -> Result<RandomPassword, Error> {
    let every = [
        request.exclude_lowercase,
        request.exclude_uppercase,
        request.exclude_numbers,
        request.exclude_punctuation,
    ];
    if every == [true; 4] {
        return Err(Error::Invalid("ExcludePunctuation".into()));
    }
    let recipe = Recipe {
        length: request.password_length.0,
        lowercase: !request.exclude_lowercase,
        uppercase: !request.exclude_uppercase,
        digits: !request.exclude_numbers,
        punctuation: !request.exclude_punctuation,
        excluded: &request.exclude_characters.0,
        every_class: request.require_each_included_type,
    };
    let drawn = password::generate(&recipe, &mut cx.engine.world().entropy.rng());
    // Too few characters are left.
    let random_password = drawn.ok_or(Error::Invalid("ExcludeCharacters".into()))?;
    Ok(RandomPassword { random_password })
}
