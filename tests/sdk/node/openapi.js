'use strict';
// @alicloud/openapi-client: ACS3 through callApi, with parameters in the query, then in a chunked
// form body.
// Usage: KMSIM_URL=http://127.0.0.1:5690 node openapi.js

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { default: OpenApi, Config, OpenApiRequest, Params } = require('@alicloud/openapi-client');
const { default: OpenApiUtil } = require('@alicloud/openapi-util');
const { RuntimeOptions } = require('@alicloud/tea-util');
const { Run, environment, finish } = require('./kit');
const scenario = require('./scenario');

const name = 'node-openapi';
const [protocol, endpoint] = environment().split('://');

/** `place` says where parameters go, query or body; `config` changes the SDK's configuration. */
function client({ method = 'POST', place = 'query', version = '2016-01-20', config = {} } = {}) {
  const sdk = new OpenApi(new Config({
    accessKeyId: name, accessKeySecret: `secret-of-${name}`, endpoint, protocol, ...config,
  }));
  const runtime = new RuntimeOptions({ readTimeout: 30000, connectTimeout: 30000 });
  return {
    async call(action, params) {
      const api = new Params({
        action, version, method, protocol: protocol.toUpperCase(), pathname: '/', authType: 'AK', style: 'RPC', reqBodyType: 'formData', bodyType: 'json',
      });
      const request = new OpenApiRequest({ [place]: place === 'query' ? OpenApiUtil.query(params) : params });
      try {
        const { statusCode, headers, body } = await sdk.callApi(api, request, runtime);
        return { status: statusCode, headers, body };
      } catch (error) {
        if (!error.data || !error.data.RequestId) throw error;
        const { statusCode, ...body } = error.data;
        assert.equal(error.code, body.Code, 'code of the SDK\'s error');
        assert.ok(error.message.includes(`code: ${statusCode}, ${body.Message}`), error.message);
        return { status: statusCode, body };
      }
    },
  };
}

async function signatures(run) {
  await run.check('a wrong secret is refused with the server\'s canonical request', async () => {
    for (const place of ['query', 'body']) {
      const wrong = new Run(run.label, client({ place, config: { accessKeySecret: 'wrong' } }));
      const { Message } = await wrong.refused('SignatureDoesNotMatch', 'Encrypt', { Plaintext: "a b+c*d~e!'() 密" });
      const told = /^Specified signature does not match our calculation\. server StringToSign is \[ACS3-HMAC-SHA256\n([0-9a-f]{64})\] server CanonicalRequest is \[(POST\n\/\n[^]*)\]$/.exec(Message);
      assert.ok(told, Message);
      const [, digest, canonical] = told;
      assert.equal(crypto.createHash('sha256').update(canonical).digest('hex'), digest, 'the string to sign is of this canonical request');
      const lines = canonical.split('\n');
      assert.equal(lines[2], place === 'query' ? 'Plaintext=a%20b%2Bc%2Ad~e%21%27%28%29%20%E5%AF%86' : '');
      assert.ok(lines.includes(`host:${endpoint}`), canonical);
      assert.ok(lines.includes('x-acs-action:Encrypt'), canonical);
    }
  });

  await run.check('an unknown access key is refused', async () => {
    const stranger = new Run(run.label, client({ config: { accessKeyId: 'nobody' } }));
    await stranger.refused('InvalidAccessKeyId.NotFound', 'DescribeRegions');
  });

  await run.check('another API version is refused', async () => {
    await new Run(run.label, client({ version: '2014-05-26' })).refused('InvalidVersion', 'DescribeRegions');
  });
}

/** A round trip of special characters, for the signing methods that skip the whole scenario. */
async function roundTrip(run) {
  await run.check('a round trip of special characters', async () => {
    const { KeyId } = await run.key({ Description: "a b+c*d~e!'() 密" });
    const Plaintext = "a b+c*d~e!'() 密";
    const EncryptionContext = JSON.stringify({ [Plaintext]: Plaintext });
    const { CiphertextBlob } = await run.ok('Encrypt', { KeyId, Plaintext, EncryptionContext });
    assert.equal((await run.ok('Decrypt', { CiphertextBlob, EncryptionContext })).Plaintext, Plaintext);
    await run.invalid('CiphertextBlob', 'Decrypt', { CiphertextBlob });
    await run.done('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  });
}

async function main() {
  const query = new Run('openapi-client query', client());
  await signatures(query);
  await scenario(query);
  await scenario(new Run('openapi-client form', client({ place: 'body' })));
  await roundTrip(new Run('openapi-client GET', client({ method: 'GET' })));
  await roundTrip(new Run('openapi-client SM3', client({ config: { signatureAlgorithm: 'ACS3-HMAC-SM3' } })));
  for (const place of ['query', 'body']) {
    await roundTrip(new Run(`openapi-client RPC V1 ${place}`, client({ place, config: { signatureAlgorithm: 'v2' } })));
  }
}

main().finally(finish);
