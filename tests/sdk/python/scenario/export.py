"""Data keys for others: ExportDataKey, GenerateAndExportDataKey, ReEncrypt from a key pair."""

import functools

import local
from checks import UUID, invalid, matches, missing, no_key, no_version, refused, rejected, same, unfit, unsupported
from local import Wrapper
from scenario.keys import UNKNOWN, new_key
from scenario.pairs import CRYPT, SIGN, new_pair, public_key

# the type of the wrapping key, the algorithm, and its limit in bytes
WRAPPINGS = (
    ("RSA_2048", "RSAES_OAEP_SHA_256", 190),
    ("RSA_2048", "RSAES_OAEP_SHA_1", 214),
    ("EC_SM2", "SM2PKE", 1024),
)
CONTEXT = {"EncryptionContext": {"purpose": "export"}}
wrapper = functools.cache(Wrapper)


def generate_and_export(kms):
    created = kms.call("CreateKey", KeySpec="Aliyun_SM4")["KeyMetadata"]
    key = created["KeyId"]
    for spec, algorithm, most in WRAPPINGS:
        for params, size in (
            ({}, 32),
            ({"KeySpec": "AES_128"}, 16),
            ({"KeySpec": "AES_128", "NumberOfBytes": 24}, 24),
            ({"NumberOfBytes": most}, most),
        ):
            given = {**params, **CONTEXT, **wrapper(spec).params(algorithm)}
            answer = kms.call("GenerateAndExportDataKey", KeyId=key, **given)
            matches(UUID, answer["RequestId"], "RequestId")
            wanted = (key, created["PrimaryKeyVersion"])
            same((answer["KeyId"], answer["KeyVersionId"]), wanted, "key and version of GenerateAndExportDataKey")
            exported = wrapper(spec).decrypt(algorithm, local.data(answer["ExportedDataKey"]))
            same(len(exported), size, f"bytes of the data key of {params}")
            opened = kms.call("Decrypt", CiphertextBlob=answer["CiphertextBlob"], **CONTEXT)["Plaintext"]
            same(local.data(opened), exported, f"what the blob and {algorithm} hold")
            invalid("CiphertextBlob", kms.call, "Decrypt", CiphertextBlob=answer["CiphertextBlob"])


def export(kms):
    created = kms.call("CreateKey")["KeyMetadata"]
    key = created["KeyId"]
    for spec, algorithm, most in WRAPPINGS:
        for size in (16, most):
            made = kms.call("GenerateDataKey", KeyId=key, NumberOfBytes=size, **CONTEXT)
            given = {**CONTEXT, **wrapper(spec).params(algorithm)}
            answer = kms.call("ExportDataKey", CiphertextBlob=made["CiphertextBlob"], **given)
            matches(UUID, answer["RequestId"], "RequestId")
            wanted = (key, created["PrimaryKeyVersion"])
            same((answer["KeyId"], answer["KeyVersionId"]), wanted, "key and version of ExportDataKey")
            exported = wrapper(spec).decrypt(algorithm, local.data(answer["ExportedDataKey"]))
            same(exported, local.data(made["Plaintext"]), f"the data key by {algorithm}")


def export_refuses(kms):
    key = new_key(kms)
    wrapping = wrapper("RSA_2048").params("RSAES_OAEP_SHA_256")
    blob = kms.call("GenerateDataKey", KeyId=key, NumberOfBytes=191)["CiphertextBlob"]
    short = kms.call("GenerateDataKey", KeyId=key)["CiphertextBlob"]
    for action, given, source in (
        ("ExportDataKey", {"CiphertextBlob": short}, "CiphertextBlob"),
        ("GenerateAndExportDataKey", {"KeyId": key}, "KeyId"),
    ):
        good = {**given, **wrapping}
        for name in good:
            missing(name, kms.call, action, **{key: value for key, value in good.items() if key != name})
        for algorithm in ("SM2PKE", "RSAES_PKCS1_V1_5", "RSAES_OAEP_SHA_512"):
            invalid("WrappingAlgorithm", kms.call, action, **{**good, "WrappingAlgorithm": algorithm})
        for spec in ("RSA_3072", "EC_P256"):
            invalid("WrappingKeySpec", kms.call, action, **{**good, "WrappingKeySpec": spec})
        others = [local.text(wrapper(spec).public) for spec in ("RSA_3072", "EC_SM2")]
        for public in ["not base64!", "eA==", *others]:
            invalid("PublicKeyBlob", kms.call, action, **{**good, "PublicKeyBlob": public})
        refused(400, "DryRunOperationError", None, kms.call, action, **good, DryRun="true")
        refused(400, "ValidationError", None, kms.call, action, **{**good, "PublicKeyBlob": "eA=="}, DryRun="true")
        kms.call("DisableKey", KeyId=key)
        rejected("Disabled", kms.call, action, **good)
        kms.call("EnableKey", KeyId=key)
    for size in (191, 1025, 0):
        invalid("NumberOfBytes", kms.call, "GenerateAndExportDataKey", KeyId=key, NumberOfBytes=size, **wrapping)
    invalid("KeySpec", kms.call, "GenerateAndExportDataKey", KeyId=key, KeySpec="AES_512", **wrapping)
    no_key(kms.call, "GenerateAndExportDataKey", KeyId=UNKNOWN, **wrapping)
    pair = new_pair(kms, "EC_SM2", CRYPT)
    unsupported(kms.call, "GenerateAndExportDataKey", KeyId=pair["KeyId"], **wrapping)
    # Too long, not of a data key, under another context, and of no key.
    text = kms.call("Encrypt", KeyId=key, Plaintext="no base64!")["CiphertextBlob"]
    bound = kms.call("GenerateDataKey", KeyId=key, **CONTEXT)["CiphertextBlob"]
    for wrong in (blob, text, bound, "eA==", "not base64!"):
        invalid("CiphertextBlob", kms.call, "ExportDataKey", CiphertextBlob=wrong, **wrapping)


def re_encrypt_from_a_pair(kms):
    target = new_key(kms)
    for spec, algorithm in (
        ("RSA_2048", "RSAES_OAEP_SHA_256"),
        ("RSA_2048", "RSAES_OAEP_SHA_1"),
        ("EC_SM2", "SM2PKE"),
    ):
        pair = new_pair(kms, spec, CRYPT)
        plaintext = bytes(range(32))
        sealed = local.text(local.encrypt(public_key(kms, pair), algorithm, plaintext))
        answer = kms.call(
            "ReEncrypt",
            CiphertextBlob=sealed,
            SourceKeyId=pair["KeyId"],
            SourceKeyVersionId=pair["KeyVersionId"],
            SourceEncryptionAlgorithm=algorithm,
            DestinationKeyId=target,
            DestinationEncryptionContext=CONTEXT["EncryptionContext"],
        )
        # The answer names the key that decrypted the old ciphertext.
        same({name: answer[name] for name in pair}, pair, "key and version of ReEncrypt")
        opened = kms.call("Decrypt", CiphertextBlob=answer["CiphertextBlob"], **CONTEXT)
        same((local.data(opened["Plaintext"]), opened["KeyId"]), (plaintext, target), "what the new ciphertext holds")


def re_encrypt_from_a_pair_refuses(kms):
    pair, target = new_pair(kms, "EC_SM2", CRYPT), new_key(kms)
    sealed = kms.call("AsymmetricEncrypt", **pair, Algorithm="SM2PKE", Plaintext="eA==")["CiphertextBlob"]
    good = {
        "CiphertextBlob": sealed,
        "SourceKeyId": pair["KeyId"],
        "SourceKeyVersionId": pair["KeyVersionId"],
        "SourceEncryptionAlgorithm": "SM2PKE",
        "DestinationKeyId": target,
    }
    for name in ("SourceKeyId", "SourceKeyVersionId", "DestinationKeyId"):
        missing(name, kms.call, "ReEncrypt", **{key: value for key, value in good.items() if key != name})
    # Without the algorithm, it is read as a ciphertext of a symmetric key, which it is not.
    symmetric = {key: value for key, value in good.items() if key != "SourceEncryptionAlgorithm"}
    invalid("CiphertextBlob", kms.call, "ReEncrypt", **symmetric)
    for algorithm in ("RSAES_OAEP_SHA_256", "RSAES_PKCS1_V1_5"):
        wrong = {**good, "SourceEncryptionAlgorithm": algorithm}
        invalid("SourceEncryptionAlgorithm", kms.call, "ReEncrypt", **wrong)
    invalid("CiphertextBlob", kms.call, "ReEncrypt", **{**good, "CiphertextBlob": "eA=="})
    no_version(kms.call, "ReEncrypt", **{**good, "SourceKeyVersionId": UNKNOWN})
    no_key(kms.call, "ReEncrypt", **{**good, "SourceKeyId": UNKNOWN})
    no_key(kms.call, "ReEncrypt", **{**good, "DestinationKeyId": UNKNOWN})
    unfit(kms.call, "ReEncrypt", **{**good, "SourceKeyId": target})
    signer = new_pair(kms, "EC_SM2", SIGN)
    wrong = {**good, "SourceKeyId": signer["KeyId"], "SourceKeyVersionId": signer["KeyVersionId"]}
    unfit(kms.call, "ReEncrypt", **wrong)
    unsupported(kms.call, "ReEncrypt", **{**good, "DestinationKeyId": pair["KeyId"]})
    for key in (pair["KeyId"], target):
        kms.call("DisableKey", KeyId=key)
        rejected("Disabled", kms.call, "ReEncrypt", **good)
        kms.call("EnableKey", KeyId=key)
    kms.call("ReEncrypt", **good)


CHECKS = [generate_and_export, export, export_refuses, re_encrypt_from_a_pair, re_encrypt_from_a_pair_refuses]
