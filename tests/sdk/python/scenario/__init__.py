"""The steps that every SDK is driven through.

A driver is an object with
  account, access_key, region         whose key signs, and where
  signature_code, signature_message   how its scheme refuses a wrong signature
  call(action, **params)              -> the answer as a dictionary with wire names; raises checks.Refused
  raw(action, version, query, body)   the same through the SDK's generic call, for what has no request class
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
