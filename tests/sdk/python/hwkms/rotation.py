"""Rotation, by interval and on demand."""

from checks import same

from . import described, new_key, refused


def intervals(kms):
    key = new_key(kms)
    off = kms.call("ShowKeyRotationStatus", key_id=key)
    same((off["key_rotation_enabled"], off["number_of_rotations"]), (False, 0), "status")
    kms.call("EnableKeyRotation", key_id=key)
    on = kms.call("ShowKeyRotationStatus", key_id=key)
    same((on["key_rotation_enabled"], on["rotation_interval"]), (True, 365), "status")
    same(described(kms, key)["key_rotation_enabled"], "true", "key_rotation_enabled")
    refused("KMS.2901", kms.call, "EnableKeyRotation", key_id=key)
    for days in (30, 365):
        kms.call("UpdateKeyRotationInterval", key_id=key, rotation_interval=days)
        same(kms.call("ShowKeyRotationStatus", key_id=key)["rotation_interval"], days, "rotation_interval")
    for days in (29, 366):
        refused("KMS.3001", kms.call, "UpdateKeyRotationInterval", key_id=key, rotation_interval=days)
    kms.call("DisableKeyRotation", key_id=key)
    refused("KMS.0313", kms.call, "DisableKeyRotation", key_id=key)
    refused("KMS.0313", kms.call, "UpdateKeyRotationInterval", key_id=key, rotation_interval=30)


def on_demand(kms):
    """What was encrypted before a rotation can still be decrypted."""
    key = new_key(kms)
    blob = kms.call("EncryptData", key_id=key, plain_text="a")["cipher_text"]
    same(kms.call("RotateOnDemand", key_id=key)["key_id"], key, "key_id")
    same(kms.call("ShowKeyRotationStatus", key_id=key)["number_of_rotations"], 1, "number_of_rotations")
    same(kms.call("DecryptData", cipher_text=blob)["plain_text"], "a", "plain_text")


def badly(kms):
    refused("KMS.0324", kms.call, "EnableKeyRotation", key_id=new_key(kms, key_spec="RSA_2048"))
    refused("KMS.0312", kms.call, "EnableKeyRotation", key_id=new_key(kms, origin="external"))
    refused("KMS.0312", kms.call, "RotateOnDemand", key_id=new_key(kms, origin="external"))


CHECKS = [intervals, on_demand, badly]
