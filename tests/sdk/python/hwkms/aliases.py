"""Aliases, and keys named by them."""

from checks import matches, same

from . import described, fresh, new_key, refused


def makes(kms):
    key, name = new_key(kms), fresh("alias/a")
    made = kms.call("CreateAlias", key_id=key, alias=name)
    same((made["key_id"], made["alias"]), (key, name), "answer")
    urn = f"kms:cn-north-4:{made['domain_id']}:alias:{name.removeprefix('alias/')}"
    same(made["alias_urn"], urn, "alias_urn")
    for member in ("create_time", "update_time"):
        matches(r"\d{13}", made[member], member)
    for other in (name, urn):
        same(described(kms, other)["key_id"], key, f"key of {other}")
        blob = kms.call("EncryptData", key_id=other, plain_text="a")
        same(blob["key_id"], key, "key_id")
    same(described(kms, key)["key_alias"].startswith("key-"), True, "key_alias")


def makes_badly(kms):
    key, name = new_key(kms), fresh("alias/a")
    kms.call("CreateAlias", key_id=key, alias=name)
    for code, params in (
        ("KMS.1104", {"key_id": new_key(kms), "alias": name}),
        ("KMS.1101", {"key_id": key, "alias": "alias/a b"}),
        ("KMS.1101", {"key_id": key, "alias": "alias/evs/default"}),
        ("KMS.0204", {"key_id": key}),
    ):
        refused(code, kms.call, "CreateAlias", **params)


def lists(kms):
    key = new_key(kms, key_alias=fresh("main"))
    names = [fresh("alias/b") for _ in range(3)]
    for name in names:
        kms.call("CreateAlias", key_id=key, alias=name)
    listed = all_of(kms, key_id=key, limit="2")
    same(set(names) <= {it["alias"] for it in listed}, True, "the aliases are listed")
    same({it["key_id"] for it in listed}, {key}, "key_ids")
    everything = {it["alias"] for it in all_of(kms)}
    same(set(names) <= everything, True, "the aliases are among all")


def all_of(kms, **params):
    """Every page."""
    found, marker = [], None
    while marker != "":
        page = kms.call("ListAliases", **params, **({"marker": marker} if marker else {}))
        same(page["page_info"]["current_count"], len(page["aliases"]), "current_count")
        found += page["aliases"]
        marker = page["page_info"].get("next_marker") or ""
    return found


def moves(kms):
    old, new, name = new_key(kms), new_key(kms), fresh("alias/c")
    kms.call("CreateAlias", key_id=old, alias=name)
    moved = kms.call("AssociateAlias", target_key_id=new, alias=name)
    same((moved["key_id"], moved["alias"]), (new, name), "answer")
    same(described(kms, name)["key_id"], new, "key")


def deletes(kms):
    key, name = new_key(kms), fresh("alias/d")
    kms.call("CreateAlias", key_id=key, alias=name)
    kms.call("DeleteAlias", key_id=key, aliases=[name])
    refused("KMS.0207", kms.call, "ListKeyDetail", key_id=name)
    refused("KMS.0308", kms.call, "DeleteAlias", key_id=key, aliases=[])


CHECKS = [makes, makes_badly, lists, moves, deletes]
