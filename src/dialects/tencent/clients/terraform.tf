https|# First: curl -so kmsim-ca.pem @CA_PEM@; export SSL_CERT_FILE=$PWD/kmsim-ca.pem
terraform {
  required_providers {
    tencentcloud = { source = "tencentcloudstack/tencentcloud" }
  }
}

provider "tencentcloud" {
  region     = @REGION@
  secret_id  = @ID@
  secret_key = @SECRET@
http|  protocol   = "HTTP"
https|  protocol   = "HTTPS"
  # The provider calls kms.<domain> and tag.<domain>: give both names the server's address in /etc/hosts.
  domain     = @ENDPOINT@
}
