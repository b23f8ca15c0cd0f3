"""What every program for Tencent's SDKs checks: all actions, good and bad.

A driver has `call(action, **params)`, which answers a dict or raises `Refused`, and `stranger()`, itself with a wrong secret.
"""

import base64
import itertools
import re

from checks import UUID, Refused, matches, same

NOBODY = "00000000-0000-1000-8000-000000000000"
NUMBERS = itertools.count(1)


def refused(code, call, *args, **params):
    """Makes the call and requires this refusal."""
    try:
        answer = call(*args, **params)
    except Refused as refusal:
        same(refusal.code, code, f"code ({refusal.message})")
        matches(re.compile(".+", re.S), refusal.message, f"message of {code}")
        matches(UUID, refusal.request_id, f"RequestId of {code}")
        return refusal
    raise AssertionError(f"answered {str(answer)[:160]}, wanted {code}")


def text(data):
    return base64.b64encode(data).decode()


def fresh(prefix="key"):
    """A name that no other check of this run uses."""
    return f"{prefix}-{next(NUMBERS)}"


def new_key(kms, **params):
    return kms.call("CreateKey", **{"Alias": fresh(), **params})["KeyId"]


def described(kms, key):
    return kms.call("DescribeKey", KeyId=key)["KeyMetadata"]


def scenario():
    from . import ciphers, datakeys, keys, materials, pairs, refusals, whitebox

    modules = (keys, ciphers, pairs, materials, whitebox, datakeys, refusals)
    return [check for module in modules for check in module.CHECKS]
