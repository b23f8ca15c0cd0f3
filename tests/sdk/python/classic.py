"""aliyun-python-sdk-kms, the older SDK: RPC V1 signatures, parameters in the query."""

import importlib
import json
import logging
import os
import re
import sys
import warnings
import xml.etree.ElementTree as xml
from pathlib import Path
from urllib.parse import urlsplit

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.algorithm import sha_hmac256
from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.profile import region_provider
from aliyunsdkcore.request import CommonRequest, RpcRequest

import local
from checks import UUID, Refused, invalid, matches, refused, run, same, true
from scenario import certificates, steps
from scenario.keys import UNKNOWN, new_key
from scenario.pairs import DIGEST, SIGN, new_pair

URL = os.environ["KMSIM_URL"]
ENDPOINT = urlsplit(URL).netloc
VERSION = "2016-01-20"
OWN_KEY, OWN_ACCOUNT = "python-classic", "1000000000000014"
# Parameters that the SDK accepts as lists and sends flat, as in Tag.1.Key.
LISTS = {"ResourceId": "ResourceIds", "Tag": "Tags", "TagKey": "TagKeys"}

EXPLAINED = re.compile(
    r"The request signature does not conform to Aliyun standards\. server string to sign is:(?P<text>[A-Z]+&%2F&[^ ]+)"
)

# The SDK logs every error answer. Here they are expected.
logging.getLogger("aliyunsdkcore").setLevel(logging.CRITICAL)
# The SDK has no newer call that returns the unchanged headers and body.
warnings.filterwarnings("ignore", message=".*implementation_of_do_action.*", category=DeprecationWarning)


class Kms:
    signature_code = "IncompleteSignature"
    signature_message = EXPLAINED

    def __init__(self, access_key=OWN_KEY, secret=f"secret-of-{OWN_KEY}", token=None, region="cn-hangzhou"):
        self.access_key, self.account, self.region = access_key, OWN_ACCOUNT, region
        if token:
            credential = StsTokenCredential(access_key, secret, token)
            self.client = AcsClient(region_id=region, credential=credential)
        else:
            self.client = AcsClient(access_key, secret, region)

    def as_other(self, access_key, secret, token=None):
        return Kms(access_key, secret, token)

    def in_region(self, region):
        return Kms(region=region)

    def region_param(self, _action):
        return {}  # the client adds RegionId to every request

    def custom_data(self, texts):
        return {"ExtendedConfigCustomData": json.dumps(texts)}

    def request(self, action, **params):
        module = importlib.import_module(f"aliyunsdkkms.request.v20160120.{action}Request")
        request = getattr(module, f"{action}Request")()
        for name, value in params.items():
            if isinstance(value, dict):
                value = json.dumps(value)
            getattr(request, f"set_{LISTS.get(name, name)}")(value)
        request.set_endpoint(ENDPOINT)
        request.set_protocol_type("http")
        return request

    def send(self, request):
        try:
            answer = json.loads(self.client.do_action_with_exception(request))
        except ServerException as problem:
            raise Refused(
                problem.get_http_status(), problem.get_error_code(), problem.get_error_msg(), problem.get_request_id()
            ) from None
        true("Code" not in answer, "a success carries a Code")
        return answer

    def call(self, action, **params):
        if action == "SetDeletionProtection" and "KeyId" in params:
            return self.raw(action, query={name: str(value) for name, value in params.items()})
        if action == "BatchGetSecretValue":  # newer than this SDK
            return self.raw(action, query={name: json.dumps(value) for name, value in params.items()})
        return self.send(self.request(action, **params))

    def raw(self, action, version=VERSION, query=None, body=None):
        return self.send(self.raw_request(action, query, body, version))

    def raw_request(self, action, query=None, body=None, version=VERSION):
        request = CommonRequest(domain=ENDPOINT, version=version, action_name=action)
        request.set_method("POST")
        request.set_protocol_type("http")
        for name, value in (query or {}).items():
            request.add_query_param(name, value)
        for name, value in (body or {}).items():
            request.add_body_params(name, value)
        return request

    def as_it_came(self, request):
        """Status, headers and body of the answer, whatever its format."""
        status, headers, body = self.client.get_response(request)
        headers = {name.lower(): value for name, value in headers.items()}
        return status, headers, body.decode("utf-8")


def headers_of_an_answer(kms):
    for request, wanted in ((kms.request("ListKeys"), 200), (kms.request("DescribeKey", KeyId=UNKNOWN), 404)):
        request.set_accept_format("JSON")
        status, headers, body = kms.as_it_came(request)
        same(status, wanted, "status")
        true(headers["content-type"].startswith("application/json"), f"content-type is {headers['content-type']}")
        same(headers["x-acs-request-id"], json.loads(body)["RequestId"], "header x-acs-request-id")


def body_of_an_error(kms):
    status, _, body = kms.as_it_came(kms.request("DescribeKey", KeyId=UNKNOWN))
    same(status, 404, "status")
    answer = json.loads(body)
    same(answer["HttpStatus"], 404, "HttpStatus")
    same(answer["Code"], "Forbidden.KeyNotFound", "Code")
    same(answer["Message"], "The specified Key is not found.", "Message")
    matches(UUID, answer["RequestId"], "RequestId")
    for name in ("HostId", "Recommend"):
        true(isinstance(answer[name], str) and answer[name], f"{name} is {answer[name]!r}")


def get_requests(kms):
    created = kms.request("CreateKey", Description="by GET a b+c*~é")
    created.set_method("GET")
    key = kms.send(created)["KeyMetadata"]
    same(key["Description"], "by GET a b+c*~é", "Description")
    sealing = kms.request("Encrypt", KeyId=key["KeyId"], Plaintext="a+b/c==", EncryptionContext={"a": "b c"})
    sealing.set_method("GET")
    blob = kms.send(sealing)["CiphertextBlob"]
    opening = kms.request("Decrypt", CiphertextBlob=blob, EncryptionContext={"a": "b c"})
    opening.set_method("GET")
    same(kms.send(opening)["Plaintext"], "a+b/c==", "Plaintext")


def formats(kms):
    key = new_key(kms)
    # Unknown formats mean JSON. The SDK sends the word None if no format was chosen.
    for wanted in ("JSON", "json", "None", "YAML", None):
        request = kms.request("DescribeKey", KeyId=key)
        request.set_accept_format(wanted)
        status, headers, body = kms.as_it_came(request)
        same(status, 200, f"status for Format={wanted}")
        true(headers["content-type"].startswith("application/json"), f"Format={wanted} is {headers['content-type']}")
        same(json.loads(body)["KeyMetadata"]["KeyId"], key, "KeyId")


def as_xml(kms, action, wanted=200, **params):
    request = kms.request(action, **params)
    request.set_accept_format("XML")
    status, headers, body = kms.as_it_came(request)
    matches(r"(text|application)/xml(;.*)?", headers["content-type"], "content-type")
    root = xml.fromstring(body)
    same((root.tag, status), ("KMS", wanted), "root and status")
    same(root.findtext("RequestId"), headers["x-acs-request-id"], "RequestId")
    return root


def xml_answers(kms):
    root = as_xml(kms, "CreateKey", Description="<a> & \"b\" 'c' 密钥")
    key = root.findtext("KeyMetadata/KeyId")
    same(root.findtext("KeyMetadata/Description"), "<a> & \"b\" 'c' 密钥", "Description")
    same(root.findtext("KeyMetadata/DeleteDate"), "", "DeleteDate")
    root = as_xml(kms, "ListResourceTags", KeyId=key)
    true(root.find("Tags") is not None and not len(root.find("Tags")), "an empty list has no empty wrapper")
    tags = [{"TagKey": name, "TagValue": "x y"} for name in ("one", "two", "three")]
    as_xml(kms, "TagResource", KeyId=key, Tags=json.dumps(tags))
    root = as_xml(kms, "ListResourceTags", KeyId=key)
    same(sorted(tag.findtext("TagKey") for tag in root.findall("Tags/Tag")), ["one", "three", "two"], "tags")
    same({tag.findtext("TagValue") for tag in root.findall("Tags/Tag")}, {"x y"}, "values of the tags")
    root = as_xml(kms, "ListKeys", PageSize=2)
    same(len(root.findall("Keys/Key")), 2, "listed keys")
    same(root.findtext("PageSize"), "2", "PageSize")
    root = as_xml(kms, "Encrypt", KeyId=key, Plaintext="a<b>&c")
    root = as_xml(kms, "Decrypt", CiphertextBlob=root.findtext("CiphertextBlob"))
    same((root.findtext("Plaintext"), root.findtext("KeyId")), ("a<b>&c", key), "what the ciphertext holds")


def xml_of_pairs(kms):
    pair = new_pair(kms, "EC_P256", SIGN)
    public = local.spki(as_xml(kms, "GetPublicKey", **pair).findtext("PublicKey"))
    asked = {**pair, "Algorithm": "ECDSA_SHA_256", "Digest": local.text(DIGEST)}
    value = as_xml(kms, "AsymmetricSign", **asked).findtext("Value")
    true(local.verifies(public, "ECDSA_SHA_256", DIGEST, local.data(value)), "the signature does not verify here")
    for text, wanted in ((value, "true"), ("eA==", "false")):
        same(as_xml(kms, "AsymmetricVerify", **asked, Value=text).findtext("Value"), wanted, "Value")


def xml_of_secrets(kms):
    """As the Java client requests them, which parses answers by hand."""
    name = "xml/secret"
    tags = json.dumps([{"TagKey": tag, "TagValue": "x"} for tag in ("one", "two")])
    made = as_xml(kms, "CreateSecret", SecretName=name, SecretData="a<b>&c", VersionId="v1", Tags=tags)
    same((made.findtext("SecretName"), made.findtext("VersionId")), (name, "v1"), "the new secret")
    stages = json.dumps(["ACSCurrent", "mine"])
    as_xml(kms, "PutSecretValue", SecretName=name, SecretData="密 \"d\"", VersionId="v2", VersionStages=stages)
    for stage, wanted, standing in (
        ("ACSCurrent", "密 \"d\"", ["ACSCurrent", "mine"]),
        ("ACSPrevious", "a<b>&c", ["ACSPrevious"]),
    ):
        told = as_xml(kms, "GetSecretValue", SecretName=name, VersionStage=stage, FetchExtendedConfig=True)
        same((told.findtext("SecretData"), told.findtext("SecretDataType")), (wanted, "text"), "the value")
        same([one.text for one in told.findall("VersionStages/VersionStage")], standing, "VersionStages")
        same([told.findtext(field) for field in ("ExtendedConfig", "RotationInterval")], [None, None], "rotation")
    versions = as_xml(kms, "ListSecretVersionIds", SecretName=name).findall("VersionIds/VersionId")
    same([version.findtext("VersionId") for version in versions], ["v2", "v1"], "versions")
    same(len(versions[0].findall("VersionStages/VersionStage")), 2, "stages of the newest version")
    filters = json.dumps([{"Key": "SecretName", "Values": [name]}])
    listed = as_xml(kms, "ListSecrets", Filters=filters, FetchTags="true")
    same((listed.findtext("TotalCount"), listed.findtext("SecretList/Secret/SecretName")), ("1", name), "the list")
    same(len(listed.findall("SecretList/Secret/Tags/Tag")), 2, "Tags of the listed secret")
    config = json.dumps({"SecretSubType": "SingleUser", "DBInstanceId": "rm-1", "CustomData": {"<a>": "&"}})
    data = json.dumps({"Accounts": [{"AccountName": "<app>", "AccountPassword": "&"}]})
    given = {"SecretType": "Rds", "SecretData": data, "ExtendedConfig": config, "VersionId": "v1"}
    as_xml(kms, "CreateSecret", SecretName="xml/managed", **given)
    told = as_xml(kms, "GetSecretValue", SecretName="xml/managed", FetchExtendedConfig=True)
    same(json.loads(told.findtext("ExtendedConfig")), json.loads(config), "ExtendedConfig")
    same(json.loads(told.findtext("SecretData"))["AccountName"], "<app>", "AccountName")
    batch = kms.raw_request("BatchGetSecretValue", {"SecretsList": json.dumps([{"SecretName": name}])})
    batch.set_accept_format("XML")
    root = xml.fromstring(kms.as_it_came(batch)[2])
    same((root.findtext("SecretValues/VersionId"), root.find("Errors")), ("v2", None), "a batch")
    told = as_xml(kms, "DeleteSecret", SecretName=name)
    true(told.findtext("PlannedDeleteTime").endswith("+08:00"), "PlannedDeleteTime is not Beijing's")
    told = as_xml(kms, "GetSecretValue", 409, SecretName=name)
    same(told.findtext("Code"), "Rejected.ResourceInDeleteWindow", "Code")
    told = as_xml(kms, "GetSecretValue", 404, SecretName="xml/nowhere")
    same(told.findtext("Code"), "Forbidden.ResourceNotFound", "Code")
    same(told.findtext("Message"), "Resource not found.", "Message")


def xml_errors(kms):
    root = as_xml(kms, "DescribeKey", 404, KeyId=UNKNOWN)
    same(root.findtext("HttpStatus"), "404", "HttpStatus")
    same(root.findtext("Code"), "Forbidden.KeyNotFound", "Code")
    same(root.findtext("Message"), "The specified Key is not found.", "Message")
    root = as_xml(kms.as_other(OWN_KEY, "a wrong secret"), "ListKeys", 400)
    same(root.findtext("Code"), "IncompleteSignature", "Code of a wrong signature")


def contexts_as_text(kms):
    key = new_key(kms)
    nothing = ("", "null", "{}", " { } ")
    for sealing in nothing:
        blob = kms.call("Encrypt", KeyId=key, Plaintext="eA==", EncryptionContext=sealing)["CiphertextBlob"]
        for opening in nothing:
            back = kms.call("Decrypt", CiphertextBlob=blob, EncryptionContext=opening)
            same(back["Plaintext"], "eA==", f"Plaintext, sealed with {sealing!r}, opened with {opening!r}")
        same(kms.call("Decrypt", CiphertextBlob=blob)["Plaintext"], "eA==", f"Plaintext, sealed with {sealing!r}")
    one = '{"a":"1","b":"é"}'
    blob = kms.call("Encrypt", KeyId=key, Plaintext="eA==", EncryptionContext=one)["CiphertextBlob"]
    other = '{ "b" : "\\u00e9",\n"a" : "1" }'
    same(kms.call("Decrypt", CiphertextBlob=blob, EncryptionContext=other)["Plaintext"], "eA==", "Plaintext")
    for wrong in ("{'a': '1'}", "[]", '"a"', "1", '{"a":"1"', '{"a":null}'):
        invalid("EncryptionContext", kms.call, "Encrypt", KeyId=key, Plaintext="eA==", EncryptionContext=wrong)


def explanation_is_the_string_to_sign(kms):
    wrong = kms.as_other(OWN_KEY, "a wrong secret")
    for method in ("POST", "GET"):
        request = wrong.request("CreateKey", Description="a b+c*~é")
        request.set_method(method)
        refusal = refused(400, "IncompleteSignature", EXPLAINED, wrong.send, request)
        # The client compares this string with its own, to tell a wrong secret from a wrong string.
        same(EXPLAINED.fullmatch(refusal.message)["text"], request.string_to_sign, "server string to sign")


def signed_with_rsa(kms):
    lines = (Path(__file__).parent / "rsaid.pem").read_text().splitlines()
    other = AcsClient("rsaid", "".join(lines[1:-1]), "cn-hangzhou")
    request = RpcRequest("Kms", VERSION, "CreateKey", signer=sha_hmac256)
    request.set_method("POST")
    request.add_query_param("Description", "a b+c*~é")
    request.set_endpoint(ENDPOINT)
    request.set_protocol_type("http")
    key = json.loads(other.do_action_with_exception(request))["KeyMetadata"]
    same((key["Creator"], key["Description"]), ("1000000000000023", "a b+c*~é"), "the key made with RSA")


def endpoint_by_region(kms):
    region_provider.add_endpoint("Kms", "cn-hangzhou", URL)
    request = kms.request("ListKeys", PageSize=1)
    request.set_endpoint(None)
    same(kms.send(request)["PageSize"], 1, "PageSize")


OWN = [
    headers_of_an_answer,
    body_of_an_error,
    get_requests,
    formats,
    xml_answers,
    xml_of_pairs,
    xml_of_secrets,
    xml_errors,
    contexts_as_text,
    explanation_is_the_string_to_sign,
    signed_with_rsa,
    endpoint_by_region,
]


if __name__ == "__main__":
    sys.exit(run(Kms(), steps() + certificates.CHECKS + OWN))
