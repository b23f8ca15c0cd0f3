https|# First: curl -so kmsim-ca.pem @CA_PEM@
terraform {
  required_providers {
    huaweicloud = { source = "huaweicloud/huaweicloud" }
  }
}

provider "huaweicloud" {
  region     = @REGION@
  access_key = @ID@
  secret_key = @SECRET@
  auth_url   = @URL_V3@
  endpoints = {
    kms = format("%s/", @URL@)
  }
https|  cacert_file = "kmsim-ca.pem"
}
