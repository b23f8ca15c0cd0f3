"""What is refused before any action looks at it."""

from checks import same

from . import NOBODY, refused
from .client import ask


def strangers(kms):
    kms = kms.but(token=None)
    for who in ({"secret": "wrong"}, {"access_key": "nobody"}):
        refusal = refused("APIGW.0301", kms.but(**who).call, "ShowUserInstances")
        same(refusal.status, 401, "status")


def security_tokens(kms):
    """Temporary credentials: an access key that is good with its token only."""
    kms = kms.but(token=None)
    key = f"{kms.name}-temporary"
    worker = {"access_key": key, "secret": f"secret-of-{key}"}
    kms.but(**worker, security_token="the+token/of=work").call("ShowUserInstances")
    for token in (None, "another"):
        refused("APIGW.0301", kms.but(**worker, security_token=token).call, "ShowUserInstances")


def projects(kms):
    # The Node SDK signs a path that has escapes wrongly.
    for project in ("0" * 32,) if kms.client == "node" else ("0" * 32, "{project_id}"):
        refusal = refused("KMS.0305", kms.but(project=project).call, "ShowUserInstances")
        same(refusal.status, 403, "status")


def paths(kms):
    """An unknown path is the gateway's to refuse, but one of the service is the service's."""
    status, headers, body = ask("GET", f"/v1.0/{kms.settings['project']}/kms/no-such-action")
    same((status // 100, b"error_code" in body), (4, True), "answer")
    same(bool(headers["X-Request-Id"]), True, "X-Request-Id")


def parameters(kms):
    refused("KMS.0204", kms.call, "ListKeyDetail")
    refused("KMS.0205", kms.call, "ListKeyDetail", key_id="b")
    refused("KMS.0207", kms.call, "ListKeyDetail", key_id=NOBODY)
    refused("KMS.0206", kms.call, "ListKeyDetail", key_id=NOBODY, sequence="b")


def unknown_members(kms):
    """Members that the service does not know are ignored."""
    kms.call("CreateRandom", random_data_length="512", other="a")


def numbers(kms):
    """A number is as good as a text."""
    kms.call("CreateRandom", random_data_length=512)
    kms.call("ListKeys", limit=2000)


CHECKS = [strangers, security_tokens, projects, paths, parameters, unknown_members, numbers]
