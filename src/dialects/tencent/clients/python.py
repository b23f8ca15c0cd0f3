# pip install tencentcloud-sdk-python-kms
https|# First: curl -so kmsim-ca.pem @CA_PEM@
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.kms.v20190118.kms_client import KmsClient

http|http = HttpProfile(protocol="http", endpoint=@ENDPOINT@)
https|http = HttpProfile(protocol="https", endpoint=@ENDPOINT@, certification="kmsim-ca.pem")
kms = KmsClient(Credential(@ID@, @SECRET@), @REGION@, ClientProfile(httpProfile=http))
