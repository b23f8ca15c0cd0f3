"""Tags, and keys found by them."""

from checks import same, true

from . import NOBODY, fresh, new_key, refused


def tag(kms, key, **tags):
    kms.call("BatchCreateKmsTags", key_id=key, action="create", tags=pairs(tags))


def pairs(tags):
    return [{"key": key, "value": value} for key, value in tags.items()]


def of(kms, key):
    told = kms.call("ShowKmsTags", key_id=key)
    same(told["existTagsNum"], len(told["tags"]), "existTagsNum")
    return {it["key"]: it["value"] for it in told["tags"]}


def changes(kms):
    key = new_key(kms)
    kms.call("CreateKmsTag", key_id=key, tag={"key": "部门 é", "value": "a b"})
    tag(kms, key, team="x", empty="")
    same(of(kms, key), {"部门 é": "a b", "team": "x", "empty": ""}, "tags")
    tag(kms, key, team="y")
    kms.call("BatchCreateKmsTags", key_id=key, action="delete", tags=[{"key": "empty"}])
    same(of(kms, key), {"部门 é": "a b", "team": "y"}, "tags")


def deletes(kms):
    """The key of a tag stands in the path, with its special characters escaped."""
    key = new_key(kms)
    names = ["plain-1_.~", "a/b", "a b", "a+b", "100%", "部门", "é:@"]
    # The Node SDK signs a path that has escapes wrongly.
    names = names[:2] if kms.client == "node" else names
    tag(kms, key, **{name: "x" for name in names})
    for name in names:
        kms.call("DeleteTag", key_id=key, key=name)
        true(name not in of(kms, key), f"{name} is still there")
    refused("KMS.0416", kms.call, "DeleteTag", key_id=key, key="none")


def badly(kms):
    key = new_key(kms)
    for code, given in (
        ("KMS.0411", {"key": "k" * 37, "value": "v"}),
        ("KMS.0410", {"key": "k", "value": "v" * 44}),
        ("KMS.0406", {"key": "a=b", "value": "v"}),
        ("KMS.0405", {"key": "a", "value": "v*"}),
    ):
        refused(code, kms.call, "CreateKmsTag", key_id=key, tag=given)
    refused("KMS.0401", kms.call, "BatchCreateKmsTags", key_id=key, action="create", tags=[])
    refused("KMS.0404", kms.call, "BatchCreateKmsTags", key_id=key, action="change", tags=pairs({"a": "b"}))
    refused("KMS.0207", kms.call, "ShowKmsTags", key_id=NOBODY)
    tag(kms, key, **{f"t{number}": "v" for number in range(10)})
    refused("KMS.0409", kms.call, "CreateKmsTag", key_id=key, tag={"key": "t10", "value": "v"})
    kms.call("CreateKmsTag", key_id=key, tag={"key": "t9", "value": "w"})


def finds(kms):
    one, two, name = fresh("one"), fresh("two"), fresh("team")
    keys = [new_key(kms, key_alias=one), new_key(kms, key_alias=two)]
    tag(kms, keys[0], **{name: "a", "stage": "x"})
    tag(kms, keys[1], **{name: "b", "stage": "x"})
    for wanted, tags in (
        ({keys[0]}, [{"key": name, "values": ["a"]}]),
        (set(keys), [{"key": name, "values": ["a", "b"]}]),
        ({keys[0]}, [{"key": name, "values": ["a"]}, {"key": "stage", "values": ["x", "y"]}]),
        (set(), [{"key": name, "values": ["c"]}]),
    ):
        found = kms.call("ListKmsByTags", action="filter", tags=tags)
        same({it["resource_id"] for it in found["resources"]}, wanted, f"keys with {tags}")
        same(found["total_count"], len(wanted), "total_count")
        counted = kms.call("ListKmsByTags", action="count", tags=tags)
        same(counted["total_count"], len(wanted), "count")
    resource = kms.call("ListKmsByTags", action="filter", tags=[{"key": name, "values": ["a"]}])["resources"][0]
    same(resource["resource_name"], one, "resource_name")
    same(resource["resource_detail"]["key_id"], keys[0], "key_id")
    same({it["key"]: it["value"] for it in resource["tags"]}, {name: "a", "stage": "x"}, "tags")
    matches = [{"key": "resource_name", "value": two}]
    found = kms.call("ListKmsByTags", action="filter", matches=matches, limit="1", offset="0")
    same([it["resource_id"] for it in found["resources"]], [keys[1]], "key of the name")
    everything = {it["key"]: it["values"] for it in kms.call("ListKmsTags")["tags"]}
    same(sorted(everything[name]), ["a", "b"], "values")


CHECKS = [changes, deletes, badly, finds]
