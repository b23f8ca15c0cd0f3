"""The calls of Terraform's provider, in its order, with the members that it sends and reads."""

import base64
import os

from checks import Refused, same, true
from cryptography.hazmat.primitives.serialization import load_der_public_key

from . import fresh, new_key, text
from .client import ELSEWHERE, user_id
from .materials import OAEP

# The members of a key that its state has.
STATE = """key_id domain_id key_alias key_description key_spec creation_date scheduled_deletion_date default_key_flag
expiration_time sys_enterprise_project_id origin key_usage key_state keystore_id""".split()


def read(kms, key):
    """The key as the provider reads it; None if it takes it for gone."""
    try:
        shown = kms.call("ListKeyDetail", key_id=key)["key_info"]
    except Refused as refusal:
        same(refusal.status, 404, "status of a key that is gone")
        return None
    if shown["key_state"] == "4":
        return None
    tags = kms.call("ShowKmsTags", key_id=key)["tags"]
    status = kms.call("ShowKeyRotationStatus", key_id=key)
    rotation = {name: status[name] for name in ("key_rotation_enabled", "rotation_interval", "number_of_rotations")}
    texts = {name: shown[name] for name in STATE}
    true(all(isinstance(it, str) for it in texts.values()), f"not all members are texts: {texts}")
    return {**texts, **rotation, "tags": {tag["key"]: tag["value"] for tag in tags}}


def key(kms):
    """huaweicloud_kms_key: made, changed, planned without a change, destroyed."""
    made = kms.call("CreateKey", key_alias=fresh("tf"), key_description="by a plan")["key_info"]["key_id"]
    same(kms.call("ListKeyDetail", key_id=made)["key_info"]["key_state"], "2", "state that it waits for")
    kms.call("BatchCreateKmsTags", key_id=made, action="create", tags=[{"key": "a", "value": "b"}])
    kms.call("EnableKeyRotation", key_id=made)
    kms.call("UpdateKeyRotationInterval", key_id=made, rotation_interval=100)
    state = read(kms, made)
    same((state["key_rotation_enabled"], state["rotation_interval"]), (True, 100), "rotation")
    same((state["tags"], state["key_description"]), ({"a": "b"}, "by a plan"), "state")
    same(read(kms, made), state, "state of the next plan")
    name = fresh("tf")
    same(kms.call("UpdateKeyAlias", key_id=made, key_alias=name)["key_info"]["key_alias"], name, "key_alias")
    kms.call("UpdateKeyDescription", key_id=made, key_description="changed")
    same(kms.call("DisableKey", key_id=made)["key_info"]["key_state"], "3", "state after disabling")
    same(kms.call("EnableKey", key_id=made)["key_info"]["key_state"], "2", "state after enabling")
    kms.call("BatchCreateKmsTags", key_id=made, action="delete", tags=[{"key": "a", "value": "b"}])
    kms.call("DisableKeyRotation", key_id=made)
    state = read(kms, made)
    same((state["key_alias"], state["tags"], state["key_rotation_enabled"]), (name, {}, False), "state")
    same(kms.call("DeleteKey", key_id=made, pending_days="7")["key_state"], "4", "state after deleting")
    same(read(kms, made), None, "state after destroying")
    same(read(kms, "00000000-0000-4000-8000-000000000000"), None, "state of a key that never was")


def key_of_another_kind(kms):
    """It asks for the rotation of every key, and only warns if that is refused."""
    made = new_key(kms, key_spec="RSA_2048", key_usage="SIGN_VERIFY", key_alias=fresh("tf"))
    same(kms.call("ListKeyDetail", key_id=made)["key_info"]["key_spec"], "RSA_2048", "key_spec")


def key_material(kms):
    """huaweicloud_kms_key_material: its expiration_time is a text in seconds."""
    made = new_key(kms, origin="external", key_alias=fresh("tf"))
    same(kms.call("ListKeyDetail", key_id=made)["key_info"]["key_state"], "5", "state that it waits for")
    told = kms.call("CreateParametersForImport", key_id=made, wrapping_algorithm="RSAES_OAEP_SHA_256")
    sealed = load_der_public_key(base64.b64decode(told["public_key"])).encrypt(os.urandom(32), OAEP)
    given = {"import_token": told["import_token"], "encrypted_key_material": text(sealed)}
    kms.call("ImportKeyMaterial", key_id=made, expiration_time="4102444800", **given)
    shown = kms.call("ListKeyDetail", key_id=made)["key_info"]
    same((shown["key_state"], int(shown["expiration_time"]) // 1000), ("2", 4102444800), "key")
    kms.call("DeleteImportedKeyMaterial", key_id=made)
    same(kms.call("ListKeyDetail", key_id=made)["key_info"]["key_state"], "5", "state after destroying")


def grant(kms):
    """huaweicloud_kms_grant: its limit is a number."""
    made = new_key(kms, key_alias=fresh("tf"))
    params = {"name": "tf", "grantee_principal": user_id(kms, "bob"), "operations": ["describe-key"]}
    told = kms.call("CreateGrant", key_id=made, grantee_principal_type="user", **params)["grant_id"]
    listed = kms.call("ListGrants", key_id=made, limit=100)
    same(listed["next_marker"], "", "next_marker")
    found = {it["grant_id"]: it for it in listed["grants"]}[told]
    for name in ("name", "key_id", "grantee_principal_type", "grantee_principal", "issuing_principal"):
        true(isinstance(found[name], str), f"{name} is {found[name]!r}")
    kms.call("CancelGrant", key_id=made, grant_id=told)
    same(kms.call("ListGrants", key_id=made, limit=100)["grants"], [], "grants after destroying")


def alias(kms):
    """huaweicloud_kms_alias and its association: it finds an alias by the text that it sent."""
    one, two, name = new_key(kms), new_key(kms), fresh("alias/tf")
    kms.call("CreateAlias", key_id=one, alias=name)
    true(has_alias(kms, one, name), "the alias is not found")
    kms.call("AssociateAlias", target_key_id=two, alias=name)
    same((has_alias(kms, one, name), has_alias(kms, two, name)), (False, True), "the alias is with the other key")
    kms.call("DeleteAlias", key_id=two, aliases=[name])
    true(not has_alias(kms, two, name), "the alias is still found")


def has_alias(kms, key, name):
    page = kms.call("ListAliases", key_id=key, limit="50")
    return name in [it["alias"] for it in page["aliases"]]


def replica(kms):
    """huaweicloud_kms_key_replicate and …_update_primary_region."""
    made, there = new_key(kms, key_alias=fresh("tf")), kms.elsewhere()
    params = {"replica_region": ELSEWHERE, "replica_project_id": there.settings["project"], "key_alias": fresh("tf")}
    same(kms.call("ReplicateKey", key_id=made, **params)["key_id"], made, "key_id")
    true(read(there, made) is not None, "the replica cannot be read")


def data_sources(kms):
    """Lists by pages, in the sizes that the provider asks for."""
    listed = kms.call("ListKeys", limit=2000)
    for key_details in listed["key_details"]:
        for name in ("creation_date", "expiration_time", "scheduled_deletion_date"):
            int(key_details[name] or "0")
    instances = kms.call("ListKmsByTags", action="filter", tags=[], limit="1000", offset=0)
    true(isinstance(instances["total_count"], int), "total_count")
    for resource in kms.call("ShowUserQuotas")["quotas"]["resources"]:
        same(sorted(resource), ["quota", "type", "used"], "members of a quota")
    true(isinstance(kms.call("ListKmsTags")["tags"], list), "tags")
    true(isinstance(kms.call("ListRetirableGrants", limit=100)["grants"], list), "grants")
    true(isinstance(kms.call("ListKeyStores", limit=10, offset=0)["keystores"], list), "keystores")


CHECKS = [key, key_of_another_kind, key_material, grant, alias, replica, data_sources]
