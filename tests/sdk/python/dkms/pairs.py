"""Signatures and public keys."""

import hashlib

import local
import sm2
from checks import matches, same, true

from . import data, invalid, missing, refused, text, unsupported

MESSAGE = b"what is signed"
METHODS = {
    "key-rsa-sign": ["RSA_PSS_SHA_256", "RSA_PKCS1_SHA_256"],
    "key-ec": ["ECDSA_SHA_256"],
    "key-ec-k": ["ECDSA_SHA_256"],
    "key-sm2-sign": ["SM2DSA"],
}


def digest_of(algorithm, public):
    if algorithm == "SM2DSA":
        return sm2.digest_of(MESSAGE, public)
    return hashlib.sha256(MESSAGE).digest()


def signatures(kms):
    for key, algorithms in METHODS.items():
        public = local.spki(kms.call("GetPublicKey", KeyId=key)["PublicKey"])
        for algorithm in algorithms:
            digest = digest_of(algorithm, public)
            for kind, message in (("RAW", MESSAGE), ("DIGEST", digest)):
                asked = {"KeyId": key, "Algorithm": algorithm, "Message": text(message), "MessageType": kind}
                signed = kms.call("Sign", **asked)
                told = signed["KeyId"], signed["Algorithm"], signed["MessageType"]
                same(told, (key, algorithm, kind), "how it was signed")
                good = local.verifies(public, algorithm, digest, data(signed["Signature"]))
                true(good, f"the signature by {algorithm} is wrong")
                for again, given in (("RAW", MESSAGE), ("DIGEST", digest)):
                    asked = {**asked, "Message": text(given), "MessageType": again}
                    verified = kms.call("Verify", **asked, Signature=signed["Signature"])
                    same(verified["Value"], True, "Value")
                other = {**asked, "Message": text(bytes(32)), "MessageType": "DIGEST"}
                same(kms.call("Verify", **other, Signature=signed["Signature"])["Value"], False, "Value")


def without_a_method(kms):
    for key, algorithms in METHODS.items():
        signed = kms.call("Sign", KeyId=key, Message=text(MESSAGE))
        same((signed["Algorithm"], signed["MessageType"]), (algorithms[0], "RAW"), "how it was signed")
        verified = kms.call("Verify", KeyId=key, Message=text(MESSAGE), Signature=signed["Signature"])
        same((verified["Value"], verified["Algorithm"]), (True, algorithms[0]), "answer")


def parameters(kms):
    good = {"KeyId": "key-ec", "Algorithm": "ECDSA_SHA_256", "Message": text(MESSAGE), "MessageType": "RAW"}
    signature = kms.call("Sign", **good)["Signature"]
    for api, more in (("Sign", {}), ("Verify", {"Signature": signature})):
        for name, value in (("Algorithm", "RSA_PSS_SHA_256"), ("Algorithm", "none"), ("MessageType", "raw")):
            invalid(name, kms.call, api, **{**good, **more, name: value})
        invalid("Message", kms.call, api, **{**good, **more, "MessageType": "DIGEST"})
        for name in ("KeyId", "Message", *more):
            missing(name, kms.call, api, **{**good, **more, name: ""})
        for key in ("key-rsa", "key-aes", "key-mac"):
            unsupported(kms.call, api, **{**good, **more, "KeyId": key, "Algorithm": ""})
        refused(404, "Forbidden.KeyNotFound", "not found", kms.call, api, **{**good, **more, "KeyId": "key-none"})
    same(kms.call("Verify", **good, Signature=text(b"nonsense"))["Value"], False, "Value")


def public_keys(kms):
    for key in (*METHODS, "key-rsa", "key-sm2"):
        told = kms.call("GetPublicKey", KeyId=key)
        same(told["KeyId"], key, "KeyId")
        matches(r"[0-9a-f-]{36}", told["headers"]["x-kms-migrationkeyversionid"], "version")
        local.spki(told["PublicKey"])
    unsupported(kms.call, "GetPublicKey", KeyId="key-aes")
    missing("KeyId", kms.call, "GetPublicKey")
    refused(404, "Forbidden.KeyNotFound", "not found", kms.call, "GetPublicKey", KeyId="key-none")


CHECKS = [signatures, without_a_method, parameters, public_keys]
