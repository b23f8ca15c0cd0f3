'use strict';
// Bring your own key: GetParametersForImport, ImportKeyMaterial, DeleteKeyMaterial.

const assert = require('node:assert/strict');
const { randomBytes } = require('node:crypto');
const { setTimeout: sleep } = require('node:timers/promises');
const { TIME, seconds } = require('./kit');
const local = require('./local');
const { SIGN, UNKNOWN, newPair } = require('./pairs');

const DAY = 86400;
const OAEP = 'RSAES_OAEP_SHA_256';

const now = () => Math.floor(Date.now() / 1000);

/** Whether a time in an answer is this many seconds from now, within a minute. */
function near(time, away) {
  assert.match(time, TIME);
  assert.ok(Math.abs(seconds(new Date().toISOString(), time) - away) < 60, `${time} is not ${away} seconds from now`);
}

async function byok(run, { key }) {
  const external = async (params = {}) => (await key({ Origin: 'EXTERNAL', ...params })).KeyId;
  const state = async (KeyId) => (await run.describe(KeyId)).KeyState;

  /** Parameters for an import. */
  async function parameters(KeyId, WrappingAlgorithm = OAEP, WrappingKeySpec = 'RSA_2048') {
    const given = await run.ok('GetParametersForImport', { KeyId, WrappingAlgorithm, WrappingKeySpec });
    const { PublicKey, ImportToken, TokenExpireTime, ...rest } = given;
    assert.deepEqual(rest, { KeyId });
    near(TokenExpireTime, DAY);
    return { KeyId, ImportToken, PublicKey };
  }

  /** The ones that ImportKeyMaterial needs. */
  function wrapped({ KeyId, ImportToken, PublicKey }, material, algorithm = OAEP) {
    const sealed = local.encrypt(local.data(PublicKey), algorithm, material);
    return { KeyId, ImportToken, EncryptedKeyMaterial: sealed.toString('base64') };
  }

  const bring = (params, more = {}) => run.done('ImportKeyMaterial', { ...params, ...more });

  for (const algorithm of [OAEP, 'RSAES_OAEP_SHA_1', 'RSAES_PKCS1_V1_5', 'SM2PKE']) {
    await run.check(`material wrapped by ${algorithm} makes the key work`, async () => {
      const sm2 = algorithm === 'SM2PKE';
      const KeyId = await external(sm2 ? { ProtectionLevel: 'HSM' } : {});
      await run.refused('Rejected.PendingImport', 'Encrypt', { KeyId, Plaintext: 'x' });
      const given = await parameters(KeyId, algorithm, sm2 ? 'EC_SM2' : 'RSA_2048');
      assert.equal(local.data(given.PublicKey).length, sm2 ? 91 : 294);
      await bring(wrapped(given, randomBytes(32), algorithm));
      const seen = await run.describe(KeyId);
      const { KeyState, Origin, MaterialExpireTime, AutomaticRotation } = seen;
      assert.deepEqual({ KeyState, Origin, MaterialExpireTime, AutomaticRotation }, {
        KeyState: 'Enabled', Origin: 'EXTERNAL', MaterialExpireTime: '', AutomaticRotation: 'Disabled',
      });
      const { CiphertextBlob } = await run.ok('Encrypt', { KeyId, Plaintext: 'sealed' });
      assert.equal((await run.ok('Decrypt', { CiphertextBlob })).Plaintext, 'sealed');
    });
  }

  await run.check('each type of key takes material of its own length', async () => {
    for (const [KeySpec, bytes] of [['Aliyun_AES_256', 32], ['Aliyun_AES_192', 24], ['Aliyun_AES_128', 16], ['Aliyun_SM4', 16]]) {
      const KeyId = await external({ KeySpec });
      const given = await parameters(KeyId);
      for (const wrong of [bytes - 1, bytes + 1]) await run.refused('InvalidKeyMaterial', 'ImportKeyMaterial', wrapped(given, randomBytes(wrong)));
      assert.equal(await state(KeyId), 'PendingImport');
      await bring(wrapped(given, randomBytes(bytes)));
      assert.equal(await state(KeyId), 'Enabled');
    }
  });

  await run.check('GetParametersForImport refuses wrong values', async () => {
    const KeyId = await external();
    const good = { KeyId, WrappingAlgorithm: OAEP, WrappingKeySpec: 'RSA_2048' };
    for (const WrappingAlgorithm of ['SM2PKE', 'RSAES_OAEP_SHA_512']) {
      await run.invalid('WrappingAlgorithm', 'GetParametersForImport', { ...good, WrappingAlgorithm });
    }
    await run.invalid('WrappingAlgorithm', 'GetParametersForImport', { ...good, WrappingKeySpec: 'EC_SM2' });
    await run.invalid('WrappingKeySpec', 'GetParametersForImport', { ...good, WrappingKeySpec: 'RSA_4096' });
    // SM2 wraps material for keys in hardware.
    await run.invalid('WrappingKeySpec', 'GetParametersForImport', { KeyId, WrappingAlgorithm: 'SM2PKE', WrappingKeySpec: 'EC_SM2' });
    await run.refused('Forbidden.KeyNotFound', 'GetParametersForImport', { ...good, KeyId: UNKNOWN });
  });

  await run.check('the three refuse keys whose material is the service\'s', async () => {
    const given = await parameters(await external());
    for (const { KeyId } of [await key(), await newPair(run, key, 'EC_P256', SIGN)]) {
      await run.refused('Unsupported.Origin', 'GetParametersForImport', { KeyId, WrappingAlgorithm: OAEP, WrappingKeySpec: 'RSA_2048' });
      await run.refused('Unsupported.Origin', 'ImportKeyMaterial', { ...wrapped(given, randomBytes(32)), KeyId });
      await run.refused('Unsupported.Origin', 'DeleteKeyMaterial', { KeyId });
    }
    await run.refused('Forbidden.KeyNotFound', 'DeleteKeyMaterial', { KeyId: UNKNOWN });
  });

  await run.check('ImportKeyMaterial refuses wrong tokens, wrappings and times', async () => {
    const KeyId = await external();
    const material = randomBytes(32);
    const [given, another] = [await parameters(KeyId), await parameters(KeyId)];
    assert.notEqual(given.ImportToken, another.ImportToken);
    assert.notEqual(given.PublicKey, another.PublicKey);
    const good = wrapped(given, material);
    const changed = local.data(given.ImportToken);
    changed[changed.length >> 1] ^= 1;
    const tokens = [changed.toString('base64'), (await parameters(await external())).ImportToken, 'eA==', 'not base64!'];
    for (const ImportToken of tokens) await run.refused('InvalidImportToken', 'ImportKeyMaterial', { ...good, ImportToken });
    await run.refused('InvalidKeyMaterial', 'ImportKeyMaterial', { ...good, ImportToken: another.ImportToken });
    const others = ['RSAES_OAEP_SHA_1', 'RSAES_PKCS1_V1_5'].map((algorithm) => wrapped(given, material, algorithm).EncryptedKeyMaterial);
    for (const EncryptedKeyMaterial of [...others, 'eA==', 'not base64!']) {
      await run.refused('InvalidKeyMaterial', 'ImportKeyMaterial', { ...good, EncryptedKeyMaterial });
    }
    for (const KeyMaterialExpireUnix of [now() - 60, -1, 'soon']) {
      await run.invalid('KeyMaterialExpireUnix', 'ImportKeyMaterial', { ...good, KeyMaterialExpireUnix });
    }
    await run.refused('Forbidden.KeyNotFound', 'ImportKeyMaterial', { ...good, KeyId: UNKNOWN });
    assert.equal(await state(KeyId), 'PendingImport');
    await bring(good);
  });

  await run.check('after DeleteKeyMaterial only the same material opens the key again', async () => {
    const KeyId = await external();
    const material = randomBytes(32);
    await bring(wrapped(await parameters(KeyId), material));
    const { CiphertextBlob } = await run.ok('Encrypt', { KeyId, Plaintext: 'sealed' });
    await run.done('DeleteKeyMaterial', { KeyId });
    assert.equal(await state(KeyId), 'PendingImport');
    await run.refused('Rejected.PendingImport', 'Decrypt', { CiphertextBlob });
    await run.refused('Rejected.StateModifiedFailed', 'EnableKey', { KeyId });
    const given = await parameters(KeyId);
    await run.refused('InvalidKeyMaterial', 'ImportKeyMaterial', wrapped(given, randomBytes(32)));
    await bring(wrapped(given, material));
    assert.equal(await state(KeyId), 'Enabled');
    assert.equal((await run.ok('Decrypt', { CiphertextBlob })).Plaintext, 'sealed');
  });

  await run.check('an import leaves a disabled key disabled, and one that is to go refuses it', async () => {
    const KeyId = await external();
    const material = randomBytes(32);
    await bring(wrapped(await parameters(KeyId), material));
    await run.done('DisableKey', { KeyId });
    await run.done('DeleteKeyMaterial', { KeyId });
    assert.equal(await state(KeyId), 'PendingImport');
    const again = wrapped(await parameters(KeyId), material);
    await bring(again);
    assert.equal(await state(KeyId), 'Disabled');
    await run.done('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    await parameters(KeyId);
    await run.refused('Rejected.StateModifiedFailed', 'ImportKeyMaterial', again);
  });

  await run.check('KeyMaterialExpireUnix ends the material at its second', async () => {
    const KeyId = await external();
    const good = wrapped(await parameters(KeyId), randomBytes(32));
    await bring(good, { KeyMaterialExpireUnix: now() + DAY });
    near((await run.describe(KeyId)).MaterialExpireTime, DAY);
    await bring(good, { KeyMaterialExpireUnix: 0 });
    assert.equal((await run.describe(KeyId)).MaterialExpireTime, '');
    await bring(good, { KeyMaterialExpireUnix: now() + 2 });
    for (let tries = 0; tries < 40 && await state(KeyId) === 'Enabled'; tries += 1) await sleep(250);
    const { KeyState, MaterialExpireTime } = await run.describe(KeyId);
    assert.deepEqual({ KeyState, MaterialExpireTime }, { KeyState: 'PendingImport', MaterialExpireTime: '' });
    await run.refused('Rejected.PendingImport', 'Encrypt', { KeyId, Plaintext: 'x' });
    await bring(good);
    assert.equal(await state(KeyId), 'Enabled');
  });
}

module.exports = byok;
