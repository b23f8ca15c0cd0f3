"""Every parameter of every action, from `fixtures/tencent/actions.tsv`: left out, wrong, of another
type; and a parameter that is unknown."""

import csv
import json

from checks import same

from . import new_key, refused, text

with open("fixtures/tencent/actions.tsv", encoding="utf-8") as file:
    ROWS = list(csv.DictReader((line for line in file if line[0] != "#"), delimiter="\t", quoting=csv.QUOTE_NONE))
# Those that take no parameter have no row.
BARE = ["DescribeWhiteBoxServiceStatus", "GetRegions", "GetServiceStatus", "ListAlgorithms"]
ACTIONS = [*dict.fromkeys(row["action"] for row in ROWS), *BARE]


def value(row, word, blob):
    """A value of a row's parameter as it stands in JSON."""
    if word == "@blob":
        return blob
    if word.startswith("@len:"):
        return "a" * int(word.removeprefix("@len:"))
    return word if row["type"] == "String" else json.loads(word)


def good(action, blob):
    """A request with all that the action needs. What it names need not exist."""
    params = {row["parameter"]: value(row, row["good"], blob) for row in rows(action) if row["required"] == "yes"}
    # One of the two sizes is needed.
    return {**params, "KeySpec": "AES_128"} if action == "GenerateDataKey" else params


def rows(action):
    return [row for row in ROWS if row["action"] == action]


def sealed(kms):
    return kms.call("Encrypt", KeyId=new_key(kms), Plaintext=text(b"a"))["CiphertextBlob"]


def names(refusal, parameter):
    """The message names the parameter, unless the client refused by itself."""
    if refusal is not None and f"`{parameter}" not in refusal.message:
        raise AssertionError(f"the message does not name {parameter}: {refusal.message}")


def left_out(kms):
    blob = sealed(kms)
    for action in ACTIONS:
        params = good(action, blob)
        for row in rows(action):
            if row["required"] == "yes":
                name = row["parameter"]
                without = {other: it for other, it in params.items() if other != name}
                names(refused("MissingParameter", kms.call, action, **without), name)


def unknown(kms):
    blob = sealed(kms)
    for action in ACTIONS:
        names(refused("UnknownParameter", kms.call, action, **good(action, blob), Other="a"), "Other")


def wrong(kms):
    blob = sealed(kms)
    for row in ROWS:
        if row["bad"] != "-":
            params = {**good(row["action"], blob), row["parameter"]: value(row, row["bad"], blob)}
            refused(row["code"], kms.call, row["action"], **params)


def of_another_type(kms):
    blob = sealed(kms)
    for row in ROWS:
        if row["type"] == "String" and kms.has_texts_only:
            continue
        other = ["a"] if row["type"] == "String" else "a"
        params = {**good(row["action"], blob), row["parameter"]: other}
        names(refused("InvalidParameter", kms.call, row["action"], **params), row["parameter"])


def every_action(kms):
    """The checks before this one had answers and refusals from every action."""
    for action in BARE:
        kms.call(action)
    # The table has no row for a call that only its state refuses.
    same(sorted(set(ACTIONS) - kms.answered), [], "actions that never answered")
    same(sorted(set(ACTIONS) - kms.refused), [], "actions that never refused")
    same(len(ACTIONS), 69, "number of actions")


CHECKS = [left_out, unknown, wrong, of_another_type, every_action]
