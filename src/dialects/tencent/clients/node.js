// npm install tencentcloud-sdk-nodejs
https|// First: curl -so kmsim-ca.pem @CA_PEM@; export NODE_EXTRA_CA_CERTS=$PWD/kmsim-ca.pem
const { kms } = require('tencentcloud-sdk-nodejs/tencentcloud/services/kms');

const client = new kms.v20190118.Client({
  credential: { secretId: @ID@, secretKey: @SECRET@ },
  region: @REGION@,
http|  profile: { httpProfile: { protocol: 'http://', endpoint: @ENDPOINT@ } },
https|  profile: { httpProfile: { protocol: 'https://', endpoint: @ENDPOINT@ } },
});
// client.ListKeys({}).then(console.log);
