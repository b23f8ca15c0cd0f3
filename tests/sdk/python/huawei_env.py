"""Huawei's SDK for Python configured by environment variables alone: the address of the service, the
address of the identity service, which finds the project, and the credentials.

huawei_env.py
"""

import os
import sys

from checks import matches, run, same
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import SdkException
from huaweicloudsdkkms.v2 import (
    CreateKeyRequest,
    CreateKeyRequestBody,
    EncryptDataRequest,
    EncryptDataRequestBody,
    KmsClient,
    ShowUserInstancesRequest,
)
from huaweicloudsdkkms.v2.region.kms_region import KmsRegion

from hwkms.client import ELSEWHERE, REGION, URL, project

NAME = "huawei-env"


def environment(**variables):
    for name in [name for name in os.environ if name.startswith("HUAWEICLOUD_")]:
        del os.environ[name]
    known = {
        "AK": NAME,
        "SK": f"secret-of-{NAME}",
        "REGION_KMS_CN_NORTH_4": URL,
        "REGION_KMS_CN_EAST_3": URL,
        "IAM_ENDPOINT": URL,
        **variables,
    }
    os.environ.update({f"HUAWEICLOUD_SDK_{name}": value for name, value in known.items() if value})


def client(region=REGION):
    return KmsClient.new_builder().with_region(KmsRegion.value_of(region)).build()


def finds_the_project(_):
    """The identity service has one project of the region's name."""
    environment()
    for region in (REGION, ELSEWHERE):
        there = client(region)
        made = there.create_key(CreateKeyRequest(CreateKeyRequestBody(key_alias=f"by-{region}"))).key_info
        same(made.region_id, region, "region_id")
        body = EncryptDataRequestBody(key_id=made.key_id, plain_text="a")
        same(there.encrypt_data(EncryptDataRequest(body)).key_id, made.key_id, "key_id")


def is_told_the_project(_):
    environment(PROJECT_ID=project(NAME, REGION), IAM_ENDPOINT="http://127.0.0.1:1")
    same(type(client().show_user_instances(ShowUserInstancesRequest()).instance_num), int, "type of instance_num")


def has_no_project(_):
    """A region without a project of the account is refused while the client is built."""
    environment(REGION_KMS_AP_SOUTHEAST_1=URL)
    try:
        client("ap-southeast-1")
    except SdkException as problem:
        matches(r"(?s).*[Nn]o project id.*|.*project id.*", str(problem), "problem")
    else:
        raise AssertionError("a region without a project was accepted")


def is_not_known(_):
    environment(SK="wrong", PROJECT_ID=project(NAME, REGION))
    try:
        client().show_user_instances(ShowUserInstancesRequest())
    except SdkException as problem:
        same(problem.error_code, "APIGW.0301", "code")
    else:
        raise AssertionError("a wrong secret was accepted")


def with_given_credentials(_):
    """Credentials that the program has, and an address of the identity service."""
    environment(AK=None, SK=None, IAM_ENDPOINT=None)
    credentials = BasicCredentials(NAME, f"secret-of-{NAME}").with_iam_endpoint(URL)
    builder = KmsClient.new_builder().with_region(KmsRegion.value_of(REGION)).with_credentials(credentials)
    told = builder.build().show_user_instances(ShowUserInstancesRequest())
    same(type(told.instance_num), int, "type of instance_num")


CHECKS = [finds_the_project, is_told_the_project, has_no_project, is_not_known, with_given_credentials]

if __name__ == "__main__":
    sys.exit(run(None, CHECKS))
