# For the same clients as secrets-manager, but signing with an RSA key, the client key.
# 1. Create one. The access key's secret is the password of its file.
openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj /CN=kmsim -keyout client.key -out client.crt
openssl pkcs12 -export -inkey client.key -in client.crt -passout pass:@SECRET@ -out client.p12 \
  -keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1
printf '{"KeyId":"%s","PrivateKeyData":"%s"}' @ID@ "$(openssl base64 -A -in client.p12)" > client-key.json
# 2. Give the server the public key: in the accounts file, it replaces the access key's secret.
printf 'accounts:\n  - id: "1000000000000001"\n    access_keys:\n      - id: "%s"\n        public_key: |\n' @ID@ > accounts.yaml
openssl pkey -in client.key -pubout | sed 's/^/          /' >> accounts.yaml
# 3. Configure the client.
export credentials_type=client_key
export client_key_private_key_path="$PWD/client-key.json"
export client_key_password=@SECRET@
export cache_client_region_id='[{"regionId":"'@REGION@'","endpoint":"'@ENDPOINT@'"}]'
