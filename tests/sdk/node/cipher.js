'use strict';
// Encrypt, Decrypt, ReEncrypt.

const assert = require('node:assert/strict');

const context = (pairs) => JSON.stringify(pairs);
const SPECIAL = "a b+c*d~e!'()";

/** The layout of a blob: version id in ASCII, 12 bytes of IV, ciphertext, 16 bytes of tag; canonical base64. */
function checkBlob(blob, version, sealed) {
  const bytes = Buffer.from(blob, 'base64');
  assert.equal(bytes.toString('base64'), blob, 'canonical base64');
  assert.equal(bytes.subarray(0, 36).toString('latin1'), version, 'the version id leads the blob');
  assert.equal(bytes.length, 36 + 12 + sealed + 16, 'length of the blob');
}

/** The blob with one byte changed, counted from the start, or from the end when negative. */
function changed(blob, at) {
  const bytes = Buffer.from(blob, 'base64');
  bytes[at < 0 ? bytes.length + at : at] ^= 1;
  return bytes.toString('base64');
}

async function sealAndOpen(run, key, plaintext, pairs) {
  const EncryptionContext = pairs && context(pairs);
  const sealed = await run.ok('Encrypt', { KeyId: key.KeyId, Plaintext: plaintext, EncryptionContext });
  const { CiphertextBlob, ...rest } = sealed;
  assert.deepEqual(rest, { KeyId: key.KeyId, KeyVersionId: key.PrimaryKeyVersion });
  checkBlob(CiphertextBlob, key.PrimaryKeyVersion, Buffer.byteLength(plaintext));
  assert.deepEqual(await run.ok('Decrypt', { CiphertextBlob, EncryptionContext }), {
    KeyId: key.KeyId, KeyVersionId: key.PrimaryKeyVersion, Plaintext: plaintext,
  });
  return CiphertextBlob;
}

module.exports = async function cipher(run, { key }) {
  const keys = {};
  await run.check('a key of each symmetric spec', async () => {
    for (const spec of ['Aliyun_AES_128', 'Aliyun_AES_192', 'Aliyun_AES_256', 'Aliyun_SM4']) {
      keys[spec] = await key({ KeySpec: spec });
    }
  });

  for (const spec of ['Aliyun_AES_128', 'Aliyun_AES_192', 'Aliyun_AES_256', 'Aliyun_SM4']) {
    await run.check(`${spec} seals and opens, with and without a context`, async () => {
      const blob = await sealAndOpen(run, keys[spec], 'SGVsbG8gd29ybGQ=');
      assert.notEqual(await sealAndOpen(run, keys[spec], 'SGVsbG8gd29ybGQ='), blob, 'a new IV each time');
      const bound = await sealAndOpen(run, keys[spec], 'SGVsbG8gd29ybGQ=', { Example: 'Example' });
      await run.invalid('CiphertextBlob', 'Decrypt', { CiphertextBlob: bound });
    });
  }

  const texts = {
    'that is not base64': 'plaintext', 'of special characters': `${SPECIAL}%&=/?"\\#@:;,<>[]{}|^\``,
    'of unicode': '密钥 🔑 Ünïcödé', 'of one character': 'x', 'of white space': ' \t\n ', 'of 6 KB': 'k'.repeat(6144),
  };
  for (const [what, plaintext] of Object.entries(texts)) {
    await run.check(`a plaintext ${what} returns byte for byte`, async () => {
      await sealAndOpen(run, keys.Aliyun_AES_256, plaintext);
    });
  }

  await run.check('Encrypt refuses a plaintext over 6 KB', async () => {
    await run.invalid('Plaintext', 'Encrypt', { KeyId: keys.Aliyun_AES_256.KeyId, Plaintext: 'k'.repeat(6145) });
  });

  await run.check('a context binds, whatever the order of its pairs', async () => {
    const pairs = { a: '1', [SPECIAL]: SPECIAL, '键': '值 🔑', empty: '' };
    const CiphertextBlob = await sealAndOpen(run, keys.Aliyun_AES_256, 'bound', pairs);
    const reversed = context(Object.fromEntries(Object.entries(pairs).reverse()));
    assert.equal((await run.ok('Decrypt', { CiphertextBlob, EncryptionContext: reversed })).Plaintext, 'bound');
    const spaced = JSON.stringify(pairs, null, 2).replace('键', '\\u952e');
    assert.equal((await run.ok('Decrypt', { CiphertextBlob, EncryptionContext: spaced })).Plaintext, 'bound');
    for (const wrong of [{}, { a: '1' }, { ...pairs, a: '2' }, { ...pairs, more: '' }, { ...pairs, [SPECIAL]: 'a b' }]) {
      await run.invalid('CiphertextBlob', 'Decrypt', { CiphertextBlob, EncryptionContext: context(wrong) });
    }
    await run.invalid('CiphertextBlob', 'Decrypt', { CiphertextBlob });
  });

  await run.check('no pair may pass for another', async () => {
    const CiphertextBlob = await sealAndOpen(run, keys.Aliyun_AES_256, 'bound', { a: '1&b=2' });
    await run.invalid('CiphertextBlob', 'Decrypt', { CiphertextBlob, EncryptionContext: context({ a: '1', b: '2' }) });
  });

  await run.check('{}, null, empty and absent contexts are equal', async () => {
    const none = ['{}', 'null', '', undefined];
    for (const sealing of none) {
      const sealed = await run.ok('Encrypt', {
        KeyId: keys.Aliyun_AES_256.KeyId, Plaintext: 'free', EncryptionContext: sealing,
      });
      for (const opening of none) {
        const opened = await run.ok('Decrypt', { CiphertextBlob: sealed.CiphertextBlob, EncryptionContext: opening });
        assert.equal(opened.Plaintext, 'free');
      }
    }
  });

  await run.check('a context that is not an object of strings is refused', async () => {
    const { KeyId } = keys.Aliyun_AES_256;
    for (const wrong of ['x', '[]', '"a"', '{"a":1}', '{"a":["1"]}', '{"a":null}', "{'a': 'b'}", context({ a: 'x'.repeat(8192) })]) {
      await run.invalid('EncryptionContext', 'Encrypt', { KeyId, Plaintext: 'x', EncryptionContext: wrong });
    }
  });

  await run.check('Encrypt by alias and by ARN answers the real key id', async () => {
    const { KeyId, Arn, PrimaryKeyVersion } = keys.Aliyun_AES_256;
    const alias = `alias/${run.tag}-encrypt`;
    await run.done('CreateAlias', { AliasName: alias, KeyId });
    for (const name of [alias, Arn]) {
      const { CiphertextBlob, ...rest } = await run.ok('Encrypt', { KeyId: name, Plaintext: 'x' });
      assert.deepEqual(rest, { KeyId, KeyVersionId: PrimaryKeyVersion });
      checkBlob(CiphertextBlob, PrimaryKeyVersion, 1);
    }
    await run.done('DeleteAlias', { AliasName: alias });
    await run.refused('Forbidden.AliasNotFound', 'Encrypt', { KeyId: alias, Plaintext: 'x' });
    await run.refused('Forbidden.KeyNotFound', 'Encrypt', { KeyId: '00000000-0000-4000-8000-000000000000', Plaintext: 'x' });
  });

  await run.check('Decrypt refuses changed, truncated and foreign blobs', async () => {
    const blob = await sealAndOpen(run, keys.Aliyun_AES_256, 'whole');
    for (const at of [36, 47, 48, -1]) {
      await run.invalid('CiphertextBlob', 'Decrypt', { CiphertextBlob: changed(blob, at) });
    }
    const short = Buffer.from(blob, 'base64').subarray(0, -1).toString('base64');
    for (const wrong of [short, blob.slice(0, 40), 'AAAA', 'not base64 at all', `${blob}AAAA`]) {
      await run.invalid('CiphertextBlob', 'Decrypt', { CiphertextBlob: wrong });
    }
    const foreign = Buffer.concat([Buffer.from('00000000-0000-4000-8000-000000000000'), Buffer.from(blob, 'base64').subarray(36)]);
    await run.refused('Forbidden.KeyNotFound', 'Decrypt', { CiphertextBlob: foreign.toString('base64') });
    const other = Buffer.concat([Buffer.from(keys.Aliyun_SM4.PrimaryKeyVersion), Buffer.from(blob, 'base64').subarray(36)]);
    await run.invalid('CiphertextBlob', 'Decrypt', { CiphertextBlob: other.toString('base64') });
  });

  await run.check('ReEncrypt moves a text to another key and context', async () => {
    const from = keys.Aliyun_AES_256;
    const to = keys.Aliyun_SM4;
    const source = context({ from: SPECIAL });
    const target = context({ to: '密' });
    const blob = await sealAndOpen(run, from, 'moved', { from: SPECIAL });
    const { CiphertextBlob, ...rest } = await run.ok('ReEncrypt', {
      CiphertextBlob: blob, DestinationKeyId: to.KeyId,
      SourceEncryptionContext: source, DestinationEncryptionContext: target,
    });
    assert.deepEqual(rest, { KeyId: from.KeyId, KeyVersionId: from.PrimaryKeyVersion }, 'the key that opened the source');
    checkBlob(CiphertextBlob, to.PrimaryKeyVersion, 5);
    assert.deepEqual(await run.ok('Decrypt', { CiphertextBlob, EncryptionContext: target }), {
      KeyId: to.KeyId, KeyVersionId: to.PrimaryKeyVersion, Plaintext: 'moved',
    });
    await run.invalid('CiphertextBlob', 'Decrypt', { CiphertextBlob, EncryptionContext: source });
  });

  await run.check('ReEncrypt under the same key, by id and by alias, contexts left out', async () => {
    const { KeyId } = keys.Aliyun_AES_192;
    const blob = await sealAndOpen(run, keys.Aliyun_AES_192, 'again');
    const alias = `alias/${run.tag}-reencrypt`;
    await run.done('CreateAlias', { AliasName: alias, KeyId });
    for (const DestinationKeyId of [KeyId, alias]) {
      const { CiphertextBlob } = await run.ok('ReEncrypt', { CiphertextBlob: blob, DestinationKeyId });
      assert.notEqual(CiphertextBlob, blob);
      assert.deepEqual(await run.ok('Decrypt', { CiphertextBlob }), {
        KeyId, KeyVersionId: keys.Aliyun_AES_192.PrimaryKeyVersion, Plaintext: 'again',
      });
    }
    await run.done('DeleteAlias', { AliasName: alias });
  });

  await run.check('ReEncrypt refuses a wrong context, a bad blob and an unknown key', async () => {
    const DestinationKeyId = keys.Aliyun_SM4.KeyId;
    const CiphertextBlob = await sealAndOpen(run, keys.Aliyun_AES_256, 'stays', { a: '1' });
    await run.invalid('CiphertextBlob', 'ReEncrypt', { CiphertextBlob, DestinationKeyId });
    await run.invalid('CiphertextBlob', 'ReEncrypt', {
      CiphertextBlob, DestinationKeyId, SourceEncryptionContext: context({ a: '2' }),
    });
    await run.invalid('CiphertextBlob', 'ReEncrypt', { CiphertextBlob: 'AAAA', DestinationKeyId });
    await run.refused('Forbidden.KeyNotFound', 'ReEncrypt', {
      CiphertextBlob, DestinationKeyId: '00000000-0000-4000-8000-000000000000', SourceEncryptionContext: context({ a: '1' }),
    });
  });

  await run.check('a dry run does nothing, and tells what would have been', async () => {
    const { KeyId } = keys.Aliyun_AES_256;
    const CiphertextBlob = await sealAndOpen(run, keys.Aliyun_AES_256, 'dry');
    await run.refused('DryRunOperationError', 'Encrypt', { KeyId, Plaintext: 'x', DryRun: true });
    await run.refused('DryRunOperationError', 'Decrypt', { CiphertextBlob, DryRun: 'true' });
    await run.refused('DryRunOperationError', 'ReEncrypt', { CiphertextBlob, DestinationKeyId: KeyId, DryRun: 'true' });
    await run.refused('DryRunOperationError', 'GenerateDataKey', { KeyId, DryRun: 'true' });
    await run.refused('DryRunOperationError', 'GenerateDataKeyWithoutPlaintext', { KeyId, DryRun: 'true' });
    await run.refused('ValidationError', 'Decrypt', { CiphertextBlob: 'AAAA', DryRun: 'true' });
    assert.equal((await run.ok('Decrypt', { CiphertextBlob, DryRun: 'false' })).Plaintext, 'dry');
  });
};
