"""Key pairs: RSA, ECDSA, SM2 and the post-quantum kinds."""

import base64
import hashlib

from checks import same, true
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

from . import new_key, refused, text

SIGNING = {
    "ASYMMETRIC_SIGN_VERIFY_RSA_2048": ("RSA_PSS_SHA_256", "RSA_PKCS1_SHA_256"),
    "ASYMMETRIC_SIGN_VERIFY_ECC": ("ECC_P256_R1",),
    "ASYMMETRIC_SIGN_VERIFY_ECDSA384": ("ECC_P384_R1",),
    "ASYMMETRIC_SIGN_VERIFY_SM2": ("SM2DSA",),
}


def public_key(kms, key):
    told = kms.call("GetPublicKey", KeyId=key)
    der = base64.b64decode(told["PublicKey"])
    lines = told["PublicKeyPem"].strip().split("\n")
    same((lines[0], lines[-1]), ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"), "PEM")
    same(base64.b64decode("".join(lines[1:-1])), der, "the PEM's bytes")
    return der


def hash_of(name):
    return hashes.SHA384() if "384" in name else hashes.SHA256()


def rsa_decryption(kms):
    key = new_key(kms, KeyUsage="ASYMMETRIC_DECRYPT_RSA_2048")
    public = serialization.load_der_public_key(public_key(kms, key))
    for name, how in (
        ("RSAES_PKCS1_V1_5", padding.PKCS1v15()),
        ("RSAES_OAEP_SHA_1", padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)),
        ("RSAES_OAEP_SHA_256", padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)),
    ):
        sealed = text(public.encrypt(b"secret", how))
        opened = kms.call("AsymmetricRsaDecrypt", KeyId=key, Ciphertext=sealed, Algorithm=name)
        same((opened["KeyId"], opened["Plaintext"]), (key, text(b"secret")), name)
    junk = {"KeyId": key, "Ciphertext": text(b"x" * 256), "Algorithm": "RSAES_OAEP_SHA_256"}
    refused("FailedOperation.DecryptError", kms.call, "AsymmetricRsaDecrypt", **junk)
    refused("InvalidParameter", kms.call, "AsymmetricRsaDecrypt", **{**junk, "Algorithm": "RSA"})
    usage = "InvalidParameterValue.InvalidKeyUsage"
    refused(usage, kms.call, "AsymmetricRsaDecrypt", **{**junk, "KeyId": new_key(kms)})
    refused(usage, kms.call, "AsymmetricSm2Decrypt", KeyId=key, Ciphertext=text(b"x" * 100))


def signatures(kms):
    for usage, algorithms in SIGNING.items():
        key = new_key(kms, KeyUsage=usage)
        for name in algorithms:
            message = "讯息 to sign".encode()
            params = {"KeyId": key, "Algorithm": name, "Message": text(message)}
            signature = kms.call("SignByAsymmetricKey", **params)["Signature"]
            checked = kms.call("VerifyByAsymmetricKey", **params, SignatureValue=signature)
            same(checked["SignatureValid"], True, f"{name} is valid")
            other = kms.call(
                "VerifyByAsymmetricKey", **{**params, "Message": text(b"other")}, SignatureValue=signature
            )
            same(other["SignatureValid"], False, f"{name} over another message")
            junk = kms.call("VerifyByAsymmetricKey", **params, SignatureValue=text(b"junk"))
            same(junk["SignatureValid"], False, f"junk as a signature of {name}")


def signatures_elsewhere(kms):
    """What signs here verifies by other code."""
    message = b"message"
    for usage, names in SIGNING.items():
        for name in names:
            if name == "SM2DSA":
                continue
            key = new_key(kms, KeyUsage=usage)
            public = serialization.load_der_public_key(public_key(kms, key))
            digest = hashlib.new(hash_of(name).name, message).digest()
            for kind, sent in (("RAW", message), ("DIGEST", digest)):
                params = {"KeyId": key, "Algorithm": name, "Message": text(sent), "MessageType": kind}
                signature = base64.b64decode(kms.call("SignByAsymmetricKey", **params)["Signature"])
                try:
                    if name.startswith("ECC"):
                        public.verify(signature, digest, ec.ECDSA(Prehashed(hash_of(name))))
                    elif name == "RSA_PSS_SHA_256":
                        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
                        public.verify(signature, message, pss, hashes.SHA256())
                    else:
                        public.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
                except InvalidSignature:
                    raise AssertionError(f"{name} of {kind} does not verify") from None


def sign_badly(kms):
    key = new_key(kms, KeyUsage="ASYMMETRIC_SIGN_VERIFY_ECC")
    good = {"KeyId": key, "Algorithm": "ECC_P256_R1", "Message": text(b"a")}
    for bad in (
        {"Algorithm": "SM2DSA"},
        {"Algorithm": "ANY"},
        {"MessageType": "HASH"},
        {"MessageType": "DIGEST"},
        {"Message": text(b"x" * 4097)},
        {"KeyId": new_key(kms)},
    ):
        refused("InvalidParameter", kms.call, "SignByAsymmetricKey", **{**good, **bad})
    kms.call("DisableKey", KeyId=key)
    refused("ResourceUnavailable.CmkStateNotSupport", kms.call, "SignByAsymmetricKey", **good)
    refused("ResourceUnavailable.CmkStateNotSupport", kms.call, "GetPublicKey", KeyId=key)


def sm2(kms):
    key = new_key(kms, KeyUsage="ASYMMETRIC_DECRYPT_SM2")
    der = public_key(kms, key)
    same(base64.b64encode(der)[:36].decode(), "MFkwEwYHKoZIzj0CAQYIKoEcz1UBgi0DQgAE", "the head of the public key")
    blob = kms.call("Encrypt", KeyId=new_key(kms), Plaintext=text(b"k" * 32))["CiphertextBlob"]
    pem = kms.call("GetPublicKey", KeyId=key)["PublicKeyPem"]
    raw = kms.call("Decrypt", CiphertextBlob=blob, EncryptionPublicKey=pem)["Plaintext"]
    same(len(base64.b64decode(raw)), 128, "length of SM2's raw form, without its first byte")
    asn1 = kms.call("Decrypt", CiphertextBlob=blob, EncryptionPublicKey=pem, EncryptionAlgorithm="SM2_C1C3C2_ASN1")
    opened = kms.call("AsymmetricSm2Decrypt", KeyId=key, Ciphertext=asn1["Plaintext"])
    same(opened["Plaintext"], text(b"k" * 32), "Plaintext")
    refused("InvalidParameter", kms.call, "AsymmetricSm2Decrypt", KeyId=key, Ciphertext=text(b"x" * 257))


def quantum(kms):
    key = new_key(kms, KeyUsage="ASYMMETRIC_DECRYPT_ML_KEM_1024")
    blob = kms.call("PostQuantumCryptoEncrypt", KeyId=key, PlainText=text(b"secret"))["CiphertextBlob"]
    opened = kms.call("PostQuantumCryptoDecrypt", CiphertextBlob=blob)
    same((opened["KeyId"], opened["PlainText"]), (key, text(b"secret")), "opened")
    signer = new_key(kms, KeyUsage="ASYMMETRIC_SIGN_VERIFY_ML_DSA_87")
    signature = kms.call("PostQuantumCryptoSign", KeyId=signer, Message=text(b"message"))["Signature"]
    same(len(base64.b64decode(signature)), 4627, "length of an ML-DSA-87 signature")
    params = {"KeyId": signer, "SignatureValue": signature}
    good = kms.call("PostQuantumCryptoVerify", **params, Message=text(b"message"))
    bad = kms.call("PostQuantumCryptoVerify", **params, Message=text(b"massage"))
    same((good["SignatureValid"], bad["SignatureValid"]), (True, False), "verdicts")
    refused("InvalidParameter", kms.call, "PostQuantumCryptoSign", KeyId=new_key(kms), Message=text(b"a"))
    true(signature, "Signature")


CHECKS = [rsa_decryption, signatures, signatures_elsewhere, sign_badly, sm2, quantum]
