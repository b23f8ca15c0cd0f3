"""Aliases: creating, listing, moving to another key, deleting."""

from checks import UUID, invalid, matches, missing, no_alias, no_key, refused, same, true
from scenario.keys import UNKNOWN, new_key


def all_aliases(kms, action, **params):
    found, page = {}, 1
    while True:
        answer = kms.call(action, PageNumber=page, PageSize=20, **params)
        for alias in answer["Aliases"]["Alias"]:
            found[alias["AliasName"]] = alias
        if len(answer["Aliases"]["Alias"]) < 20:
            same(answer["TotalCount"], len(found), f"TotalCount of {action}")
            return found
        page += 1


def create_and_list(kms):
    key, other = new_key(kms), new_key(kms)
    same(kms.call("ListAliasesByKeyId", KeyId=key)["Aliases"]["Alias"], [], "aliases of a new key")
    names = [f"alias/aliases/a-{number}" for number in range(3)]
    for name in names:
        matches(UUID, kms.call("CreateAlias", AliasName=name, KeyId=key)["RequestId"], "RequestId")
    kms.call("CreateAlias", AliasName="alias/aliases/b", KeyId=other)
    wanted = {
        name: {"AliasName": name, "KeyId": key, "AliasArn": f"acs:kms:{kms.region}:{kms.account}:{name}"}
        for name in names
    }
    same(all_aliases(kms, "ListAliasesByKeyId", KeyId=key), wanted, "aliases of the key")
    everything = all_aliases(kms, "ListAliases")
    same({name: everything.get(name) for name in names}, wanted, "aliases of the account")
    same(everything["alias/aliases/b"]["KeyId"], other, "KeyId of the other alias")


def list_in_pages(kms):
    key = new_key(kms)
    for number in range(3):
        kms.call("CreateAlias", AliasName=f"alias/aliases/page-{number}", KeyId=key)
    for action, params in (("ListAliases", {}), ("ListAliasesByKeyId", {"KeyId": key})):
        total = len(all_aliases(kms, action, **params))
        first = kms.call(action, PageNumber=1, PageSize=2, **params)
        same((first["TotalCount"], first["PageNumber"], first["PageSize"]), (total, 1, 2), f"paging of {action}")
        same(len(first["Aliases"]["Alias"]), 2, f"aliases on the first page of {action}")
        beyond = kms.call(action, PageNumber=total + 1, PageSize=2, **params)
        same(beyond["Aliases"]["Alias"], [], f"Alias past the last page of {action}")
        default = kms.call(action, **params)
        same((default["PageNumber"], default["PageSize"]), (1, 10), f"default paging of {action}")
        invalid("PageNumber", kms.call, action, PageNumber=0, **params)
        invalid("PageSize", kms.call, action, PageSize=-1, **params)
        invalid("PageSize", kms.call, action, PageSize=102, **params)
    no_key(kms.call, "ListAliasesByKeyId", KeyId=UNKNOWN)
    missing("KeyId", kms.call, "ListAliasesByKeyId")


def create_refuses(kms):
    key = new_key(kms)
    kms.call("CreateAlias", AliasName="alias/aliases/taken", KeyId=key)
    for owner in (key, new_key(kms)):
        message = "AliasName Already Exists."
        refused(
            400, "AliasAlreadyExists", message, kms.call, "CreateAlias", AliasName="alias/aliases/taken", KeyId=owner
        )
    for name in ("no-prefix", "alias/", "Alias/upper", "alias/" + "x" * 250):
        invalid("AliasName", kms.call, "CreateAlias", AliasName=name, KeyId=key)
    longest = "alias/" + "x" * 249
    kms.call("CreateAlias", AliasName=longest, KeyId=key)
    true(longest in all_aliases(kms, "ListAliasesByKeyId", KeyId=key), "an alias of 255 characters is not listed")
    missing("AliasName", kms.call, "CreateAlias", KeyId=key)
    missing("KeyId", kms.call, "CreateAlias", AliasName="alias/aliases/keyless")
    no_key(kms.call, "CreateAlias", AliasName="alias/aliases/keyless", KeyId=UNKNOWN)


def update_moves_the_name(kms):
    old, new = new_key(kms), new_key(kms)
    kms.call("CreateAlias", AliasName="alias/aliases/moving", KeyId=old)
    before = kms.call("Encrypt", KeyId="alias/aliases/moving", Plaintext="aGVsbG8=")
    same(before["KeyId"], old, "KeyId before the move")
    kms.call("UpdateAlias", AliasName="alias/aliases/moving", KeyId=new)
    after = kms.call("Encrypt", KeyId="alias/aliases/moving", Plaintext="aGVsbG8=")
    same(after["KeyId"], new, "KeyId after the move")
    back = kms.call("Decrypt", CiphertextBlob=before["CiphertextBlob"])
    same((back["Plaintext"], back["KeyId"]), ("aGVsbG8=", old), "what was sealed before the move")
    same(all_aliases(kms, "ListAliasesByKeyId", KeyId=old), {}, "aliases of the old key")
    no_alias(kms.call, "UpdateAlias", AliasName="alias/aliases/nowhere", KeyId=new)
    no_key(kms.call, "UpdateAlias", AliasName="alias/aliases/moving", KeyId=UNKNOWN)
    missing("AliasName", kms.call, "UpdateAlias", KeyId=new)
    missing("KeyId", kms.call, "UpdateAlias", AliasName="alias/aliases/moving")


def delete_frees_the_name(kms):
    key = new_key(kms)
    kms.call("CreateAlias", AliasName="alias/aliases/leaving", KeyId=key)
    kms.call("DeleteAlias", AliasName="alias/aliases/leaving")
    no_alias(kms.call, "DescribeKey", KeyId="alias/aliases/leaving")
    no_alias(kms.call, "DeleteAlias", AliasName="alias/aliases/leaving")
    missing("AliasName", kms.call, "DeleteAlias")
    same(kms.call("DescribeKey", KeyId=key)["KeyMetadata"]["KeyState"], "Enabled", "KeyState of the unnamed key")
    kms.call("CreateAlias", AliasName="alias/aliases/leaving", KeyId=new_key(kms))


CHECKS = [create_and_list, list_in_pages, create_refuses, update_moves_the_name, delete_frees_the_name]
