https|# First: curl -so kmsim-ca.pem @CA_PEM@; export SSL_CERT_FILE=$PWD/kmsim-ca.pem
seal "huaweicloudkms" {
  # project is the name of the project. In an account that lists none, it is the region's name.
  region            = @REGION@
  project           = @REGION@
  access_key        = @ID@
  secret_key        = @SECRET@
  identity_endpoint = @URL_V3@
  # kms_key_id      = "the id of a key, or alias/ and a name"
}
