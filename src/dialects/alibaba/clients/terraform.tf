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
  # Otherwise the provider asks another service for the type of the account.
  account_type = "Domestic"
http|  protocol     = "HTTP"
https|  protocol     = "HTTPS"
  endpoints {
    # The provider sends its region in some calls only. So start the server with this region:
    # kmsim --region @REGION@
    kms = @ENDPOINT@
    # For several regions, give each provider a host name that begins with its region and is in /etc/hosts:
    # kms = @REGION_ENDPOINT@
  }
}
