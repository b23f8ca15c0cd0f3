"""Keys that sign, keys of message authentication codes, and key agreement."""

import base64
import hashlib
import hmac

import sm2
from checks import same, true
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from . import new_key, refused, text

HASHES = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
MESSAGE = "消息 a message".encode()
# The algorithms of each kind of key, with the digests of their messages.
RSA = {f"{scheme}_SHA_{bits}": bits for scheme in ("RSASSA_PSS", "RSASSA_PKCS1_V1_5") for bits in HASHES}
ECDSA = {"EC_P256": "256", "EC_P384": "384", "SECP256K1": "256"}


def spki(kms, key):
    """The public key in DER."""
    told = kms.call("ShowPublicKey", key_id=key)
    same(told["key_id"], key, "key_id")
    lines = told["public_key"].strip().splitlines()
    same((lines[0], lines[-1]), ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"), "lines of the PEM")
    return base64.b64decode("".join(lines[1:-1]))


def public_key(kms, key):
    return serialization.load_der_public_key(spki(kms, key))


def signed(kms, key, algorithm, message, kind):
    told = kms.call(
        "Sign", key_id=key, signing_algorithm=algorithm, message=text(message), message_type=kind
    )
    same(told["key_id"], key, "key_id")
    for other, wanted in ((message, "true"), (bytes([message[0] ^ 1]) + message[1:], "false")):
        answer = kms.call(
            "ValidateSignature",
            key_id=key,
            signing_algorithm=algorithm,
            message=text(other),
            signature=told["signature"],
            message_type=kind,
        )
        same((answer["key_id"], answer["signature_valid"]), (key, wanted), "verification")
    return base64.b64decode(told["signature"])


def rsa(kms):
    key = new_key(kms, key_spec="RSA_2048", key_usage="SIGN_VERIFY")
    public = public_key(kms, key)
    for algorithm, bits in RSA.items():
        way, digest = HASHES[bits], hashlib.new(f"sha{bits}", MESSAGE).digest()
        pad = padding.PKCS1v15()
        if "PSS" in algorithm:
            pad = padding.PSS(padding.MGF1(way), padding.PSS.AUTO)
        public.verify(signed(kms, key, algorithm, MESSAGE, "RAW"), MESSAGE, pad, way)
        public.verify(signed(kms, key, algorithm, digest, "DIGEST"), MESSAGE, pad, way)
        refused("KMS.0329", kms.call, "Sign", key_id=key, signing_algorithm=algorithm, message=text(b"short"))
    refused("KMS.0332", kms.call, "Sign", key_id=key, signing_algorithm="ECDSA_SHA_256", message=text(b"a" * 32))


def ecdsa(kms):
    for spec, bits in ECDSA.items():
        key, algorithm = new_key(kms, key_spec=spec), f"ECDSA_SHA_{bits}"
        public, digest = public_key(kms, key), hashlib.new(f"sha{bits}", MESSAGE).digest()
        way = ec.ECDSA(HASHES[bits])
        public.verify(signed(kms, key, algorithm, MESSAGE, "RAW"), MESSAGE, way)
        public.verify(signed(kms, key, algorithm, digest, "DIGEST"), digest, ec.ECDSA(utils.Prehashed(HASHES[bits])))
        refused("KMS.0332", kms.call, "Sign", key_id=key, signing_algorithm="SM2DSA_SM3", message=text(b"a" * 32))


def ed25519(kms):
    key = new_key(kms, key_spec="ED25519")
    public = public_key(kms, key)
    true(isinstance(public, Ed25519PublicKey), "the public key is not of Ed25519")
    signature = signed(kms, key, "ED25519_SHA_512", MESSAGE, "RAW")
    public.verify(signature, MESSAGE)
    try:
        public.verify(signature, b"another")
    except InvalidSignature:
        return
    true(False, "a signature of another message is valid")


def signs_with_sm2(kms):
    key = new_key(kms, key_spec="SM2")
    public = spki(kms, key)
    digest = sm2.digest_of(MESSAGE, public)
    for message, kind in ((MESSAGE, "RAW"), (digest, "DIGEST")):
        signature = signed(kms, key, "SM2DSA_SM3", message, kind)
        true(sm2.verifies(public, digest, signature), f"the signature of a {kind} is wrong")


def encrypts_with_sm2(kms):
    key = new_key(kms, key_spec="SM2", key_usage="ENCRYPT_DECRYPT")
    algorithm = {"encryption_algorithm": "SM2_ENCRYPT"}
    blob = kms.call("EncryptData", key_id=key, plain_text="a é", **algorithm)["cipher_text"]
    same(kms.call("DecryptData", key_id=key, cipher_text=blob, **algorithm)["plain_text"], "a é", "plain_text")
    blob = text(sm2.encrypt(spki(kms, key), b"from outside"))
    told = kms.call("DecryptData", key_id=key, cipher_text=blob, **algorithm)
    same(told["plain_text"], "from outside", "plain_text")


def mac(kms):
    for spec, algorithm, name in (
        ("HMAC_256", "HMAC_SHA_256", "sha256"),
        ("HMAC_384", "HMAC_SHA_384", "sha384"),
        ("HMAC_512", "HMAC_SHA_512", "sha512"),
        ("HMAC_SM3", "HMAC_SM3", "sm3"),
    ):
        key = new_key(kms, key_spec=spec)
        message = {"key_id": key, "mac_algorithm": algorithm, "message": text(MESSAGE)}
        told = kms.call("GenerateMac", **message)
        same((told["key_id"], told["mac_algorithm"]), (key, algorithm), "answer")
        size = 32 if name == "sm3" else hmac.new(b"", b"", name).digest_size
        same(len(base64.b64decode(told["mac"])), size, "length")
        for given, wanted in ((told["mac"], True), (text(b"\0" * size), False)):
            same(kms.call("VerifyMac", **message, mac=given)["mac_valid"], wanted, "mac_valid")
        refused("KMS.0341", kms.call, "EncryptData", key_id=key, plain_text="a")


def agreement(kms):
    """Both sides of an agreement make the same secret."""
    key = new_key(kms, key_spec="EC_P256", key_usage="KEY_AGREEMENT")
    mine = ec.generate_private_key(ec.SECP256R1())
    format_of = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    peer = text(mine.public_key().public_bytes(*format_of))
    told = kms.call("DeriveSharedSecret", key_id=key, key_agreement_algorithm="ECDH", public_key=peer)
    same((told["key_id"], told["key_agreement_algorithm"]), (key, "ECDH"), "answer")
    secret = mine.exchange(ec.ECDH(), public_key(kms, key))
    same(told["shared_secret"], text(secret), "shared_secret")
    refused(
        "KMS.0308", kms.call, "DeriveSharedSecret", key_id=key, key_agreement_algorithm="ECDH", public_key="!"
    )


def encryption(kms):
    key = new_key(kms, key_spec="RSA_2048", key_usage="ENCRYPT_DECRYPT")
    algorithm = {"encryption_algorithm": "RSAES_OAEP_SHA_256"}
    blob = kms.call("EncryptData", key_id=key, plain_text="a é", **algorithm)["cipher_text"]
    same(kms.call("DecryptData", key_id=key, cipher_text=blob, **algorithm)["plain_text"], "a é", "plain_text")
    way = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
    blob = text(public_key(kms, key).encrypt(b"from outside", way))
    told = kms.call("DecryptData", key_id=key, cipher_text=blob, **algorithm)
    same(told["plain_text"], "from outside", "plain_text")
    refused("KMS.2108", kms.call, "EncryptData", key_id=key, plain_text="a" * 191, **algorithm)
    refused("KMS.2106", kms.call, "EncryptData", key_id=key, plain_text="a")


def wrong_keys(kms):
    symmetric, signs = new_key(kms), new_key(kms, key_spec="EC_P256")
    refused("KMS.0331", kms.call, "ShowPublicKey", key_id=symmetric)
    refused("KMS.0331", kms.call, "Sign", key_id=symmetric, signing_algorithm="ECDSA_SHA_256", message=text(b"a" * 32))
    refused("KMS.0325", kms.call, "CreateDatakey", key_id=signs)
    encrypts = new_key(kms, key_spec="RSA_2048", key_usage="ENCRYPT_DECRYPT")
    pss = "RSASSA_PSS_SHA_256"
    refused("KMS.0334", kms.call, "Sign", key_id=encrypts, signing_algorithm=pss, message=text(b"a" * 32))


CHECKS = [rsa, ecdsa, ed25519, signs_with_sm2, encrypts_with_sm2, mac, agreement, encryption, wrong_keys]
