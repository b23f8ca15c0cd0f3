# pip install huaweicloudsdkkms
https|# First: curl -so kmsim-ca.pem @CA_PEM@
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.http.http_config import HttpConfig
from huaweicloudsdkkms.v2 import KmsClient

# The last of the credentials is the project in @REGION@.
config = HttpConfig.get_default_config()
https|config.ssl_ca_cert = "kmsim-ca.pem"
kms = (
    KmsClient.new_builder()
    .with_http_config(config)
    .with_credentials(BasicCredentials(@ID@, @SECRET@, @PROJECT@))
    .with_endpoint(@URL@)
    .build()
)
