// npm install @huaweicloud/huaweicloud-sdk-core uuid@11
https|// First: curl -so kmsim-ca.pem @CA_PEM@; export NODE_EXTRA_CA_CERTS=$PWD/kmsim-ca.pem
const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core');
const { ClientBuilder } = require('@huaweicloud/huaweicloud-sdk-core/ClientBuilder');

// The project in @REGION@.
const credential = new BasicCredentials().withAk(@ID@).withSk(@SECRET@).withProjectId(@PROJECT@);
const client = new ClientBuilder((it) => it).withEndpoint(@URL@).withCredential(credential).build();
// client.sendRequest({
//   method: 'POST',
//   url: '/v1.0/{project_id}/kms/list-keys',
//   contentType: 'application/json',
//   pathParams: {},
//   queryParams: {},
//   headers: {},
//   data: {},
// }).then(console.log);
