https|# First: curl -so kmsim-ca.pem @CA_PEM@
https|export SSL_CERT_FILE="$PWD/kmsim-ca.pem"
region=@REGION@
export HUAWEICLOUD_SDK_AK=@ID@
export HUAWEICLOUD_SDK_SK=@SECRET@
export HUAWEICLOUD_SDK_PROJECT_ID=@PROJECT@
# The endpoint's variable is named after the region.
export "HUAWEICLOUD_SDK_REGION_KMS_$(printf %s "$region" | tr a-z- A-Z_)"=@URL@
# sops encrypt --hckms "$region:<key id>" file.yaml
