'use strict';
// GenerateDataKey, GenerateDataKeyWithoutPlaintext, and the service key alias/acs/mse.

const assert = require('node:assert/strict');

// Parameters, and the length of the requested data key in bytes. NumberOfBytes overrides KeySpec.
const SIZES = [
  [{}, 32],
  [{ KeySpec: 'AES_256' }, 32],
  [{ KeySpec: 'AES_128' }, 16],
  [{ NumberOfBytes: 1 }, 1],
  [{ NumberOfBytes: 1024 }, 1024],
  [{ KeySpec: 'AES_256', NumberOfBytes: 24 }, 24],
  [{ KeySpec: 'AES_128', NumberOfBytes: 32 }, 32],
];

/** The length of the blob that encrypts the base64 text of this many bytes. */
function blobLength(bytes) {
  const text = 4 * Math.ceil(bytes / 3);
  return 4 * Math.ceil((36 + 12 + text + 16) / 3);
}

module.exports = async function datakeys(run, { key }) {
  const keys = [];
  await run.check('keys to seal data keys', async () => {
    keys.push(await key(), await key({ KeySpec: 'Aliyun_SM4' }));
  });

  await run.check('a 256-bit data key gives 144 characters', async () => {
    const body = await run.ok('GenerateDataKey', { KeyId: keys[0].KeyId, KeySpec: 'AES_256' });
    assert.equal(body.CiphertextBlob.length, 144);
    assert.equal(body.Plaintext.length, 44);
  });

  for (const [params, bytes] of SIZES) {
    const what = JSON.stringify(params);
    await run.check(`GenerateDataKey ${what} gives ${bytes} bytes, and Decrypt its base64 text`, async () => {
      for (const { KeyId, PrimaryKeyVersion: KeyVersionId } of keys) {
        const EncryptionContext = JSON.stringify({ 'a b+c*d~e!\'()': '值' });
        const { CiphertextBlob, Plaintext, ...rest } =
          await run.ok('GenerateDataKey', { KeyId, EncryptionContext, ...params });
        assert.deepEqual(rest, { KeyId, KeyVersionId });
        const raw = Buffer.from(Plaintext, 'base64');
        assert.equal(raw.length, bytes);
        assert.equal(raw.toString('base64'), Plaintext, 'canonical base64');
        assert.equal(CiphertextBlob.length, blobLength(bytes));
        assert.deepEqual(await run.ok('Decrypt', { CiphertextBlob, EncryptionContext }), { KeyId, KeyVersionId, Plaintext });
        await run.invalid('CiphertextBlob', 'Decrypt', { CiphertextBlob });
      }
    });

    await run.check(`GenerateDataKeyWithoutPlaintext ${what} gives ${bytes} bytes to Decrypt alone`, async () => {
      const { KeyId, PrimaryKeyVersion: KeyVersionId } = keys[0];
      const { CiphertextBlob, ...rest } = await run.ok('GenerateDataKeyWithoutPlaintext', { KeyId, ...params });
      assert.deepEqual(rest, { KeyId, KeyVersionId });
      assert.equal(CiphertextBlob.length, blobLength(bytes));
      const { Plaintext } = await run.ok('Decrypt', { CiphertextBlob });
      assert.equal(Buffer.from(Plaintext, 'base64').length, bytes);
    });
  }

  await run.check('no two data keys are alike', async () => {
    const seen = new Set();
    for (let i = 0; i < 5; i += 1) seen.add((await run.ok('GenerateDataKey', { KeyId: keys[0].KeyId })).Plaintext);
    assert.equal(seen.size, 5);
  });

  for (const action of ['GenerateDataKey', 'GenerateDataKeyWithoutPlaintext']) {
    await run.check(`${action} refuses wrong sizes, contexts and keys`, async () => {
      const { KeyId } = keys[0];
      await run.invalid('KeySpec', action, { KeyId, KeySpec: 'AES_192' });
      for (const NumberOfBytes of [0, 1025, -1, 'many']) await run.invalid('NumberOfBytes', action, { KeyId, NumberOfBytes });
      await run.invalid('EncryptionContext', action, { KeyId, EncryptionContext: '{"a":1}' });
      await run.refused('Forbidden.KeyNotFound', action, { KeyId: '00000000-0000-4000-8000-000000000000' });
      await run.refused('Forbidden.AliasNotFound', action, { KeyId: `alias/${run.tag}-nowhere` });
    });
  }

  await run.check('a data key by alias names the real key', async () => {
    const { KeyId } = keys[0];
    const alias = `alias/${run.tag}-datakey`;
    await run.done('CreateAlias', { AliasName: alias, KeyId });
    assert.equal((await run.ok('GenerateDataKey', { KeyId: alias })).KeyId, KeyId);
    assert.equal((await run.ok('GenerateDataKeyWithoutPlaintext', { KeyId: alias })).KeyId, KeyId);
    await run.done('DeleteAlias', { AliasName: alias });
  });

  await run.check('alias/acs/mse works though nobody created it, and stays one key', async () => {
    const sealed = await run.ok('Encrypt', { KeyId: 'alias/acs/mse', Plaintext: 'raw text' });
    assert.ok(!sealed.KeyId.startsWith('alias/'), sealed.KeyId);
    const opened = await run.ok('Decrypt', { CiphertextBlob: sealed.CiphertextBlob });
    assert.deepEqual(opened, { KeyId: sealed.KeyId, KeyVersionId: sealed.KeyVersionId, Plaintext: 'raw text' });
    assert.equal((await run.ok('GenerateDataKey', { KeyId: 'alias/acs/mse', KeySpec: 'AES_128' })).KeyId, sealed.KeyId);
    const seen = await run.describe('alias/acs/mse');
    assert.equal(seen.KeyId, sealed.KeyId);
    assert.equal(seen.KeyState, 'Enabled');
  });
};
