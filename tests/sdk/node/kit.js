'use strict';
// Shared by all programs: counted checks, and the format of every answer.

const assert = require('node:assert/strict');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

// The HTTP status and the message of each refusal. The message is null if no source has it.
const REFUSALS = {
  'AliasAlreadyExists': [400, 'AliasName Already Exists.'],
  'Certificate.NotFound': [404, 'The specified certificate is not found.'],
  'DryRunOperationError': [400, null],
  'Duplicate.TagKey': [400, null],
  'Forbidden.AliasNotFound': [404, 'The specified Alias is not found.'],
  'Forbidden.KeyNotFound': [404, 'The specified Key is not found.'],
  'Forbidden.KeyVersionNotFound': [404, 'The specified Key version is not found.'],
  'Forbidden.Opened': [400, 'Your kms service has been opened.'],
  'Forbidden.ResourceNotFound': [404, 'Resource not found.'],
  'IllegalTimestamp': [400, null],
  'IncompleteSignature': [400, null],
  'InvalidAccessKeyId.NotFound': [404, null],
  'InvalidAction.NotFound': [404, 'Specified api is not found, please check your url and method.'],
  'InvalidImportToken': [400, 'import token is invalid.'],
  'InvalidKeyMaterial': [400, 'key material is invalid.'],
  'InvalidParameter': [400, null],
  'InvalidParameter.TagKey': [400, null],
  'InvalidParameter.TagValue': [400, null],
  'InvalidResourceId.NotFound': [404, null],
  'InvalidVersion': [400, 'Specified parameter Version is not valid.'],
  'MissingParameter': [400, null],
  'Rejected.Disabled': [409, 'The request was rejected because the key state is Disabled.'],
  'Rejected.InvalidRequest': [400, 'param mismatch'],
  'Rejected.LimitExceeded': [400, null],
  'Rejected.PendingDeletion': [409, 'The request was rejected because the key state is PendingDeletion.'],
  'Rejected.PendingImport': [409, 'The request was rejected because the key state is PendingImport.'],
  'Rejected.ResourceExist': [409, 'The resource already exists.'],
  'Rejected.ResourceInDeleteWindow': [409, 'The secret is planned to be deleted.'],
  'Rejected.ResourceInUse': [409, 'restore normal secret'],
  'Rejected.StateModifiedFailed': [409, 'Keystate modified failed.'],
  'Rejected.Unavailable': [409, 'The request was rejected because the key state is Unavailable.'],
  'Rejected.UnsupportedOperation': [400, 'Unsupported operation.'],
  'SignatureDoesNotMatch': [400, null],
  'SignatureNonceUsed': [400, null],
  'Unsupported.Alias': [400, 'Alias is not valid for this api.'],
  'Unsupported.Origin': [400, 'This key origin is not valid for this api.'],
  'UnsupportedOperation': [400, 'This action is not supported.'],
  'ValidationError': [400, null],
};

const count = { passed: 0, failed: 0 };

function jsonType(value) {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Requires exactly these fields with their JSON types. Those in `optional` may be absent. */
function shape(got, fields, optional = {}) {
  assert.equal(jsonType(got), 'object', `an object expected, got ${JSON.stringify(got)}`);
  for (const [name, type] of Object.entries(fields)) {
    assert.equal(jsonType(got[name]), type, `type of ${name} in ${JSON.stringify(got)}`);
  }
  for (const [name, value] of Object.entries(got)) {
    if (name in fields) continue;
    assert.ok(name in optional, `unexpected field ${name} in ${JSON.stringify(got)}`);
    assert.equal(jsonType(value), optional[name], `type of ${name}`);
  }
}

/** One pass of the checks through one client: an object with `call(action, params)`. */
class Run {
  constructor(label, client) {
    this.label = label;
    this.client = client;
    // Two runs against one server must not use the same names.
    this.tag = `${label.replace(/[^a-z0-9]+/gi, '-')}-${Date.now().toString(36)}`.toLowerCase();
  }

  async check(name, body) {
    const full = `${this.label}: ${name}`;
    try {
      await body();
      count.passed += 1;
      console.log(`ok ${full}`);
    } catch (error) {
      count.failed += 1;
      console.log(`FAIL ${full}: ${String(error.message).replace(/\s+/g, ' ')}`);
    }
  }

  async #call(action, params) {
    const given = Object.entries(params).filter(([, value]) => value !== undefined);
    const reply = await this.client.call(action, Object.fromEntries(given));
    const body = reply.body;
    assert.match(String(body.RequestId), UUID, `${action}: RequestId`);
    // Some clients drop the headers of a refusal.
    if (reply.headers) {
      assert.equal(reply.headers['x-acs-request-id'], body.RequestId, `${action}: x-acs-request-id`);
      assert.match(reply.headers['content-type'], /^application\/json(;|$)/, `${action}: content type`);
    }
    return reply;
  }

  /** The body of a success, without its RequestId, which is checked. */
  async ok(action, params = {}) {
    const { status, body } = await this.#call(action, params);
    assert.ok(!('Code' in body), `${action} refused: ${status} ${body.Code}: ${body.Message}`);
    assert.equal(status, 200, `${action}: HTTP status`);
    const { RequestId, ...rest } = body;
    return rest;
  }

  /** Requires a success that contains only its RequestId. */
  async done(action, params) {
    assert.deepEqual(await this.ok(action, params), {}, `${action}: nothing but RequestId`);
  }

  /** Requires a refusal with this code, its status and its message, and returns the body. */
  async refused(code, action, params = {}, message = REFUSALS[code][1]) {
    const { status, body } = await this.#call(action, params);
    assert.ok('Code' in body, `${action} succeeded, ${code} expected`);
    shape(body, {
      HttpStatus: 'number', Code: 'string', Message: 'string',
      RequestId: 'string', HostId: 'string', Recommend: 'string',
    });
    assert.equal(body.Code, code, `${action}: ${body.Message}`);
    assert.equal(status, REFUSALS[code][0], `${action}: HTTP status of ${code}`);
    assert.equal(body.HttpStatus, status, `${action}: HttpStatus`);
    if (message !== null) assert.equal(body.Message, message, `${action}: message of ${code}`);
    return body;
  }

  missing(parameter, action, params = {}) {
    const message = `The parameter "${parameter}" is needed but not provided.`;
    return this.refused('MissingParameter', action, params, message);
  }

  invalid(parameter, action, params = {}) {
    const message = `The specified parameter "${parameter}" is not valid.`;
    return this.refused('InvalidParameter', action, params, message);
  }

  /** The metadata of a new key. The shorter AES keys need a dedicated instance. */
  async key(params = {}) {
    const instance = ['Aliyun_AES_128', 'Aliyun_AES_192'].includes(params.KeySpec) ? { DKMSInstanceId: 'kst-sdk' } : {};
    return (await this.ok('CreateKey', { ...params, ...instance })).KeyMetadata;
  }

  async describe(keyId) {
    return (await this.ok('DescribeKey', { KeyId: keyId })).KeyMetadata;
  }

  /** Every item of a paged list. */
  async all(action, wrapper, item, params = {}) {
    const items = [];
    for (let page = 1; ; page += 1) {
      const body = await this.ok(action, { ...params, PageNumber: page, PageSize: 100 });
      items.push(...body[wrapper][item]);
      if (items.length >= body.TotalCount || body[wrapper][item].length === 0) return items;
    }
  }
}

/** The seconds between two times in answers. */
function seconds(from, to) {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

function environment() {
  const url = process.env.KMSIM_URL;
  if (!url) {
    console.error('KMSIM_URL is not set: the address of a running kmsim, like http://127.0.0.1:5690');
    process.exit(2);
  }
  return url.replace(/\/$/, '');
}

/** Prints the totals and sets the exit status. */
function finish() {
  console.log(`${count.passed} passed, ${count.failed} failed`);
  process.exitCode = count.failed === 0 && count.passed > 0 ? 0 : 1;
}

module.exports = { Run, TIME, UUID, environment, finish, seconds, shape };
