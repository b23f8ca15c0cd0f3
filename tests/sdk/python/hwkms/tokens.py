"""The identity service: tokens, projects, domains and the catalog."""

import json
import time
from calendar import timegm

from checks import Refused, same, true

from . import refused
from .client import JSON, REGION, ask, sign_in, user_id


def asked(method, path, status=200, body=None, **headers):
    """The answer, which must have this status."""
    told, _, text = ask(method, path, body, **headers)
    same(told, status, f"status of {path} ({text[:200]!r})")
    return json.loads(text or b"{}")


def signs_in(kms):
    identity = {"name": "alice", "password": "password-of-alice", "domain": {"name": kms.name}}
    for scope in ({"id": kms.settings["project"]}, {"name": REGION}):
        auth = {"identity": {"methods": ["password"], "password": {"user": identity}}, "scope": {"project": scope}}
        status, headers, text = ask(
            "POST", "/v3/auth/tokens", json.dumps({"auth": auth}).encode(), Content_Type=JSON
        )
        same(status, 201, "status")
        true(len(headers["X-Subject-Token"]) > 20, "X-Subject-Token")
        token = json.loads(text)["token"]
        same(token["methods"], ["password"], "methods")
        same((token["user"]["name"], token["user"]["id"]), ("alice", user_id(kms, "alice")), "user")
        same((token["project"]["id"], token["project"]["name"]), (kms.settings["project"], REGION), "project")
        ends = timegm(time.strptime(token["expires_at"][:19], "%Y-%m-%dT%H:%M:%S"))
        true(abs(ends - time.time() - 86400) < 60, "expires_at is not a day from now")
        by_token = kms.but(token=headers["X-Subject-Token"])
        true(isinstance(by_token.call("ShowUserInstances")["instance_num"], int), "instance_num")


def signs_in_badly(kms):
    for user, password in (("alice", "wrong"), ("nobody", "password"), ("bob", "password-of-alice")):
        try:
            sign_in(kms, user, password)
        except Refused as refusal:
            same(refusal.status, 401, "status")
        else:
            true(False, f"{user} signed in")


def of_another_project(kms):
    """A token is for one project."""
    there = kms.elsewhere()
    token = sign_in(kms, "alice")
    refusal = refused("KMS.0305", there.but(token=token).call, "ShowUserInstances")
    same(refusal.status, 403, "status")
    refusal = refused("KMS.0302", kms.but(token="token").call, "ShowUserInstances")
    same(refusal.status, 403, "status")


def without_a_caller(kms):
    path = f"/v1.0/{kms.settings['project']}/kms/user-instances"
    same(asked("GET", path, 403)["error"]["error_code"], "KMS.0301", "code")


def lists(kms):
    token = sign_in(kms, "alice")
    projects = asked("GET", f"/v3/projects?name={REGION}", X_Auth_Token=token)["projects"]
    same([(it["id"], it["name"]) for it in projects], [(kms.settings["project"], REGION)], "projects")
    for member, wanted in (("is_domain", False), ("enabled", True)):
        same(projects[0][member], wanted, member)
    domains = asked("GET", "/v3/auth/domains", X_Auth_Token=token)["domains"]
    same([it["id"] for it in domains], [projects[0]["domain_id"]], "domains")
    catalog = asked("GET", "/v3/auth/catalog", X_Auth_Token=token)["catalog"]
    services = [it for it in catalog if it["type"] == "kms"]
    same(len(services), 1, "number of entries")
    here = [it for it in services[0]["endpoints"] if it["region"] == REGION and it["interface"] == "public"]
    same(len(here), 1, "number of endpoints")
    true(here[0]["url"].rstrip("/").endswith("/v1.0"), f"the address is {here[0]['url']}")
    same(asked("GET", "/v3/projects", 401)["error"].get("title"), "Unauthorized", "title")


CHECKS = [signs_in, signs_in_badly, of_another_project, without_a_caller, lists]
