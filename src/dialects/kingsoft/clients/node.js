// npm install ksyun-sdk-node
https|// First: curl -so kmsim-ca.pem @CA_PEM@; export NODE_EXTRA_CA_CERTS=$PWD/kmsim-ca.pem
const { Kkms } = require('ksyun-sdk-node');

const kms = new Kkms.v20160304({
  credential: { secretId: @ID@, secretKey: @SECRET@ },
  region: @REGION@,
http|  httpProfile: { protocol: 'http://', endpoint: @ENDPOINT@ },
https|  httpProfile: { protocol: 'https://', endpoint: @ENDPOINT@ },
});
// kms.request('DescribeKeys', {}).then((it) => it.json()).then(console.log);
