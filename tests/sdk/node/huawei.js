'use strict';
// The core of Huawei's SDK for Node, which sends and signs for the packages of all services: each
// line of the input is a call in JSON, each line of the output is what became of it.
// tests/sdk/python/huawei.py has the checks.

// The SDK logs to standard output, which has answers alone.
const answer = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

const readline = require('node:readline');
const { BasicCredentials } = require('@huaweicloud/huaweicloud-sdk-core');
const { ClientBuilder } = require('@huaweicloud/huaweicloud-sdk-core/ClientBuilder');

function clientOf(call) {
  const credential = new BasicCredentials()
    .withAk(call.access_key).withSk(call.secret).withProjectId(call.project);
  if (call.security_token) credential.withSecurityToken(call.security_token);
  return new ClientBuilder((client) => client)
    .withEndpoint(call.url).withCredential(credential).build();
}

async function send(call) {
  const { path, query, body } = call.parts;
  const options = {
    method: call.method,
    url: call.path,
    contentType: 'application/json',
    pathParams: path,
    queryParams: query,
    headers: { ...call.headers },
  };
  if (Object.keys(body).length > 0) options.data = body;
  // The SDK does not find a code in the service's form of errors.
  let refusal = {};
  options.axiosRequestConfig = {
    transformResponse: [(text) => {
      const told = text ? JSON.parse(text) : {};
      refusal = told.error || told;
      return told;
    }],
  };
  const client = clientOf(call);
  if (call.token !== null) {
    // A request without a credential is not signed.
    options.headers['X-Auth-Token'] = call.token;
    options.pathParams = { ...path, project_id: call.project };
    client.withCredential(undefined);
  }
  try {
    const { httpStatusCode, ...members } = await client.sendRequest(options);
    return { answer: members };
  } catch (error) {
    if (!error.httpStatusCode) return { broken: String(error.message || error) };
    return {
      status: error.httpStatusCode,
      code: refusal.error_code,
      message: refusal.error_msg,
      request_id: error.requestId,
    };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    answer(`${JSON.stringify(await send(JSON.parse(line)))}\n`);
  }
}

main();
