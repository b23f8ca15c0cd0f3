https|# First: curl -so kmsim-ca.pem @CA_PEM@; export SSL_CERT_FILE=$PWD/kmsim-ca.pem
terraform {
  required_providers {
    alicloud = { source = "aliyun/alicloud" }
  }
}

provider "alicloud" {
  region       = @REGION@
  access_key   = @ID@
  secret_key   = @SECRET@
  # Otherwise the provider asks another service which kind of account this is.
  account_type = "Domestic"
http|  protocol     = "HTTP"
https|  protocol     = "HTTPS"
  endpoints {
    # The provider names its region in some calls only. So start the server with this one:
    # kmsim --region @REGION@
    kms = @ENDPOINT@
    # For several regions, give each provider a host that begins with its region, and that /etc/hosts knows:
    # kms = @REGION_ENDPOINT@
  }
}
