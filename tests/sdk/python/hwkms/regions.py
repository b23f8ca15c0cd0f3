"""Regions: keys are apart, unless they are replicas."""

from checks import same, true

from . import described, fresh, new_key, refused
from .client import ELSEWHERE, REGION


def are_apart(kms):
    key = new_key(kms)
    refused("KMS.0207", kms.elsewhere().call, "ListKeyDetail", key_id=key)


def supported(kms):
    regions = kms.call("ListSupportRegions")["regions"]
    true({REGION, ELSEWHERE} <= set(regions), f"regions are {regions}")
    same(kms.call("ListSupportRegions", limit=50, offset=len(regions))["regions"], [], "page past the end")


def replicas(kms):
    """A ciphertext of one region can be decrypted in the other."""
    key, there, name = new_key(kms), kms.elsewhere(), fresh("replica")
    made = kms.call(
        "ReplicateKey",
        key_id=key,
        replica_region=ELSEWHERE,
        replica_project_id=there.settings["project"],
        key_alias=name,
        key_description="é",
        tags=[{"key": "a", "value": "b"}],
    )
    same((made["key_id"], made["region"]), (key, ELSEWHERE), "replica")
    shown = described(there, key)
    same((shown["key_alias"], shown["key_description"], shown["realm"]), (name, "é", ELSEWHERE), "replica")
    same(there.call("ShowKmsTags", key_id=key)["tags"], [{"key": "a", "value": "b"}], "tags")
    blob = kms.call("EncryptData", key_id=key, plain_text="a")["cipher_text"]
    same(there.call("DecryptData", cipher_text=blob)["plain_text"], "a", "plain_text")
    refused("KMS.0106", there.call, "EnableKeyRotation", key_id=key)
    moved = kms.call("UpdatePrimaryRegion", key_id=key, primary_region=ELSEWHERE)
    same((moved["key_id"], moved["primary_region"]), (key, ELSEWHERE), "answer")
    there.call("EnableKeyRotation", key_id=key)


def replicate_badly(kms):
    key, there = new_key(kms), kms.elsewhere().settings["project"]
    good = {"key_id": key, "replica_region": ELSEWHERE, "replica_project_id": there}
    for code, params in (
        ("KMS.0308", {"replica_region": "mars-1", "key_alias": fresh()}),
        ("KMS.1101", {"key_alias": "a b"}),
        ("KMS.0204", {}),
    ):
        refused(code, kms.call, "ReplicateKey", **{**good, **params})


CHECKS = [are_apart, supported, replicas, replicate_badly]
