"""Key pairs: creation, versions, public keys, signatures, encryption, refused operations."""

import hashlib

import local
import sm2
from checks import UUID, invalid, matches, missing, no_key, no_version, refused, rejected, same, true
from checks import unfit, unsupported
from scenario.keys import UNKNOWN, described, new_key

SIGN, CRYPT = "SIGN/VERIFY", "ENCRYPT/DECRYPT"
# type of key -> its usages, the default first
USAGES = {
    "RSA_2048": (CRYPT, SIGN),
    "RSA_3072": (CRYPT, SIGN),
    "EC_P256": (SIGN,),
    "EC_P256K": (SIGN,),
    "EC_SM2": (CRYPT, SIGN),
}
RSA_SIGNING = ("RSA_PSS_SHA_256", "RSA_PKCS1_SHA_256")
SIGNING = {
    "RSA_2048": RSA_SIGNING,
    "RSA_3072": RSA_SIGNING,
    "EC_P256": ("ECDSA_SHA_256",),
    "EC_P256K": ("ECDSA_SHA_256",),
    "EC_SM2": ("SM2DSA",),
}
# type of key -> algorithm -> its limit in bytes
ENCRYPTION = {
    "RSA_2048": {"RSAES_OAEP_SHA_256": 190, "RSAES_OAEP_SHA_1": 214},
    "RSA_3072": {"RSAES_OAEP_SHA_256": 318, "RSAES_OAEP_SHA_1": 342},
    "EC_SM2": {"SM2PKE": 6047},
}
# type of key -> length of its public key in DER
PUBLIC = {"RSA_2048": 294, "RSA_3072": 422, "EC_P256": 91, "EC_P256K": 88, "EC_SM2": 91}
DIGEST = hashlib.sha256(b"what was signed").digest()


def new_pair(kms, spec, usage):
    """A pair, as the parameters that name it."""
    key = new_key(kms, KeySpec=spec, KeyUsage=usage)
    version = kms.call("ListKeyVersions", KeyId=key)["KeyVersions"]["KeyVersion"][0]["KeyVersionId"]
    return {"KeyId": key, "KeyVersionId": version}


def public_key(kms, pair):
    return local.spki(kms.call("GetPublicKey", **pair)["PublicKey"])


def named(answer, pair, what):
    same({name: answer.get(name) for name in pair}, pair, f"key and version of {what}")
    matches(UUID, answer["RequestId"], "RequestId")


def create_pairs_of_every_spec(kms):
    for spec, usages in USAGES.items():
        for usage in (None, *usages):
            params = {"KeyUsage": usage} if usage else {}
            made = kms.call("CreateKey", KeySpec=spec, **params)["KeyMetadata"]
            shown = described(kms, made["KeyId"])
            for of in (made, shown):
                for name, value in (
                    ("KeySpec", spec),
                    ("KeyUsage", usage or SIGN),
                    ("KeyState", "Enabled"),
                    ("Origin", "Aliyun_KMS"),
                    ("AutomaticRotation", "Disabled"),
                    ("MaterialExpireTime", ""),
                    ("LastRotationDate", made["CreationDate"]),
                ):
                    same(of.get(name), value, f"{name} of {spec}")
                for name in ("PrimaryKeyVersion", "RotationInterval", "NextRotationDate"):
                    true(name not in of, f"{spec} has a {name}")


def create_pairs_refuses(kms):
    for spec in ("EC_P256", "EC_P256K"):
        invalid("KeyUsage", kms.call, "CreateKey", KeySpec=spec, KeyUsage=CRYPT)
    for spec in ("Aliyun_AES_256", "Aliyun_SM4"):
        invalid("KeyUsage", kms.call, "CreateKey", KeySpec=spec, KeyUsage=SIGN)
    for spec in ("RSA_8192", "rsa_2048", "EC_P384", "SM2"):
        invalid("KeySpec", kms.call, "CreateKey", KeySpec=spec)
    invalid("Origin", kms.call, "CreateKey", KeySpec="EC_P256", Origin="EXTERNAL")


def public_keys(kms):
    for spec, length in PUBLIC.items():
        pair = new_pair(kms, spec, SIGN)
        answer = kms.call("GetPublicKey", **pair)
        named(answer, pair, "GetPublicKey")
        same(len(local.spki(answer["PublicKey"])), length, f"bytes of the public key of {spec}")
        alias = f"alias/pairs/{spec}"
        kms.call("CreateAlias", AliasName=alias, KeyId=pair["KeyId"])
        named(kms.call("GetPublicKey", **{**pair, "KeyId": alias}), pair, "GetPublicKey by alias")
    # It is public, so the state of the key does not matter.
    kms.call("DisableKey", KeyId=pair["KeyId"])
    same(kms.call("GetPublicKey", **pair)["PublicKey"], answer["PublicKey"], "PublicKey of a disabled key")
    kms.call("ScheduleKeyDeletion", KeyId=pair["KeyId"], PendingWindowInDays=7)
    same(kms.call("GetPublicKey", **pair)["PublicKey"], answer["PublicKey"], "PublicKey of a key that is to go")


def sign_and_verify(kms):
    for spec, algorithms in SIGNING.items():
        pair = new_pair(kms, spec, SIGN)
        public = public_key(kms, pair)
        # An SM2 signer mixes its identity into the digest.
        digest = sm2.digest_of(b"what was signed", public) if spec == "EC_SM2" else DIGEST
        for algorithm in algorithms:
            what = f"{spec} {algorithm}"
            asked = {**pair, "Algorithm": algorithm, "Digest": local.text(digest)}
            answer = kms.call("AsymmetricSign", **asked)
            named(answer, pair, "AsymmetricSign")
            signature = local.data(answer["Value"])
            true(local.verifies(public, algorithm, digest, signature), f"the signature of {what} does not verify here")
            verified = kms.call("AsymmetricVerify", **asked, Value=answer["Value"])
            named(verified, pair, "AsymmetricVerify")
            same(verified["Value"], True, f"Value for a good signature of {what}")
            other = kms.call("AsymmetricVerify", **{**asked, "Digest": local.text(DIGEST[::-1])}, Value=answer["Value"])
            same(other["Value"], False, f"Value for another digest with {what}")
            for wrong in (signature[:-1], signature[:-1] + bytes([signature[-1] ^ 1]), b"no signature"):
                told = kms.call("AsymmetricVerify", **asked, Value=local.text(wrong))
                same(told["Value"], False, f"Value for a wrong signature of {what}")


def sign_and_verify_refuse(kms):
    pair = new_pair(kms, "EC_P256", SIGN)
    good = {**pair, "Algorithm": "ECDSA_SHA_256", "Digest": local.text(DIGEST)}
    signed = {**good, "Value": kms.call("AsymmetricSign", **good)["Value"]}
    for action, asked in (("AsymmetricSign", good), ("AsymmetricVerify", signed)):
        for name in asked:
            missing(name, kms.call, action, **{key: value for key, value in asked.items() if key != name})
        for algorithm in ("RSA_PSS_SHA_256", "SM2DSA", "ECDSA_SHA_512", "RSAES_OAEP_SHA_1"):
            invalid("Algorithm", kms.call, action, **{**asked, "Algorithm": algorithm})
        for digest in (local.text(DIGEST[1:]), local.text(DIGEST + b"x"), "not base64!", good["Digest"].rstrip("=")):
            invalid("Digest", kms.call, action, **{**asked, "Digest": digest})
        no_version(kms.call, action, **{**asked, "KeyVersionId": UNKNOWN})
        no_key(kms.call, action, **{**asked, "KeyId": UNKNOWN})
    invalid("Value", kms.call, "AsymmetricVerify", **{**signed, "Value": "not base64!"})
    other = new_pair(kms, "EC_P256", SIGN)
    no_version(kms.call, "AsymmetricSign", **{**good, "KeyVersionId": other["KeyVersionId"]})
    same(kms.call("AsymmetricVerify", **{**signed, **other})["Value"], False, "Value under another key")


def encrypt_and_decrypt(kms):
    for spec, algorithms in ENCRYPTION.items():
        pair = new_pair(kms, spec, CRYPT)
        public = public_key(kms, pair)
        for algorithm, most in algorithms.items():
            asked = {**pair, "Algorithm": algorithm}
            for plaintext in (b"x", b"\0" * 32, bytes(range(256)) * 24):
                plaintext = plaintext[:most]
                answer = kms.call("AsymmetricEncrypt", **asked, Plaintext=local.text(plaintext))
                named(answer, pair, "AsymmetricEncrypt")
                ours = local.text(local.encrypt(public, algorithm, plaintext))
                for blob in (answer["CiphertextBlob"], ours):
                    opened = kms.call("AsymmetricDecrypt", **asked, CiphertextBlob=blob)
                    named(opened, pair, "AsymmetricDecrypt")
                    same(local.data(opened["Plaintext"]), plaintext, f"Plaintext of {spec} {algorithm}")
            long = local.text(b"x" * (most + 1))
            invalid("Plaintext", kms.call, "AsymmetricEncrypt", **asked, Plaintext=long)
            other = "RSAES_OAEP_SHA_1" if algorithm != "RSAES_OAEP_SHA_1" else "RSAES_OAEP_SHA_256"
            wrong = "Algorithm" if spec == "EC_SM2" else "CiphertextBlob"
            invalid(wrong, kms.call, "AsymmetricDecrypt", **{**asked, "Algorithm": other}, CiphertextBlob=ours)
    raw = local.text(sm2.encrypt(public, plaintext, raw=True))
    opened = kms.call("AsymmetricDecrypt", **asked, CiphertextBlob=raw)
    same(local.data(opened["Plaintext"]), plaintext, "Plaintext of the raw form")


def encrypt_and_decrypt_refuse(kms):
    pair = new_pair(kms, "EC_SM2", CRYPT)
    good = {**pair, "Algorithm": "SM2PKE", "Plaintext": "aGVsbG8="}
    blob = kms.call("AsymmetricEncrypt", **good)["CiphertextBlob"]
    sealed = {**pair, "Algorithm": "SM2PKE", "CiphertextBlob": blob}
    changed = bytearray(local.data(blob))
    changed[-1] ^= 1
    for action, asked, text in (
        ("AsymmetricEncrypt", good, "Plaintext"),
        ("AsymmetricDecrypt", sealed, "CiphertextBlob"),
    ):
        for name in asked:
            missing(name, kms.call, action, **{key: value for key, value in asked.items() if key != name})
        for algorithm in ("RSAES_OAEP_SHA_256", "SM2DSA", "RSAES_PKCS1_V1_5"):
            invalid("Algorithm", kms.call, action, **{**asked, "Algorithm": algorithm})
        invalid(text, kms.call, action, **{**asked, text: "not base64!"})
        no_version(kms.call, action, **{**asked, "KeyVersionId": UNKNOWN})
        no_key(kms.call, action, **{**asked, "KeyId": UNKNOWN})
    for wrong in (local.text(bytes(changed)), blob[:40], "eA=="):
        invalid("CiphertextBlob", kms.call, "AsymmetricDecrypt", **{**sealed, "CiphertextBlob": wrong})


def every_use(pair):
    """Each use of a pair, by the key usage that it needs."""
    digest = {**pair, "Algorithm": "SM2DSA", "Digest": local.text(DIGEST)}
    text = {**pair, "Algorithm": "SM2PKE"}
    return {
        SIGN: [("AsymmetricSign", digest), ("AsymmetricVerify", {**digest, "Value": "eA=="})],
        CRYPT: [
            ("AsymmetricEncrypt", {**text, "Plaintext": "eA=="}),
            ("AsymmetricDecrypt", {**text, "CiphertextBlob": "eA=="}),
        ],
    }


def each_key_has_its_use(kms):
    symmetric = kms.call("CreateKey")["KeyMetadata"]
    symmetric = {"KeyId": symmetric["KeyId"], "KeyVersionId": symmetric["PrimaryKeyVersion"]}
    uses = every_use(symmetric)
    for action, params in [*uses[SIGN], *uses[CRYPT], ("GetPublicKey", symmetric)]:
        unfit(kms.call, action, **params)
    for usage, other in ((SIGN, CRYPT), (CRYPT, SIGN)):
        pair = new_pair(kms, "EC_SM2", usage)
        for action, params in every_use(pair)[other]:
            unfit(kms.call, action, **params)
        unsupported(kms.call, "Encrypt", KeyId=pair["KeyId"], Plaintext="eA==")
        unsupported(kms.call, "GenerateDataKey", KeyId=pair["KeyId"])
        unsupported(kms.call, "GenerateDataKeyWithoutPlaintext", KeyId=pair["KeyId"])


def states_of_pairs(kms):
    for usage in (SIGN, CRYPT):
        pair = new_pair(kms, "EC_SM2", usage)
        key = {"KeyId": pair["KeyId"]}
        uses = [*every_use(pair)[usage], ("CreateKeyVersion", key)]
        kms.call("DisableKey", **key)
        for action, params in uses:
            rejected("Disabled", kms.call, action, **params)
        kms.call("ScheduleKeyDeletion", **key, PendingWindowInDays=7)
        for action, params in uses:
            rejected("PendingDeletion", kms.call, action, **params)
        kms.call("CancelKeyDeletion", **key)
        action, params = uses[0]
        named(kms.call(action, **params), pair, f"{action} after CancelKeyDeletion")


def versions_of_pairs(kms):
    pair = new_pair(kms, "EC_P256", SIGN)
    listed = kms.call("ListKeyVersions", KeyId=pair["KeyId"])
    same(listed["TotalCount"], 1, "TotalCount")
    shown = kms.call("DescribeKeyVersion", **pair)["KeyVersion"]
    same(shown, listed["KeyVersions"]["KeyVersion"][0], "KeyVersion")
    # The first new version may be created at once, and the next one only after seven days.
    kms.call("CreateKeyVersion", KeyId=pair["KeyId"])
    refused(400, "Rejected.LimitExceeded", None, kms.call, "CreateKeyVersion", KeyId=pair["KeyId"])
    same(kms.call("ListKeyVersions", KeyId=pair["KeyId"])["TotalCount"], 2, "TotalCount after the refusal")
    unfit(kms.call, "CreateKeyVersion", KeyId=new_key(kms))
    missing("KeyId", kms.call, "CreateKeyVersion")
    no_key(kms.call, "CreateKeyVersion", KeyId=UNKNOWN)
    for name in pair:
        missing(name, kms.call, "GetPublicKey", **{key: value for key, value in pair.items() if key != name})
    no_version(kms.call, "GetPublicKey", **{**pair, "KeyVersionId": UNKNOWN})
    no_key(kms.call, "GetPublicKey", **{**pair, "KeyId": UNKNOWN})


def dry_runs(kms):
    for usage in (SIGN, CRYPT):
        pair = new_pair(kms, "EC_SM2", usage)
        for action, params in [*every_use(pair)[usage], ("GetPublicKey", pair)]:
            # No key decrypts the ciphertext in the list.
            code = "ValidationError" if action == "AsymmetricDecrypt" else "DryRunOperationError"
            refused(400, code, None, kms.call, action, **params, DryRun="true")
            refused(400, "ValidationError", None, kms.call, action, **{**params, "KeyId": UNKNOWN}, DryRun="true")


CHECKS = [
    create_pairs_of_every_spec,
    create_pairs_refuses,
    public_keys,
    sign_and_verify,
    sign_and_verify_refuse,
    encrypt_and_decrypt,
    encrypt_and_decrypt_refuse,
    each_key_has_its_use,
    states_of_pairs,
    versions_of_pairs,
    dry_runs,
]
