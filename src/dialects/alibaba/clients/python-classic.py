# pip install aliyun-python-sdk-kms
https|# First: curl -so kmsim-ca.pem @CA_PEM@; export ALIBABA_CLOUD_CA_BUNDLE=$PWD/kmsim-ca.pem
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.profile import region_provider

# The requests ask for HTTPS, but the URL here wins.
region_provider.add_endpoint("Kms", @REGION@, @URL@)
kms = AcsClient(@ID@, @SECRET@, @REGION@)
# kms.do_action_with_exception(ListKeysRequest()), from aliyunsdkkms.request.v20160120.ListKeysRequest.
