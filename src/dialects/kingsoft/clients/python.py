# pip install ksc-sdk-python
https|# First: curl -so kmsim-ca.pem @CA_PEM@
from kscore.session import get_session

kms = get_session().create_client(
    "kkms",
    @REGION@,
    endpoint_url=@URL@,
http|    use_ssl=False,
https|    verify="kmsim-ca.pem",
    ks_access_key_id=@ID@,
    ks_secret_access_key=@SECRET@,
)
