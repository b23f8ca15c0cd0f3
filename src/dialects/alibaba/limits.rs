//! How long, how many and how often: the limits that the document and newer SDKs name.

use crate::algorithms::specs::Form;

/// How many days a scheduled deletion may wait. The document says 7 to 30; newer SDKs go to 366.
pub(super) const DELETION_WINDOW_DAYS: std::ops::RangeInclusive<u64> = 7..=366;
/// The wait where none is given.
pub(super) const DELETION_WINDOW_DEFAULT: u64 = 30;
/// How many bytes Encrypt takes.
pub(super) const PLAINTEXT_MAX: usize = 6 * 1024;
/// How many bytes a data key may have.
pub(super) const DATA_KEY_BYTES: std::ops::RangeInclusive<usize> = 1..=1024;
/// How many characters a description may have.
pub(super) const DESCRIPTION_MAX: usize = 8192;
/// How many characters the name of a dedicated instance may have.
pub(super) const INSTANCE_MAX: usize = 128;
/// How many characters an encryption context may have.
pub(super) const CONTEXT_MAX: usize = 8192;
/// How many bytes a policy may have.
pub(super) const POLICY_MAX: usize = 32_768;
/// The days between two rotations.
pub(super) const ROTATION_DAYS: std::ops::RangeInclusive<u64> = 7..=730;
/// How many bytes a secret's value may have.
pub(super) const SECRET_DATA_MAX: usize = 30_720;
/// How many characters the configuration of a secret may have.
pub(super) const EXTENDED_CONFIG_MAX: usize = 1024;
/// The days for which a deleted secret can be restored.
pub(super) const RECOVERY_WINDOW_DAYS: std::ops::RangeInclusive<u64> = 7..=30;
/// The days where none are given.
pub(super) const RECOVERY_WINDOW_DEFAULT: u64 = 30;
/// How many characters a stage's name may have, and how many stages one version has. No source says.
pub(super) const STAGE_MAX: usize = 64;
/// See [`STAGE_MAX`].
pub(super) const STAGES_MAX: usize = 8;
/// How many secrets `BatchGetSecretValue` takes.
pub(super) const BATCH_MAX: usize = 20;
/// How many properties secrets are filtered by at once, and how many characters a value has that is no name.
pub(super) const SECRET_FILTERS_MAX: usize = 1;
/// See [`SECRET_FILTERS_MAX`].
pub(super) const SECRET_FILTER_MAX: usize = 256;
/// The hours between two rotations of a secret.
pub(super) const SECRET_ROTATION_HOURS: std::ops::RangeInclusive<u64> = 6..=8760;
/// How many tags a key may carry, and how many `CreateKey` and `TagResources` take at once: newer SDKs say 20, where the
/// document says 10.
pub(super) const TAGS_MAX: usize = 20;
/// How many tags `TagResource` takes at once.
pub(super) const TAG_RESOURCE_MAX: usize = 10;
/// How many resources one call names.
pub(super) const RESOURCES_MAX: usize = 50;
/// How many bytes `SM2PKE` takes.
pub(super) const SM2_PLAINTEXT_MAX: usize = 6047;
/// The form in which SM2 ciphertexts are answered; both are read. The document does not say: its limits speak for the
/// raw one (6047 bytes become 6144), the standards and the SDKs' samples for DER.
pub(super) const SM2_CIPHERTEXT: Form = Form::Der;
/// How many bytes a certificate signs where it is given the text itself.
pub(super) const MESSAGE_MAX: usize = 4096;
/// How many domain names a certificate may have.
pub(super) const DOMAINS_MAX: usize = 10;
