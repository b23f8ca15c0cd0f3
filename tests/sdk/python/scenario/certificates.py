"""Certificates, which the newest SDK does not support: all ten actions, and tags."""

import hashlib
import json

import local
import sm2
from authority import Authority, requested
from checks import UUID, invalid, matches, missing, near, not_modified, refused, rejected, same, true
from scenario.keys import UNKNOWN
from scenario.pairs import ENCRYPTION, SIGNING

SUBJECT = "CN=userName,OU=kms,O=aliyun,C=CN"
NAMES = ["test1.example.com", "test2.example.com"]
SPECS = ("RSA_2048", "EC_P256", "EC_SM2")
MESSAGE = b"The quick brown fox jumps over the lazy dog."


def new_certificate(kms, spec, **params):
    made = kms.call("CreateCertificate", KeySpec=spec, Subject=SUBJECT, **params)
    matches(UUID, made["CertificateId"], "CertificateId")
    return made["CertificateId"], made["Csr"]


def described(kms, certificate):
    told = kms.call("DescribeCertificate", CertificateId=certificate)
    same(told["CertificateId"], certificate, "CertificateId")
    return told


def active(kms, spec):
    certificate, csr = new_certificate(kms, spec)
    kms.call("UploadCertificate", CertificateId=certificate, Certificate=Authority().issue(csr, spec == "EC_SM2"))
    kms.call("UpdateCertificateStatus", CertificateId=certificate, Status="ACTIVE")
    return certificate


def unknown(call, *args, **params):
    return refused(404, "Certificate.NotFound", "The specified certificate is not found.", call, *args, **params)


def from_request_to_deletion(kms):
    for spec in SPECS:
        certificate, csr = new_certificate(kms, spec, SubjectAlternativeNames=json.dumps(NAMES), ExportablePrivateKey=False)
        if spec != "EC_SM2":
            same(requested(csr), (SUBJECT, NAMES), "what the request asks for")
        told = described(kms, certificate)
        for name, value in (
            ("Arn", f"acs:kms:{kms.region}:{kms.account}:certificate/{certificate}"),
            ("KeySpec", spec),
            ("Status", "PENDING"),
            ("ExportablePrivateKey", False),
            ("Subject", SUBJECT),
            ("SubjectAlternativeNames", NAMES),
            ("Issuer", ""),
            ("Tags", {}),
        ):
            same(told[name], value, name)
        near(told["CreatedAt"], 0, "CreatedAt")
        authority = Authority()
        issued, chain = authority.issue(csr, spec == "EC_SM2"), authority.chain()
        kms.call("UploadCertificate", CertificateId=certificate, Certificate=issued, CertificateChain=chain)
        stored = kms.call("GetCertificate", CertificateId=certificate)
        same([stored[name] for name in ("Certificate", "CertificateChain", "Csr")], [issued, chain, csr], "what is stored")
        told = described(kms, certificate)
        for name, value in (
            ("Status", "INACTIVE"),
            ("Issuer", "CN=sub,C=CN"),
            ("Serial", "12345678"),
            ("SignatureAlgorithm", "ECDSA-SHA256"),
            ("Subject", SUBJECT),
            ("SubjectAlternativeNames", NAMES),
        ):
            same(told[name], value, name)
        near(told["NotBefore"], 0, "NotBefore")
        near(told["NotAfter"], 365 * 86400, "NotAfter")
        public = local.spki(told["SubjectPublicKey"])
        key_id = hashlib.sha1(public[-65:] if spec != "RSA_2048" else public[24:]).hexdigest().upper()
        same(told["SubjectKeyIdentifier"].replace(" ", ""), key_id, "SubjectKeyIdentifier")
        for status in ("ACTIVE", "INACTIVE", "ACTIVE", "REVOKED"):
            kms.call("UpdateCertificateStatus", CertificateId=certificate, Status=status)
            same(described(kms, certificate)["Status"], status, "Status")
        not_modified(kms.call, "UpdateCertificateStatus", CertificateId=certificate, Status="ACTIVE")
        kms.call("DeleteCertificate", CertificateId=certificate)
        unknown(kms.call, "DescribeCertificate", CertificateId=certificate)


def sign_and_verify(kms):
    for spec in SPECS:
        certificate = active(kms, spec)
        public = local.spki(described(kms, certificate)["SubjectPublicKey"])
        digest = sm2.digest_of(MESSAGE, public) if spec == "EC_SM2" else hashlib.sha256(MESSAGE).digest()
        for algorithm in SIGNING[spec]:
            for kind, message in (("RAW", MESSAGE), ("DIGEST", digest)):
                asked = {"CertificateId": certificate, "Algorithm": algorithm, "MessageType": kind}
                asked["Message"] = local.text(message)
                signed = kms.call("CertificatePrivateKeySign", **asked)
                same(signed["CertificateId"], certificate, "CertificateId")
                signature = local.data(signed["SignatureValue"])
                true(local.verifies(public, algorithm, digest, signature), f"{algorithm} does not verify here")
                changed = local.text(signature[:-1] + bytes([signature[-1] ^ 1]))
                for value, wanted in ((signed["SignatureValue"], True), (changed, False), ("eA==", False)):
                    told = kms.call("CertificatePublicKeyVerify", **asked, SignatureValue=value)
                    same(told["SignatureValid"], wanted, f"SignatureValid of {algorithm}")


def encrypt_and_decrypt(kms):
    for spec in ("RSA_2048", "EC_SM2"):
        certificate = active(kms, spec)
        public = local.spki(described(kms, certificate)["SubjectPublicKey"])
        for algorithm, most in ENCRYPTION[spec].items():
            asked = {"CertificateId": certificate, "Algorithm": algorithm}
            for plaintext in (b"x", b"y" * most):
                sealed = kms.call("CertificatePublicKeyEncrypt", **asked, Plaintext=local.text(plaintext))
                ours = local.text(local.encrypt(public, algorithm, plaintext))
                for blob in (sealed["CiphertextBlob"], ours):
                    opened = kms.call("CertificatePrivateKeyDecrypt", **asked, CiphertextBlob=blob)
                    same(local.data(opened["Plaintext"]), plaintext, f"Plaintext of {algorithm}")
            invalid("Plaintext", kms.call, "CertificatePublicKeyEncrypt", **asked, Plaintext=local.text(b"x" * (most + 1)))
            invalid("CiphertextBlob", kms.call, "CertificatePrivateKeyDecrypt", **asked, CiphertextBlob="eA==")


def what_is_refused(kms):
    for name, value in (
        ("KeySpec", "RSA_3072"),
        ("Subject", "CN=userName"),
        ("SubjectAlternativeNames", "a.example.com"),
        ("SubjectAlternativeNames", json.dumps(["a.example.com"] * 11)),
        ("ExportablePrivateKey", "maybe"),
    ):
        invalid(name, kms.call, "CreateCertificate", **{"KeySpec": "EC_P256", "Subject": SUBJECT, name: value})
    for name in ("KeySpec", "Subject"):
        asked = {"KeySpec": "EC_P256", "Subject": SUBJECT}
        missing(name, kms.call, "CreateCertificate", **{key: value for key, value in asked.items() if key != name})
    certificate, csr = new_certificate(kms, "EC_P256")
    _, other = new_certificate(kms, "EC_P256")
    authority = Authority()
    issued, chain = authority.issue(csr), authority.chain()
    for params, name, why in (
        ({"Certificate": authority.issue(other)}, "Certificate", "The certificate is for another key."),
        ({"Certificate": issued + issued}, "Certificate", "The certificate is one too many."),
        ({"Certificate": csr}, "Certificate", "The certificate is a PEM block of another kind."),
        (
            {"Certificate": issued, "CertificateChain": Authority().chain()},
            "CertificateChain",
            "Certificate 1 of the chain has not signed the one before it.",
        ),
    ):
        message = f'The specified parameter "{name}" is not valid. {why}'
        refused(400, "InvalidParameter", message, kms.call, "UploadCertificate", CertificateId=certificate, **params)
    same(described(kms, certificate)["Status"], "PENDING", "Status")
    use = {"CertificateId": certificate, "Algorithm": "ECDSA_SHA_256", "Message": "eA=="}
    rejected("PendingImport", kms.call, "CertificatePrivateKeySign", **use)
    not_modified(kms.call, "UpdateCertificateStatus", CertificateId=certificate, Status="ACTIVE")
    kms.call("UploadCertificate", CertificateId=certificate, Certificate=issued, CertificateChain=chain)
    rejected("Disabled", kms.call, "CertificatePrivateKeySign", **use)
    kms.call("UpdateCertificateStatus", CertificateId=certificate, Status="ACTIVE")
    signature = kms.call("CertificatePrivateKeySign", **use)["SignatureValue"]
    invalid("Message", kms.call, "CertificatePrivateKeySign", **{**use, "Message": local.text(b"x" * 4097)})
    invalid("MessageType", kms.call, "CertificatePrivateKeySign", **use, MessageType="TEXT")
    invalid("Algorithm", kms.call, "CertificatePrivateKeySign", **{**use, "Algorithm": "SM2DSA"})
    kms.call("UpdateCertificateStatus", CertificateId=certificate, Status="REVOKED")
    rejected("Unavailable", kms.call, "CertificatePrivateKeySign", **use)
    told = kms.call("CertificatePublicKeyVerify", **use, SignatureValue=signature)
    same(told["SignatureValid"], True, "SignatureValid of a revoked certificate")
    for action in ("GetCertificate", "DescribeCertificate", "DeleteCertificate"):
        unknown(kms.call, action, CertificateId=UNKNOWN)
        missing("CertificateId", kms.call, action)


def tags_of_certificates(kms):
    certificate, _ = new_certificate(kms, "EC_P256")
    tags = [{"TagKey": "S1key1", "TagValue": "S1val1"}, {"TagKey": "S1key2", "TagValue": "S2val2"}]
    kms.call("TagResource", CertificateId=certificate, Tags=json.dumps(tags))
    same(described(kms, certificate)["Tags"], {"S1key1": "S1val1", "S1key2": "S2val2"}, "Tags")
    kms.call("UntagResource", CertificateId=certificate, TagKeys=json.dumps(["S1key1"]))
    same(described(kms, certificate)["Tags"], {"S1key2": "S2val2"}, "Tags")


CHECKS = [
    from_request_to_deletion,
    sign_and_verify,
    encrypt_and_decrypt,
    what_is_refused,
    tags_of_certificates,
]
