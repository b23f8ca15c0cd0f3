"""The checks of every program for Kingsoft's SDKs: all eight actions, valid and invalid requests.

A driver has `call(action, **params)`, which returns a dict or raises `Refused`; `list_of(ids)`, the
parameters of a list in its SDK; and `stranger()`, the same driver with a wrong secret.
"""

import re

from checks import UUID, Refused, matches, same

NAME = "测试 key~* a+b/c=d&e%f"
NEW = {"KeyName": NAME, "KeyUsage": "EncryptDecrypt", "Origin": "kms", "ChargeType": "PostPaidByDay"}
NOBODY = "0kes2r8k-vbse-87pj-icck-qu9cao8vubi7"
# The format of the document's samples.
KEY_ID = re.compile(r"[0-9a-v]{8}(-[0-9a-v]{4}){3}-[0-9a-v]{12}")


def refused(status, code, message, call, *args, **params):
    """Makes the call and requires this refusal. One SDK does not return the status."""
    try:
        answer = call(*args, **params)
    except Refused as refusal:
        same((refusal.code, refusal.message), (code, message), "refusal")
        if refusal.status is not None:
            same(refusal.status, status, "status")
        matches(UUID, refusal.request_id, f"RequestId of {code}")
        return refusal
    raise AssertionError(f"answered {str(answer)[:160]}, wanted {status} {code}")


def invalid(name, call, *args, **params):
    message = f"An invalid or out-of-range value was supplied for the input parameter {name}."
    return refused(400, "InvalidParameterValue", message, call, *args, **params)


def missing(name, call, *args, **params):
    message = f"An value must be supplied for the input parameter {name}."
    return refused(400, "MissingParameter", message, call, *args, **params)


def rehearsed(call, *args, **params):
    message = "Request would have succeeded, but DryRun flag is set"
    return refused(412, "DryRunOperation", message, call, *args, **params)


def new_key(kms, **params):
    return kms.call("CreateKey", **{**NEW, **params})["Key"]


def disabled_key(kms):
    key = new_key(kms)["KeyId"]
    kms.call("ModifyKeyState", KeyId=key, KeyState="Disabled")
    return key


def scenario():
    from . import ciphers, keys, refusals

    return [*keys.CHECKS, *ciphers.CHECKS, *refusals.CHECKS]
