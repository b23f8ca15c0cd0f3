"""tencentcloud-sdk-python: its typed clients, and its generic one for what has no type there."""

import json
import os

from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.kms.v20190118 import models
from tencentcloud.kms.v20190118.kms_client import KmsClient


def send(call):
    try:
        return {"answer": answer(call)}
    except TencentCloudSDKException as problem:
        if problem.requestId is None:
            raise
        return {"code": problem.code, "message": problem.message, "request_id": problem.requestId}


def answer(call):
    action, params = call["action"], call["params"]
    client = client_of(call)
    request = getattr(models, f"{action}Request", None)
    if call["service"] != "kms" or request is None or not is_typed(request(), params):
        return client.call_json(action, params)["Response"]
    request = request()
    request.from_json_string(json.dumps(params))
    told = getattr(client, action)(request)
    return present(json.loads(told.to_json_string()))


def client_of(call):
    http = HttpProfile(
        protocol=call["scheme"],
        endpoint=call["endpoint"],
        reqMethod=call["method"],
        certification=os.environ.get("SSL_CERT_FILE"),
    )
    profile = ClientProfile(signMethod=call["signature"], httpProfile=http, language=call["language"])
    credential = Credential(call["access_key"], call["secret"], call["token"])
    if call["service"] == "kms":
        return KmsClient(credential, call["region"], profile)
    return CommonClient(call["service"], call["version"], credential, call["region"], profile)


def is_typed(request, params):
    """Whether the SDK's class sends these parameters as they are."""
    try:
        request.from_json_string(json.dumps(params))
    except (AttributeError, TypeError):
        return False
    return present(json.loads(request.to_json_string())) == present(params)


def present(value):
    """The value without the members that are null: the SDK's classes have all members."""
    if isinstance(value, dict):
        return {name: present(it) for name, it in value.items() if it is not None}
    return [present(it) for it in value] if isinstance(value, list) else value
