export ALIBABA_CLOUD_ACCESS_KEY_ID=@ID@
export ALIBABA_CLOUD_ACCESS_KEY_SECRET=@SECRET@
export ALIBABA_CLOUD_REGION_ID=@REGION@
https|curl -so kmsim-ca.pem @CA_PEM@
https|export SSL_CERT_FILE="$PWD/kmsim-ca.pem"
# kms ListKeys, for example.
http|kms() { aliyun kms "$@" --endpoint @ENDPOINT@ --insecure; }
https|kms() { aliyun kms "$@" --endpoint @ENDPOINT@; }
