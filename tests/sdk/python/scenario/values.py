"""Values of secrets, their versions, and the stages of versions."""

import json

from checks import invalid, missing, near, no_secret, refused, same, true, unfit, unsupported
from scenario.keys import AWKWARD
from scenario.secrets import new_secret, taken

STAGES = ["ACSCurrent", "ACSPrevious"]
# The rotation fields of a value that the service cannot rotate.
VALUE = {
    "RequestId",
    "SecretName",
    "SecretType",
    "SecretDataType",
    "SecretData",
    "VersionId",
    "VersionStages",
    "CreateTime",
}


def put(kms, name, data, version, **params):
    return kms.call("PutSecretValue", SecretName=name, SecretData=data, VersionId=version, **params)


def value(kms, name, **params):
    return kms.call("GetSecretValue", SecretName=name, **params)["SecretData"]


def move(kms, name, stage, **params):
    return kms.call("UpdateSecretVersionStage", SecretName=name, VersionStage=stage, **params)


def staged(kms, name, **params):
    """The stages of every listed version, newest first."""
    answer = kms.call("ListSecretVersionIds", SecretName=name, **params)
    same(answer["SecretName"], name, "SecretName")
    versions = answer["VersionIds"]["VersionId"]
    for version in versions:
        same(set(version), {"VersionId", "CreateTime", "VersionStages"}, "fields of a version")
        near(version["CreateTime"], 0, "CreateTime")
    return [(version["VersionId"], sorted(version["VersionStages"]["VersionStage"])) for version in versions]


def mismatch(call, *args, **params):
    return refused(400, "Rejected.InvalidRequest", "param mismatch", call, *args, **params)


def values_in_text_and_binary(kms):
    for kind, data in (("text", AWKWARD), ("text", "x" * 30720), ("binary", "AP/+dGV4dA=="), (None, "plain")):
        name = f"values/{kind}-{len(data)}"
        new_secret(kms, name, SecretData=data, **({"SecretDataType": kind} if kind else {}))
        # An SDK writes its booleans in its own way.
        for more in ({}, {"FetchExtendedConfig": True}, {"FetchExtendedConfig": False}, {"VersionStage": "ACSCurrent"}):
            told = kms.call("GetSecretValue", SecretName=name, **more)
            same(set(told), VALUE, "fields of GetSecretValue")
            same((told["SecretData"], told["SecretDataType"]), (data, kind or "text"), "the value")
            same((told["VersionId"], told["SecretType"]), ("v1", "Generic"), "VersionId and SecretType")
            same(told["VersionStages"], {"VersionStage": ["ACSCurrent"]}, "VersionStages")
            near(told["CreateTime"], 0, "CreateTime")


def get_secret_value_refuses(kms):
    new_secret(kms, "values/wrong")
    missing("SecretName", kms.call, "GetSecretValue")
    no_secret(value, kms, "values/nowhere")
    no_secret(value, kms, "values/wrong", VersionId="v2")
    no_secret(value, kms, "values/wrong", VersionStage="ACSPrevious")
    invalid("VersionStage", value, kms, "values/wrong", VersionStage="x" * 65)
    invalid("VersionId", value, kms, "values/wrong", VersionId="x" * 65)


def recipient_is_not_served(kms):
    new_secret(kms, "values/recipient")
    body = {"Recipient": "eA=="}
    unsupported(kms.raw, "GetSecretValue", query={"SecretName": "values/recipient"}, body=body)


def put_secret_value(kms):
    name = "values/put"
    new_secret(kms, name)
    answer = put(kms, name, "second", "v2")
    wanted = {"SecretName": name, "VersionId": "v2", "VersionStages": {"VersionStage": ["ACSCurrent"]}}
    same({field: answer[field] for field in answer if field != "RequestId"}, wanted, "answer of PutSecretValue")
    same(staged(kms, name), [("v2", ["ACSCurrent"]), ("v1", ["ACSPrevious"])], "versions")
    for more, data in (
        ({}, "second"),
        ({"VersionStage": "ACSPrevious"}, "first"),
        ({"VersionId": "v1"}, "first"),
        ({"VersionId": "v2"}, "second"),
        # If both are given, the version applies.
        ({"VersionId": "v1", "VersionStage": "ACSCurrent"}, "first"),
    ):
        same(value(kms, name, **more), data, f"SecretData by {more}")
    put(kms, name, "dGhpcmQ=", "v3", SecretDataType="binary")
    told = kms.call("GetSecretValue", SecretName=name)
    same((told["SecretData"], told["SecretDataType"]), ("dGhpcmQ=", "binary"), "the value")
    # The version before the previous one has no stage. It is listed on request and readable.
    same(staged(kms, name), [("v3", ["ACSCurrent"]), ("v2", ["ACSPrevious"])], "versions")
    everything = [("v3", ["ACSCurrent"]), ("v2", ["ACSPrevious"]), ("v1", [])]
    same(staged(kms, name, IncludeDeprecated="true"), everything, "versions")
    same(value(kms, name, VersionId="v1"), "first", "SecretData of a deprecated version")


def put_the_same_again(kms):
    name = "values/again"
    new_secret(kms, name)
    put(kms, name, "second", "v2")
    for _ in range(2):
        for data, version in (("second", "v2"), ("first", "v1")):
            same(put(kms, name, data, version)["VersionId"], version, "VersionId")
    same(staged(kms, name), [("v2", ["ACSCurrent"]), ("v1", ["ACSPrevious"])], "versions")
    # If the value is equal, its type is ignored.
    same(put(kms, name, "second", "v2", SecretDataType="binary")["VersionId"], "v2", "VersionId")
    for version in ("v2", "v1"):
        taken(put, kms, name, "other", version)


def put_secret_value_refuses(kms):
    new_secret(kms, "values/refused")
    whole = {"SecretName": "values/refused", "SecretData": "x", "VersionId": "v2"}
    for name in whole:
        missing(name, kms.call, "PutSecretValue", **{other: whole[other] for other in whole if other != name})
    for name, wrong in (
        ("SecretData", "x" * 30721),
        ("VersionId", "v" * 65),
        ("SecretDataType", "bytes"),
        ("VersionStages", "mine"),
        ("VersionStages", "[]"),
        ("VersionStages", json.dumps([""])),
        ("VersionStages", json.dumps(["x" * 65])),
        ("VersionStages", json.dumps([f"s{number}" for number in range(9)])),
        ("VersionStages", json.dumps({"Stages": ["mine"]})),
    ):
        invalid(name, kms.call, "PutSecretValue", **{**whole, name: wrong})
    no_secret(put, kms, "values/nowhere", "x", "v1")
    same(staged(kms, "values/refused"), [("v1", ["ACSCurrent"])], "versions after refusals")


def stages_of_new_versions(kms):
    name = "values/stages"
    new_secret(kms, name)
    answer = put(kms, name, "second", "v2", VersionStages=json.dumps(["mine", "my stage"]))
    same(sorted(answer["VersionStages"]["VersionStage"]), ["mine", "my stage"], "VersionStages")
    same(value(kms, name), "first", "SecretData of the current version")
    same(value(kms, name, VersionStage="mine"), "second", "SecretData at a stage")
    # The other way to write the list.
    put(kms, name, "third", "v3", VersionStages=json.dumps({"VersionStage": ["mine", "ACSCurrent"]}))
    wanted = [("v3", ["ACSCurrent", "mine"]), ("v2", ["my stage"]), ("v1", ["ACSPrevious"])]
    same(staged(kms, name), wanted, "versions")
    no_secret(value, kms, name, VersionStage="MINE")


def stages_move(kms):
    name = "values/moved"
    new_secret(kms, name)
    put(kms, name, "second", "v2")
    same(move(kms, name, "mine", MoveToVersion="v1")["SecretName"], name, "SecretName")
    same(staged(kms, name), [("v2", ["ACSCurrent"]), ("v1", ["ACSPrevious", "mine"])], "versions")
    move(kms, name, "mine", RemoveFromVersion="v1", MoveToVersion="v2")
    same(value(kms, name, VersionStage="mine"), "second", "SecretData at a stage")
    move(kms, name, "mine", RemoveFromVersion="v2")
    no_secret(value, kms, name, VersionStage="mine")
    # Swaps the current and the previous version.
    move(kms, name, "ACSCurrent", MoveToVersion="v1", RemoveFromVersion="v2")
    same(staged(kms, name), [("v2", ["ACSPrevious"]), ("v1", ["ACSCurrent"])], "versions")
    put(kms, name, "third", "v3", VersionStages='["mine"]')
    move(kms, name, "ACSPrevious", MoveToVersion="v3")
    same([value(kms, name, VersionStage=stage) for stage in STAGES], ["first", "third"], "SecretData")


def stages_refuse(kms):
    name = "values/stuck"
    new_secret(kms, name)
    put(kms, name, "second", "v2")
    for stage in STAGES:
        missing("MoveToVersion", move, kms, name, stage)
        missing("MoveToVersion", move, kms, name, stage, RemoveFromVersion="v2")
    missing("MoveToVersion", move, kms, name, "mine")
    missing("VersionStage", kms.call, "UpdateSecretVersionStage", SecretName=name, MoveToVersion="v1")
    invalid("VersionStage", move, kms, name, "x" * 65, MoveToVersion="v1")
    mismatch(move, kms, name, "ACSCurrent", RemoveFromVersion="v1", MoveToVersion="v1")
    mismatch(move, kms, name, "mine", RemoveFromVersion="v1")
    unfit(move, kms, name, "ACSPrevious", MoveToVersion="v2")
    for version in ("MoveToVersion", "RemoveFromVersion"):
        no_secret(move, kms, name, "mine", **{version: "v9"})
    no_secret(move, kms, "values/nowhere", "mine", MoveToVersion="v1")
    same(staged(kms, name), [("v2", ["ACSCurrent"]), ("v1", ["ACSPrevious"])], "versions after refusals")


def ten_versions_are_kept(kms):
    name = "values/many"
    new_secret(kms, name)
    move(kms, name, "kept", MoveToVersion="v1")
    for number in range(2, 13):
        put(kms, name, f"value {number}", f"v{number}")
    wanted = [("v12", ["ACSCurrent"]), ("v11", ["ACSPrevious"]), ("v1", ["kept"])]
    same(staged(kms, name), wanted, "versions")
    everything = [version for version, _ in staged(kms, name, IncludeDeprecated="true")]
    same(everything, [f"v{number}" for number in (12, 11, 10, 9, 8, 7, 6, 5, 4, 1)], "all versions")
    for version in ("v2", "v3"):
        no_secret(value, kms, name, VersionId=version)
    first = kms.call("ListSecretVersionIds", SecretName=name)
    paging = ("PageNumber", "PageSize", "TotalCount")
    same([first[field] for field in paging], [1, 20, 3], "paging")
    page = kms.call("ListSecretVersionIds", SecretName=name, IncludeDeprecated="true", PageNumber=4, PageSize=3)
    same([page[field] for field in paging], [4, 3, 10], "paging")
    same([version["VersionId"] for version in page["VersionIds"]["VersionId"]], ["v1"], "versions of the last page")
    beyond = kms.call("ListSecretVersionIds", SecretName=name, PageNumber=2)
    same(beyond["VersionIds"], {"VersionId": []}, "versions past the last page")
    # If all versions have stages, none can be pruned.
    for number in range(4, 11):
        move(kms, name, f"kept {number}", MoveToVersion=f"v{number}")
    move(kms, name, "kept 11", MoveToVersion="v11")
    move(kms, name, "kept 12", MoveToVersion="v12")
    refused(400, "Rejected.LimitExceeded", None, put, kms, name, "x", "v13")


def list_secret_versions_refuses(kms):
    missing("SecretName", kms.call, "ListSecretVersionIds")
    no_secret(staged, kms, "values/nowhere")
    for name, wrong in (("PageSize", 101), ("PageSize", 0), ("PageNumber", 0)):
        invalid(name, kms.call, "ListSecretVersionIds", SecretName="values/nowhere", **{name: wrong})


def batch_of_values(kms):
    new_secret(kms, "values/batch")
    put(kms, "values/batch", "second", "v2")
    new_secret(kms, "values/bytes", SecretData="eA==", SecretDataType="binary")
    asked = [
        {"SecretName": "values/batch"},
        {"SecretName": "values/batch", "VersionStage": "ACSPrevious"},
        {"SecretName": "values/nowhere"},
        {"SecretName": "values/bytes", "VersionId": "v1", "FetchExtendedConfig": True},
    ]
    answer = kms.call("BatchGetSecretValue", SecretsList=asked)
    for told in answer["SecretValues"]:
        same(set(told), VALUE - {"RequestId"}, "fields of a value")
    told = [(one["SecretName"], one["SecretData"], one["VersionId"]) for one in answer["SecretValues"]]
    wanted = [("values/batch", "second", "v2"), ("values/batch", "first", "v1"), ("values/bytes", "eA==", "v1")]
    same(told, wanted, "SecretValues")
    [wrong] = answer["Errors"]
    same((wrong["SecretName"], wrong["Code"]), ("values/nowhere", "Forbidden.ResourceNotFound"), "Errors")
    same((wrong["HttpStatus"], wrong["Message"]), ("404", "Resource not found."), "Errors")
    answer = kms.call("BatchGetSecretValue", SecretsList=asked[:1])
    same(answer["Errors"], [], "Errors of a batch without any")
    true(len(kms.call("BatchGetSecretValue", SecretsList=asked[:1] * 20)["SecretValues"]) == 20, "not 20 values")
    invalid("SecretsList", kms.call, "BatchGetSecretValue", SecretsList=asked[:1] * 21)
    missing("SecretsList", kms.raw, "BatchGetSecretValue")


CHECKS = [
    values_in_text_and_binary,
    get_secret_value_refuses,
    recipient_is_not_served,
    put_secret_value,
    put_the_same_again,
    put_secret_value_refuses,
    stages_of_new_versions,
    stages_move,
    stages_refuse,
    ten_versions_are_kept,
    list_secret_versions_refuses,
    batch_of_values,
]
