# pip install alibabacloud_kms20160120
https|# First: curl -so kmsim-ca.pem @CA_PEM@; export SSL_CERT_FILE=$PWD/kmsim-ca.pem
from alibabacloud_kms20160120.client import Client
from alibabacloud_tea_openapi.utils_models import Config

kms = Client(Config(
    access_key_id=@ID@,
    access_key_secret=@SECRET@,
    region_id=@REGION@,
    endpoint=@ENDPOINT@,
http|    protocol="http",
https|    protocol="https",
))
