"""The checks of every client of Tencent's: all actions, valid and invalid requests."""

import base64
import itertools
import re

from checks import UUID, Refused, matches, same

from .client import Unsent

NOBODY = "00000000-0000-1000-8000-000000000000"
NUMBERS = itertools.count(1)


# What a client may refuse by itself: its command line checks the names and types of options.
BY_THE_CLIENT = {"InvalidAction", "InvalidParameter", "MissingParameter", "UnknownParameter"}


def refused(code, call, *args, **params):
    """Makes the call and requires this refusal, by the server or, where it may, by the client."""
    try:
        answer = call(*args, **params)
    except Unsent as refusal:
        if code not in BY_THE_CLIENT:
            raise AssertionError(f"not sent: {refusal}; wanted {code}") from None
        return None
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


def scenario(has_tag_service):
    from . import ciphers, datakeys, keys, materials, pairs, provider, refusals, table, whitebox

    modules = [keys, ciphers, pairs, materials, whitebox, datakeys, refusals, table]
    if has_tag_service:
        modules.append(provider)
    return [check for module in modules for check in module.CHECKS]
