'use strict';
// @alicloud/kms-sdk, which supports HTTPS only: RPC V1, all parameters in the query, no nonce.
// Usage: KMSIM_URL=https://localhost:5690 NODE_EXTRA_CA_CERTS=ca.pem node kms_sdk.js

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const KmsClient = require('@alicloud/kms-sdk');
const { TIME, UUID, Run, environment, finish } = require('./kit');

const name = 'node-kms-sdk';
const endpoint = environment().replace(/^https:\/\//, '');
const client = (changes = {}) => new KmsClient({
  endpoint, accessKeyId: name, accessKeySecret: `secret-of-${name}`, ...changes,
});

/** The body of a success. This SDK returns refusals as bodies too. */
async function ok(answer) {
  const { RequestId, ...body } = await answer;
  assert.match(RequestId, UUID);
  assert.ok(!('Code' in body), `refused: ${body.Code}: ${body.Message}`);
  return body;
}

async function refused(code, answer) {
  const body = await answer;
  assert.equal(body.Code, code, JSON.stringify(body));
  assert.equal(body.HostId, endpoint);
}

async function drive(run, kms) {
  let id;
  const alias = `alias/${run.tag}`;
  await run.check('a key is made, shown and listed', async () => {
    // No asterisk: this SDK signs it unencoded, but the rule is %2A.
    const { KeyMetadata } = await ok(kms.createKey(undefined, 'a b+c~d 密'));
    id = KeyMetadata.KeyId;
    assert.equal(KeyMetadata.Description, 'a b+c~d 密');
    assert.match((await ok(kms.describeKey(id))).KeyMetadata.CreationDate, TIME);
    assert.ok((await ok(kms.listKeys(1, 100))).Keys.Key.some((key) => key.KeyId === id));
    assert.ok((await ok(kms.describeRegions())).Regions.Region.length > 0);
  });
  await run.check('what it encrypts it decrypts, in its context alone', async () => {
    const context = JSON.stringify({ order: '42' });
    const { CiphertextBlob } = await ok(kms.encrypt(id, 'aGVsbG8=', context));
    assert.equal((await ok(kms.decrypt(CiphertextBlob, context))).Plaintext, 'aGVsbG8=');
    await refused('InvalidParameter', kms.decrypt(CiphertextBlob));
    const data = await ok(kms.generateDataKey(id));
    assert.equal((await ok(kms.decrypt(data.CiphertextBlob))).Plaintext, data.Plaintext);
  });
  await run.check('aliases come, move and go', async () => {
    await ok(kms.createAlias(id, alias));
    assert.equal((await ok(kms.listAliasesByKeyId(id, 1, 10))).Aliases.Alias[0].AliasName, alias);
    await ok(kms.updateAlias(id, alias));
    assert.ok((await ok(kms.listAliases(1, 100))).Aliases.Alias.some((it) => it.AliasName === alias));
    await ok(kms.deleteAlias(alias));
  });
  await run.check('a disabled key refuses', async () => {
    await ok(kms.disableKey(id));
    await refused('Rejected.Disabled', kms.encrypt(id, 'aGVsbG8='));
    await ok(kms.enableKey(id));
    await ok(kms.scheduleKeyDeletion(id, 7));
    await ok(kms.cancelKeyDeletion(id));
    await ok(kms.scheduleKeyDeletion(id, 7));
  });
  await run.check('material of its own is imported', async () => {
    const own = (await ok(kms.createKey('EXTERNAL'))).KeyMetadata.KeyId;
    const { PublicKey, ImportToken } = await ok(kms.getParametersForImport(own, 'RSAES_OAEP_SHA_256'));
    const key = crypto.createPublicKey({ key: Buffer.from(PublicKey, 'base64'), format: 'der', type: 'spki' });
    const padding = { key, oaepHash: 'sha256', padding: crypto.constants.RSA_PKCS1_OAEP_PADDING };
    const wrapped = crypto.publicEncrypt(padding, crypto.randomBytes(32)).toString('base64');
    await ok(kms.importKeyMaterial(own, wrapped, ImportToken, Math.floor(Date.now() / 1000) + 3600));
    await ok(kms.encrypt(own, 'aGVsbG8='));
    await ok(kms.deleteKeyMaterial(own));
    await refused('Rejected.PendingImport', kms.encrypt(own, 'aGVsbG8='));
  });
  await run.check('a wrong secret is refused', async () => {
    await refused('IncompleteSignature', client({ accessKeySecret: 'wrong' }).describeRegions());
  });
}

drive(new Run('kms-sdk', {}), client()).finally(finish);
