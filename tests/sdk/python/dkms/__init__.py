"""The checks of every client of the dedicated gateway: all its APIs, valid and invalid requests.

Bytes are texts in base64, in parameters and in answers.
"""

import base64
import re

from checks import UUID, Refused, matches, same, true


def text(data):
    return base64.b64encode(data).decode()


def data(text):
    return base64.b64decode(text, validate=True)


def refused(status, code, names, call, /, *args, **params):
    """Makes the call and requires this refusal, with NAMES in its message."""
    try:
        answer = call(*args, **params)
    except Refused as refusal:
        same((refusal.status, refusal.code), (status, code), f"refusal ({refusal.message})")
        true(re.search(names, refusal.message), f"the message of {code} is {refusal.message!r}, without {names}")
        matches(UUID, refusal.request_id, f"RequestId of {code}")
        return
    raise AssertionError(f"answered {str(answer)[:160]}, wanted {status} {code}")


def invalid(name, call, /, *args, **params):
    refused(400, "InvalidParameter", f'"{name}"', call, *args, **params)


def missing(name, call, /, *args, **params):
    refused(400, "MissingParameter", name, call, *args, **params)


def unsupported(call, /, *args, **params):
    """The key has another type or usage."""
    refused(400, "UnsupportedOperation", "Rejected.UnsupportedOperation", call, *args, **params)


def scenario(is_encrypted, modes, has_more_messages):
    from . import caller, ciphers, datakeys, pairs, refusals, secrets, transfers

    modules = [secrets, ciphers, datakeys, pairs, caller, refusals]
    checks = [check for module in modules for check in module.CHECKS]
    checks += caller.CHECKS_WITH_TLS if is_encrypted else caller.CHECKS_WITHOUT_TLS
    checks += ciphers.CHECKS_OF_MORE_MESSAGES if has_more_messages else []
    return checks + transfers.checks(modes)
