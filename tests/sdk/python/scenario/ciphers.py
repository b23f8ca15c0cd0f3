"""Encrypt, Decrypt and ReEncrypt: the ciphertext's layout, the encryption context, and refusals."""

import base64

from checks import UUID, Refused, invalid, matches, missing, no_alias, no_key, refused, rejected, same, true
from scenario.keys import AWKWARD, UNKNOWN, new_key

# The ciphertext starts with the key version id in ASCII and the IV, and ends with the tag.
VERSION, IV, TAG = 36, 12, 16


def sealed(kms, key, plaintext="aGVsbG8=", **params):
    return kms.call("Encrypt", KeyId=key, Plaintext=plaintext, **params)["CiphertextBlob"]


def opened(kms, blob, **params):
    return kms.call("Decrypt", CiphertextBlob=blob, **params)["Plaintext"]


def encrypt_and_decrypt(kms):
    created = kms.call("CreateKey")["KeyMetadata"]
    answer = kms.call("Encrypt", KeyId=created["KeyId"], Plaintext="aGVsbG8gd29ybGQ=")
    same(answer["KeyId"], created["KeyId"], "KeyId of Encrypt")
    same(answer["KeyVersionId"], created["PrimaryKeyVersion"], "KeyVersionId of Encrypt")
    matches(UUID, answer["RequestId"], "RequestId")
    back = kms.call("Decrypt", CiphertextBlob=answer["CiphertextBlob"])
    same(back["Plaintext"], "aGVsbG8gd29ybGQ=", "Plaintext")
    same(back["KeyId"], created["KeyId"], "KeyId of Decrypt")
    same(back["KeyVersionId"], created["PrimaryKeyVersion"], "KeyVersionId of Decrypt")


def plaintext_is_an_opaque_string(kms):
    key = new_key(kms)
    for text in ("example", AWKWARD, " spaces  and\ttabs\n", "=", "0", "true", "x" * 6144, "密" * 2048):
        same(opened(kms, sealed(kms, key, text)), text, "Plaintext")
    invalid("Plaintext", kms.call, "Encrypt", KeyId=key, Plaintext="x" * 6145)
    invalid("Plaintext", kms.call, "Encrypt", KeyId=key, Plaintext="密" * 2048 + "x")


def key_by_alias_and_arn(kms):
    key = new_key(kms)
    kms.call("CreateAlias", AliasName="alias/ciphers/named", KeyId=key)
    for name in ("alias/ciphers/named", f"acs:kms:{kms.region}:{kms.account}:key/{key}"):
        answer = kms.call("Encrypt", KeyId=name, Plaintext="aGVsbG8=")
        same(answer["KeyId"], key, f"KeyId of Encrypt by {name}")
        same(opened(kms, answer["CiphertextBlob"]), "aGVsbG8=", f"Plaintext by {name}")


def ciphertext_layout(kms):
    for spec in ("Aliyun_AES_256", "Aliyun_SM4"):
        created = kms.call("CreateKey", KeySpec=spec)["KeyMetadata"]
        blobs = [sealed(kms, created["KeyId"], "0123456789") for _ in range(2)]
        raws = [base64.b64decode(blob, validate=True) for blob in blobs]
        for blob, raw in zip(blobs, raws, strict=True):
            same(base64.b64encode(raw).decode(), blob, "CiphertextBlob decoded and encoded again")
            same(len(raw), VERSION + IV + 10 + TAG, f"bytes of ciphertext under {spec}")
            same(raw[:VERSION].decode("ascii"), created["PrimaryKeyVersion"], "first 36 bytes")
        true(raws[0][VERSION : VERSION + IV] != raws[1][VERSION : VERSION + IV], "the same IV was used twice")


def context_binds_without_order(kms):
    key = new_key(kms)
    context = {"b": "2", "a": "1", "c&=": AWKWARD}
    blob = sealed(kms, key, EncryptionContext=context)
    turned = dict(reversed(context.items()))
    same(opened(kms, blob, EncryptionContext=turned), "aGVsbG8=", "Plaintext under the context in another order")
    for wrong in ({"b": "2", "a": "1"}, {**context, "a": "2"}, {**context, "d": "4"}, {"a": "1"}):
        invalid("CiphertextBlob", kms.call, "Decrypt", CiphertextBlob=blob, EncryptionContext=wrong)
    invalid("CiphertextBlob", kms.call, "Decrypt", CiphertextBlob=blob)
    invalid("CiphertextBlob", kms.call, "Decrypt", CiphertextBlob=sealed(kms, key), EncryptionContext={"a": "1"})


def empty_context_is_no_context(kms):
    key = new_key(kms)
    for sealing in ({}, {"EncryptionContext": {}}):
        blob = sealed(kms, key, **sealing)
        for opening in ({}, {"EncryptionContext": {}}):
            same(opened(kms, blob, **opening), "aGVsbG8=", f"Plaintext, sealed with {sealing}, opened with {opening}")


def context_refuses_wrong_shapes(kms):
    key = new_key(kms)
    for context in ({"a": 1}, {"a": ["b"]}, {"a": {"b": "c"}}, {"a": "x" * 8192}):
        invalid("EncryptionContext", kms.call, "Encrypt", KeyId=key, Plaintext="eA==", EncryptionContext=context)


def changed(raw, at):
    copy = bytearray(raw)
    copy[at] ^= 1
    return base64.b64encode(bytes(copy)).decode()


def changed_blobs_do_not_open(kms):
    key = new_key(kms)
    blob = sealed(kms, key, "some longer text")
    raw = base64.b64decode(blob)
    # One byte of the IV, of the ciphertext, of the tag.
    for at in (VERSION, VERSION + IV - 1, VERSION + IV, len(raw) - TAG - 1, len(raw) - TAG, len(raw) - 1):
        invalid("CiphertextBlob", kms.call, "Decrypt", CiphertextBlob=changed(raw, at))
    for short in (raw[:-1], raw[: VERSION + IV + TAG], raw[:VERSION], raw[:10]):
        invalid("CiphertextBlob", kms.call, "Decrypt", CiphertextBlob=base64.b64encode(short).decode())
    for text in ("not base64!", blob[:-1], "eA=="):
        invalid("CiphertextBlob", kms.call, "Decrypt", CiphertextBlob=text)
    unknown = base64.b64encode(UNKNOWN.encode() + raw[VERSION:]).decode()
    no_key(kms.call, "Decrypt", CiphertextBlob=unknown)
    # The version id of our other key: the version exists, but its material does not fit.
    other = kms.call("CreateKey")["KeyMetadata"]["PrimaryKeyVersion"]
    swapped = base64.b64encode(other.encode() + raw[VERSION:]).decode()
    invalid("CiphertextBlob", kms.call, "Decrypt", CiphertextBlob=swapped)


def encrypt_and_decrypt_refuse(kms):
    key = new_key(kms)
    missing("KeyId", kms.call, "Encrypt", Plaintext="eA==")
    missing("Plaintext", kms.call, "Encrypt", KeyId=key)
    missing("Plaintext", kms.call, "Encrypt", KeyId=key, Plaintext="")
    missing("CiphertextBlob", kms.call, "Decrypt")
    no_key(kms.call, "Encrypt", KeyId=UNKNOWN, Plaintext="eA==")
    no_alias(kms.call, "Encrypt", KeyId="alias/ciphers/nowhere", Plaintext="eA==")


def re_encrypt(kms):
    source = kms.call("CreateKey")["KeyMetadata"]
    target = new_key(kms, KeySpec="Aliyun_SM4")
    kms.call("CreateAlias", AliasName="alias/ciphers/target", KeyId=target)
    blob = sealed(kms, source["KeyId"], "moved", EncryptionContext={"a": "1", "b": "2"})
    for destination in (target, "alias/ciphers/target"):
        answer = kms.call(
            "ReEncrypt",
            CiphertextBlob=blob,
            SourceEncryptionContext={"b": "2", "a": "1"},
            DestinationKeyId=destination,
            DestinationEncryptionContext={"c": "3"},
        )
        # The answer names the key that decrypted the old ciphertext, as documented.
        same(answer["KeyId"], source["KeyId"], "KeyId of ReEncrypt")
        same(answer["KeyVersionId"], source["PrimaryKeyVersion"], "KeyVersionId of ReEncrypt")
        back = kms.call("Decrypt", CiphertextBlob=answer["CiphertextBlob"], EncryptionContext={"c": "3"})
        same((back["Plaintext"], back["KeyId"]), ("moved", target), "what the new ciphertext holds")
        invalid("CiphertextBlob", kms.call, "Decrypt", CiphertextBlob=answer["CiphertextBlob"])


def re_encrypt_refuses(kms):
    source, target = new_key(kms), new_key(kms)
    blob = sealed(kms, source, EncryptionContext={"a": "1"})
    good = {"CiphertextBlob": blob, "SourceEncryptionContext": {"a": "1"}, "DestinationKeyId": target}
    for name in ("CiphertextBlob", "DestinationKeyId"):
        missing(name, kms.call, "ReEncrypt", **{k: v for k, v in good.items() if k != name})
    invalid("CiphertextBlob", kms.call, "ReEncrypt", **{**good, "SourceEncryptionContext": {"a": "2"}})
    invalid("CiphertextBlob", kms.call, "ReEncrypt", **{**good, "CiphertextBlob": "eA=="})
    no_key(kms.call, "ReEncrypt", **{**good, "DestinationKeyId": UNKNOWN})
    for key in (target, source):
        kms.call("DisableKey", KeyId=key)
        rejected("Disabled", kms.call, "ReEncrypt", **good)
        kms.call("EnableKey", KeyId=key)
    kms.call("ReEncrypt", **good)


def dry_runs(kms):
    key = new_key(kms)
    blob = sealed(kms, key)
    calls = {
        "Encrypt": ({"KeyId": key, "Plaintext": "eA=="}, {"KeyId": UNKNOWN, "Plaintext": "eA=="}),
        "Decrypt": ({"CiphertextBlob": blob}, {"CiphertextBlob": "eA=="}),
        "ReEncrypt": (
            {"CiphertextBlob": blob, "DestinationKeyId": key},
            {"CiphertextBlob": blob, "DestinationKeyId": UNKNOWN},
        ),
        "GenerateDataKey": ({"KeyId": key}, {"KeyId": UNKNOWN}),
        "GenerateDataKeyWithoutPlaintext": ({"KeyId": key}, {"KeyId": UNKNOWN}),
    }
    for action, (good, bad) in calls.items():
        refused(400, "DryRunOperationError", None, kms.call, action, **good, DryRun="true")
        refused(400, "ValidationError", None, kms.call, action, **bad, DryRun="true")
        true("RequestId" in kms.call(action, **good, DryRun="false"), f"{action} with DryRun=false has no RequestId")
    kms.call("DisableKey", KeyId=key)
    for action, (good, _) in calls.items():
        refused(400, "ValidationError", None, kms.call, action, **good, DryRun="True")
    indebted = kms.as_other("in-debt", "secret-of-in-debt")
    refused(400, "AccessDeniedError", None, indebted.call, "Encrypt", KeyId=key, Plaintext="eA==", DryRun="true")
    invalid("DryRun", kms.call, "Encrypt", KeyId=key, Plaintext="eA==", DryRun="perhaps")


def dry_runs_make_no_service_key(kms):
    def names():
        return {alias["AliasName"] for alias in kms.call("ListAliases", PageSize=100)["Aliases"]["Alias"]}

    before = names()
    for action, params in (("GenerateDataKey", {}), ("Encrypt", {"Plaintext": "eA=="})):
        refused(
            400, "DryRunOperationError", None, kms.call, action, KeyId="alias/acs/oss", DryRun="true", **params
        )
    same(names(), before, "aliases after dry runs")


def foreign_accounts_do_not_meet(kms):
    key = new_key(kms)
    blob = sealed(kms, key)
    stranger = kms.as_other("STS.worker", "secret-of-STS.worker", "CAIS-token+of/the=worker")
    no_key(stranger.call, "Decrypt", CiphertextBlob=blob)
    no_key(stranger.call, "DescribeKey", KeyId=key)
    try:
        stranger.call("DescribeKey", KeyId=f"acs:kms:{kms.region}:{kms.account}:key/{key}")
    except Refused as refusal:
        true(400 <= refusal.status < 500, f"an ARN of another account answers {refusal}")
    else:
        raise AssertionError("a key of another account was shown by its ARN")


CHECKS = [
    encrypt_and_decrypt,
    plaintext_is_an_opaque_string,
    key_by_alias_and_arn,
    ciphertext_layout,
    context_binds_without_order,
    empty_context_is_no_context,
    context_refuses_wrong_shapes,
    changed_blobs_do_not_open,
    encrypt_and_decrypt_refuse,
    re_encrypt,
    re_encrypt_refuses,
    dry_runs,
    dry_runs_make_no_service_key,
    foreign_accounts_do_not_meet,
]
