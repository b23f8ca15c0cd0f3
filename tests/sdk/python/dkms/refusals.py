"""What is refused before any API looks at it, and what clients try again."""

import json
from urllib.request import Request, urlopen

from checks import same

from . import refused, text
from .client import PLAIN_URL

TEXT = text(b"a text")


def names_and_versions(kms):
    good = {"KeyId": "key-aes", "Plaintext": TEXT}
    refused(400, "InvalidApiName", '"NoSuchApi"', kms.call, "NoSuchApi")
    refused(400, "InvalidApiVersion", '"dkms-gcs-0.1"', kms.ask, "dedicated", "Encrypt", good, version="dkms-gcs-0.1")
    method = "x-kms-signaturemethod.*RSA_PSS_SHA_256"
    refused(400, "InvalidParam", method, kms.ask, "dedicated", "Encrypt", good, signature="RSA_PSS_SHA_256")


def large_requests(kms):
    """A body of more than 3 MB."""
    large = text(bytes(3 * 1024 * 1024))
    refused(413, "InvalidParameter", "Body", kms.call, "Encrypt", KeyId="key-aes", Plaintext=large)


def throttled_requests_are_tried_again(kms):
    fault = {"action": "dedicated/GenerateRandom", "error": "Rejected.Throttling", "when": {"first": 1}}
    request = Request(f"{PLAIN_URL}/_kmsim/faults?access_key={kms.name}", json.dumps(fault).encode(), method="POST")
    same(urlopen(request).status, 200, "status of the fault")
    kms.call("GenerateRandom", Length=1)


CHECKS = [names_and_versions, large_requests, throttled_requests_are_tried_again]
