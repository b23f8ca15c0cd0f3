"""Key stores, and the access points and policies of key spaces."""

import base64
import uuid

from checks import UUID, matches, same, true
from cryptography.hazmat.primitives.serialization import load_der_private_key, load_pem_private_key

from . import described, fresh, new_key, refused

SPACE = "00000000-0000-4000-8000-000000000000"


def new_store(kms, **params):
    given = {"keystore_alias": fresh("store"), "hsm_cluster_id": str(uuid.uuid4()), "hsm_ca_cert": "certificate"}
    return kms.call("CreateKeyStore", **{**given, **params})["keystore"]["keystore_id"]


def key_stores(kms):
    name, cluster = fresh("store"), str(uuid.uuid4())
    store = new_store(kms, keystore_alias=name, hsm_cluster_id=cluster)
    shown = kms.call("ShowKeyStore", keystore_id=store)["keystore"]
    same((shown["keystore_id"], shown["keystore_alias"]), (store, name), "key store")
    same(shown["hsm_cluster_id"], cluster, "hsm_cluster_id")
    matches(r"\d{13}", shown["create_time"], "create_time")
    listed = kms.call("ListKeyStores", limit=1000, offset=0)
    true(store in [it["keystore_id"] for it in listed["keystores"]], "the store is not listed")
    true(listed["total"] >= 1, "total")
    same(kms.call("ListKeyStores", limit=10, offset=listed["total"])["keystores"], [], "page past the end")
    kms.call("EnableKeyStore", keystore_id=store)
    key = new_key(kms, keystore_id=store)
    same(described(kms, key)["keystore_id"], store, "keystore_id")
    refused("KMS.0338", kms.call, "EnableKeyRotation", key_id=key)
    same(kms.call("DisableKeyStore", keystore_id=store)["keystore"]["keystore_id"], store, "keystore_id")
    same(kms.call("EnableKeyStore", keystore_id=store)["keystore"]["keystore_id"], store, "keystore_id")
    empty = new_store(kms)
    kms.call("DisableKeyStore", keystore_id=empty)
    kms.call("DeleteKeyStore", keystore_id=empty)
    refusal = refused("KMS.8003", kms.call, "ShowKeyStore", keystore_id=empty)
    same(refusal.status, 400, "status")
    refused("KMS.0308", kms.call, "CreateKeyStore", keystore_alias="a b")


def access_points(kms):
    space, name = SPACE, fresh("point")
    point = kms.call("CreateAccessPoint", keyspace_id=space, access_point_name=name, type=3)["access_point_id"]
    matches(UUID, point, "access_point_id")
    listed = kms.call("ListAccessPoint", keyspace_id=space)
    shown = {it["access_point_id"]: it for it in listed["access_points"]}[point]
    same((shown["access_point_name"], shown["type"], shown["keyspace_id"]), (name, 3, space), "access point")
    same(listed["page_info"]["current_count"], len(listed["access_points"]), "current_count")
    private = kms.call("DownloadAccessPointPrivateKey", access_point_id=point)["private_key"]
    if "BEGIN" in private:
        load_pem_private_key(private.encode(), None)
    else:
        load_der_private_key(base64.b64decode(private), None)
    kms.call("DisableAccessPoint", access_point_id=point)
    kms.call("EnableAccessPoint", access_point_id=point)
    kms.call("DeleteAccessPoint", access_point_id=point)
    left = kms.call("ListAccessPoint", keyspace_id=space)["access_points"]
    true(point not in [it["access_point_id"] for it in left], "the access point is still there")
    refused("KMS.0308", kms.call, "CreateAccessPoint", keyspace_id=space, access_point_name=fresh(), type=4)


def key_policies(kms):
    space, name = SPACE, fresh("policy")
    document = '{"version":"1.0"}'
    made = kms.call("CreateKeyPolicy", keyspace_id=space, policy_name=name, policy=document, description="é")
    policy = made["policy_id"]
    matches(UUID, policy, "policy_id")
    shown = kms.call("ShowKeyPolicy", policy_id=policy)
    same((shown["policy_name"], shown["description"], shown["keyspace_id"]), (name, "é", space), "policy")
    changed = kms.call("UpdateKeyPolicy", policy_id=policy, policy=document, description="a")
    same(changed["description"], "a", "description")
    listed = kms.call("ListKeyPolicy", keyspace_id=space)["keyspace_policies"]
    true(policy in [it["policy_id"] for it in listed], "the policy is not listed")
    kms.call("DeleteKeyPolicy", policy_id=policy)
    refused("KMS.0308", kms.call, "ShowKeyPolicy", policy_id=policy)
    refused("KMS.0308", kms.call, "CreateKeyPolicy", keyspace_id=space, policy_name=name, policy="text")


CHECKS = [key_stores, access_points, key_policies]
