//! The table of actions. `hot` uses key material, `read` reads, `change` waits until a change is
//! durable. `routes.rs` has their paths.

use super::keys::{agreement, cipher, data_keys, datakey_pairs, lifecycle, mac, reencrypt, sign};
use super::profile;
use super::wire::call::Call;
use crate::dialects::Actions;

#[rustfmt::skip]
pub(super) fn table() -> Actions<Call> {
    Actions::with(&profile::PARAM_STYLE)
        // Keys.
        .change("CreateKey",                 lifecycle::create)
        .read  ("ListKeyDetail",             lifecycle::describe)
        .change("EnableKey",                 lifecycle::enable)
        .change("DisableKey",                lifecycle::disable)
        // Data keys, data and random data.
        .hot   ("CreateDatakey",                 data_keys::create)
        .hot   ("CreateDatakeyWithoutPlaintext", data_keys::create_without_plaintext)
        .hot   ("EncryptDatakey",                data_keys::encrypt)
        .hot   ("DecryptDatakey",                data_keys::decrypt)
        .hot   ("EncryptData",                   cipher::encrypt)
        .hot   ("DecryptData",                   cipher::decrypt)
        .hot   ("ReEncrypt",                     reencrypt::re_encrypt)
        .hot   ("CreateRandom",                  cipher::random)
        // Key pairs and codes.
        .read  ("ShowPublicKey",                 sign::public_key)
        .hot   ("Sign",                          sign::sign)
        .hot   ("ValidateSignature",             sign::verify)
        .hot   ("GenerateMac",                   mac::generate)
        .hot   ("VerifyMac",                     mac::verify)
        .hot   ("DeriveSharedSecret",            agreement::derive)
        .change("CreateRsaDatakeyPair",          datakey_pairs::create_rsa)
        .change("CreateEcDatakeyPair",           datakey_pairs::create_ec)
}
