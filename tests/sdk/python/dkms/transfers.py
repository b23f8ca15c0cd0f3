"""The shared gateway's calls, which a client makes at the instance."""

import functools
import hashlib
import json

from alibabacloud_kms20160120 import models

from checks import same

from . import data, refused, text

DIGEST = text(hashlib.sha256(b"text").digest())
CONTEXT = {"order": "42", "customer": "a b&c=d"}


def version_of(kms, key):
    listed = kms.account.list_key_versions(models.ListKeyVersionsRequest(key_id=key))
    return listed.body.key_versions.key_version[0].key_version_id


def encrypt(kms, mode):
    for context in ({}, {"EncryptionContext": CONTEXT}):
        sealed = kms.ask(mode, "Encrypt", {"KeyId": "key-aes", "Plaintext": "text", **context})
        same(sealed["KeyId"], "key-aes", "KeyId")
        opened = kms.ask(mode, "Decrypt", {"CiphertextBlob": sealed["CiphertextBlob"], **context})
        same((opened["Plaintext"], opened["KeyId"]), ("text", "key-aes"), "what was encrypted")
        same(opened["KeyVersionId"], version_of(kms, "key-aes"), "KeyVersionId")
        other = {"CiphertextBlob": sealed["CiphertextBlob"], "EncryptionContext": {"order": "43"}}
        refused(400, "InvalidParameter", "", kms.ask, mode, "Decrypt", other)


def encrypt_at_both_gateways(kms, mode):
    for one, other in ((mode, "shared"), ("shared", mode)):
        sealed = kms.ask(one, "Encrypt", {"KeyId": "key-aes", "Plaintext": "text"})
        opened = kms.ask(other, "Decrypt", {"CiphertextBlob": sealed["CiphertextBlob"]})
        same(opened["Plaintext"], "text", f"what was encrypted by {one}")


def data_keys(kms, mode):
    for asked, length in (
        ({}, 32),
        ({"KeySpec": "AES_128"}, 16),
        ({"KeySpec": "AES_256"}, 32),
        ({"NumberOfBytes": 48}, 48),
    ):
        for context in ({}, {"EncryptionContext": CONTEXT}):
            made = kms.ask(mode, "GenerateDataKey", {"KeyId": "key-aes", **asked, **context})
            same(len(data(made["Plaintext"])), length, "length of the data key")
            opened = kms.ask(mode, "Decrypt", {"CiphertextBlob": made["CiphertextBlob"], **context})
            same(opened["Plaintext"], made["Plaintext"], "the data key")
            made = kms.ask(mode, "GenerateDataKeyWithoutPlaintext", {"KeyId": "key-aes", **asked, **context})
            opened = kms.ask(mode, "Decrypt", {"CiphertextBlob": made["CiphertextBlob"], **context})
            same(len(data(opened["Plaintext"])), length, "length of the data key")


def pairs(kms, mode):
    asked = {"KeyId": "key-ec", "KeyVersionId": version_of(kms, "key-ec"), "Algorithm": "ECDSA_SHA_256"}
    value = kms.ask(mode, "AsymmetricSign", {**asked, "Digest": DIGEST})["Value"]
    for digest, good in ((DIGEST, True), (text(bytes(32)), False)):
        told = kms.ask(mode, "AsymmetricVerify", {**asked, "Digest": digest, "Value": value})
        same(told["Value"], good, "Value")
    shown = kms.ask(mode, "GetPublicKey", {"KeyId": "key-ec", "KeyVersionId": asked["KeyVersionId"]})
    same(shown["PublicKey"], kms.call("GetPublicKey", KeyId="key-ec")["PublicKey"], "PublicKey")
    asked = {"KeyId": "key-rsa", "KeyVersionId": version_of(kms, "key-rsa"), "Algorithm": "RSAES_OAEP_SHA_256"}
    sealed = kms.ask(mode, "AsymmetricEncrypt", {**asked, "Plaintext": text(b"text")})
    opened = kms.ask(mode, "AsymmetricDecrypt", {**asked, "CiphertextBlob": sealed["CiphertextBlob"]})
    same(opened["Plaintext"], text(b"text"), "what was encrypted")


def secrets(kms, mode):
    told = kms.ask(mode, "GetSecretValue", {"SecretName": "its-secret"})
    same((told["SecretData"], told["VersionId"]), ("its value", "v2"), "secret")
    same(told["VersionStages"], {"VersionStage": ["ACSCurrent"]}, "VersionStages")
    asked = {"SecretName": "its-secret", "VersionStage": "ACSPrevious"}
    same(kms.ask(mode, "GetSecretValue", asked)["SecretData"], "its old value", "SecretData")
    refused(404, "Forbidden.ResourceNotFound", "", kms.ask, mode, "GetSecretValue", {"SecretName": "none"})


def errors(kms, mode):
    """The client words some errors as the shared gateway does."""
    asked = {"KeyId": "key-none", "Plaintext": "text"}
    refused(404, "Forbidden.KeyNotFound", "The specified Key is not found.", kms.ask, mode, "Encrypt", asked)
    refused(409, "Rejected.Disabled", "", kms.ask, mode, "Encrypt", {**asked, "KeyId": "key-disabled"})


def errors_of_instances(kms, mode):
    asked = {"KeyId": "forbidden", "Plaintext": "text"}
    permission = (403, "Forbidden.NoPermission", "This operation is forbidden by permission system.")
    refused(*permission, kms.ask, mode, "Encrypt", asked)
    content = {**json.loads(kms.config["clientKeyContent"]), "KeyId": "KAAP.00000000-0000-4000-8000-000000000000"}
    stranger = kms.but(clientKeyContent=json.dumps(content))
    unknown = (401, "InvalidAccessKeyId.NotFound", "The Access Key ID provided does not exist in our records.")
    refused(*unknown, stranger.ask, mode, "Encrypt", {**asked, "KeyId": "key-aes"})


CHECKS = [encrypt, data_keys, pairs, secrets, errors]
CHECKS_OF_INSTANCES = [encrypt_at_both_gateways, errors_of_instances]


def checks(modes):
    """The checks in each mode."""
    return [
        named(check, mode)
        for mode in modes
        for check in [*CHECKS, *(CHECKS_OF_INSTANCES if mode != "shared" else [])]
    ]


def named(check, mode):
    """The check in a mode, with a name of its own."""
    it = functools.partial(check, mode=mode)
    it.__module__, it.__name__ = check.__module__, f"{check.__name__}-{mode}"
    return it
