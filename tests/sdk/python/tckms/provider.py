"""The calls of Terraform's provider tencentcloud, in its order, with what it expects in between.
Its plan is empty after each step if what it reads is what was configured."""

import base64
import os

from checks import same, true
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_der_public_key

from . import described, fresh, refused, text
from .materials import length_of

# The provider asks for so many tags at a time, and goes on while it gets as many.
TAGS_AT_A_TIME = 20


def resource_name(kms, resource_id):
    return f"qcs::kms:{kms.settings['region']}:uin/:key/{resource_id}"


def modify_tags(kms, resource_id, replaced, deleted=()):
    params = {"Resource": resource_name(kms, resource_id)}
    if replaced:
        params["ReplaceTags"] = [{"TagKey": key, "TagValue": value} for key, value in replaced.items()]
    if deleted:
        params["DeleteTags"] = [{"TagKey": key} for key in deleted]
    kms.tag("ModifyResourceTags", **params)


def read_tags(kms, resource_id):
    tags, offset, count = {}, 0, TAGS_AT_A_TIME
    while count == TAGS_AT_A_TIME:
        told = kms.tag(
            "DescribeResourceTagsByResourceIds",
            ServiceType="kms",
            ResourcePrefix="key",
            ResourceRegion=kms.settings["region"],
            ResourceIds=[resource_id],
            Limit=TAGS_AT_A_TIME,
            Offset=offset,
        )
        count = len(told["Tags"])
        tags |= {tag["TagKey"]: tag["TagValue"] for tag in told["Tags"] if tag["ResourceId"] == resource_id}
        offset += count
    return tags


def change_tags(kms, resource_id, old, new):
    replaced = {key: value for key, value in new.items() if old.get(key) != value}
    modify_tags(kms, resource_id, replaced, [key for key in old if key not in new])


class Key:
    """`tencentcloud_kms_key`, or `tencentcloud_kms_external_key` if it has `material`."""

    DEFAULTS = {
        "description": "",
        "usage": "ENCRYPT_DECRYPT",
        "is_enabled": False,
        "is_archived": False,
        "rotates": False,
        "tags": {},
        "material": None,
        "valid_to": 0,
    }

    def __init__(self, kms, **config):
        self.kms, self.config = kms, {**self.DEFAULTS, **config}
        it = self.config
        params = {"Alias": it["alias"], "Type": 2 if it["material"] else 1, "KeyUsage": it["usage"]}
        if it["description"]:
            params["Description"] = it["description"]
        self.id = kms.call("CreateKey", **params)["KeyId"]
        if it["material"]:
            self.import_material()
        if not it["is_enabled"]:
            self.do("DisableKey")
        if it["rotates"]:
            self.do("EnableKeyRotation")
        if it["is_archived"]:
            self.do("ArchiveKey")
        if it["tags"]:
            modify_tags(kms, self.describe()["ResourceId"], it["tags"])
        self.read()

    def do(self, action, **params):
        return self.kms.call(action, KeyId=self.id, **params)

    def describe(self):
        return described(self.kms, self.id)

    def import_material(self):
        wrapping = {"WrappingAlgorithm": "RSAES_PKCS1_V1_5", "WrappingKeySpec": "RSA_2048"}
        told = self.do("GetParametersForImport", **wrapping)
        public = load_der_public_key(base64.b64decode(told["PublicKey"]))
        sealed = text(public.encrypt(self.config["material"], padding.PKCS1v15()))
        token, until = told["ImportToken"], self.config["valid_to"]
        self.do("ImportKeyMaterial", EncryptedKeyMaterial=sealed, ImportToken=token, ValidTo=until)

    def read(self):
        """Requires an empty plan."""
        it, key = self.config, self.describe()
        for member, wanted in (("Alias", "alias"), ("Description", "description"), ("KeyUsage", "usage")):
            same(key[member], it[wanted], member)
        same(key["KeyRotationEnabled"], it["rotates"], "KeyRotationEnabled")
        same(key["ValidTo"], it["valid_to"], "ValidTo")
        # The provider makes its two flags from this.
        state = "Archived" if it["is_archived"] else "Enabled" if it["is_enabled"] else "Disabled"
        same(key["KeyState"], state, "KeyState")
        # An id in the answer would be a change of an argument that cannot change.
        same(key.get("HsmClusterId") or "", "", "HsmClusterId")
        same(read_tags(self.kms, key["ResourceId"]), it["tags"], "tags")

    def update(self, **config):
        old, self.config = self.config, {**self.config, **config}
        it = self.config
        if it["description"] != old["description"]:
            self.do("UpdateKeyDescription", Description=it["description"])
        if it["alias"] != old["alias"]:
            self.do("UpdateAlias", Alias=it["alias"])
        if it["valid_to"] != old["valid_to"]:
            self.import_material()
        # The provider makes this call in every update.
        self.do("ArchiveKey" if it["is_archived"] else "EnableKey" if it["is_enabled"] else "DisableKey")
        if it["rotates"] != old["rotates"]:
            self.do("EnableKeyRotation" if it["rotates"] else "DisableKeyRotation")
        if it["tags"] != old["tags"]:
            change_tags(self.kms, self.describe()["ResourceId"], old["tags"], it["tags"])
        self.read()

    def destroy(self):
        if self.config["is_enabled"]:
            self.do("DisableKey")
        self.do("ScheduleKeyDeletion", PendingWindowInDays=7)
        same(self.describe()["KeyState"], "PendingDelete", "KeyState")


def keys(kms):
    alias = fresh("tf")
    key = Key(kms, alias=alias, description="example", is_enabled=True, tags={"createdBy": "terraform"})
    key.update()
    key.update(rotates=True, tags={"createdBy": "provider", "test": "a"})
    key.update(alias=fresh("tf"), description="changed", rotates=False, is_enabled=False, tags={"test": "a"})
    key.update(is_archived=True)
    key.destroy()
    # The same alias is free, and a key that is not enabled is disabled right after it is created.
    Key(kms, alias=fresh("tf")).destroy()
    Key(kms, alias=fresh("tf"), is_archived=True, is_enabled=True).update()


def other_usages(kms):
    for usage in ("ASYMMETRIC_DECRYPT_RSA_2048", "ASYMMETRIC_SIGN_VERIFY_SM2", "ASYMMETRIC_SIGN_VERIFY_ECC"):
        Key(kms, alias=fresh("tf"), usage=usage, is_enabled=True).destroy()


def many_tags(kms):
    """More than the provider reads at a time."""
    tags = {f"key-{number}": str(number) for number in range(8)}
    key = Key(kms, alias=fresh("tf"), is_enabled=True, tags=tags)
    for first in range(8, 41, 8):
        more = {f"key-{number}": str(number) for number in range(first, first + 8)}
        key.update(tags={**key.config["tags"], **more})
    same(len(key.config["tags"]), 48, "number of tags")


def external_keys(kms):
    material = os.urandom(length_of(kms, kms.call("CreateKey", Alias=fresh("tf"))["KeyId"]))
    key = Key(kms, alias=fresh("tf"), material=material, is_enabled=True, tags={"test-tag": "unit-test"})
    key.update(valid_to=2147443200)
    key.update(is_enabled=False, description="changed")
    key.destroy()


def white_box_keys(kms):
    params = {"Alias": fresh("tf"), "Description": "test desc.", "Algorithm": "SM4"}
    key = kms.call("CreateWhiteBoxKey", **params)["KeyId"]
    modify_tags(kms, key, {"createdBy": "terraform"})
    kms.call("DisableWhiteBoxKey", KeyId=key)
    info = kms.call("DescribeWhiteBoxKey", KeyId=key)["KeyInfo"]
    same({name: info[name] for name in params}, params, "KeyInfo")
    same((info["Status"], read_tags(kms, key)), ("Disabled", {"createdBy": "terraform"}), "status and tags")
    kms.call("EnableWhiteBoxKey", KeyId=key)
    change_tags(kms, key, {"createdBy": "terraform"}, {"createdByUpdate": "terraformUpdate"})
    same(read_tags(kms, key), {"createdByUpdate": "terraformUpdate"}, "tags")
    # The provider does not disable a key before it deletes it.
    refused("FailedOperation", kms.call, "DeleteWhiteBoxKey", KeyId=key)
    kms.call("DisableWhiteBoxKey", KeyId=key)
    kms.call("DeleteWhiteBoxKey", KeyId=key)


def data_sources(kms):
    tag = fresh("tag")
    key = Key(kms, alias=fresh("tf"), is_enabled=True, tags={"source": tag})
    filters = {"TagFilters": [{"TagKey": "source", "TagValue": [tag]}], "Role": 0, "OrderType": 0}
    found = kms.call("ListKeyDetail", **filters, KeyState=1, Origin="ALL", Offset=0, Limit=200)["KeyMetadatas"]
    same([it["KeyId"] for it in found], [key.id], "keys")
    # It goes on until it gets a page that is not full.
    listed, page = [], range(20)
    while len(page) == 20:
        page = kms.call("ListKeys", Role=0, Offset=len(listed), Limit=20)["Keys"]
        listed += [it["KeyId"] for it in page]
    true(key.id in listed, "the key is not listed")
    same(len(listed), len({*listed}), "number of keys")
    same([it["KeyId"] for it in kms.call("DescribeKeys", KeyIds=[key.id])["KeyMetadatas"]], [key.id], "keys")
    true(kms.call("DescribeWhiteBoxKeyDetails", Offset=0, Limit=20)["KeyInfos"] is not None, "KeyInfos")


def tags_badly(kms):
    key = Key(kms, alias=fresh("tf"), is_enabled=True, tags={"a": "1"})
    name = resource_name(kms, key.describe()["ResourceId"])
    both = {"ReplaceTags": [{"TagKey": "a", "TagValue": "2"}], "DeleteTags": [{"TagKey": "a"}]}
    for code, params in (
        ("InvalidParameterValue.ResourceDescriptionError", {**both, "Resource": "a"}),
        ("InvalidParameterValue.DeleteTagsParamError", {**both, "Resource": name}),
        ("MissingParameter", both),
    ):
        refused(code, kms.tag, "ModifyResourceTags", **params)
    key.read()


CHECKS = [keys, other_usages, many_tags, external_keys, white_box_keys, data_sources, tags_badly]
