"""alibabacloud_kms20160120. Argument: acs3 (default), v2 (RPC V1 signatures) or acs4."""

import asyncio
import base64
import hashlib
import json
import os
import re
import sys
import time
import uuid
from pathlib import Path
from urllib.parse import urlsplit

from alibabacloud_kms20160120 import models
from alibabacloud_kms20160120.client import Client
from alibabacloud_tea_openapi.utils_models import Config, GlobalParameters, OpenApiRequest, Params
from darabonba.runtime import ExtendsParameters, RuntimeOptions
from Tea.exceptions import TeaException

from checks import UUID, Refused, matches, refused, run, same, snake, true
from scenario import steps
from scenario.keys import described, new_key

URL = os.environ["KMSIM_URL"]
SCHEME, ENDPOINT = urlsplit(URL)[:2]
VERSION = "2016-01-20"

# scheme -> access key, account, and further settings of the configuration
SCHEMES = {
    "acs3": ("python-acs3", "1000000000000011", {}),
    "v2": ("python-acs3-v2", "1000000000000012", {"signature_algorithm": "v2"}),
    "acs4": ("python-acs4", "1000000000000013", {"signature_version": "v4"}),
}

EXPLAINED = re.compile(
    r"Specified signature does not match our calculation\. "
    r"server StringToSign is \[(?P<algorithm>ACS[34]-[A-Z0-9-]+)\n(?P<hash>[0-9a-f]{64})\] "
    r"server CanonicalRequest is \[(?P<canonical>POST\n/\n.*)\]",
    re.DOTALL,
)
EXPLAINED_V1 = re.compile(
    r"The request signature does not conform to Aliyun standards\. "
    r"server string to sign is:POST&%2F&AccessKeyId%3D[^ :\n]+"
)


class Kms:
    def __init__(self, scheme, access_key=None, secret=None, token=None, region=None, **config):
        own_key, self.account, extra = SCHEMES[scheme]
        self.scheme, self.region = scheme, region or "cn-hangzhou"
        self.access_key = access_key or own_key
        self.signature_code = "IncompleteSignature" if scheme == "v2" else "SignatureDoesNotMatch"
        self.signature_message = EXPLAINED_V1 if scheme == "v2" else EXPLAINED
        settings = {
            "access_key_id": self.access_key,
            "access_key_secret": secret or f"secret-of-{own_key}",
            "security_token": token,
            "endpoint": ENDPOINT,
            "protocol": SCHEME,
            **extra,
            **config,
        }
        self.client = Client(Config(**settings))

    def as_other(self, access_key, secret, token=None):
        return Kms(self.scheme, access_key, secret, token)

    def in_region(self, region):
        """Each scheme names a region differently. Together they cover all ways but VPC hosts."""
        if self.scheme == "acs4":  # in the scope of the credential
            return Kms(self.scheme, region=region, region_id=region)
        if self.scheme == "v2":  # as a parameter
            queries = GlobalParameters(queries={"RegionId": region})
            return Kms(self.scheme, region=region, global_parameters=queries)
        # By the hostname, as applications do, with kmsim as the HTTP proxy.
        return Kms(self.scheme, region=region, endpoint=f"kms.{region}.aliyuncs.com", http_proxy=URL)

    def region_param(self, _action):
        return {"RegionId": self.region}

    def custom_data(self, texts):
        # The SDK would send a dictionary as one parameter per name, but the service expects JSON.
        return {"ExtendedConfig": {"CustomData": json.dumps(texts)}}

    def call(self, action, runtime=None, **params):
        request_class = getattr(models, f"{action}Request", None)
        arguments = [runtime or RuntimeOptions()]
        if request_class:
            request = request_class().from_map(params)
            kept = request.to_map()
            unknown = [name for name in params if name not in kept]
            true(not unknown, f"the SDK has no parameter {unknown} in {action}")
            arguments.insert(0, request)
        method = getattr(self.client, f"{snake(action)}_with_options")
        return plain(answered(method, *arguments).to_map())

    def raw(self, action, version=VERSION, query=None, body=None):
        params = Params(
            action=action,
            version=version,
            protocol=SCHEME.upper(),
            pathname="/",
            method="POST",
            auth_type="AK",
            style="RPC",
            req_body_type="formData",
            body_type="json",
        )
        request = OpenApiRequest(query=query or {}, body=body)
        return plain(answered(self.client.call_api, params, request, RuntimeOptions()))


def answered(method, *arguments):
    """Calls the SDK, and converts its exception, which depends on the scheme, into a refusal."""
    try:
        return method(*arguments)
    except TeaException as problem:
        if not isinstance(problem.data, dict) or "statusCode" not in problem.data:
            raise  # not an answer of the server
        told = re.fullmatch(r"code: (\d+), (.*) request id: (.*)", problem.message or "", re.DOTALL)
        true(told, f"the SDK words the error as {problem.message!r}")
        raise Refused(int(told[1]), problem.code, told[2], told[3], problem.data) from None


def plain(answer):
    same(answer["statusCode"], 200, "status")
    same(answer["headers"].get("x-acs-request-id"), answer["body"]["RequestId"], "header x-acs-request-id")
    true(answer["headers"]["content-type"].startswith("application/json"), "content-type is not JSON")
    return answer["body"]


def timed(seconds, scheme):
    """Options that make the SDK sign with a clock that is off by this many seconds."""
    instant = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
    return overridden(scheme, "x-acs-date", "Timestamp", instant)


def overridden(scheme, header, parameter, value):
    if scheme == "v2":
        return RuntimeOptions(extends_parameters=ExtendsParameters(queries={parameter: value}))
    return RuntimeOptions(extends_parameters=ExtendsParameters(headers={header: value}))


def typed_classes(kms):
    client = kms.client
    created = client.create_key(models.CreateKeyRequest(description="typed", key_spec="Aliyun_AES_256")).body
    matches(UUID, created.request_id, "request_id")
    key = created.key_metadata.key_id
    same(created.key_metadata.description, "typed", "description")
    context = {"a": "b c*~"}
    sealed = client.encrypt(models.EncryptRequest(key_id=key, plaintext="aGk=", encryption_context=context)).body
    request = models.DecryptRequest(ciphertext_blob=sealed.ciphertext_blob, encryption_context=context)
    opened = client.decrypt(request).body
    same((opened.plaintext, opened.key_id), ("aGk=", key), "what the ciphertext holds")
    listed = client.list_keys(models.ListKeysRequest(page_number=1, page_size=1)).body
    same(len(listed.keys.key), 1, "listed keys")
    true(isinstance(listed.total_count, int) and listed.total_count >= 1, "total_count is not a number")


def typed_classes_of_pairs(kms):
    client = kms.client
    request = models.CreateKeyRequest(key_spec="EC_P256", key_usage="SIGN/VERIFY")
    key = client.create_key(request).body.key_metadata.key_id
    listed = client.list_key_versions(models.ListKeyVersionsRequest(key_id=key)).body
    pair = {"key_id": key, "key_version_id": listed.key_versions.key_version[0].key_version_id}
    public = client.get_public_key(models.GetPublicKeyRequest(**pair)).body.public_key
    true(public.startswith("-----BEGIN PUBLIC KEY-----\n"), f"public_key is {public!r}")
    asked = {**pair, "algorithm": "ECDSA_SHA_256", "digest": base64.b64encode(bytes(32)).decode()}
    signed = client.asymmetric_sign(models.AsymmetricSignRequest(**asked)).body
    same((signed.key_id, signed.key_version_id), (key, pair["key_version_id"]), "key and version")
    for value, wanted in ((signed.value, True), ("eA==", False)):
        verified = client.asymmetric_verify(models.AsymmetricVerifyRequest(**asked, value=value)).body
        same(verified.value, wanted, "value")


def async_client(kms):
    async def round_trip():
        created = await kms.client.create_key_async(models.CreateKeyRequest())
        key = created.body.key_metadata.key_id
        sealed = await kms.client.encrypt_async(models.EncryptRequest(key_id=key, plaintext="YXN5bmM="))
        request = models.DecryptRequest(ciphertext_blob=sealed.body.ciphertext_blob)
        return (await kms.client.decrypt_async(request)).body.plaintext

    same(asyncio.run(round_trip()), "YXN5bmM=", "Plaintext")


def clock_within_a_quarter_of_an_hour(kms):
    for minutes in (-14, 14):
        true("Keys" in kms.call("ListKeys", runtime=timed(60 * minutes, kms.scheme)), "no Keys")
    message = 'The input parameter "Timestamp" that is mandatory for processing this request is not supplied.'
    for minutes in (-16, 16, -60 * 24 * 365):
        late = timed(60 * minutes, kms.scheme)
        refused(400, "IllegalTimestamp", message, kms.call, "ListKeys", runtime=late)
    nonsense = overridden(kms.scheme, "x-acs-date", "Timestamp", "yesterday")
    refused(400, "IllegalTimestamp", message, kms.call, "ListKeys", runtime=nonsense)


def nonce_is_spent_once(kms):
    nonce = str(uuid.uuid4())
    again = overridden(kms.scheme, "x-acs-signature-nonce", "SignatureNonce", nonce)
    # A request with a wrong signature does not use up the nonce.
    wrong = kms.as_other(kms.access_key, "a wrong secret")
    refused(400, kms.signature_code, None, wrong.call, "ListKeys", runtime=again)
    true("Keys" in kms.call("ListKeys", runtime=again), "no Keys")
    message = "Specified signature nonce was used already."
    refused(400, "SignatureNonceUsed", message, kms.call, "ListKeys", runtime=again)
    # Each access key has its own nonces.
    other = kms.as_other("STS.worker", "secret-of-STS.worker", "CAIS-token+of/the=worker")
    true("Keys" in other.call("ListKeys", runtime=again), "no Keys")


def bearer_is_refused(kms):
    stranger = Kms(kms.scheme, access_key_id=None, access_key_secret=None, bearer_token="a token")
    try:
        stranger.call("ListKeys")
    except Refused as refusal:
        true(400 <= refusal.status < 500, f"an unsigned request answers {refusal}")
    else:
        raise AssertionError("an unsigned request was served")


def endpoint_written_as_url(kms):
    # The SDK then puts the whole URL into the Host header and signs it.
    other = Kms(kms.scheme, endpoint=URL)
    same(described(kms, new_key(other))["KeyState"], "Enabled", "KeyState")


def explanation_is_the_canonical_request(kms):
    wrong = kms.as_other(kms.access_key, "a wrong secret")
    refusal = refused(400, kms.signature_code, EXPLAINED, wrong.call, "CreateKey", Description="a b+c*~é")
    told = EXPLAINED.fullmatch(refusal.message)
    same(hashlib.sha256(told["canonical"].encode()).hexdigest(), told["hash"], "hash of the canonical request")
    lines = told["canonical"].split("\n")
    same(lines[2], "Description=a%20b%2Bc%2A~%C3%A9", "canonical query")
    true(f"host:{ENDPOINT}" in lines, "the canonical request does not hold the host")


def signed_with_sm3(kms):
    algorithm = "ACS4-HMAC-SM3" if kms.scheme == "acs4" else "ACS3-HMAC-SM3"
    other = Kms(kms.scheme, signature_algorithm=algorithm)
    key = new_key(other, Description="国密")
    same(described(kms, key)["Description"], "国密", "Description")
    other.raw("UpdateKeyDescription", query={"KeyId": key}, body={"Description": "in a body"})
    same(described(kms, key)["Description"], "in a body", "Description")
    wrong = Kms(kms.scheme, secret="a wrong secret", signature_algorithm=algorithm)
    refused(400, "SignatureDoesNotMatch", EXPLAINED, wrong.call, "ListKeys")


def signed_with_rsa(kms):
    private = (Path(__file__).parent / "rsaid.pem").read_text()
    other = Kms(kms.scheme, "rsaid", private, signature_algorithm="ACS3-RSA-SHA256")
    key = other.call("CreateKey", Description="a b+c*~é")["KeyMetadata"]
    same((key["Creator"], key["Description"]), ("1000000000000023", "a b+c*~é"), "the key made with RSA")
    # The same access key has no secret for a MAC.
    refused(400, "SignatureDoesNotMatch", None, Kms(kms.scheme, "rsaid", "x").call, "ListKeys")


EVERY_SCHEME = [
    typed_classes,
    typed_classes_of_pairs,
    async_client,
    clock_within_a_quarter_of_an_hour,
    nonce_is_spent_once,
    bearer_is_refused,
    endpoint_written_as_url,
]
EXTRA = {
    "acs3": [explanation_is_the_canonical_request, signed_with_sm3, signed_with_rsa],
    "v2": [],
    "acs4": [explanation_is_the_canonical_request, signed_with_sm3],
}


def main():
    scheme = sys.argv[1] if len(sys.argv) > 1 else "acs3"
    if scheme not in SCHEMES:
        sys.exit(f"tea.py: unknown scheme {scheme!r}; one of {', '.join(SCHEMES)}")
    return run(Kms(scheme), steps() + EVERY_SCHEME + EXTRA[scheme])


if __name__ == "__main__":
    sys.exit(main())
