// npm install @alicloud/pop-core
https|// First: curl -so kmsim-ca.pem @CA_PEM@; export NODE_EXTRA_CA_CERTS=$PWD/kmsim-ca.pem
const { RPCClient } = require('@alicloud/pop-core');

const kms = new RPCClient({
  accessKeyId: @ID@,
  accessKeySecret: @SECRET@,
  endpoint: @URL@,
  apiVersion: '2016-01-20',
  opts: { method: 'POST' },
});
// kms.request('Encrypt', { RegionId: @REGION@, KeyId: 'alias/acs/oss', Plaintext: 'aGVsbG8=' }).then(console.log);
