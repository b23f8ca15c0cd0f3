'use strict';
// @alicloud/pop-core: RPC V1. GET puts everything into the query, POST into the form body.
// Usage: KMSIM_URL=http://127.0.0.1:5690 node pop.js GET|POST

const assert = require('node:assert/strict');
const { RPCClient } = require('@alicloud/pop-core');
const { Run, environment, finish } = require('./kit');
const scenario = require('./scenario');

const method = process.argv[2];
if (method !== 'GET' && method !== 'POST') {
  console.error('usage: node pop.js GET|POST');
  process.exit(2);
}
const name = `node-pop-${method.toLowerCase()}`;
const endpoint = environment();

function client(changes = {}) {
  const sdk = new RPCClient({
    endpoint, apiVersion: '2016-01-20', accessKeyId: name, accessKeySecret: `secret-of-${name}`, ...changes,
  }, true);
  return {
    async call(action, params) {
      try {
        const [body, { response }] = await sdk.request(action, params, { method, timeout: 30000, formatAction: false });
        // A round trip through JSON, because the SDK's parser makes objects without a prototype.
        return { status: response.statusCode, headers: response.headers, body: JSON.parse(JSON.stringify(body)) };
      } catch (error) {
        if (!error.entry) throw error;
        const { statusCode, headers } = error.entry.response;
        return { status: statusCode, headers, body: JSON.parse(JSON.stringify(error.data)) };
      }
    },
  };
}

const encode = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

async function signatures(run) {
  await run.check('a wrong secret is refused with the server\'s string to sign', async () => {
    const wrong = new Run(run.label, client({ accessKeySecret: 'wrong' }));
    const given = {
      Timestamp: new Date().toISOString().replace(/\.\d+/, ''), SignatureNonce: `wrong ${run.tag}`, Plaintext: "a b+c*d~e!'() 密",
    };
    const body = await wrong.refused('IncompleteSignature', 'Encrypt', given);
    const canonical = Object.entries({
      AccessKeyId: name, Action: 'Encrypt', Format: 'JSON', ...given,
      SignatureMethod: 'HMAC-SHA1', SignatureVersion: '1.0', Version: '2016-01-20',
    }).sort(([one], [two]) => (one < two ? -1 : 1)).map(([key, value]) => `${encode(key)}=${encode(value)}`).join('&');
    assert.equal(body.Message,
      `The request signature does not conform to Aliyun standards. server string to sign is:${method}&%2F&${encode(canonical)}`);
  });

  await run.check('an unknown access key is refused', async () => {
    const stranger = new Run(run.label, client({ accessKeyId: 'nobody' }));
    await stranger.refused('InvalidAccessKeyId.NotFound', 'DescribeRegions');
  });

  await run.check('a nonce serves once, and a refused request does not spend it', async () => {
    const SignatureNonce = `once ${run.tag}`;
    const wrong = new Run(run.label, client({ accessKeySecret: 'wrong' }));
    await wrong.refused('IncompleteSignature', 'DescribeRegions', { SignatureNonce });
    await run.ok('DescribeRegions', { SignatureNonce });
    await run.refused('SignatureNonceUsed', 'DescribeRegions', { SignatureNonce });
  });

  await run.check('a time 20 minutes off is refused, 10 minutes are not', async () => {
    const at = (minutes) => ({ Timestamp: new Date(Date.now() + minutes * 60000).toISOString().replace(/\.\d+/, '') });
    for (const minutes of [-20, 20]) await run.refused('IllegalTimestamp', 'DescribeRegions', at(minutes));
    for (const minutes of [-10, 10]) await run.ok('DescribeRegions', at(minutes));
    await run.refused('IllegalTimestamp', 'DescribeRegions', { Timestamp: 'yesterday' });
  });

  await run.check('another API version is refused', async () => {
    const other = new Run(run.label, client({ apiVersion: '2014-05-26' }));
    await other.refused('InvalidVersion', 'DescribeRegions');
  });
}

async function main() {
  const run = new Run(`pop-core ${method}`, client());
  await signatures(run);
  await scenario(run);
}

main().finally(finish);
