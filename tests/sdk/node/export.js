'use strict';
// ExportDataKey, GenerateAndExportDataKey, and ReEncrypt of ciphertexts of a public key.

const assert = require('node:assert/strict');
const local = require('./local');
const { CRYPT, SIGN, UNKNOWN, newPair, publicKey } = require('./pairs');

// The type of the wrapping key, the algorithm, and its limit in bytes.
const WRAPPINGS = [['RSA_2048', 'RSAES_OAEP_SHA_256', 190], ['RSA_2048', 'RSAES_OAEP_SHA_1', 214], ['EC_SM2', 'SM2PKE', 1024]];
const EncryptionContext = JSON.stringify({ 'a b+c*d~e!\'()': '值' });

async function dataKeyExport(run, { key }) {
  const wrappers = { RSA_2048: local.wrapper('RSA_2048'), EC_SM2: local.wrapper('EC_SM2') };
  const subject = {};
  await run.check('a key to seal data keys', async () => Object.assign(subject, await key()));
  const { KeyId, PrimaryKeyVersion: KeyVersionId } = subject;

  for (const [spec, algorithm, most] of WRAPPINGS) {
    const given = { EncryptionContext, ...local.wrapping(wrappers[spec], algorithm) };
    const opened = (text) => wrappers[spec].decrypt(algorithm, local.data(text));

    await run.check(`GenerateAndExportDataKey by ${algorithm}: the blob and the export hold the same key`, async () => {
      const sizes = [[{}, 32], [{ KeySpec: 'AES_128' }, 16], [{ KeySpec: 'AES_128', NumberOfBytes: 24 }, 24], [{ NumberOfBytes: most }, most]];
      for (const [params, bytes] of sizes) {
        const { CiphertextBlob, ExportedDataKey, ...rest } = await run.ok('GenerateAndExportDataKey', { KeyId, ...params, ...given });
        assert.deepEqual(rest, { KeyId, KeyVersionId });
        const exported = opened(ExportedDataKey);
        assert.equal(exported.length, bytes);
        const { Plaintext } = await run.ok('Decrypt', { CiphertextBlob, EncryptionContext });
        assert.deepEqual(local.data(Plaintext), exported);
        await run.invalid('CiphertextBlob', 'Decrypt', { CiphertextBlob });
      }
    });

    await run.check(`ExportDataKey by ${algorithm} wraps the bytes of a data key`, async () => {
      for (const NumberOfBytes of [16, most]) {
        const { CiphertextBlob, Plaintext } = await run.ok('GenerateDataKey', { KeyId, NumberOfBytes, EncryptionContext });
        const { ExportedDataKey, ...rest } = await run.ok('ExportDataKey', { CiphertextBlob, ...given });
        assert.deepEqual(rest, { KeyId, KeyVersionId });
        assert.deepEqual(opened(ExportedDataKey), local.data(Plaintext));
      }
    });

    await run.check(`ReEncrypt of a ciphertext of ${algorithm} makes a data key's blob of it`, async () => {
      const pair = await newPair(run, key, spec, CRYPT);
      const plaintext = Buffer.alloc(32, 0xab);
      const source = {
        CiphertextBlob: local.encrypt(await publicKey(run, pair), algorithm, plaintext).toString('base64'),
        SourceKeyId: pair.KeyId, SourceKeyVersionId: pair.KeyVersionId, SourceEncryptionAlgorithm: algorithm,
      };
      const { CiphertextBlob, ...rest } =
        await run.ok('ReEncrypt', { ...source, DestinationKeyId: KeyId, DestinationEncryptionContext: EncryptionContext });
      assert.deepEqual(rest, pair);
      const Plaintext = plaintext.toString('base64');
      assert.deepEqual(await run.ok('Decrypt', { CiphertextBlob, EncryptionContext }), { KeyId, KeyVersionId, Plaintext });
    });
  }

  for (const action of ['ExportDataKey', 'GenerateAndExportDataKey']) {
    await run.check(`${action} refuses wrong wrappings`, async () => {
      const { CiphertextBlob } = await run.ok('GenerateDataKey', { KeyId });
      const good = { KeyId, CiphertextBlob, ...local.wrapping(wrappers.RSA_2048, 'RSAES_OAEP_SHA_256') };
      for (const WrappingAlgorithm of ['SM2PKE', 'RSAES_PKCS1_V1_5']) await run.invalid('WrappingAlgorithm', action, { ...good, WrappingAlgorithm });
      for (const WrappingKeySpec of ['RSA_3072', 'EC_P256']) await run.invalid('WrappingKeySpec', action, { ...good, WrappingKeySpec });
      const others = [wrappers.EC_SM2.der, local.wrapper('RSA_3072').der].map((der) => der.toString('base64'));
      for (const PublicKeyBlob of ['not base64!', 'eA==', ...others]) await run.invalid('PublicKeyBlob', action, { ...good, PublicKeyBlob });
      await run.refused('DryRunOperationError', action, { ...good, DryRun: 'true' });
      await run.refused('ValidationError', action, { ...good, PublicKeyBlob: 'eA==', DryRun: 'true' });
    });
  }

  await run.check('ExportDataKey refuses what is no blob of a data key, and what is too long', async () => {
    const given = local.wrapping(wrappers.RSA_2048, 'RSAES_OAEP_SHA_256');
    const blobs = [
      await run.ok('GenerateDataKey', { KeyId, NumberOfBytes: 191 }), await run.ok('Encrypt', { KeyId, Plaintext: 'no base64!' }),
      await run.ok('GenerateDataKey', { KeyId, EncryptionContext }), { CiphertextBlob: 'eA==' }, { CiphertextBlob: 'not base64!' },
    ];
    for (const { CiphertextBlob } of blobs) await run.invalid('CiphertextBlob', 'ExportDataKey', { CiphertextBlob, ...given });
  });

  await run.check('GenerateAndExportDataKey refuses wrong sizes and keys', async () => {
    const given = local.wrapping(wrappers.RSA_2048, 'RSAES_OAEP_SHA_256');
    const refuse = (code, params) => run.refused(code, 'GenerateAndExportDataKey', { ...given, ...params });
    for (const NumberOfBytes of [0, 191, 1025, 'many']) {
      await run.invalid('NumberOfBytes', 'GenerateAndExportDataKey', { KeyId, NumberOfBytes, ...given });
    }
    await run.invalid('KeySpec', 'GenerateAndExportDataKey', { KeyId, KeySpec: 'AES_192', ...given });
    await refuse('Forbidden.KeyNotFound', { KeyId: UNKNOWN });
    await refuse('UnsupportedOperation', { KeyId: (await newPair(run, key, 'EC_SM2', CRYPT)).KeyId });
  });

  await run.check('ReEncrypt of a ciphertext of a pair refuses wrong values', async () => {
    const pair = await newPair(run, key, 'EC_SM2', CRYPT);
    const { CiphertextBlob } = await run.ok('AsymmetricEncrypt', { ...pair, Algorithm: 'SM2PKE', Plaintext: 'eA==' });
    const good = {
      CiphertextBlob, SourceKeyId: pair.KeyId, SourceKeyVersionId: pair.KeyVersionId, SourceEncryptionAlgorithm: 'SM2PKE', DestinationKeyId: KeyId,
    };
    for (const name of ['SourceKeyId', 'SourceKeyVersionId', 'DestinationKeyId']) {
      await run.missing(name, 'ReEncrypt', { ...good, [name]: undefined });
    }
    await run.invalid('CiphertextBlob', 'ReEncrypt', { ...good, SourceEncryptionAlgorithm: undefined });
    await run.invalid('CiphertextBlob', 'ReEncrypt', { ...good, CiphertextBlob: 'eA==' });
    for (const wrong of ['RSAES_OAEP_SHA_1', 'RSAES_PKCS1_V1_5']) {
      await run.invalid('SourceEncryptionAlgorithm', 'ReEncrypt', { ...good, SourceEncryptionAlgorithm: wrong });
    }
    await run.refused('Forbidden.KeyVersionNotFound', 'ReEncrypt', { ...good, SourceKeyVersionId: UNKNOWN });
    await run.refused('Forbidden.KeyNotFound', 'ReEncrypt', { ...good, SourceKeyId: UNKNOWN });
    await run.refused('Rejected.UnsupportedOperation', 'ReEncrypt', { ...good, SourceKeyId: KeyId });
    const signer = await newPair(run, key, 'EC_SM2', SIGN);
    const wrong = { SourceKeyId: signer.KeyId, SourceKeyVersionId: signer.KeyVersionId };
    await run.refused('Rejected.UnsupportedOperation', 'ReEncrypt', { ...good, ...wrong });
    await run.refused('UnsupportedOperation', 'ReEncrypt', { ...good, DestinationKeyId: pair.KeyId });
    await run.done('DisableKey', { KeyId: pair.KeyId });
    await run.refused('Rejected.Disabled', 'ReEncrypt', good);
  });
}

module.exports = dataKeyExport;
