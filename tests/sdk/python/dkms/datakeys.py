"""Data keys and data-key pairs."""

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from checks import same, true

from . import data, invalid, missing, refused, text, unsupported
from .ciphers import CONTAINER, opening

LOADERS = {
    "PEM": (load_pem_private_key, load_pem_public_key),
    "DER": (load_der_private_key, load_der_public_key),
}


def opened(kms, api, made, blob, **bound):
    """What decrypts to, by the API that belongs to the one that made it."""
    if api.startswith("Advance"):
        true(data(made[blob]).startswith(CONTAINER), f"{blob} is no container")
        return kms.call("AdvanceDecrypt", CiphertextBlob=made[blob], **bound)["Plaintext"]
    parts = opening({**made, "CiphertextBlob": made[blob]}, **bound)
    return kms.call("Decrypt", **parts)["Plaintext"]


def data_keys(kms):
    for api in ("GenerateDataKey", "AdvanceGenerateDataKey"):
        for asked, length in (({}, 32), ({"NumberOfBytes": 16}, 16), ({"NumberOfBytes": 1024}, 1024)):
            for bound in ({}, {"Aad": text(b"bound")}):
                made = kms.call(api, KeyId="alias/of-aes", **asked, **bound)
                same((made["KeyId"], made["Algorithm"]), ("key-aes", "AES_GCM"), "key and algorithm")
                same(len(data(made["Plaintext"])), length, "length of the data key")
                same(opened(kms, api, made, "CiphertextBlob", **bound), made["Plaintext"], "the data key")
        for length in (1025, -1):
            invalid("NumberOfBytes", kms.call, api, KeyId="key-aes", NumberOfBytes=length)
        missing("KeyId", kms.call, api)
        unsupported(kms.call, api, KeyId="key-rsa")
        refused(404, "Forbidden.KeyNotFound", "not found", kms.call, api, KeyId="key-none")
        refused(409, "Rejected.Disabled", "Disabled", kms.call, api, KeyId="key-disabled")
    same(kms.call("GenerateDataKey", KeyId="key-sm4", Algorithm="SM4_GCM")["Algorithm"], "SM4_GCM", "Algorithm")
    invalid("Algorithm", kms.call, "GenerateDataKey", KeyId="key-aes", Algorithm="SM4_GCM")
    unsupported(kms.call, "AdvanceGenerateDataKey", KeyId="key-sm4")


def is_of(spec, key):
    """Whether it is a key of this kind."""
    if spec.startswith("RSA_"):
        return isinstance(key, rsa.RSAPrivateKey) and key.key_size == int(spec.removeprefix("RSA_"))
    curve = {"EC_P256": ec.SECP256R1, "EC_P256K": ec.SECP256K1}[spec]
    return isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, curve)


def data_key_pairs(kms):
    for api in ("GenerateDataKeyPair", "AdvanceGenerateDataKeyPair"):
        for spec in ("RSA_2048", "RSA_3072", "EC_P256", "EC_P256K"):
            for form, (load_private, load_public) in LOADERS.items():
                asked = {"KeyId": "key-aes", "KeyPairSpec": spec, "KeyFormat": form, "Aad": text(b"bound")}
                made = kms.call(api, **asked)
                same((made["KeyId"], made["KeyPairSpec"]), ("key-aes", spec), "key and kind")
                plain = opened(kms, api, made, "PrivateKeyCiphertextBlob", Aad=asked["Aad"])
                same(plain, made["PrivateKeyPlaintext"], "the private key")
                private = load_private(data(plain), None)
                true(is_of(spec, private), f"the pair is no {spec}")
                shown = load_public(data(made["PublicKey"])).public_numbers()
                same(private.public_key().public_numbers(), shown, "the public key")


def pairs_without_private_keys(kms):
    for api in ("GenerateDataKeyPairWithoutPlaintext", "AdvanceGenerateDataKeyPairWithoutPlaintext"):
        made = kms.call(api, KeyId="key-aes", KeyPairSpec="EC_P256", KeyFormat="DER")
        true("PrivateKeyPlaintext" not in made, "there is a private key")
        private = load_der_private_key(data(opened(kms, api, made, "PrivateKeyCiphertextBlob")), None)
        shown = load_der_public_key(data(made["PublicKey"])).public_numbers()
        same(private.public_key().public_numbers(), shown, "the public key")


def parameters_of_pairs(kms):
    apis = ["GenerateDataKeyPair", "AdvanceGenerateDataKeyPair"]
    apis += [f"{api}WithoutPlaintext" for api in apis]
    for api in apis:
        good = {"KeyId": "key-aes", "KeyPairSpec": "EC_P256", "KeyFormat": "PEM"}
        for name, value in (("KeyPairSpec", "Aliyun_AES_256"), ("KeyPairSpec", "none"), ("KeyFormat", "pem")):
            invalid(name, kms.call, api, **{**good, name: value})
        for name in ("KeyId", "KeyPairSpec"):
            missing(name, kms.call, api, **{**good, name: ""})
        true(data(kms.call(api, **{**good, "KeyFormat": ""})["PublicKey"]).startswith(b"-----BEGIN"), "no PEM")
        sm2 = kms.call(api, **{**good, "KeyPairSpec": "EC_SM2"})
        same(sm2["KeyPairSpec"], "EC_SM2", "KeyPairSpec")
        unsupported(kms.call, api, **{**good, "KeyId": "key-ec"})
        refused(409, "Rejected.Disabled", "Disabled", kms.call, api, **{**good, "KeyId": "key-disabled"})


CHECKS = [data_keys, data_key_pairs, pairs_without_private_keys, parameters_of_pairs]
