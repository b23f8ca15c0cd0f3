# For seal "alicloudkms". It speaks HTTPS only; the server accepts HTTPS on the same port.
export ALICLOUD_ACCESS_KEY=@ID@
export ALICLOUD_SECRET_KEY=@SECRET@
export ALICLOUD_REGION=@REGION@
export ALICLOUD_DOMAIN=@ENDPOINT@
# The key to seal with: its id or alias.
export VAULT_ALICLOUDKMS_SEAL_KEY_ID=alias/vault
curl -so kmsim-ca.pem @CA_PEM@
export SSL_CERT_FILE="$PWD/kmsim-ca.pem"
