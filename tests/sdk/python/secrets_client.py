"""aliyun_secret_manager_client, which caches secrets, against kmsim. It is configured by variables.

It requests a secret by name and stage over RPC V1, and again when the cached value has expired.
"""

import base64
import json
import logging
import os
import sys
import tempfile
import time
from urllib.parse import urlsplit

OWN_KEY = "python-secrets-client"
REGION = "cn-hangzhou"
URL = os.environ["KMSIM_URL"]
os.environ["credentials_type"] = "ak"
os.environ["credentials_access_key_id"] = OWN_KEY
os.environ["credentials_access_secret"] = f"secret-of-{OWN_KEY}"
os.environ["cache_client_region_id"] = json.dumps([{"regionId": REGION, "endpoint": URL}])

from alibaba_cloud_secretsmanager_client.cache.file_cache_secret_store_strategy import (  # noqa: E402
    FileCacheSecretStoreStrategy,
)
from alibaba_cloud_secretsmanager_client.secret_manager_cache_client_builder import (  # noqa: E402
    SecretManagerCacheClientBuilder,
)
from aliyunsdkcore.acs_exception.exceptions import ServerException  # noqa: E402
from aliyunsdkcore.client import AcsClient  # noqa: E402
from aliyunsdkcore.request import CommonRequest  # noqa: E402

from checks import matches, near, run, same, true  # noqa: E402

# It logs every error answer and every refresh. Here they are expected.
QUIET = logging.getLogger("quiet")
QUIET.setLevel(logging.CRITICAL)
logging.getLogger("aliyunsdkcore").setLevel(logging.CRITICAL)
DAY = 24 * 3600
MISSING = "secrets-client/nowhere"


class Kms:
    """Writes the secrets, with the SDK that the client itself uses."""

    def __init__(self):
        self.client = AcsClient(OWN_KEY, os.environ["credentials_access_secret"], REGION)

    def call(self, action, **params):
        request = CommonRequest(domain=urlsplit(URL).netloc, version="2016-01-20", action_name=action)
        request.set_method("POST")
        request.set_protocol_type("http")
        for name, value in params.items():
            request.add_query_param(name, value)
        return json.loads(self.client.do_action_with_exception(request))

    def make(self, name, data, **params):
        return self.call("CreateSecret", SecretName=name, SecretData=data, VersionId="v1", **params)

    def put(self, name, data, version, **params):
        self.call("PutSecretValue", SecretName=name, SecretData=data, VersionId=version, **params)


class Cache:
    """A client for the time of a check; `settings` are the builder's."""

    def __init__(self, *settings):
        builder = SecretManagerCacheClientBuilder().with_logger(QUIET)
        for setting, arguments in settings:
            getattr(builder, setting)(*arguments)
        self.client = builder.build()

    def __enter__(self):
        return self.client

    def __exit__(self, *_):
        self.client.close()


def refused(status, code, message, call, *args):
    try:
        answer = call(*args)
    except ServerException as problem:
        told = problem.get_http_status(), problem.get_error_code(), problem.get_error_msg()
        same(told, (status, code, message), "refusal")
        return
    raise AssertionError(f"answered {answer!r}, wanted {status} {code}")


def no_secret(call, *args):
    refused(404, "Forbidden.ResourceNotFound", "Resource not found.", call, *args)


def text_values(kms):
    kms.make("secrets-client/text", "a b+c*~é密")
    with Cache() as cache:
        same(cache.get_secret_value("secrets-client/text"), "a b+c*~é密", "value")
        info = cache.get_secret_info("secrets-client/text")
        same((info.secret_name, info.version_id, info.secret_type), ("secrets-client/text", "v1", "Generic"), "secret")
        same((info.secret_value, info.secret_data_type), ("a b+c*~é密", "text"), "value")
        near(info.create_time, 0, "create_time")
        for name in ("extended_config", "rotation_interval", "next_rotation_date", "automatic_rotation"):
            same(getattr(info, name), None, name)


def binary_values(kms):
    data = bytes(range(256))
    name = "secrets-client/bytes"
    kms.make(name, base64.b64encode(data).decode(), SecretDataType="binary")
    with Cache() as cache:
        # Its get_binary_value fails under Python 3, so users read the base64.
        info = cache.get_secret_info(name)
        same(info.secret_data_type, "binary", "secret_data_type")
        same(base64.b64decode(info.secret_value, validate=True), data, "value")
        try:
            cache.get_secret_value(name)
        except ValueError:
            return
        raise AssertionError("bytes were handed out as a text")


def missing_secret(kms):
    with Cache() as cache:
        no_secret(cache.get_secret_value, MISSING)
        same(cache.refresh_now(MISSING), False, "refresh_now")
        # A refusal is not cached.
        kms.make(MISSING, "there now")
        same(cache.get_secret_value(MISSING), "there now", "value")
    kms.call("DeleteSecret", SecretName=MISSING)
    with Cache() as cache:
        message = "The secret is planned to be deleted."
        refused(409, "Rejected.ResourceInDeleteWindow", message, cache.get_secret_value, MISSING)
    kms.call("DeleteSecret", SecretName=MISSING, ForceDeleteWithoutRecovery="true", RecoveryWindowInDays=30)
    no_secret(Cache, ("with_secret_ttl", (MISSING, 60000)))


def changes_wait_for_a_refresh(kms):
    name = "secrets-client/cached"
    kms.make(name, "first")
    with Cache() as cache:
        same(cache.get_secret_value(name), "first", "value")
        kms.put(name, "second", "v2")
        same(cache.get_secret_value(name), "first", "value in the cache")
        same(cache.refresh_now(name), True, "refresh_now")
        same(cache.get_secret_value(name), "second", "value after a refresh")
        same(cache.get_secret_info(name).version_id, "v2", "version_id")
        # A cached value outlives the secret.
        kms.call("DeleteSecret", SecretName=name)
        same(cache.refresh_now(name), False, "refresh_now of a deleted secret")
        same(cache.get_secret_value(name), "second", "value in the cache")
        kms.call("RestoreSecret", SecretName=name)
        same(cache.refresh_now(name), True, "refresh_now of a restored secret")


def refreshed_after_a_while(kms):
    name = "secrets-client/short"
    kms.make(name, "first")
    with Cache(("with_secret_ttl", (name, 1000))) as cache:
        same(cache.get_secret_value(name), "first", "value")
        kms.put(name, "second", "v2")
        came(cache, name, "second")
    # The value itself can contain its lifetime.
    kms.put(name, '{"ttl":1000,"n":1}', "v3")
    with Cache() as cache:
        same(cache.get_secret_value(name), '{"ttl":1000,"n":1}', "value")
        kms.put(name, '{"ttl":1000,"n":2}', "v4")
        came(cache, name, '{"ttl":1000,"n":2}')


def came(cache, name, value):
    """Waits until the client, which refreshes every second, has the value."""
    end = time.monotonic() + 10
    while cache.get_secret_value(name) != value:
        true(time.monotonic() < end, f"{value} did not come within ten seconds")
        time.sleep(0.1)


def other_stages(kms):
    name = "secrets-client/stages"
    kms.make(name, "first")
    kms.put(name, "second", "v2")
    kms.put(name, "third", "v3", VersionStages='["mine"]')
    for stage, value in (("ACSCurrent", "second"), ("ACSPrevious", "first"), ("mine", "third")):
        with Cache(("with_cache_stage", (stage,))) as cache:
            same(cache.get_secret_value(name), value, f"value at {stage}")
    with Cache(("with_cache_stage", ("nobody's",))) as cache:
        no_secret(cache.get_secret_value, name)


def managed_secret(kms):
    name = "secrets-client/database"
    config = {"SecretSubType": "DoubleUsers", "DBInstanceId": "rm-1", "CustomData": {"note": "hers"}}
    users = [{"AccountName": user, "AccountPassword": "p"} for user in ("app", "app_clone")]
    rotating = {"EnableAutomaticRotation": "true", "RotationInterval": "7d"}
    data = json.dumps({"Accounts": users})
    kms.make(name, data, SecretType="Rds", ExtendedConfig=json.dumps(config), **rotating)
    with Cache() as cache:
        info = cache.get_secret_info(name)
        told = info.secret_type, info.automatic_rotation, info.rotation_interval
        same(told, ("Rds", "Enabled", "604800s"), "secret")
        same(json.loads(info.extended_config), config, "extended_config")
        near(info.next_rotation_date, 7 * DAY, "next_rotation_date")
        for version, user in (("v2", "app_clone"), ("v3", "app")):
            kms.call("RotateSecret", SecretName=name, VersionId=version)
            before = cache.get_secret_value(name)
            same(cache.refresh_now(name), True, "refresh_now")
            account = json.loads(cache.get_secret_value(name))
            same((account["AccountName"], cache.get_secret_info(name).version_id), (user, version), "account")
            matches(r".{32}", account["AccountPassword"], "AccountPassword")
            true(json.loads(before)["AccountName"] != user, "the cache did not hold the account before")


def cache_in_files(kms):
    kms.make("in-files", "first")
    with tempfile.TemporaryDirectory() as folder:
        store = ("with_cache_secret_strategy", (FileCacheSecretStoreStrategy(folder, True, "salt"),))
        with Cache(store) as cache:
            same(cache.get_secret_value("in-files"), "first", "value")
        kms.put("in-files", "second", "v2")
        store = ("with_cache_secret_strategy", (FileCacheSecretStoreStrategy(folder, True, "salt"),))
        with Cache(store) as cache:
            same(cache.get_secret_value("in-files"), "first", "value that another client left")
            same(cache.refresh_now("in-files"), True, "refresh_now")
            same(cache.get_secret_value("in-files"), "second", "value after a refresh")


def key_that_is_disabled(kms):
    key = kms.call("CreateKey")["KeyMetadata"]["KeyId"]
    kms.make("secrets-client/keyed", "first", EncryptionKeyId=key)
    kms.call("DisableKey", KeyId=key)
    with Cache() as cache:
        message = "The request was rejected because the key state is Disabled."
        refused(409, "Rejected.Disabled", message, cache.get_secret_value, "secrets-client/keyed")
        kms.call("EnableKey", KeyId=key)
        same(cache.get_secret_value("secrets-client/keyed"), "first", "value")


CHECKS = [
    text_values,
    binary_values,
    missing_secret,
    changes_wait_for_a_refresh,
    refreshed_after_a_while,
    other_stages,
    managed_secret,
    cache_in_files,
    key_that_is_disabled,
]


if __name__ == "__main__":
    sys.exit(run(Kms(), CHECKS))
