//! How values are written in a seed file, and parsed. Errors do not quote the text, which may be
//! secret.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_saphyr::{LitStr, Location, Spanned};
use zeroize::Zeroizing;

use crate::algorithms::asymmetric::PairSpec;
use crate::algorithms::base64_text;
use crate::dialects::PROFILES;
use crate::model::{
    AccessPointId, AccessPointKind, AliasName, ApplicationName, ApplicationPolicyName,
    CertificateId, CertificateStatus, ClientKeyId, DataKeyId, GrantId, InstanceId, InstanceKind,
    InstanceStatus, KeyId, KeySpec, KeyStorage, KeyStoreId, KeyUsage, KeyspaceId, KeyspacePolicyId,
    MacSpec, ManagedDataKeyName, ManagedDataKeyVersionId, Network, NetworkKind, NetworkRuleName,
    Origin, ProtectionLevel, Realm, SecretName, SymmetricSpec, VersionId, WhiteBoxKeyId,
};
use crate::world::parse_duration;

/// The default kind of a secret.
pub(super) const GENERIC: &str = "Generic";

/// A value that is written as one word.
pub(super) trait Word: Sized {
    /// A description of the valid words.
    const WHAT: &'static str;
    fn read(text: &str) -> Option<Self>;
    fn write(&self) -> Cow<'_, str>;
}

/// A value parsed from its word.
#[derive(Clone)]
pub(super) struct Parsed<T>(pub(super) T);

/// The same, with its location in the file.
pub(super) type Located<T> = Spanned<Parsed<T>>;

/// A value to be written.
pub(super) fn located<T>(noun: T) -> Located<T> {
    placed(Parsed(noun))
}

/// The same for a value that needs no parsing.
pub(super) fn placed<T>(value: T) -> Spanned<T> {
    Spanned::new(value, Location::UNKNOWN, Location::UNKNOWN)
}

impl<'de, T: Word> Deserialize<'de> for Parsed<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Scalar<T>(PhantomData<T>);
        impl<T: Word> serde::de::Visitor<'_> for Scalar<T> {
            type Value = T;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(T::WHAT)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
                T::read(text).ok_or_else(|| E::custom(format_args!("not {}", T::WHAT)))
            }
        }
        deserializer.deserialize_str(Scalar(PhantomData)).map(Self)
    }
}

impl<T: Word> Serialize for Parsed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.write())
    }
}

/// Words and their values. Where a cloud has its own word for a value, it is accepted too.
macro_rules! words {
    ($noun:ty, $what:literal $(or $own:ident)?, $([$word:literal => $value:expr]),+ $(,)?) => {
        impl Word for $noun {
            const WHAT: &'static str = $what;

            fn read(text: &str) -> Option<Self> {
                match text {
                    $($word => Some($value),)+
                    _ => None$(.or_else(|| PROFILES.iter().find_map(|it| (it.names.$own)(text))))?,
                }
            }

            fn write(&self) -> Cow<'_, str> {
                $(if *self == $value { return $word.into(); })+
                "".into()
            }
        }
    };
}

words! { KeySpec,
    "one of AES_256, AES_192, AES_128, SM4, RSA_2048, RSA_3072, RSA_4096, EC_P256, EC_P256K, \
     EC_P384, EC_SM2, ED25519, ML_KEM_1024, ML_DSA_87, HMAC_224, HMAC_256, HMAC_384, HMAC_512, \
     HMAC_SM3"
     or spec,
    ["AES_256" => Self::Symmetric(SymmetricSpec::Aes256)],
    ["AES_192" => Self::Symmetric(SymmetricSpec::Aes192)],
    ["AES_128" => Self::Symmetric(SymmetricSpec::Aes128)],
    ["SM4" => Self::Symmetric(SymmetricSpec::Sm4)],
    ["RSA_2048" => Self::Pair(PairSpec::Rsa2048)],
    ["RSA_3072" => Self::Pair(PairSpec::Rsa3072)],
    ["RSA_4096" => Self::Pair(PairSpec::Rsa4096)],
    ["EC_P256" => Self::Pair(PairSpec::EcP256)],
    ["EC_P256K" => Self::Pair(PairSpec::EcP256K)],
    ["EC_P384" => Self::Pair(PairSpec::EcP384)],
    ["EC_SM2" => Self::Pair(PairSpec::EcSm2)],
    ["ED25519" => Self::Pair(PairSpec::Ed25519)],
    ["ML_KEM_1024" => Self::Pair(PairSpec::MlKem1024)],
    ["ML_DSA_87" => Self::Pair(PairSpec::MlDsa87)],
    ["HMAC_224" => Self::Mac(MacSpec::Hmac224)],
    ["HMAC_256" => Self::Mac(MacSpec::Hmac256)],
    ["HMAC_384" => Self::Mac(MacSpec::Hmac384)],
    ["HMAC_512" => Self::Mac(MacSpec::Hmac512)],
    ["HMAC_SM3" => Self::Mac(MacSpec::HmacSm3)],
}

words! { KeyUsage,
    "one of ENCRYPT/DECRYPT, SIGN/VERIFY, GENERATE/VERIFY_MAC, KEY_AGREEMENT",
    ["ENCRYPT/DECRYPT" => Self::EncryptDecrypt],
    ["SIGN/VERIFY" => Self::SignVerify],
    ["GENERATE/VERIFY_MAC" => Self::GenerateVerifyMac],
    ["KEY_AGREEMENT" => Self::KeyAgreement],
}

words! { Origin, "KMS or EXTERNAL" or origin,
    ["KMS" => Self::Service],
    ["EXTERNAL" => Self::External],
}

words! { ProtectionLevel, "SOFTWARE or HSM",
    ["SOFTWARE" => Self::Software],
    ["HSM" => Self::Hsm],
}

words! { CertificateStatus, "one of PENDING, INACTIVE, ACTIVE, REVOKED",
    ["PENDING" => Self::Pending],
    ["INACTIVE" => Self::Inactive],
    ["ACTIVE" => Self::Active],
    ["REVOKED" => Self::Revoked],
}

/// A key's state in a seed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyStatus {
    Enabled,
    Disabled,
    PendingDeletion,
    PendingImport,
    Archived,
}

words! { KeyStatus, "one of Enabled, Disabled, PendingDeletion, PendingImport, Archived",
    ["Enabled" => Self::Enabled],
    ["Disabled" => Self::Disabled],
    ["PendingDeletion" => Self::PendingDeletion],
    ["PendingImport" => Self::PendingImport],
    ["Archived" => Self::Archived],
}

/// The type of a key's creator.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum CreatorType {
    User,
    Service,
}

words! { CreatorType, "User or Service",
    ["User" => Self::User],
    ["Service" => Self::Service],
}

/// The type of a grant's grantee.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum GranteeType {
    User,
    Account,
}

words! { GranteeType, "User or Account",
    ["User" => Self::User],
    ["Account" => Self::Account],
}

words! { AccessPointKind, "one of MACHINE, CLUSTER, CUSTOM",
    ["MACHINE" => Self::Machine],
    ["CLUSTER" => Self::Cluster],
    ["CUSTOM" => Self::Custom],
}

words! { NetworkKind, "one of PRIVATE, PUBLIC, VPC",
    ["PRIVATE" => Self::Private],
    ["PUBLIC" => Self::Public],
    ["VPC" => Self::Vpc],
}

words! { KeyStorage, "MODULE or DATABASE",
    ["MODULE" => Self::Module],
    ["DATABASE" => Self::Database],
}

words! { InstanceKind, "SOFTWARE or HARDWARE",
    ["SOFTWARE" => Self::Software],
    ["HARDWARE" => Self::Hardware],
}

words! { InstanceStatus,
    "one of Uninitialized, Connecting, Connected, Disconnected, Error",
    ["Uninitialized" => Self::Uninitialized],
    ["Connecting" => Self::Connecting],
    ["Connected" => Self::Connected],
    ["Disconnected" => Self::Disconnected],
    ["Error" => Self::Error],
}

/// Names, which are written literally.
macro_rules! names {
    ($($name:ty, $what:literal, $read:expr;)+) => {$(
        impl Word for $name {
            const WHAT: &'static str = $what;

            fn read(text: &str) -> Option<Self> {
                $read(text)
            }

            fn write(&self) -> Cow<'_, str> {
                self.to_string().into()
            }
        }
    )+};
}

names! {
    KeyId, "a key id: 1 to 64 letters, digits and hyphens", Self::parse;
    CertificateId, "a certificate's id: 1 to 64 letters, digits and hyphens", Self::parse;
    WhiteBoxKeyId, "a white-box key's id: 1 to 64 letters, digits and hyphens", Self::parse;
    DataKeyId, "a data key's id: 1 to 64 letters, digits and hyphens", Self::parse;
    GrantId, "a grant's id: 1 to 64 letters, digits and hyphens", Self::parse;
    KeyStoreId, "a key store's id: 1 to 64 letters, digits and hyphens", Self::parse;
    InstanceId, "an instance's id: 1 to 64 letters, digits and hyphens", Self::parse;
    KeyspaceId, "a keyspace's id: 1 to 64 letters, digits and hyphens", Self::parse;
    AccessPointId, "an access point's id: 1 to 64 letters, digits and hyphens", Self::parse;
    KeyspacePolicyId, "a keyspace policy's id: 1 to 64 letters, digits and hyphens", Self::parse;
    ManagedDataKeyName, "a managed data key's name", Self::parse;
    ManagedDataKeyVersionId, "a version's id: 1 to 64 letters, digits and hyphens", Self::parse;
    AliasName, "an alias", Self::parse;
    VersionId, "a version id: a UUID in lower case", |text: &str| Self::parse(text.as_bytes());
    SecretName, "a secret's name", Self::parse;
    ApplicationName, "an application's name", Self::parse;
    ApplicationPolicyName, "a policy's name", Self::parse;
    NetworkRuleName, "a network rule's name", Self::parse;
    Network, "an IP address, or a network in CIDR notation", Self::parse;
    ClientKeyId, "a client key's id", Self::parse;
}

impl Word for Duration {
    const WHAT: &'static str = "a length of time such as 90s, 1h 30m, 30d";

    fn read(text: &str) -> Option<Self> {
        parse_duration(text).filter(|length| !length.is_zero())
    }

    fn write(&self) -> Cow<'_, str> {
        let millis = self.as_millis();
        let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")];
        let unit = units.into_iter().find(|(unit, _)| millis.is_multiple_of(*unit));
        let (unit, name) = unit.unwrap_or((1, "ms"));
        format!("{}{name}", millis / unit).into()
    }
}

/// Kinds of texts, each with a description of the valid ones.
macro_rules! texts {
    ($($(#[$about:meta])* $name:ident, $what:literal, $read:expr;)+) => {$(
        $(#[$about])*
        #[derive(Clone, PartialEq, Eq)]
        pub(super) struct $name(pub(super) String);

        impl Word for $name {
            const WHAT: &'static str = $what;

            fn read(text: &str) -> Option<Self> {
                $read(text).map(Self)
            }

            fn write(&self) -> Cow<'_, str> {
                (&*self.0).into()
            }
        }
    )+};
}

texts! {
    /// A region's id. Empty for the account's realm without a region.
    Region, "a region's id: letters, digits and hyphens",
        |text: &str| (text.is_empty() || Realm::is_region_id(text)).then(|| text.to_ascii_lowercase());
    /// An account's id.
    AccountId, "an account's id: digits", |text| is_account_id(text).then(|| text.to_owned());
    /// Any text, possibly empty.
    Text, "a text", |text: &str| Some(text.to_owned());
}

/// Whether a text can be an account's id: 1 to 32 digits.
#[must_use]
pub fn is_account_id(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// Bytes in base64.
#[derive(Clone)]
pub(super) struct Bytes(pub(super) Zeroizing<Vec<u8>>);

impl Bytes {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }
}

impl Word for Bytes {
    const WHAT: &'static str = "base64";

    fn read(text: &str) -> Option<Self> {
        base64_text::decode(text).map(Self)
    }

    fn write(&self) -> Cow<'_, str> {
        STANDARD.encode(&*self.0).into()
    }
}

/// A secret text: a value, or key material.
#[derive(Clone)]
pub(super) struct Hidden(pub(super) Zeroizing<String>);

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::<String>::deserialize(deserializer);
        text.map(Self).map_err(|_| D::Error::custom("not a text"))
    }
}

impl Serialize for Hidden {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // PEM is easier to read on separate lines. It has no characters that would need quotes.
        let plain = |c: char| c == '\n' || c == ' ' || c.is_ascii_graphic();
        if self.0.starts_with("-----BEGIN") && self.0.ends_with("-\n") && self.0.chars().all(plain)
        {
            LitStr(&self.0).serialize(serializer)
        } else {
            serializer.serialize_str(&self.0)
        }
    }
}

/// A secret text to be written.
pub(super) fn hidden(text: Zeroizing<String>) -> Spanned<Hidden> {
    placed(Hidden(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_in_the_widest_unit() {
        for (millis, text) in [(604_800_000, "7d"), (90_000, "90s"), (5_400_000, "90m"), (1, "1ms")]
        {
            assert_eq!(Duration::from_millis(millis).write(), text);
            assert_eq!(Duration::read(text), Some(Duration::from_millis(millis)));
        }
        assert_eq!(Duration::read("0s"), None);
    }

    #[test]
    fn words_are_read_and_written() {
        for word in
            ["SM4", "RSA_4096", "EC_P384", "ED25519", "ML_KEM_1024", "ML_DSA_87", "HMAC_SM3"]
        {
            assert_eq!(KeySpec::read(word).unwrap().write(), word);
        }
        assert_eq!(KeySpec::read("aes"), None);
    }
}
