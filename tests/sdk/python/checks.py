"""Shared by the programs: the exception of drivers, comparisons, and the loop over the checks."""

import re
import time
from calendar import timegm

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Refused(Exception):
    """An error answer, the same for every SDK. `body` is the answer, or None if hidden."""

    def __init__(self, status, code, message, request_id, body=None):
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message, self.request_id, self.body = status, code, message, request_id, body


def snake(name):
    """A name of the wire, as the SDKs for Python write it."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def same(got, wanted, what="value"):
    # True == 1 in Python, but not in JSON, so the types are compared too.
    if got != wanted or type(got) is not type(wanted):
        raise AssertionError(f"{what} is {got!r}, wanted {wanted!r}")


def true(condition, what):
    if not condition:
        raise AssertionError(what)


def matches(pattern, text, what="value"):
    pattern = re.compile(pattern)
    if not isinstance(text, str) or not pattern.fullmatch(text):
        raise AssertionError(f"{what} is {text!r}, wanted something like {pattern.pattern}")


def near(text, seconds_from_now, what):
    """A time in the documented format, within a minute of now plus `seconds_from_now`."""
    matches(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", text, what)
    instant = timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))
    away = abs(instant - (time.time() + seconds_from_now))
    true(away < 60, f"{what} is {text}, {away:.0f} seconds away from what was expected")


def refused(status, code, message, call, *args, **params):
    """Makes the call and requires this refusal. `message` is None (any), a text or a pattern."""
    try:
        answer = call(*args, **params)
    except Refused as refusal:
        if (refusal.status, refusal.code) != (status, code):
            raise AssertionError(f"answered {refusal}, wanted {status} {code}") from None
        if isinstance(message, re.Pattern):
            matches(message, refusal.message, f"message of {code}")
        elif message is not None:
            same(refusal.message, message, f"message of {code}")
        matches(UUID, refusal.request_id, f"RequestId of {code}")
        if refusal.body is not None:
            error_body(refusal)
        return refusal
    raise AssertionError(f"answered {str(answer)[:160]}, wanted {status} {code}")


def error_body(refusal):
    body = refusal.body
    same(body.get("HttpStatus"), refusal.status, "HttpStatus")
    for name in ("Code", "Message", "RequestId", "HostId", "Recommend"):
        true(isinstance(body.get(name), str) and body[name], f"{name} of an error is {body.get(name)!r}, wanted a text")


def invalid(name, call, *args, **params):
    return refused(400, "InvalidParameter", f'The specified parameter "{name}" is not valid.', call, *args, **params)


def missing(name, call, *args, **params):
    return refused(
        400, "MissingParameter", f'The parameter "{name}" is needed but not provided.', call, *args, **params
    )


def rejected(state, call, *args, **params):
    message = f"The request was rejected because the key state is {state}."
    return refused(409, f"Rejected.{state}", message, call, *args, **params)


def not_modified(call, *args, **params):
    return refused(409, "Rejected.StateModifiedFailed", "Keystate modified failed.", call, *args, **params)


def no_key(call, *args, **params):
    return refused(404, "Forbidden.KeyNotFound", "The specified Key is not found.", call, *args, **params)


def no_alias(call, *args, **params):
    return refused(404, "Forbidden.AliasNotFound", "The specified Alias is not found.", call, *args, **params)


def no_version(call, *args, **params):
    message = "The specified Key version is not found."
    return refused(404, "Forbidden.KeyVersionNotFound", message, call, *args, **params)


def no_secret(call, *args, **params):
    return refused(404, "Forbidden.ResourceNotFound", "Resource not found.", call, *args, **params)


def unfit(call, *args, **params):
    """The key has another type or usage."""
    return refused(400, "Rejected.UnsupportedOperation", "Unsupported operation.", call, *args, **params)


def unsupported(call, *args, **params):
    return refused(400, "UnsupportedOperation", "This action is not supported.", call, *args, **params)


def run(kms, checks):
    """Runs every check, prints a line for each and the totals, and returns the exit status."""
    passed = failed = 0
    for check in checks:
        name = f"{check.__module__.removeprefix('scenario.').removeprefix('__main__')}.{check.__name__}".lstrip(".")
        try:
            check(kms)
        except Exception as problem:  # a check that breaks must not end the others
            why = str(problem) if isinstance(problem, AssertionError) else f"{type(problem).__name__}: {problem}"
            print(f"FAIL {name}: {' '.join(why.split())[:600]}", flush=True)
            failed += 1
        else:
            print(f"ok {name}", flush=True)
            passed += 1
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed or not passed else 0
