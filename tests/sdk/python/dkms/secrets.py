"""Values of secrets."""

from checks import near, same

from . import missing, refused


def values(kms):
    newest = kms.call("GetSecretValue", SecretName="its-secret", FetchExtendedConfig=True)
    told = newest["SecretName"], newest["SecretType"], newest["SecretData"], newest["SecretDataType"]
    same(told, ("its-secret", "Generic", "its value", "text"), "secret")
    same((newest["VersionId"], newest["VersionStages"]), ("v2", ["ACSCurrent"]), "version")
    near(newest["CreateTime"], 0, "CreateTime")
    for name in ("ExtendedConfig", "AutomaticRotation", "RotationInterval", "LastRotationDate", "NextRotationDate"):
        same(newest.get(name) or "", "", name)


def versions(kms):
    for named, value in (
        ({"VersionId": "v1"}, "its old value"),
        ({"VersionStage": "ACSPrevious"}, "its old value"),
        ({"VersionStage": "ACSCurrent"}, "its value"),
    ):
        same(kms.call("GetSecretValue", SecretName="its-secret", **named)["SecretData"], value, "SecretData")
    for named in ({"VersionId": "v3"}, {"VersionStage": "none"}):
        not_found(kms.call, "GetSecretValue", SecretName="its-secret", **named)


def not_found(call, /, *args, **params):
    refused(404, "Forbidden.ResourceNotFound", "not found", call, *args, **params)


def parameters(kms):
    not_found(kms.call, "GetSecretValue", SecretName="none")
    missing("SecretName", kms.call, "GetSecretValue")
    # The value needs the right to the secret's key too.
    refused(403, "Forbidden.NoPermission", "permission", kms.call, "GetSecretValue", SecretName="forbidden-key")


CHECKS = [values, versions, parameters]
