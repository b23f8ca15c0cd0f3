"""huaweicloudsdkkms: its typed client. A request that has members without a type goes as it is."""

import json
import os
import re

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ServiceResponseException
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkcore.signer.algorithm import SigningAlgorithm
from huaweicloudsdkkms.v2 import KmsClient, model

SIGNATURES = {
    "hmac-sha256": SigningAlgorithm.HMAC_SHA256,
    "hmac-sm3": SigningAlgorithm.HMAC_SM3,
    "ecdsa-p256": SigningAlgorithm.ECDSA_P256_SHA256,
    "sm2": SigningAlgorithm.SM2_SM3,
    "token": SigningAlgorithm.HMAC_SHA256,
}


def send(call):
    try:
        return {"answer": answer(call)}
    except ServiceResponseException as problem:
        code, message = problem.error_code, problem.error_msg
        return {"status": problem.status_code, "code": code, "message": message, "request_id": problem.request_id}


def answer(call):
    method = re.sub(r"(?<!^)(?=[A-Z])", "_", call["action"]).lower()
    invoker = getattr(client_of(call), f"{method}_invoker")(request_of(call))
    headers = dict(call["headers"])
    if call["token"] is not None:
        # A request that has an Authorization is not signed.
        headers.update({"X-Auth-Token": call["token"], "Authorization": "token"})
    for name, value in headers.items():
        invoker.add_header(name, value)
    told = invoker.invoke()
    raw = told.to_json_object() or {}
    # The SDK converts what has another type than it expects.
    typed = json.loads(str(told))
    if isinstance(raw, dict):
        compare(raw, typed, call["action"])
    return raw


def client_of(call):
    config = HttpConfig(
        signing_algorithm=SIGNATURES[call["signature"]],
        ssl_ca_cert=os.environ.get("SSL_CERT_FILE"),
    )
    credentials = BasicCredentials(call["access_key"], call["secret"], call["project"])
    if call["security_token"] is not None:
        credentials.with_security_token(call["security_token"])
    builder = KmsClient.new_builder().with_http_config(config).with_credentials(credentials)
    return builder.with_endpoint(call["url"]).build()


def request_of(call):
    parts = call["parts"]
    request = getattr(model, f"{call['action']}Request")()
    for name, value in {**parts["path"], **parts["query"]}.items():
        setattr(request, name, value)
    if parts["body"]:
        request.body = body_of(request.openapi_types["body"], parts["body"])
    return request


def body_of(type_name, members):
    kind = getattr(model, type_name)
    names = {json_name: name for name, json_name in kind.attribute_map.items()}
    if any(member not in names for member in members):
        return members
    return kind(**{names[member]: value for member, value in members.items()})


def compare(raw, typed, what):
    """Every member that the SDK has is what the server sent."""
    for name, value in typed.items():
        other = raw.get(name)
        if name in ("body", "version"):
            continue
        if value != other or type(value) is not type(other):
            raise AssertionError(f"{what}: the SDK makes {value!r} of {name}, which is {other!r}")
