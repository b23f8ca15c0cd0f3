# For PyPI aliyun-secret-manager-client, Maven com.aliyun:alibabacloud-secretsmanager-client
# and Go github.com/aliyun/aliyun-secretsmanager-client-go.
# They speak HTTPS and accept any certificate; the server accepts HTTPS on the same port.
export credentials_type=ak
export credentials_access_key_id=@ID@
export credentials_access_secret=@SECRET@
export cache_client_region_id='[{"regionId":"'@REGION@'","endpoint":"'@ENDPOINT@'"}]'
