"""The SDKs in Python: alibabacloud-dkms-gcs, and alibabacloud-kms-python-sdk in its modes."""

import base64
import typing

from alibabacloud_kms20160120 import models as shared_models
from alibabacloud_kms_kms20160120.models import KmsConfig
from alibabacloud_kms_kms20160120.transfer_client import TransferClient
from alibabacloud_tea_openapi.models import Config as SharedConfig
from google.protobuf.json_format import MessageToDict, ParseDict
from openapi.models import Config
from openapi_util.models import RuntimeOptions
from openapi_util.protobuf import api_pb2
from sdk import models
from sdk.client import Client
from Tea.exceptions import TeaException

from checks import snake

KEY_VERSION = "x-kms-migrationkeyversionid"


def send(call):
    try:
        return {"answer": answer(call)}
    except TeaException as problem:
        data = problem.data or {}
        status = data.get("httpCode", data.get("statusCode"))
        if status is None:
            raise
        request_id = data.get("requestId", data.get("RequestId"))
        return {"status": status, "code": problem.code, "message": problem.message, "request_id": request_id}


def answer(call):
    if call["client"] != "dedicated":
        return transferred(call)
    client = Client(Config().from_map(call["config"]))
    options = RuntimeOptions(response_headers=[KEY_VERSION])
    method = getattr(client, f"{snake(call['action'])}_with_options", None)
    if method is None or "version" in call or "signature" in call:
        return generic(client, options, call)
    request = request_of(call["action"], call["params"])
    request.request_headers = call.get("headers")
    told = method(request, options)
    values = {name: base64_of(value) for name, value in told.to_map().items()}
    return {**values, "headers": told.response_headers}


def request_of(action, params):
    """The SDK's own request. Its types say which parameters are bytes."""
    kind = getattr(models, f"{action}Request")
    types = typing.get_type_hints(kind.__init__)

    def typed(name, value):
        return base64.b64decode(value) if types[snake(name)] is bytes else value

    return kind(**{snake(name): typed(name, value) for name, value in params.items()})


def base64_of(value):
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def generic(client, options, call):
    """A call by the SDK's messages: it has more of them than methods."""
    action = call["action"]
    request = getattr(api_pb2, f"{action}Request", None)
    body = ParseDict(call["params"], request()).SerializeToString() if request else b""
    version, signature = call.get("version", "dkms-gcs-0.2"), call.get("signature", "RSA_PKCS1_SHA_256")
    headers = call.get("headers")
    told = client.do_request(action, version, "https", "POST", signature, body, options, headers)
    response = getattr(api_pb2, f"{action}Response").FromString(told["bodyBytes"])
    values = MessageToDict(response, preserving_proto_field_name=True)
    return {**values, "headers": told["responseHeaders"]}


def transferred(call):
    """A call of the shared gateway. The client asks the instance instead, unless it is `shared`."""
    told = call["shared"]
    own = SharedConfig(
        access_key_id=told["access_key"],
        access_key_secret=told["secret"],
        endpoint=told["endpoint"],
        protocol="http",
    )
    instance = KmsConfig().from_map(call["config"])
    if call["client"] == "shared":
        client = TransferClient(config=own)
    elif call["client"] == "transfer-low":
        instance.force_low_version_crypto_transfer = True
        client = TransferClient(config=own, kms_config=instance)
    else:
        client = TransferClient(kms_config=instance)
    request = getattr(shared_models, f"{call['action']}Request")().from_map(call["params"])
    return getattr(client, snake(call["action"]))(request).body.to_map()
