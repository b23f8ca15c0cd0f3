# pip install oss2: encryption on the client's side, under a key of this server
https|# First: curl -so kmsim-ca.pem @CA_PEM@; export ALIBABA_CLOUD_CA_BUNDLE=$PWD/kmsim-ca.pem
from aliyunsdkcore.profile import region_provider
from oss2.crypto import AliKMSProvider

region_provider.add_endpoint("Kms", @REGION@, @URL@)
# The last one is the key: an id or an alias. The server makes alias/acs/oss on its first use.
kms = AliKMSProvider(@ID@, @SECRET@, @REGION@, "alias/acs/oss")
# oss2.CryptoBucket(auth, endpoint, bucket_name, crypto_provider=kms)
