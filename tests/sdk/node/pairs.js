'use strict';
// Key pairs: CreateKey, CreateKeyVersion, GetPublicKey, AsymmetricSign, AsymmetricVerify,
// AsymmetricEncrypt, AsymmetricDecrypt.

const assert = require('node:assert/strict');
const { UUID, shape } = require('./kit');
const { METADATA, NEWER } = require('./keys');
const local = require('./local');
const sm2 = require('./sm2');

const [SIGN, CRYPT] = ['SIGN/VERIFY', 'ENCRYPT/DECRYPT'];
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const MESSAGE = Buffer.from("a b+c*d~e!'() 密");
// The length of the public key, the signing algorithms, the encryption algorithms and limits.
const SPECS = {
  RSA_2048: { der: 294, signing: ['RSA_PSS_SHA_256', 'RSA_PKCS1_SHA_256'], sealing: { RSAES_OAEP_SHA_256: 190, RSAES_OAEP_SHA_1: 214 } },
  RSA_3072: { der: 422, signing: ['RSA_PSS_SHA_256', 'RSA_PKCS1_SHA_256'], sealing: { RSAES_OAEP_SHA_256: 318, RSAES_OAEP_SHA_1: 342 } },
  EC_P256: { der: 91, signing: ['ECDSA_SHA_256'] },
  EC_P256K: { der: 88, signing: ['ECDSA_SHA_256'] },
  EC_SM2: { der: 91, signing: ['SM2DSA'], sealing: { SM2PKE: 6047 } },
};

const base64 = (bytes) => Buffer.from(bytes).toString('base64');
const without = (params, name) => Object.fromEntries(Object.entries(params).filter(([one]) => one !== name));

/** The parameters that name a pair of this part. */
async function newPair(run, key, KeySpec, KeyUsage) {
  const { KeyId } = await key({ KeySpec, KeyUsage });
  const { KeyVersions } = await run.ok('ListKeyVersions', { KeyId });
  assert.equal(KeyVersions.KeyVersion.length, 1);
  return { KeyId, KeyVersionId: KeyVersions.KeyVersion[0].KeyVersionId };
}

const publicKey = async (run, pair) => local.spki((await run.ok('GetPublicKey', pair)).PublicKey);

/** The uses of an SM2 pair, by key usage. */
function uses(pair) {
  const signing = { ...pair, Algorithm: 'SM2DSA', Digest: base64(Buffer.alloc(32, 7)) };
  const sealing = { ...pair, Algorithm: 'SM2PKE' };
  return {
    [SIGN]: [['AsymmetricSign', signing], ['AsymmetricVerify', { ...signing, Value: 'eA==' }]],
    [CRYPT]: [
      ['AsymmetricEncrypt', { ...sealing, Plaintext: 'eA==' }], ['AsymmetricDecrypt', { ...sealing, CiphertextBlob: 'eA==' }],
    ],
  };
}

async function pairs(run, { key }) {
  for (const [spec, { der, sealing }] of Object.entries(SPECS)) {
    await run.check(`CreateKey ${spec} for each of its uses, and GetPublicKey`, async () => {
      for (const usage of [undefined, SIGN, ...(sealing ? [CRYPT] : [])]) {
        const made = await key({ KeySpec: spec, KeyUsage: usage });
        const seen = await run.describe(made.KeyId);
        for (const of of [made, seen]) {
          shape(of, { ...METADATA, LastRotationDate: 'string' }, NEWER);
          assert.equal(of.KeySpec, spec);
          assert.equal(of.KeyUsage, usage || SIGN);
          assert.equal(of.KeyState, 'Enabled');
          assert.equal(of.AutomaticRotation, 'Disabled');
          assert.equal(of.LastRotationDate, of.CreationDate);
        }
        const { KeyId } = made;
        const [{ KeyVersionId }] = (await run.ok('ListKeyVersions', { KeyId })).KeyVersions.KeyVersion;
        assert.match(KeyVersionId, UUID);
        const { PublicKey, ...rest } = await run.ok('GetPublicKey', { KeyId, KeyVersionId });
        assert.deepEqual(rest, { KeyId, KeyVersionId });
        assert.equal(local.spki(PublicKey).length, der);
      }
    });
  }

  await run.check('CreateKey refuses uses and origins that a type of key does not have', async () => {
    for (const KeySpec of ['EC_P256', 'EC_P256K']) await run.invalid('KeyUsage', 'CreateKey', { KeySpec, KeyUsage: CRYPT });
    for (const KeySpec of ['Aliyun_AES_256', 'Aliyun_SM4']) await run.invalid('KeyUsage', 'CreateKey', { KeySpec, KeyUsage: SIGN });
    for (const KeySpec of ['RSA_8192', 'EC_P384', 'ec_sm2']) await run.invalid('KeySpec', 'CreateKey', { KeySpec });
    await run.invalid('Origin', 'CreateKey', { KeySpec: 'EC_SM2', Origin: 'EXTERNAL' });
  });

  for (const [spec, { signing }] of Object.entries(SPECS)) {
    await run.check(`${spec} signs what Node verifies, and verifies`, async () => {
      const pair = await newPair(run, key, spec, SIGN);
      const der = await publicKey(run, pair);
      for (const Algorithm of signing) {
        const asked = { ...pair, Algorithm, Digest: base64(local.digestOf(MESSAGE, Algorithm, der)) };
        const { Value, ...rest } = await run.ok('AsymmetricSign', asked);
        assert.deepEqual(rest, pair);
        const signature = local.data(Value);
        assert.ok(local.verifies(MESSAGE, Algorithm, der, signature), `${Algorithm} does not verify here`);
        assert.deepEqual(await run.ok('AsymmetricVerify', { ...asked, Value }), { ...pair, Value: true });
        const other = base64(Buffer.alloc(32, 1));
        assert.deepEqual(await run.ok('AsymmetricVerify', { ...asked, Digest: other, Value }), { ...pair, Value: false });
        const changed = Buffer.from(signature);
        changed[changed.length - 1] ^= 1;
        for (const wrong of [changed, signature.subarray(1), Buffer.from('no signature')]) {
          assert.deepEqual(await run.ok('AsymmetricVerify', { ...asked, Value: base64(wrong) }), { ...pair, Value: false });
        }
      }
    });
  }

  for (const [spec, { sealing }] of Object.entries(SPECS).filter(([, one]) => one.sealing)) {
    await run.check(`${spec} opens what it sealed and what Node sealed, up to the longest text`, async () => {
      const pair = await newPair(run, key, spec, CRYPT);
      const der = await publicKey(run, pair);
      for (const [Algorithm, most] of Object.entries(sealing)) {
        for (const plaintext of [Buffer.from('x'), MESSAGE, Buffer.alloc(most, 0xfe)]) {
          const Plaintext = base64(plaintext);
          const { CiphertextBlob, ...rest } = await run.ok('AsymmetricEncrypt', { ...pair, Algorithm, Plaintext });
          assert.deepEqual(rest, pair);
          for (const blob of [CiphertextBlob, base64(local.encrypt(der, Algorithm, plaintext))]) {
            const opened = await run.ok('AsymmetricDecrypt', { ...pair, Algorithm, CiphertextBlob: blob });
            assert.deepEqual(opened, { ...pair, Plaintext });
          }
        }
        await run.invalid('Plaintext', 'AsymmetricEncrypt', { ...pair, Algorithm, Plaintext: base64(Buffer.alloc(most + 1)) });
      }
    });
  }

  await run.check('SM2 ciphertexts open in the raw form too', async () => {
    const pair = await newPair(run, key, 'EC_SM2', CRYPT);
    const der = await publicKey(run, pair);
    for (const plaintext of [MESSAGE, Buffer.alloc(6047, 0xfe)]) {
      const CiphertextBlob = base64(sm2.encrypt(der, plaintext, { raw: true }));
      const opened = await run.ok('AsymmetricDecrypt', { ...pair, Algorithm: 'SM2PKE', CiphertextBlob });
      assert.equal(opened.Plaintext, base64(plaintext));
    }
  });

  await run.check('AsymmetricSign and AsymmetricVerify refuse wrong values', async () => {
    const pair = await newPair(run, key, 'EC_P256K', SIGN);
    const good = { ...pair, Algorithm: 'ECDSA_SHA_256', Digest: base64(Buffer.alloc(32)) };
    const { Value } = await run.ok('AsymmetricSign', good);
    for (const [action, asked] of [['AsymmetricSign', good], ['AsymmetricVerify', { ...good, Value }]]) {
      for (const Algorithm of ['RSA_PKCS1_SHA_256', 'SM2DSA', 'ECDSA']) await run.invalid('Algorithm', action, { ...asked, Algorithm });
      for (const Digest of [base64(Buffer.alloc(31)), base64(Buffer.alloc(33)), 'not base64!']) {
        await run.invalid('Digest', action, { ...asked, Digest });
      }
      await run.refused('Forbidden.KeyVersionNotFound', action, { ...asked, KeyVersionId: UNKNOWN });
      await run.refused('Forbidden.KeyNotFound', action, { ...asked, KeyId: UNKNOWN });
    }
    await run.invalid('Value', 'AsymmetricVerify', { ...good, Value: 'not base64!' });
  });

  await run.check('AsymmetricEncrypt and AsymmetricDecrypt refuse wrong values', async () => {
    const pair = await newPair(run, key, 'RSA_2048', CRYPT);
    const sealing = { ...pair, Algorithm: 'RSAES_OAEP_SHA_256', Plaintext: 'eA==' };
    const { CiphertextBlob } = await run.ok('AsymmetricEncrypt', sealing);
    const opening = { ...without(sealing, 'Plaintext'), CiphertextBlob };
    for (const [action, asked, text] of [['AsymmetricEncrypt', sealing, 'Plaintext'], ['AsymmetricDecrypt', opening, 'CiphertextBlob']]) {
      for (const Algorithm of ['SM2PKE', 'RSAES_PKCS1_V1_5', 'RSA_PSS_SHA_256']) await run.invalid('Algorithm', action, { ...asked, Algorithm });
      await run.invalid(text, action, { ...asked, [text]: 'not base64!' });
      await run.refused('Forbidden.KeyVersionNotFound', action, { ...asked, KeyVersionId: UNKNOWN });
      await run.refused('Forbidden.KeyNotFound', action, { ...asked, KeyId: UNKNOWN });
    }
    await run.invalid('CiphertextBlob', 'AsymmetricDecrypt', { ...opening, Algorithm: 'RSAES_OAEP_SHA_1' });
    await run.invalid('CiphertextBlob', 'AsymmetricDecrypt', { ...opening, CiphertextBlob: base64(Buffer.alloc(256, 1)) });
    await run.invalid('CiphertextBlob', 'AsymmetricDecrypt', { ...opening, CiphertextBlob: 'eA==' });
  });

  await run.check('a key that is not for it refuses', async () => {
    const { KeyId, PrimaryKeyVersion: KeyVersionId } = await key();
    const all = uses({ KeyId, KeyVersionId });
    for (const [action, params] of [...all[SIGN], ...all[CRYPT]]) await run.refused('Rejected.UnsupportedOperation', action, params);
    await run.refused('Rejected.UnsupportedOperation', 'GetPublicKey', { KeyId, KeyVersionId });
    await run.refused('Rejected.UnsupportedOperation', 'CreateKeyVersion', { KeyId });
    for (const [usage, other] of [[SIGN, CRYPT], [CRYPT, SIGN]]) {
      const pair = await newPair(run, key, 'EC_SM2', usage);
      for (const [action, params] of uses(pair)[other]) await run.refused('Rejected.UnsupportedOperation', action, params);
      await run.refused('UnsupportedOperation', 'Encrypt', { KeyId: pair.KeyId, Plaintext: 'x' });
      await run.refused('UnsupportedOperation', 'GenerateDataKey', { KeyId: pair.KeyId });
      await run.refused('UnsupportedOperation', 'GenerateDataKeyWithoutPlaintext', { KeyId: pair.KeyId });
    }
  });

  await run.check('what the states of a pair refuse, and that its public key stays public', async () => {
    for (const usage of [SIGN, CRYPT]) {
      const pair = await newPair(run, key, 'EC_SM2', usage);
      const { KeyId } = pair;
      const before = await run.ok('GetPublicKey', pair);
      const closed = [...uses(pair)[usage], ['CreateKeyVersion', { KeyId }]];
      await run.done('DisableKey', { KeyId });
      for (const [action, params] of closed) await run.refused('Rejected.Disabled', action, params);
      assert.deepEqual(await run.ok('GetPublicKey', pair), before);
      await run.done('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
      for (const [action, params] of closed) await run.refused('Rejected.PendingDeletion', action, params);
      assert.deepEqual(await run.ok('GetPublicKey', pair), before);
      await run.done('CancelKeyDeletion', { KeyId });
      await run.ok(...uses(pair)[usage][0]);
    }
  });

  await run.check('CreateKeyVersion refuses within seven days of the last version', async () => {
    const pair = await newPair(run, key, 'EC_P256', SIGN);
    await run.ok('CreateKeyVersion', { KeyId: pair.KeyId });
    await run.refused('Rejected.LimitExceeded', 'CreateKeyVersion', { KeyId: pair.KeyId });
    assert.equal((await run.ok('ListKeyVersions', { KeyId: pair.KeyId })).TotalCount, 2);
    await run.refused('Forbidden.KeyNotFound', 'CreateKeyVersion', { KeyId: UNKNOWN });
    await run.refused('Forbidden.KeyVersionNotFound', 'GetPublicKey', { ...pair, KeyVersionId: UNKNOWN });
    await run.refused('Forbidden.KeyNotFound', 'GetPublicKey', { ...pair, KeyId: UNKNOWN });
  });

  await run.check('dry runs of what pairs do', async () => {
    const pair = await newPair(run, key, 'EC_SM2', SIGN);
    for (const [action, params] of [...uses(pair)[SIGN], ['GetPublicKey', pair]]) {
      await run.refused('DryRunOperationError', action, { ...params, DryRun: 'true' });
      await run.refused('ValidationError', action, { ...params, KeyId: UNKNOWN, DryRun: 'true' });
    }
    const [[seal, text], [open, blob]] = uses(await newPair(run, key, 'EC_SM2', CRYPT))[CRYPT];
    await run.refused('DryRunOperationError', seal, { ...text, DryRun: 'true' });
    await run.refused('ValidationError', open, { ...blob, DryRun: 'true' });
  });
}

module.exports = pairs;
Object.assign(pairs, { CRYPT, SIGN, UNKNOWN, newPair, publicKey });
