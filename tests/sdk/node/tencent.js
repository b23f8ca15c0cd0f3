'use strict';
// tencentcloud-sdk-nodejs: each line of the input is a call in JSON, each line of the output is
// what became of it. tests/sdk/python/tencent.py has the checks.

const readline = require('node:readline');
const { CommonClient } = require('tencentcloud-sdk-nodejs/tencentcloud/common/common_client');
const { kms } = require('tencentcloud-sdk-nodejs/tencentcloud/services/kms');

function clientOf(call) {
  const httpProfile = { reqMethod: call.method };
  if (call.endpoint) Object.assign(httpProfile, { endpoint: call.endpoint, protocol: `${call.scheme}://` });
  const config = {
    credential: { secretId: call.access_key, secretKey: call.secret, token: call.token },
    region: call.region,
    profile: { signMethod: call.signature, language: call.language, httpProfile },
  };
  if (call.service === 'kms') return new kms.v20190118.Client(config);
  return new CommonClient(`${call.service}.tencentcloudapi.com`, call.version, config);
}

async function send(call) {
  const client = clientOf(call);
  try {
    // The typed methods send what they are given. An action that has none is requested by its name.
    const answer = call.action in client
      ? await client[call.action](call.params)
      : await client.request(call.action, call.params);
    return { answer };
  } catch (error) {
    if (!error.requestId) return { broken: String(error.message) };
    return { code: error.code, message: error.message, request_id: error.requestId };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await send(JSON.parse(line))));
  }
}

main();
