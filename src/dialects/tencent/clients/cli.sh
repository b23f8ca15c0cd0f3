# pip install tccli
export TENCENTCLOUD_SECRET_ID=@ID@
export TENCENTCLOUD_SECRET_KEY=@SECRET@
export TENCENTCLOUD_REGION=@REGION@
https|curl -so kmsim-ca.pem @CA_PEM@
https|export REQUESTS_CA_BUNDLE="$PWD/kmsim-ca.pem"
# kms ListKeys, for example.
kms() { tccli kms "$@" --endpoint @URL@; }
