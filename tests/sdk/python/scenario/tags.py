"""Tags of keys, by the document's three actions and by the three that work on several resources."""

import json

from checks import invalid, missing, no_key, refused, same, true
from scenario.keys import UNKNOWN, new_key

RESOURCES = {"ResourceType": "key"}


def tag_list(**tags):
    return json.dumps([{"TagKey": key, "TagValue": value} for key, value in tags.items()])


def tags_of(kms, key):
    listed = kms.call("ListResourceTags", KeyId=key)["Tags"]["Tag"]
    for tag in listed:
        same(tag["KeyId"], key, "KeyId of a tag")
    return {tag["TagKey"]: tag["TagValue"] for tag in listed}


def tag_and_untag(kms):
    key = new_key(kms)
    same(kms.call("ListResourceTags", KeyId=key)["Tags"]["Tag"], [], "tags of a new key")
    kms.call("TagResource", KeyId=key, Tags=tag_list(Project="blue", Owner="a+b c/d=e:f@g.h_i-j"))
    same(tags_of(kms, key), {"Project": "blue", "Owner": "a+b c/d=e:f@g.h_i-j"}, "tags")
    kms.call("TagResource", KeyId=key, Tags=tag_list(Project="green", Empty=""))
    same(tags_of(kms, key), {"Project": "green", "Owner": "a+b c/d=e:f@g.h_i-j", "Empty": ""}, "tags written over")
    kms.call("UntagResource", KeyId=key, TagKeys=json.dumps(["Owner", "Empty", "NotThere"]))
    same(tags_of(kms, key), {"Project": "green"}, "tags left")


def tagging_refuses(kms):
    key = new_key(kms)
    no_key(kms.call, "TagResource", KeyId=UNKNOWN, Tags=tag_list(a="b"))
    no_key(kms.call, "UntagResource", KeyId=UNKNOWN, TagKeys='["a"]')
    no_key(kms.call, "ListResourceTags", KeyId=UNKNOWN)
    missing("Tags", kms.call, "TagResource", KeyId=key)
    missing("TagKeys", kms.call, "UntagResource", KeyId=key)
    missing("KeyId", kms.call, "ListResourceTags")
    missing("KeyId", kms.call, "TagResource", Tags=tag_list(a="b"))
    invalid("SecretName", kms.call, "TagResource", KeyId=key, SecretName="s", Tags=tag_list(a="b"))
    nowhere = "Resource not found."
    refused(404, "Forbidden.ResourceNotFound", nowhere, kms.call, "TagResource", SecretName="s", Tags=tag_list(a="b"))
    nowhere = "The specified certificate is not found."
    refused(404, "Certificate.NotFound", nowhere, kms.call, "TagResource", CertificateId="c", Tags=tag_list(a="b"))
    invalid("Tags", kms.call, "TagResource", KeyId=key, Tags="a=b")
    invalid("Tags", kms.call, "TagResource", KeyId=key, Tags=tag_list(**{f"k{number}": "v" for number in range(11)}))
    invalid("TagKeys", kms.call, "UntagResource", KeyId=key, TagKeys="a,b")
    for name in ("", "acs:x", "aliyunx", "a<b", "k" * 129):
        refused(400, "InvalidParameter.TagKey", None, kms.call, "TagResource", KeyId=key, Tags=tag_list(**{name: "y"}))
    for value in ("a<b", "y" * 129):
        refused(400, "InvalidParameter.TagValue", None, kms.call, "TagResource", KeyId=key, Tags=tag_list(k=value))
    twice = json.dumps([{"TagKey": "a", "TagValue": "1"}, {"TagKey": "a", "TagValue": "2"}])
    refused(400, "Duplicate.TagKey", None, kms.call, "TagResource", KeyId=key, Tags=twice)
    same(tags_of(kms, key), {}, "tags after refusals")


def listed_resources(kms, **params):
    answer = kms.call("ListTagResources", **RESOURCES, **kms.region_param("ListTagResources"), **params)
    found = {}
    for one in answer["TagResources"]["TagResource"]:
        same(one["ResourceType"], "key", "ResourceType")
        found.setdefault(one["ResourceId"], {})[one["TagKey"]] = one["TagValue"]
    return found


def tag_several_resources(kms):
    first, second, bare = new_key(kms), new_key(kms), new_key(kms)
    where = kms.region_param("TagResources")
    tags = [{"Key": "Team", "Value": "storage and more"}, {"Key": "Stage", "Value": "test"}]
    kms.call("TagResources", **RESOURCES, **where, ResourceId=[first, second], Tag=tags)
    wanted = {"Team": "storage and more", "Stage": "test"}
    same(listed_resources(kms, ResourceId=[first, second, bare]), {first: wanted, second: wanted}, "tags")
    # Both families of actions work on the same tags.
    same(tags_of(kms, first), wanted, "tags by ListResourceTags")
    kms.call("TagResource", KeyId=second, Tags=tag_list(Stage="live"))
    by_tag = listed_resources(kms, Tag=[{"Key": "Stage", "Value": "live"}])
    same(set(by_tag) & {first, second, bare}, {second}, "resources with Stage=live")
    by_key = listed_resources(kms, Tag=[{"Key": "Stage"}])
    same(set(by_key) & {first, second, bare}, {first, second}, "resources with any Stage")
    kms.call("UntagResources", **RESOURCES, **where, ResourceId=[first], TagKey=["Stage"])
    same(tags_of(kms, first), {"Team": "storage and more"}, "tags after UntagResources")
    kms.call("UntagResources", **RESOURCES, **where, ResourceId=[first, second], All=True)
    same(listed_resources(kms, ResourceId=[first, second]), {}, "tags after All")


def several_resources_refuse(kms):
    key = new_key(kms)
    where = kms.region_param("TagResources")
    tag = [{"Key": "a", "Value": "b"}]
    refused(
        404,
        "InvalidResourceId.NotFound",
        None,
        kms.call,
        "TagResources",
        **RESOURCES,
        **where,
        ResourceId=[key, UNKNOWN],
        Tag=tag,
    )
    same(tags_of(kms, key), {}, "tags after a refusal")
    invalid("ResourceType", kms.call, "TagResources", **where, ResourceType="cup", ResourceId=[key], Tag=tag)
    for action, rest in (
        ("TagResources", {"Tag": tag}),
        ("UntagResources", {"TagKey": ["a"]}),
        ("ListTagResources", {}),
    ):
        missing("ResourceType", kms.call, action, **where, ResourceId=[key], **rest)
    for call in (
        {"action": "TagResources", "Tag": tag},
        {"action": "TagResources", "ResourceId": [key]},
        {"action": "UntagResources", "TagKey": ["a"]},
        {"action": "UntagResources", "ResourceId": [key]},
    ):
        refused(400, "MissingParameter", None, kms.call, **RESOURCES, **where, **call)
    missing("Tag.1.Key", kms.call, "TagResources", **RESOURCES, **where, ResourceId=[key], Tag=[{"Value": "b"}])
    same(tags_of(kms, key), {}, "tags after refusals")


def list_resources_page_by_page(kms):
    # 200 tags fill a page: 11 keys with 20 tags each need two.
    where = kms.region_param("TagResources")
    keys = [new_key(kms) for _ in range(11)]
    tags = [{"Key": f"page-{number}", "Value": "x"} for number in range(20)]
    kms.call("TagResources", **RESOURCES, **where, ResourceId=keys, Tag=tags)
    found, token, pages = set(), None, 0
    while token is None or token:
        params = {"NextToken": token} if token else {}
        answer = kms.call("ListTagResources", **RESOURCES, **where, ResourceId=keys, **params)
        found |= {(one["ResourceId"], one["TagKey"]) for one in answer["TagResources"]["TagResource"]}
        token, pages = answer.get("NextToken") or "", pages + 1
        true(pages < 5, "ListTagResources does not come to an end")
    same(found, {(key, tag["Key"]) for key in keys for tag in tags}, "tags over all pages")
    same(pages, 2, "pages")


CHECKS = [tag_and_untag, tagging_refuses, tag_several_resources, several_resources_refuse, list_resources_page_by_page]
