"""Grants, and what a user may do by them."""

import time

from checks import matches, same, true

from . import new_key, refused
from .client import user_id

USES = ["describe-key", "encrypt-data", "decrypt-data"]


def grant(kms, key, operations, principal="bob", **params):
    told = kms.call(
        "CreateGrant", key_id=key, grantee_principal=user_id(kms, principal), operations=operations, **params
    )
    matches(r"[0-9a-f]{64}", told["grant_id"], "grant_id")
    return told["grant_id"]


def lists(kms):
    key = new_key(kms)
    named = grant(kms, key, USES, name="for-bob", retiring_principal=user_id(kms, "carol"))
    others = [grant(kms, key, ["describe-key", "create-grant"], "carol") for _ in range(2)]
    listed = kms.call("ListGrants", key_id=key)
    same((listed["total"], listed["truncated"], listed["next_marker"]), (3, "false", ""), "page")
    by_id = {it["grant_id"]: it for it in listed["grants"]}
    same(set(by_id), {named, *others}, "grants")
    shown = by_id[named]
    for member, wanted in {
        "key_id": key,
        "grantee_principal": user_id(kms, "bob"),
        "grantee_principal_type": "user",
        "name": "for-bob",
        "retiring_principal": user_id(kms, "carol"),
    }.items():
        same(shown[member], wanted, member)
    same(sorted(shown["operations"]), sorted(USES), "operations")
    true(abs(int(shown["creation_date"]) / 1000 - time.time()) < 60, "creation_date is not now in milliseconds")
    found, marker = [], None
    while marker != "":
        page = kms.call("ListGrants", key_id=key, limit="2", **({"marker": marker} if marker else {}))
        found += [it["grant_id"] for it in page["grants"]]
        marker = page["next_marker"]
    same(sorted(found), sorted(by_id), "grants by pages")


def a_grantee_does_what_is_granted(kms):
    key, bob = new_key(kms), kms.user("bob")
    denied(bob, "ListKeyDetail", key_id=key)
    made = grant(kms, key, USES)
    same(bob.call("ListKeyDetail", key_id=key)["key_info"]["key_id"], key, "key_id")
    blob = bob.call("EncryptData", key_id=key, plain_text="a")["cipher_text"]
    same(bob.call("DecryptData", cipher_text=blob)["plain_text"], "a", "plain_text")
    denied(bob, "CreateDatakey", key_id=key)
    denied(bob, "DisableKey", key_id=key)
    denied(bob, "EncryptData", key_id=new_key(kms), plain_text="a")
    kms.call("CancelGrant", key_id=key, grant_id=made)
    denied(bob, "DecryptData", cipher_text=blob)


def denied(kms, action, /, **params):
    refusal = refused("KMS.0306", kms.call, action, **params)
    same(refusal.status, 403, "status")


def retires(kms):
    """The principal that was named for it, or a grantee with retire-grant."""
    key, bob, carol = new_key(kms), kms.user("bob"), kms.user("carol")
    made = grant(kms, key, USES, retiring_principal=user_id(kms, "carol"))
    retirable = carol.call("ListRetirableGrants")
    true(made in [it["grant_id"] for it in retirable["grants"]], "carol cannot retire the grant")
    same((type(retirable["total"]), retirable["truncated"]), (int, "false"), "page")
    denied(bob, "CancelSelfGrant", key_id=key, grant_id=made)
    carol.call("CancelSelfGrant", key_id=key, grant_id=made)
    same(kms.call("ListGrants", key_id=key)["grants"], [], "grants")
    made = grant(kms, key, [*USES, "retire-grant"])
    bob.call("CancelSelfGrant", key_id=key, grant_id=made)
    same(kms.call("ListGrants", key_id=key)["grants"], [], "grants")


def badly(kms):
    key, bob = new_key(kms), user_id(kms, "bob")
    for code, params in (
        ("KMS.2401", {"operations": ["create-grant"]}),
        ("KMS.2402", {"grantee_principal": "a b"}),
        ("KMS.0308", {"operations": ["sign"]}),
        ("KMS.0308", {"grantee_principal_type": "group"}),
        ("KMS.0211", {"key_id": "alias/obs/default"}),
    ):
        given = {"key_id": key, "grantee_principal": bob, "operations": USES, **params}
        refused(code, kms.call, "CreateGrant", **given)
    made = grant(kms, key, USES)
    refused("KMS.2501", kms.call, "CancelGrant", key_id=key, grant_id="b")
    refused("KMS.2501", kms.call, "CancelGrant", key_id=key, grant_id="a" * 64)
    refused("KMS.2502", kms.call, "CancelGrant", key_id=new_key(kms), grant_id=made)


def by_policies(kms):
    """Carol's policy lets her list keys, and nothing else."""
    carol = kms.user("carol")
    true(isinstance(carol.call("ListKeys")["keys"], list), "keys")
    denied(carol, "CreateKey", key_alias="by-carol")
    denied(kms.user("bob"), "ListKeys")


CHECKS = [lists, a_grantee_does_what_is_granted, retires, badly, by_policies]
