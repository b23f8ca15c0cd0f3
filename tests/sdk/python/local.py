"""The caller's own cryptography: verifies kmsim's signatures, unwraps what kmsim wraps, and the
reverse."""

import base64

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

import sm2

PADDINGS = {
    "RSAES_OAEP_SHA_256": padding.OAEP(padding.MGF1(SHA256()), SHA256(), None),
    "RSAES_OAEP_SHA_1": padding.OAEP(padding.MGF1(SHA1()), SHA1(), None),
    "RSAES_PKCS1_V1_5": padding.PKCS1v15(),
}


def text(data):
    return base64.b64encode(data).decode()


def data(text):
    return base64.b64decode(text, validate=True)


def spki(pem):
    """The bytes of a public key in PEM."""
    lines = pem.strip().split("\n")
    if (lines[0], lines[-1]) != ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"):
        raise AssertionError(f"no public key in PEM: {pem!r}")
    return data("".join(lines[1:-1]))


def verifies(public, algorithm, digest, signature):
    """Whether the signature is of this digest; `public` is SubjectPublicKeyInfo."""
    if algorithm == "SM2DSA":
        return sm2.verifies(public, digest, signature)
    key, hashed = load_der_public_key(public), Prehashed(SHA256())
    try:
        if algorithm == "ECDSA_SHA_256":
            key.verify(signature, digest, ec.ECDSA(hashed))
        elif algorithm == "RSA_PSS_SHA_256":
            key.verify(signature, digest, padding.PSS(padding.MGF1(SHA256()), 32), hashed)
        else:
            key.verify(signature, digest, padding.PKCS1v15(), hashed)
    except InvalidSignature:
        return False
    return True


def encrypt(public, algorithm, plaintext):
    if algorithm == "SM2PKE":
        return sm2.encrypt(public, plaintext)
    return load_der_public_key(public).encrypt(plaintext, PADDINGS[algorithm])


class Wrapper:
    """The caller's key pair, to which data keys are exported."""

    def __init__(self, spec):
        self.spec = spec
        if spec == "EC_SM2":
            self.private, self.public = sm2.pair()
        else:
            self.private = rsa.generate_private_key(65537, int(spec.removeprefix("RSA_")))
            self.public = self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def params(self, algorithm):
        return {"PublicKeyBlob": text(self.public), "WrappingAlgorithm": algorithm, "WrappingKeySpec": self.spec}

    def decrypt(self, algorithm, ciphertext):
        if self.spec == "EC_SM2":
            return sm2.decrypt(self.private, ciphertext)
        return self.private.decrypt(ciphertext, PADDINGS[algorithm])
