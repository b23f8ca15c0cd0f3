"""Bring your own key: GetParametersForImport, ImportKeyMaterial, DeleteKeyMaterial."""

import secrets
import time

import local
from checks import UUID, invalid, matches, missing, near, no_key, not_modified, refused, rejected, same, true
from scenario.keys import UNKNOWN, described, new_key
from scenario.pairs import SIGN, new_pair

DAY = 24 * 3600
RSA = {"WrappingKeySpec": "RSA_2048"}
SM2 = {"WrappingKeySpec": "EC_SM2", "WrappingAlgorithm": "SM2PKE"}
WRAPPINGS = ("RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1", "RSAES_PKCS1_V1_5")
# type of key -> bytes of its material
SPECS = {"Aliyun_AES_256": 32, "Aliyun_AES_128": 16, "Aliyun_AES_192": 24, "Aliyun_SM4": 16}


def parameters(kms, key, algorithm="RSAES_OAEP_SHA_256", spec="RSA_2048"):
    answer = kms.call("GetParametersForImport", KeyId=key, WrappingAlgorithm=algorithm, WrappingKeySpec=spec)
    matches(UUID, answer["RequestId"], "RequestId")
    same(answer["KeyId"], key, "KeyId of GetParametersForImport")
    near(answer["TokenExpireTime"], DAY, "TokenExpireTime")
    return answer


def wrapped(given, material, algorithm="RSAES_OAEP_SHA_256"):
    """The import parameters that ImportKeyMaterial needs."""
    sealed = local.encrypt(local.data(given["PublicKey"]), algorithm, material)
    return {"KeyId": given["KeyId"], "ImportToken": given["ImportToken"], "EncryptedKeyMaterial": local.text(sealed)}


def no_material(kms, asked, **changes):
    message = "key material is invalid."
    refused(400, "InvalidKeyMaterial", message, kms.call, "ImportKeyMaterial", **{**asked, **changes})


def no_token(kms, asked, **changes):
    message = "import token is invalid."
    refused(400, "InvalidImportToken", message, kms.call, "ImportKeyMaterial", **{**asked, **changes})


def external(kms, **params):
    return new_key(kms, Origin="EXTERNAL", **params)


def imported(kms, **params):
    """A key with material, and the material."""
    key, material = external(kms), secrets.token_bytes(32)
    kms.call("ImportKeyMaterial", **wrapped(parameters(kms, key), material), **params)
    return key, material


def import_by_every_wrapping(kms):
    for algorithm in WRAPPINGS:
        key = external(kms)
        same(described(kms, key)["KeyState"], "PendingImport", "KeyState")
        given = parameters(kms, key, algorithm)
        same(len(local.data(given["PublicKey"])), 294, "bytes of PublicKey")
        answer = kms.call("ImportKeyMaterial", **wrapped(given, secrets.token_bytes(32), algorithm))
        same(list(answer), ["RequestId"], f"fields of ImportKeyMaterial by {algorithm}")
        shown = described(kms, key)
        same((shown["KeyState"], shown["Origin"]), ("Enabled", "EXTERNAL"), "state and origin")
        same(shown["MaterialExpireTime"], "", "MaterialExpireTime")
        same(shown["AutomaticRotation"], "Disabled", "AutomaticRotation")
        blob = kms.call("Encrypt", KeyId=key, Plaintext="aGVsbG8=")["CiphertextBlob"]
        same(kms.call("Decrypt", CiphertextBlob=blob)["Plaintext"], "aGVsbG8=", "Plaintext")
    # SM2 wraps material for keys in hardware.
    key = external(kms, ProtectionLevel="HSM", KeySpec="Aliyun_SM4")
    given = parameters(kms, key, "SM2PKE", "EC_SM2")
    kms.call("ImportKeyMaterial", **wrapped(given, secrets.token_bytes(16), "SM2PKE"))
    same(described(kms, key)["KeyState"], "Enabled", "KeyState after SM2PKE")


def material_of_every_spec(kms):
    for spec, size in SPECS.items():
        key = external(kms, KeySpec=spec)
        given = parameters(kms, key)
        for wrong in (size - 1, size + 1, 1):
            no_material(kms, wrapped(given, secrets.token_bytes(wrong)))
        same(described(kms, key)["KeyState"], "PendingImport", f"KeyState of {spec} after wrong lengths")
        kms.call("ImportKeyMaterial", **wrapped(given, secrets.token_bytes(size)))
        same(described(kms, key)["KeyState"], "Enabled", f"KeyState of {spec}")


def parameters_are_new_each_time(kms):
    key = external(kms)
    one, two = parameters(kms, key), parameters(kms, key)
    for name in ("PublicKey", "ImportToken"):
        true(one[name] != two[name], f"{name} is the same twice")
    # Both are valid, but the public key of one does not belong to the token of the other.
    material = secrets.token_bytes(32)
    no_material(kms, wrapped(one, material), ImportToken=two["ImportToken"])
    kms.call("ImportKeyMaterial", **wrapped(two, material))
    kms.call("ImportKeyMaterial", **wrapped(one, material))


def parameters_refuse(kms):
    key = external(kms)
    good = {"KeyId": key, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", **RSA}
    call = (kms.call, "GetParametersForImport")
    for name in good:
        missing(name, *call, **{one: value for one, value in good.items() if one != name})
    for algorithm in ("SM2PKE", "RSAES_OAEP_SHA_512"):
        invalid("WrappingAlgorithm", *call, **{**good, "WrappingAlgorithm": algorithm})
    invalid("WrappingAlgorithm", *call, **{**good, "WrappingKeySpec": "EC_SM2"})
    invalid("WrappingKeySpec", *call, **{**good, "WrappingKeySpec": "RSA_3072"})
    invalid("WrappingKeySpec", *call, KeyId=key, **SM2)  # for keys in hardware only
    no_key(*call, **{**good, "KeyId": UNKNOWN})
    origin = "This key origin is not valid for this api."
    for other in (new_key(kms), new_pair(kms, "EC_P256", SIGN)["KeyId"]):
        refused(400, "Unsupported.Origin", origin, *call, **{**good, "KeyId": other})
        asked = {**wrapped(parameters(kms, key), b"x" * 32), "KeyId": other}
        refused(400, "Unsupported.Origin", origin, kms.call, "ImportKeyMaterial", **asked)
        refused(400, "Unsupported.Origin", origin, kms.call, "DeleteKeyMaterial", KeyId=other)


def import_refuses(kms):
    key, material = external(kms), secrets.token_bytes(32)
    given = parameters(kms, key)
    good = wrapped(given, material)
    for name in good:
        missing(name, kms.call, "ImportKeyMaterial", **{one: value for one, value in good.items() if one != name})
    token = bytearray(local.data(given["ImportToken"]))
    token[len(token) // 2] ^= 1
    stranger = parameters(kms, external(kms))["ImportToken"]
    for wrong in (local.text(bytes(token)), stranger, "eA==", "not base64!"):
        no_token(kms, good, ImportToken=wrong)
    # Every invalid wrapping gets the same error.
    others = [wrapped(given, material, algorithm) for algorithm in ("RSAES_OAEP_SHA_1", "RSAES_PKCS1_V1_5")]
    texts = [other["EncryptedKeyMaterial"] for other in others] + [local.text(material), "eA==", "not base64!"]
    for wrong in texts:
        no_material(kms, good, EncryptedKeyMaterial=wrong)
    for when in (int(time.time()) - 60, -1):
        invalid("KeyMaterialExpireUnix", kms.call, "ImportKeyMaterial", **good, KeyMaterialExpireUnix=when)
    no_key(kms.call, "ImportKeyMaterial", **{**good, "KeyId": UNKNOWN})
    no_key(kms.call, "DeleteKeyMaterial", KeyId=UNKNOWN)
    missing("KeyId", kms.call, "DeleteKeyMaterial")
    same(described(kms, key)["KeyState"], "PendingImport", "KeyState after refusals")
    kms.call("ImportKeyMaterial", **good)


def delete_and_import_again(kms):
    key, material = imported(kms)
    blob = kms.call("Encrypt", KeyId=key, Plaintext="aGVsbG8=")["CiphertextBlob"]
    same(list(kms.call("DeleteKeyMaterial", KeyId=key)), ["RequestId"], "fields of DeleteKeyMaterial")
    same(described(kms, key)["KeyState"], "PendingImport", "KeyState")
    rejected("PendingImport", kms.call, "Decrypt", CiphertextBlob=blob)
    rejected("PendingImport", kms.call, "Encrypt", KeyId=key, Plaintext="eA==")
    for action in ("EnableKey", "DisableKey"):
        not_modified(kms.call, action, KeyId=key)
    # Only the key's earlier material decrypts its ciphertexts. Other material is refused.
    given = parameters(kms, key)
    no_material(kms, wrapped(given, secrets.token_bytes(32)))
    kms.call("ImportKeyMaterial", **wrapped(given, material))
    same(described(kms, key)["KeyState"], "Enabled", "KeyState")
    same(kms.call("Decrypt", CiphertextBlob=blob)["Plaintext"], "aGVsbG8=", "Plaintext")
    no_material(kms, wrapped(given, secrets.token_bytes(32)))


def states_of_imported_keys(kms):
    key, material = imported(kms)
    kms.call("DisableKey", KeyId=key)
    kms.call("DeleteKeyMaterial", KeyId=key)
    same(described(kms, key)["KeyState"], "PendingImport", "KeyState without material")
    given = parameters(kms, key)
    kms.call("ImportKeyMaterial", **wrapped(given, material))
    same(described(kms, key)["KeyState"], "Disabled", "KeyState after the import into a disabled key")
    kms.call("EnableKey", KeyId=key)
    kms.call("ScheduleKeyDeletion", KeyId=key, PendingWindowInDays=7)
    given = parameters(kms, key)
    not_modified(kms.call, "ImportKeyMaterial", **wrapped(given, material))
    kms.call("CancelKeyDeletion", KeyId=key)
    same(described(kms, key)["KeyState"], "Enabled", "KeyState after CancelKeyDeletion")


def material_expires(kms):
    now = int(time.time())
    key, material = imported(kms, KeyMaterialExpireUnix=now + DAY)
    near(described(kms, key)["MaterialExpireTime"], DAY, "MaterialExpireTime")
    given = parameters(kms, key)
    kms.call("ImportKeyMaterial", **wrapped(given, material), KeyMaterialExpireUnix=now + 2 * DAY)
    near(described(kms, key)["MaterialExpireTime"], 2 * DAY, "MaterialExpireTime after the same again")
    kms.call("ImportKeyMaterial", **wrapped(given, material), KeyMaterialExpireUnix=0)
    same(described(kms, key)["MaterialExpireTime"], "", "MaterialExpireTime of material for ever")
    kms.call("ImportKeyMaterial", **wrapped(given, material), KeyMaterialExpireUnix=int(time.time()) + 2)
    deadline = time.monotonic() + 10
    while described(kms, key)["KeyState"] == "Enabled" and time.monotonic() < deadline:
        time.sleep(0.25)
    shown = described(kms, key)
    same((shown["KeyState"], shown["MaterialExpireTime"]), ("PendingImport", ""), "the key once its material expired")
    rejected("PendingImport", kms.call, "Encrypt", KeyId=key, Plaintext="eA==")
    kms.call("ImportKeyMaterial", **wrapped(given, material))
    same(described(kms, key)["KeyState"], "Enabled", "KeyState")


CHECKS = [
    import_by_every_wrapping,
    material_of_every_spec,
    parameters_are_new_each_time,
    parameters_refuse,
    import_refuses,
    delete_and_import_again,
    states_of_imported_keys,
    material_expires,
]
