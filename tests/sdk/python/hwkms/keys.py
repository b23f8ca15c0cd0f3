"""Keys: making, finding, changing and deleting them."""

import time

from checks import UUID, matches, same, true

from . import NOBODY, described, fresh, new_key, refused, sequence, state

GROUP = "11111111-2222-3333-4444-555555555555"


def create_and_describe(kms):
    name = fresh()
    made = kms.call("CreateKey", key_alias=name, key_description="测试 a+b/c=d&e%f~*", sequence=sequence())
    key = made["key_info"]
    matches(UUID, key["key_id"], "key_id")
    shown = described(kms, key["key_id"])
    for member, wanted in {
        "key_id": key["key_id"],
        "domain_id": key["domain_id"],
        "key_alias": name,
        "realm": "cn-north-4",
        "key_description": "测试 a+b/c=d&e%f~*",
        "scheduled_deletion_date": "",
        "key_state": "2",
        "default_key_flag": "0",
        "key_type": "1",
        "expiration_time": "",
        "origin": "kms",
        "key_spec": "AES_256",
        "key_usage": "ENCRYPT_DECRYPT",
        "key_rotation_enabled": "false",
        "keystore_id": "0",
        "sys_enterprise_project_id": "0",
    }.items():
        same(shown[member], wanted, member)
    true(abs(int(shown["creation_date"]) / 1000 - time.time()) < 60, "creation_date is not now in milliseconds")


def create_badly(kms):
    taken = fresh()
    new_key(kms, key_alias=taken)
    for code, params in (
        ("KMS.1104", {"key_alias": taken}),
        ("KMS.1101", {"key_alias": "a b"}),
        ("KMS.1101", {"key_alias": "a" * 256}),
        ("KMS.1101", {"key_alias": "evs/default"}),
        ("KMS.1103", {"key_alias": fresh(), "key_description": "d" * 256}),
        ("KMS.0206", {"key_alias": fresh(), "sequence": "1"}),
        ("KMS.0308", {"key_alias": fresh(), "origin": "elsewhere"}),
        ("KMS.0308", {"key_alias": fresh(), "key_spec": "AES_1024"}),
        ("KMS.1115", {"key_alias": fresh(), "key_usage": "SIGN_VERIFY"}),
        ("KMS.1114", {"key_alias": fresh(), "key_spec": "EC_P256", "key_usage": "ENCRYPT_DECRYPT"}),
    ):
        refused(code, kms.call, "CreateKey", **params)
    new_key(kms, key_alias="a" * 255)


def groups(kms):
    key = new_key(kms, enterprise_project_id=GROUP)
    same(described(kms, key)["sys_enterprise_project_id"], GROUP, "sys_enterprise_project_id")
    same(kms.call("ListKeys", enterprise_project_id=GROUP)["keys"], [key], "keys of the group")
    true(key in kms.call("ListKeys", enterprise_project_id="all")["keys"], "the key is not among all")
    true(key not in kms.call("ListKeys", enterprise_project_id="0")["keys"], "the key is in another group")


def change(kms):
    key, name = new_key(kms), fresh()
    changed = kms.call("UpdateKeyAlias", key_id=key, key_alias=name)
    same(changed, {"key_info": {"key_id": key, "key_alias": name}}, "answer")
    changed = kms.call("UpdateKeyDescription", key_id=key, key_description="é")
    same(changed, {"key_info": {"key_id": key, "key_description": "é"}}, "answer")
    shown = described(kms, key)
    same((shown["key_alias"], shown["key_description"]), (name, "é"), "key")
    kms.call("UpdateKeyDescription", key_id=key, key_description="d" * 255)
    refused("KMS.1103", kms.call, "UpdateKeyDescription", key_id=key, key_description="d" * 256)
    other = fresh()
    new_key(kms, key_alias=other)
    refused("KMS.1104", kms.call, "UpdateKeyAlias", key_id=key, key_alias=other)
    refused("KMS.1101", kms.call, "UpdateKeyAlias", key_id=key, key_alias="?")


def states(kms):
    key = new_key(kms)
    refused("KMS.1201", kms.call, "EnableKey", key_id=key)
    same(kms.call("DisableKey", key_id=key), {"key_info": {"key_id": key, "key_state": "3"}}, "answer")
    refused("KMS.1301", kms.call, "DisableKey", key_id=key)
    refused("KMS.0209", kms.call, "EncryptData", key_id=key, plain_text="a")
    same(kms.call("EnableKey", key_id=key), {"key_info": {"key_id": key, "key_state": "2"}}, "answer")
    same(kms.call("EncryptData", key_id=key, plain_text="a")["key_id"], key, "key_id")


def deletion(kms):
    key = new_key(kms)
    refused("KMS.1501", kms.call, "CancelKeyDeletion", key_id=key)
    for days in ("6", "1097", "many"):
        refused("KMS.1401", kms.call, "DeleteKey", key_id=key, pending_days=days)
    same(kms.call("DeleteKey", key_id=key, pending_days="7"), {"key_id": key, "key_state": "4"}, "answer")
    shown = described(kms, key)
    days = (int(shown["scheduled_deletion_date"]) / 1000 - time.time()) / 86400
    true(6.9 < days < 7.1, f"it is deleted in {days} days")
    refused("KMS.1402", kms.call, "DeleteKey", key_id=key, pending_days="7")
    refused("KMS.0210", kms.call, "EncryptData", key_id=key, plain_text="a")
    same(kms.call("CancelKeyDeletion", key_id=key), {"key_id": key, "key_state": "3"}, "answer")
    same((state(kms, key), described(kms, key)["scheduled_deletion_date"]), ("3", ""), "key")
    kms.call("DeleteKey", key_id=key, pending_days="1096")


def unknown(kms):
    refusal = refused("KMS.0207", kms.call, "ListKeyDetail", key_id=NOBODY)
    same((refusal.status, refusal.message), (404, "The key does not exist."), "refusal")
    refusal = refused("KMS.0205", kms.call, "ListKeyDetail", key_id="b")
    same((refusal.status, refusal.message), (400, "Invalid key ID."), "refusal")


def lists(kms):
    there = kms.elsewhere()
    keys = [new_key(there) for _ in range(5)]
    there.call("DisableKey", key_id=keys[1])
    everything = there.call("ListKeys")
    same(everything["keys"], keys[::-1], "keys, newest first")
    same([key["key_id"] for key in everything["key_details"]], keys[::-1], "key_details")
    same((everything["total"], everything["next_marker"], everything["truncated"]), (5, "", "false"), "page")
    found, marker, pages = [], None, 0
    while marker != "":
        page = there.call("ListKeys", limit="2", **({"marker": marker} if marker else {}))
        same(page["truncated"], "true" if page["next_marker"] else "false", "truncated")
        same(page["total"], 5, "total")
        found += page["keys"]
        marker, pages = page["next_marker"], pages + 1
    same((found, pages), (keys[::-1], 3), "keys by pages")
    same(there.call("ListKeys", key_state="3")["keys"], [keys[1]], "disabled keys")
    for code, params in (
        ("KMS.1601", {"limit": "many"}),
        ("KMS.1602", {"marker": "-1"}),
        ("KMS.0308", {"key_state": "6"}),
    ):
        refused(code, there.call, "ListKeys", **params)


def kinds(kms):
    """The list has AES keys only, unless it is asked for others."""
    aes, pair = new_key(kms), new_key(kms, key_spec="RSA_2048")
    for spec, wanted in (("ALL", {aes, pair}), ("RSA_2048", {pair}), (None, {aes})):
        listed = kms.call("ListKeys", **({"key_spec": spec} if spec else {}))["keys"]
        same(wanted, {aes, pair} & set(listed), f"keys of {spec}")


def default_master_keys(kms):
    key = described(kms, "alias/evs/default")
    same((key["key_alias"], key["default_key_flag"], key["key_state"]), ("evs/default", "1", "2"), "key")
    key = key["key_id"]
    same(described(kms, "alias/evs/default")["key_id"], key, "key_id")
    true(key in kms.call("ListKeys")["keys"], "it is not listed")
    blob = kms.call("EncryptData", key_id=key, plain_text="a")["cipher_text"]
    same(kms.call("DecryptData", cipher_text=blob)["plain_text"], "a", "plain_text")
    for action, params in (
        ("DisableKey", {}),
        ("EnableKey", {}),
        ("DeleteKey", {"pending_days": "7"}),
        ("UpdateKeyAlias", {"key_alias": fresh()}),
        ("UpdateKeyDescription", {"key_description": "a"}),
        ("EnableKeyRotation", {}),
    ):
        refused("KMS.0211", kms.call, action, key_id=key, **params)


def counts(kms):
    before = kms.call("ShowUserInstances")["instance_num"]
    new_key(kms)
    same(kms.call("ShowUserInstances")["instance_num"], before + 1, "instance_num")
    resources = {it["type"]: it for it in kms.call("ShowUserQuotas")["quotas"]["resources"]}
    same(resources["CMK"]["used"], before + 1, "used")
    true(resources["CMK"]["quota"] > before, "quota")
    same(sorted(resources["grant_per_CMK"]), ["quota", "type", "used"], "members")


def random(kms):
    for bits in (8, 512, 8192):
        data = kms.call("CreateRandom", random_data_length=str(bits))["random_data"]
        matches(rf"[0-9A-F]{{{bits // 4}}}", data, "random_data")
    for code, bits in (("KMS.1801", "0"), ("KMS.1801", "8200"), ("KMS.1802", "9"), ("KMS.1801", "many")):
        refused(code, kms.call, "CreateRandom", random_data_length=bits)


def versions(kms):
    versions = kms.call("ShowVersions")["versions"]
    true("v1.0" in {it["id"] for it in versions}, "v1.0 is not among the versions")
    same(kms.call("ShowVersion", version_id="v1.0")["version"]["status"], "CURRENT", "status")


CHECKS = [
    create_and_describe,
    create_badly,
    groups,
    change,
    states,
    deletion,
    unknown,
    lists,
    kinds,
    default_master_keys,
    counts,
    random,
    versions,
]
