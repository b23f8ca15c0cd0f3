"""The checks that run through every SDK.

A driver is an object with
  account, access_key, region         the credentials, and the region of the requests
  signature_code, signature_message   the error of its scheme for a wrong signature
  call(action, **params)              -> the answer as a dict with wire names; raises checks.Refused
  raw(action, version, query, body)   the same by the generic call, for actions without a class
  region_param(action)                {"RegionId": ...} where the SDK has that parameter, else {}
  custom_data(texts)                  the parameter of UpdateSecret that sets ExtendedConfig.CustomData
  as_other(access_key, secret, token) the same driver with other credentials
  in_region(region)                   the same driver aimed at another region
"""

from scenario import account, aliases, byok, callers, ciphers, data_keys, export, keys, lifecycle, listing, pairs
from scenario import managed, protection, rotation, secrets, tags, values

SYMMETRIC = (keys, lifecycle, protection, listing, ciphers, data_keys, rotation, byok)
PAIRS = (pairs, export)
SECRETS = (secrets, values, managed)
REST = (aliases, tags, account, callers)


def steps():
    rooms = SYMMETRIC + PAIRS + SECRETS + REST
    return [check for room in rooms for check in room.CHECKS]
