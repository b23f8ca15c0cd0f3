//! The limits that the document and newer SDKs give.

use crate::algorithms::specs::Form;

/// The shortest time before a deletion, and the default one, in days.
pub(super) const WINDOW_MIN: u64 = 7;
pub(super) const WINDOW_DEFAULT: u64 = 30;
/// The longest time before a key's deletion, in days. The document says 30; newer SDKs go to 366.
pub(super) const DELETION_WINDOW_MAX: u64 = 366;
/// The longest plaintext of Encrypt, in bytes.
pub(super) const PLAINTEXT_MAX: usize = 6 * 1024;
/// The lengths of data keys, in bytes.
pub(super) const DATA_KEY_BYTES: std::ops::RangeInclusive<usize> = 1..=1024;
/// The longest description, in characters.
pub(super) const DESCRIPTION_MAX: usize = 8192;
/// The longest name of a dedicated instance, in characters.
pub(super) const INSTANCE_MAX: usize = 128;
/// The number of zones, and of subnets, of a KMS instance. Two are documented.
pub(super) const ZONES_MAX: usize = 10;
/// The number of networks in one call of `UpdateKmsInstanceBindVpc`. No source says.
pub(super) const NETWORKS_MAX: usize = 1000;
/// The longest encryption context, in characters.
pub(super) const CONTEXT_MAX: usize = 8192;
/// The longest policy, in bytes.
pub(super) const POLICY_MAX: usize = 32_768;
/// The rotation period of keys, in hours: 7 to 730 days.
pub(super) const ROTATION_HOURS: std::ops::RangeInclusive<u64> = 7 * 24..=730 * 24;
/// The longest value of a secret, in bytes.
pub(super) const SECRET_DATA_MAX: usize = 30_720;
/// The longest extended configuration of a secret, in characters.
pub(super) const EXTENDED_CONFIG_MAX: usize = 1024;
/// The longest time for which a deleted secret can be restored, in days.
pub(super) const RECOVERY_WINDOW_MAX: u64 = 30;
/// The longest name of a stage, in characters, and the number of stages of one version. No source
/// says.
pub(super) const STAGE_MAX: usize = 64;
/// See [`STAGE_MAX`].
pub(super) const STAGES_MAX: usize = 8;
/// The number of secrets in `BatchGetSecretValue`.
pub(super) const BATCH_MAX: usize = 20;
/// The number of properties in a filter of secrets, and the longest filter value that is no name,
/// in characters.
pub(super) const SECRET_FILTERS_MAX: usize = 1;
/// See [`SECRET_FILTERS_MAX`].
pub(super) const SECRET_FILTER_MAX: usize = 256;
/// The rotation period of secrets, in hours.
pub(super) const SECRET_ROTATION_HOURS: std::ops::RangeInclusive<u64> = 6..=8760;
/// The number of tags of a key, and in one call of `CreateKey` or `TagResources`. Newer SDKs say
/// 20, where the document says 10.
pub(super) const TAGS_MAX: usize = 20;
/// The number of tags in one call of `TagResource`.
pub(super) const TAG_RESOURCE_MAX: usize = 10;
/// The number of resources in one call.
pub(super) const RESOURCES_MAX: usize = 50;
/// The longest plaintext of `SM2PKE`, in bytes.
pub(super) const SM2_PLAINTEXT_MAX: usize = 6047;
/// The format of SM2 ciphertexts in answers; both formats are accepted. The document does not say.
/// Its limits suggest the raw one (6047 bytes become 6144); the standards and the SDKs' samples
/// suggest DER.
pub(super) const SM2_CIPHERTEXT: Form = Form::Der;
/// The longest message that a certificate signs, in bytes, if the message itself is sent; and the
/// longest of `GenerateMac`, for which no source gives a limit.
pub(super) const MESSAGE_MAX: usize = 4096;
/// The length of managed data keys, in bytes.
pub(super) const MANAGED_DATA_KEY_LEN: usize = 32;
/// The number of versions of a managed data key. No source says.
pub(super) const MANAGED_DATA_KEY_VERSIONS_MAX: usize = 1000;
/// The number of domain names of a certificate.
pub(super) const DOMAINS_MAX: usize = 10;
