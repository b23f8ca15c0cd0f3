# pip install tccli
export TENCENTCLOUD_SECRET_ID=@ID@
export TENCENTCLOUD_SECRET_KEY=@SECRET@
export TENCENTCLOUD_REGION=@REGION@
https|curl -so kmsim-ca.pem @CA_PEM@
https|# tccli trusts the authorities of its own Python's package certifi, and has no setting for others.
https|cat kmsim-ca.pem >>"$(python3 -c 'import certifi; print(certifi.where())')"
# kms ListKeys, for example.
kms() { tccli kms "$@" --endpoint @URL@; }
