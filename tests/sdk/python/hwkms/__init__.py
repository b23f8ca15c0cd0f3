"""The checks of every client of Huawei's: all actions, valid and invalid requests."""

import base64
import itertools
import uuid

from checks import Refused, matches, same

NOBODY = "00000000-0000-4000-8000-000000000000"
NUMBERS = itertools.count(1)


def refused(code, call, /, *args, **params):
    """Makes the call and requires this refusal."""
    try:
        answer = call(*args, **params)
    except Refused as refusal:
        same(refusal.code, code, f"code ({refusal.message})")
        matches(r".+", refusal.message, f"message of {code}")
        matches(r"\S{8,}", refusal.request_id, f"X-Request-Id of {code}")
        return refusal
    raise AssertionError(f"answered {str(answer)[:160]}, wanted {code}")


def text(data):
    return base64.b64encode(data).decode()


def fresh(prefix="key"):
    """A name that no other check of this run uses."""
    return f"{prefix}-{next(NUMBERS)}"


def new_key(kms, **params):
    return kms.call("CreateKey", **{"key_alias": fresh(), **params})["key_info"]["key_id"]


def described(kms, key):
    return kms.call("ListKeyDetail", key_id=key)["key_info"]


def state(kms, key):
    return described(kms, key)["key_state"]


def sequence():
    return str(uuid.uuid4())


def scenario():
    from . import (
        aliases,
        ciphers,
        datakeys,
        grants,
        keys,
        materials,
        pairs,
        provider,
        refusals,
        regions,
        rotation,
        stores,
        table,
        tags,
        tokens,
    )

    modules = [keys, aliases, ciphers, datakeys, pairs, materials, rotation, tags, grants, stores, regions]
    modules += [tokens, refusals, provider, table]
    return [check for module in modules for check in module.CHECKS]
