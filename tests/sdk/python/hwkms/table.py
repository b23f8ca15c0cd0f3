"""Every parameter of every action, from `fixtures/huawei/actions.tsv`: left out, wrong, of another
type."""

import json

from checks import same

from . import new_key, refused
from .client import ELSEWHERE, PARAMETERS, ROUTES, project


class Words:
    """What the table's words stand for: things of this account."""

    def __init__(self, kms):
        key, outside = new_key(kms), new_key(kms, origin="external")
        pair = new_key(kms, key_spec="RSA_2048", key_usage="ENCRYPT_DECRYPT")
        pem = kms.call("ShowPublicKey", key_id=pair)["public_key"].splitlines()
        params = {"key_id": outside, "wrapping_algorithm": "RSAES_OAEP_SHA_256"}
        self.words = {
            "@blob": kms.call("EncryptData", key_id=key, plain_text="a")["cipher_text"],
            "@dek": kms.call("CreateDatakey", key_id=key)["cipher_text"],
            "@project": project(kms.name, ELSEWHERE),
            "@rsa": "".join(line for line in pem if not line.startswith("-")),
            "@token": kms.call("CreateParametersForImport", **params)["import_token"],
        }

    def value(self, row, word):
        """A value of a row's parameter as it stands in JSON."""
        if word in self.words:
            return self.words[word]
        if word.startswith("@len:"):
            return "a" * int(word.removeprefix("@len:"))
        if row["type"] == "String":
            return word
        try:
            return json.loads(word)
        except ValueError:
            return word

    def good(self, action):
        """A request with all that the action needs. What it names need not exist."""
        rows = [row for row in PARAMETERS if row["action"] == action and row["required"] == "yes"]
        return {row["parameter"]: self.value(row, row["good"]) for row in rows if row["good"] != "-"}


def left_out(kms):
    words = Words(kms)
    for row in PARAMETERS:
        if row["required"] == "yes" and row["in"] == "body":
            params = words.good(row["action"])
            params.pop(row["parameter"], None)
            refused("KMS.0204", kms.call, row["action"], **params)


def wrong(kms):
    words = Words(kms)
    for row in PARAMETERS:
        if row["bad"] != "-":
            params = {**words.good(row["action"]), row["parameter"]: words.value(row, row["bad"])}
            refused(row["code"], kms.call, row["action"], **params)


def every_action(kms):
    """The checks before this one had answers and refusals from every action."""
    same(sorted(set(ROUTES) - kms.answered - NOT_SERVED), [], "actions that never answered")
    same(sorted(set(ROUTES) - kms.refused - BARE), [], "actions that never refused")
    same(len(ROUTES), 75, "number of actions")


# They need hardware or an enclave.
NOT_SERVED = {"CreatePin", "DecryptDatakeyCapsule"}
# They have nothing that could be wrong.
BARE = {"ListKmsTags", "ShowUserInstances", "ShowUserQuotas", "ShowVersion", "ShowVersions"}

CHECKS = [left_out, wrong, every_action]
