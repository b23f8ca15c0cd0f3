"""A caller of the service: who calls, where, by which signature, through which client."""

import os
from urllib.parse import urlsplit

from checks import Refused

URL = urlsplit(os.environ["KMSIM_URL"])
# Each mode's method and signature, as all SDKs name them.
MODES = {
    "tc3-post": ("POST", "TC3-HMAC-SHA256"),
    "tc3-get": ("GET", "TC3-HMAC-SHA256"),
    "sha1-get": ("GET", "HmacSHA1"),
    "sha256-post": ("POST", "HmacSHA256"),
}
KMS, TAG = ("kms", "2019-01-18"), ("tag", "2018-08-13")


class Unsent(Exception):
    """The client refused the request by itself."""


class Kms:
    """`send` takes a call and returns what became of it: see `call` for the members of both."""

    def __init__(self, send, name, mode):
        method, signature = MODES[mode]
        self.send, self.name, self.mode = send, name, mode
        self.settings = {
            "scheme": URL.scheme,
            "endpoint": URL.netloc,
            "method": method,
            "signature": signature,
            "access_key": name,
            "secret": f"secret-of-{name}",
            "token": None,
            "region": "ap-guangzhou",
            "language": "zh-CN",
        }
        # On a command line every value is a text.
        self.has_texts_only = name.startswith("tccli")
        # The actions that were answered, and those that were refused.
        self.answered, self.refused = set(), set()

    def call(self, action, **params):
        return self.ask(KMS, action, params)

    def tag(self, action, **params):
        return self.ask(TAG, action, params)

    def ask(self, service, action, params):
        name, version = service
        call = {**self.settings, "service": name, "version": version, "action": action, "params": params}
        told = self.send(call)
        if "unsent" in told:
            self.refused.add(action)
            raise Unsent(told["unsent"])
        if "code" in told:
            self.refused.add(action)
            raise Refused(200, told["code"], told["message"], told["request_id"])
        self.answered.add(action)
        return told["answer"]

    def but(self, **settings):
        """The same caller with other settings."""
        other = Kms(self.send, self.name, self.mode)
        other.settings = {**self.settings, **settings}
        other.answered, other.refused = self.answered, self.refused
        return other

    def stranger(self, access_key=None, language="zh-CN"):
        return self.but(access_key=access_key or self.name, secret="wrong", language=language)

    def elsewhere(self, region):
        return self.but(region=region)
