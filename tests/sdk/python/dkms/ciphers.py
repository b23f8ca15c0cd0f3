"""Encrypting and decrypting, message authentication codes and random numbers."""

import hashlib
import hmac

import local
import sm2
from checks import matches, same, true

from . import data, invalid, missing, refused, text, unsupported
from .client import MATERIAL

TEXT = text(b"a text")
CONTAINER = b"$\0\x02"


def opening(sealed, **params):
    """What a caller keeps of the answer, for decrypting."""
    return {"KeyId": sealed["KeyId"], "CiphertextBlob": sealed["CiphertextBlob"], "Iv": sealed["Iv"], **params}


def ciphertexts_come_in_parts(kms):
    for key, algorithm in (("key-aes", "AES_GCM"), ("key-sm4", "SM4_GCM"), ("alias/of-aes", "AES_GCM")):
        for more in ({}, {"Aad": text(b"bound")}, {"Algorithm": algorithm}, {"Iv": text(bytes(12))}):
            sealed = kms.call("Encrypt", KeyId=key, Plaintext=TEXT, **more)
            same(sealed["KeyId"], key.replace("alias/of-", "key-"), "KeyId")
            same(sealed["Algorithm"], algorithm, "Algorithm")
            same((len(data(sealed["CiphertextBlob"])), len(data(sealed["Iv"]))), (6 + 16, 12), "lengths")
            same(sealed["Iv"], more.get("Iv", sealed["Iv"]), "Iv")
            bound = {name: value for name, value in more.items() if name == "Aad"}
            opened = kms.call("Decrypt", **opening(sealed, **bound))
            same((opened["Plaintext"], opened["KeyId"]), (TEXT, sealed["KeyId"]), "what was encrypted")
            invalid("CiphertextBlob", kms.call, "Decrypt", **opening(sealed, Aad=text(b"other")))
            invalid("CiphertextBlob", kms.call, "Decrypt", **opening(sealed, Iv=text(bytes(range(12))), **bound))


def parameters_of_ciphertexts(kms):
    good = {"KeyId": "key-aes", "Plaintext": TEXT}
    for name, value in (
        ("Algorithm", "SM4_GCM"),
        ("Algorithm", "none"),
        ("PaddingMode", "PKCS7_PADDING"),
        ("Iv", text(bytes(16))),
    ):
        invalid(name, kms.call, "Encrypt", **{**good, name: value})
        invalid(name, kms.call, "AdvanceEncrypt", **{**good, name: value})
    for api in ("Encrypt", "AdvanceEncrypt"):
        for name in good:
            missing(name, kms.call, api, **{**good, name: ""})
        refused(404, "Forbidden.KeyNotFound", "not found", kms.call, api, **{**good, "KeyId": "key-none"})
        refused(404, "Forbidden.AliasNotFound", "not found", kms.call, api, **{**good, "KeyId": "alias/none"})
        refused(409, "Rejected.Disabled", "Disabled", kms.call, api, **{**good, "KeyId": "key-disabled"})
        unsupported(kms.call, api, **{**good, "KeyId": "key-ec"})
    unsupported(kms.call, "Encrypt", **good, Algorithm="AES_CBC")
    unsupported(kms.call, "AdvanceEncrypt", **{**good, "KeyId": "key-sm4"})
    sealed = kms.call("Encrypt", **good)
    missing("KeyId", kms.call, "Decrypt", **opening(sealed, KeyId=""))
    missing("Iv", kms.call, "Decrypt", **opening(sealed, Iv=""))
    missing("CiphertextBlob", kms.call, "Decrypt", **opening(sealed, CiphertextBlob=""))
    invalid("CiphertextBlob", kms.call, "Decrypt", **opening(sealed, CiphertextBlob=TEXT))
    invalid("CiphertextBlob", kms.call, "AdvanceDecrypt", CiphertextBlob=sealed["CiphertextBlob"])
    missing("CiphertextBlob", kms.call, "AdvanceDecrypt")


def containers_say_everything(kms):
    for aad in ({}, {"Aad": text(b"bound")}):
        sealed = kms.call("AdvanceEncrypt", KeyId="key-aes", Plaintext=TEXT, **aad)
        blob, version = data(sealed["CiphertextBlob"]), sealed["KeyVersionId"]
        same(blob[:51], CONTAINER + version.encode() + data(sealed["Iv"]), "the container's head")
        opened = kms.call("AdvanceDecrypt", CiphertextBlob=sealed["CiphertextBlob"], **aad)
        same((opened["Plaintext"], opened["KeyId"]), (TEXT, "key-aes"), "what was encrypted")
        same(opened["KeyVersionId"], version, "KeyVersionId")
        kms.call("AdvanceDecrypt", **opening(sealed, **aad))
        other = {"CiphertextBlob": sealed["CiphertextBlob"], "Aad": text(b"other")}
        invalid("CiphertextBlob", kms.call, "AdvanceDecrypt", **other)
        # Behind the version and the vector is what Decrypt opens.
        rest = {"KeyId": "key-aes", "CiphertextBlob": text(blob[51:]), "Iv": sealed["Iv"], **aad}
        same(kms.call("Decrypt", **rest)["Plaintext"], TEXT, "what was encrypted")


def pairs_encrypt(kms):
    for key, usual, more in (
        ("key-rsa", "RSAES_OAEP_SHA_256", ["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"]),
        ("key-sm2", "SM2PKE", ["SM2PKE"]),
    ):
        public = local.spki(kms.call("GetPublicKey", KeyId=key)["PublicKey"])
        for algorithm in more:
            sealed = kms.call("Encrypt", KeyId=key, Plaintext=TEXT, Algorithm=algorithm)
            same((sealed["Algorithm"], sealed.get("Iv", "")), (algorithm, ""), "how it was encrypted")
            for blob in (sealed["CiphertextBlob"], text(local.encrypt(public, algorithm, b"a text"))):
                asked = {"KeyId": key, "CiphertextBlob": blob, "Algorithm": algorithm}
                same(kms.call("Decrypt", **asked)["Plaintext"], TEXT, "what was encrypted")
        same(kms.call("Encrypt", KeyId=key, Plaintext=TEXT)["Algorithm"], usual, "Algorithm")
        invalid("Aad", kms.call, "Encrypt", KeyId=key, Plaintext=TEXT, Aad=TEXT)
        invalid("Iv", kms.call, "Encrypt", KeyId=key, Plaintext=TEXT, Iv=text(bytes(12)))
        invalid("Algorithm", kms.call, "Encrypt", KeyId=key, Plaintext=TEXT, Algorithm="AES_GCM")
        invalid("CiphertextBlob", kms.call, "Decrypt", KeyId=key, CiphertextBlob=TEXT)


def versions_in_headers(kms):
    """The header that transfer SDKs read and send: the version of the key."""
    for api in ("Encrypt", "AdvanceEncrypt"):
        sealed = kms.call(api, KeyId="key-aes", Plaintext=TEXT)
        matches(r"[0-9a-f-]{36}", sealed["headers"]["x-kms-migrationkeyversionid"], "version")
    sealed = kms.call("Encrypt", KeyId="key-aes", Plaintext=TEXT)
    parts = {"CiphertextBlob": sealed["CiphertextBlob"], "Iv": sealed["Iv"]}
    opened = kms.ask("dedicated", "Decrypt", parts, headers=sealed["headers"])
    same((opened["Plaintext"], opened["KeyId"]), (TEXT, "key-aes"), "what was encrypted")
    other = {"x-kms-migrationkeyversionid": "00000000-0000-4000-8000-000000000000"}
    refused(404, "Forbidden.KeyNotFound", "", kms.ask, "dedicated", "Decrypt", parts, headers=other)
    named = {"KeyId": "key-aes", **parts}
    refused(404, "Forbidden.KeyVersionNotFound", "", kms.ask, "dedicated", "Decrypt", named, headers=other)


def authentication_codes(kms):
    made = kms.call("Hmac", KeyId="key-mac", Message=TEXT)
    same(made["KeyId"], "key-mac", "KeyId")
    same(data(made["Signature"]), hmac.digest(MATERIAL, data(TEXT), "sha256"), "Signature")
    missing("Message", kms.call, "Hmac", KeyId="key-mac")
    unsupported(kms.call, "Hmac", KeyId="key-aes", Message=TEXT)


def random_numbers(kms):
    for length in (1, 40, 1024):
        same(len(data(kms.call("GenerateRandom", Length=length)["Random"])), length, "length")
    true(kms.call("GenerateRandom", Length=32) != kms.call("GenerateRandom", Length=32), "twice the same")
    for length in (1025, -1):
        invalid("Length", kms.call, "GenerateRandom", Length=length)
    missing("Length", kms.call, "GenerateRandom")


CHECKS = [
    ciphertexts_come_in_parts,
    parameters_of_ciphertexts,
    containers_say_everything,
    pairs_encrypt,
    versions_in_headers,
    authentication_codes,
    random_numbers,
]


def one_blob_for_everything(kms):
    """What only the messages of the SDK for Python have."""
    for aad in ({}, {"Aad": text(b"bound")}):
        sealed = kms.call("KmsEncrypt", KeyId="key-aes", Plaintext=TEXT, **aad)
        same(sealed["KeyId"], "key-aes", "KeyId")
        opened = kms.call("KmsDecrypt", CiphertextBlob=sealed["CiphertextBlob"], **aad)
        same((opened["Plaintext"], opened["KeyId"]), (TEXT, "key-aes"), "what was encrypted")
        other = {"CiphertextBlob": sealed["CiphertextBlob"], "Aad": text(b"other")}
        invalid("CiphertextBlob", kms.call, "KmsDecrypt", **other)
    missing("Plaintext", kms.call, "KmsEncrypt", KeyId="key-aes")
    unsupported(kms.call, "KmsEncrypt", KeyId="key-rsa", Plaintext=TEXT)
    missing("CiphertextBlob", kms.call, "KmsDecrypt")


def digest(algorithm, message):
    if algorithm == "SM3":
        return sm2.sm3(message)
    return hashlib.new(algorithm.replace("_", ""), message).digest()


def digests(kms):
    for algorithm in ("SHA_224", "SHA_256", "SHA_384", "SHA_512", "SM3"):
        made = data(kms.call("Hash", Message=TEXT, Algorithm=algorithm)["Digest"])
        same(made, digest(algorithm, data(TEXT)), f"digest by {algorithm}")
    same(data(kms.call("Hash", Message=TEXT)["Digest"]), digest("SHA_256", data(TEXT)), "digest")
    missing("Message", kms.call, "Hash")
    invalid("Algorithm", kms.call, "Hash", Message=TEXT, Algorithm="SHA_1")


CHECKS_OF_MORE_MESSAGES = [one_blob_for_everything, digests]
