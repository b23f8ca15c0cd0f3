# pip install oss2: client-side encryption with a key of this server
https|# First: curl -so kmsim-ca.pem @CA_PEM@; export ALIBABA_CLOUD_CA_BUNDLE=$PWD/kmsim-ca.pem
from aliyunsdkcore.profile import region_provider
from oss2.crypto import AliKMSProvider

region_provider.add_endpoint("Kms", @REGION@, @URL@)
# The last argument is the key: an id or an alias. The server creates alias/acs/oss on first use.
kms = AliKMSProvider(@ID@, @SECRET@, @REGION@, "alias/acs/oss")
# oss2.CryptoBucket(auth, endpoint, bucket_name, crypto_provider=kms)
