"""A caller of the service: who calls, in which project, by which signature, through which client."""

import csv
import hashlib
import json
import os
import urllib.error
import urllib.request

from checks import Refused

URL = os.environ["KMSIM_URL"]
# The projects of every program's account: see `accounts.yaml`.
REGION, ELSEWHERE = "cn-north-4", "cn-east-3"
JSON = "application/json"


def table(name):
    """The rows of a table in `fixtures/huawei`."""
    with open(f"fixtures/huawei/{name}", encoding="utf-8") as file:
        lines = (line for line in file if line[0] != "#")
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


ROUTES = {row["action"]: row for row in table("routes.tsv")}
PARAMETERS = table("actions.tsv")


def places(action):
    """Where each parameter of an action stands. One of them stands in the path and in the body."""
    found = {}
    for row in PARAMETERS:
        if row["action"] == action:
            found.setdefault(row["parameter"], []).append(row["in"])
    return found


def project(name, region):
    """The project's id, as `accounts.yaml` has it."""
    return hashlib.md5(f"{name} {region}".encode()).hexdigest()


def user_id(kms, user):
    """The id of a user, as `accounts.yaml` has it."""
    return hashlib.md5(f"{kms.name} {user}".encode()).hexdigest()


class Kms:
    """`send` takes a call and returns what became of it: see `call` for the members of both."""

    def __init__(self, send, client, mode, name=None):
        self.send, self.client, self.mode = send, client, mode
        self.name = name or f"{client}-huawei-{mode}"
        self.settings = {
            "url": URL,
            "signature": mode,
            "access_key": self.name,
            "secret": f"secret-of-{self.name}",
            "security_token": None,
            "token": None,
            "region": REGION,
            "project": project(self.name, REGION),
            "headers": {},
        }
        # The actions that were answered, and those that were refused.
        self.answered, self.refused = set(), set()

    def call(self, action, /, **params):
        route, where = ROUTES[action], places(action)
        parts = {"path": {}, "query": {}, "body": {}}
        for name, value in params.items():
            # A parameter that the action does not have goes where its others are.
            for place in where.get(name, ["query" if route["method"] == "GET" else "body"]):
                parts[place][name] = value
        if action == "ListKmsByTags":
            # The SDKs take this part of the path for a parameter.
            parts["path"]["resource_instances"] = "resource_instances"
        call = {**self.settings, "action": action, "method": route["method"], "path": route["path"], "parts": parts}
        told = self.send(call)
        if "code" in told:
            self.refused.add(action)
            raise Refused(told["status"], told["code"], told["message"], told["request_id"])
        self.answered.add(action)
        return told.get("answer") or {}

    def but(self, **settings):
        """The same caller with other settings."""
        other = Kms(self.send, self.client, self.mode, self.name)
        other.settings = {**self.settings, **settings}
        other.answered, other.refused = self.answered, self.refused
        return other

    def user(self, name):
        """A user of the same account: by a token, or by an access key."""
        if self.settings["token"] is not None:
            return self.but(token=sign_in(self, name))
        key = f"{self.name}-{name}"
        return self.but(access_key=key, secret=f"secret-of-{key}")

    def elsewhere(self):
        there = self.but(region=ELSEWHERE, project=project(self.name, ELSEWHERE))
        return there.user("alice") if self.settings["token"] is not None else there


def sign_in(kms, user, password=None, **scope):
    """A token of the identity service for the user in the caller's project."""
    identity = {"name": user, "password": password or f"password-of-{user}", "domain": {"name": kms.name}}
    auth = {
        "identity": {"methods": ["password"], "password": {"user": identity}},
        "scope": scope or {"project": {"id": kms.settings["project"]}},
    }
    status, headers, body = ask("POST", "/v3/auth/tokens", json.dumps({"auth": auth}).encode(), Content_Type=JSON)
    if status != 201:
        raise Refused(status, json.loads(body)["error"].get("title"), body.decode(), headers["X-Request-Id"])
    return headers["X-Subject-Token"]


def ask(method, path, body=None, **headers):
    """Sends a request as it is, and returns the status, the headers and the body."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(URL + path, body, sent, method=method)
    try:
        with urllib.request.urlopen(request) as told:
            return told.status, told.headers, told.read()
    except urllib.error.HTTPError as problem:
        return problem.code, problem.headers, problem.read()
