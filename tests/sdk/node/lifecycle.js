'use strict';
// EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion, and what each state refuses.

const assert = require('node:assert/strict');
const { TIME, seconds } = require('./kit');
const local = require('./local');

const DAY = 86400;
// Base64, so that it is accepted as a data key.
const SEALED = 'c2VhbGVk';
const WRAPPING = local.wrapping(local.wrapper('RSA_2048'), 'RSAES_OAEP_SHA_256');

// The parameters of each operation, on a key with its version, its alias, and a ciphertext of it
// (or of another key).
const OPERATIONS = {
  Encrypt: ({ KeyId }) => ({ KeyId, Plaintext: 'x' }),
  Decrypt: ({ CiphertextBlob }) => ({ CiphertextBlob }),
  GenerateDataKey: ({ KeyId }) => ({ KeyId }),
  GenerateDataKeyWithoutPlaintext: ({ KeyId }) => ({ KeyId }),
  'ReEncrypt from': ({ CiphertextBlob, spare }) => ({ CiphertextBlob, DestinationKeyId: spare.KeyId }),
  'ReEncrypt to': ({ KeyId, spare }) => ({ CiphertextBlob: spare.CiphertextBlob, DestinationKeyId: KeyId }),
  ExportDataKey: ({ CiphertextBlob }) => ({ CiphertextBlob, ...WRAPPING }),
  GenerateAndExportDataKey: ({ KeyId }) => ({ KeyId, ...WRAPPING }),
  UpdateRotationPolicy: ({ KeyId }) => ({ KeyId, EnableAutomaticRotation: false }),
  UpdateKeyDescription: ({ KeyId }) => ({ KeyId, Description: 'd' }),
  EnableKey: ({ KeyId }) => ({ KeyId }),
  DisableKey: ({ KeyId }) => ({ KeyId }),
  ScheduleKeyDeletion: ({ KeyId }) => ({ KeyId, PendingWindowInDays: 7 }),
  CancelKeyDeletion: ({ KeyId }) => ({ KeyId }),
  SetDeletionProtection: ({ KeyId }) => ({ KeyId, EnableDeletionProtection: false }),
  CreateAlias: ({ KeyId, alias }) => ({ KeyId, AliasName: `${alias}-more` }),
  UpdateAlias: ({ KeyId, spare }) => ({ KeyId, AliasName: spare.alias }),
  TagResource: ({ KeyId }) => ({ KeyId, Tags: '[{"TagKey":"a","TagValue":"b"}]' }),
  UntagResource: ({ KeyId }) => ({ KeyId, TagKeys: '["a"]' }),
  TagResources: ({ KeyId }) => ({ ResourceType: 'key', ResourceId: [KeyId], Tag: [{ Key: 'a', Value: 'b' }] }),
  UntagResources: ({ KeyId }) => ({ ResourceType: 'key', ResourceId: [KeyId], TagKey: ['a'] }),
  DescribeKey: ({ KeyId }) => ({ KeyId }),
  ListResourceTags: ({ KeyId }) => ({ KeyId }),
  ListTagResources: ({ KeyId }) => ({ ResourceType: 'key', ResourceId: [KeyId] }),
  ListKeyVersions: ({ KeyId }) => ({ KeyId }),
  ListAliasesByKeyId: ({ KeyId }) => ({ KeyId }),
};
// The operations that decrypt a blob of the key, and the others that need its material.
const OPENING = ['Decrypt', 'ReEncrypt from', 'ExportDataKey'];
const SEALING = [
  'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'GenerateAndExportDataKey', 'ReEncrypt to', 'UpdateRotationPolicy',
];
const CRYPTO = [...SEALING, ...OPENING];
const READS = ['DescribeKey', 'ListResourceTags', 'ListTagResources', 'ListKeyVersions', 'ListAliasesByKeyId'];
const TAGGING = ['TagResource', 'UntagResource', 'TagResources', 'UntagResources'];
const WRITES = ['UpdateKeyDescription', 'SetDeletionProtection', ...TAGGING];

// The operations that each state refuses, and those that it allows and that keep the state.
const STATES = {
  Enabled: {
    refuses: { 'Rejected.StateModifiedFailed': ['CancelKeyDeletion'] },
    passes: [...CRYPTO, 'EnableKey', ...WRITES, ...READS],
  },
  Disabled: {
    refuses: { 'Rejected.Disabled': CRYPTO, 'Rejected.StateModifiedFailed': ['CancelKeyDeletion'] },
    passes: ['DisableKey', ...WRITES, ...READS],
  },
  PendingDeletion: {
    refuses: {
      'Rejected.PendingDeletion': [...CRYPTO, 'UpdateKeyDescription', 'UpdateAlias', ...TAGGING],
      'Rejected.StateModifiedFailed': ['EnableKey', 'DisableKey', 'ScheduleKeyDeletion', 'SetDeletionProtection', 'CreateAlias'],
    },
    passes: READS,
  },
  PendingImport: {
    refuses: {
      'Rejected.PendingImport': SEALING,
      'Rejected.StateModifiedFailed': ['EnableKey', 'DisableKey', 'CancelKeyDeletion'],
    },
    passes: [...WRITES, ...READS],
  },
};

module.exports = async function lifecycle(run, { key }) {
  const state = async (KeyId) => (await run.describe(KeyId)).KeyState;

  /** A key in the given state, with a blob and an alias where possible. */
  async function keyIn(wanted) {
    const { KeyId } = await key(wanted === 'PendingImport' ? { Origin: 'EXTERNAL' } : {});
    const alias = `alias/${run.tag}-${wanted.toLowerCase()}-${KeyId.slice(-6)}`;
    await run.done('CreateAlias', { KeyId, AliasName: alias });
    let CiphertextBlob;
    if (wanted !== 'PendingImport') ({ CiphertextBlob } = await run.ok('Encrypt', { KeyId, Plaintext: SEALED }));
    if (wanted === 'Disabled') await run.done('DisableKey', { KeyId });
    if (wanted === 'PendingDeletion') await run.done('ScheduleKeyDeletion', { KeyId });
    assert.equal(await state(KeyId), wanted);
    return { KeyId, alias, CiphertextBlob };
  }

  for (const [wanted, { refuses, passes }] of Object.entries(STATES)) {
    let subject;
    let spare;
    await run.check(`a key is ${wanted}`, async () => {
      subject = await keyIn(wanted);
      spare = await keyIn('Enabled');
    });
    const drive = (name) => [name.split(' ')[0], OPERATIONS[name]({ ...subject, spare })];
    for (const [code, names] of Object.entries(refuses)) {
      await run.check(`${wanted}: ${code} for ${names.join(', ')}`, async () => {
        for (const name of names) await run.refused(code, ...drive(name));
        assert.equal(await state(subject.KeyId), wanted);
      });
    }
    await run.check(`${wanted}: success of ${passes.join(', ')}`, async () => {
      for (const name of passes) await run.ok(...drive(name));
      assert.equal(await state(subject.KeyId), wanted);
    });
    await run.check(`${wanted}: its alias can be deleted`, async () => {
      await run.done('DeleteAlias', { AliasName: subject.alias });
      await run.done('DeleteAlias', { AliasName: spare.alias });
    });
  }

  await run.check('a disabled key opens nothing until it is enabled again', async () => {
    const { KeyId, CiphertextBlob, alias } = await keyIn('Disabled');
    await run.refused('Rejected.Disabled', 'Decrypt', { CiphertextBlob });
    await run.refused('Rejected.Disabled', 'Encrypt', { KeyId: alias, Plaintext: 'x' });
    await run.done('EnableKey', { KeyId });
    assert.equal(await state(KeyId), 'Enabled');
    assert.equal((await run.ok('Decrypt', { CiphertextBlob })).Plaintext, SEALED);
    await run.done('DeleteAlias', { AliasName: alias });
  });

  await run.check('ScheduleKeyDeletion sets the date, 30 days ahead unless told', async () => {
    for (const [PendingWindowInDays, days] of [[undefined, 30], [7, 7], [30, 30], [366, 366]]) {
      const { KeyId } = await key();
      await run.done('ScheduleKeyDeletion', { KeyId, PendingWindowInDays });
      const { CreationDate, DeleteDate, KeyState } = await run.describe(KeyId);
      assert.equal(KeyState, 'PendingDeletion');
      assert.match(DeleteDate, TIME);
      const late = seconds(CreationDate, DeleteDate) - days * DAY;
      assert.ok(late >= 0 && late < 300, `${days} days from ${CreationDate} is not ${DeleteDate}`);
    }
  });

  await run.check('ScheduleKeyDeletion refuses fewer than 7 days, more than 366, and words', async () => {
    const { KeyId } = await key();
    for (const PendingWindowInDays of [6, 0, -7, 367, 'week', '7.5']) {
      await run.invalid('PendingWindowInDays', 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays });
    }
    assert.equal(await state(KeyId), 'Enabled');
  });

  await run.check('CancelKeyDeletion gives the key back, enabled and without a date', async () => {
    for (const wanted of ['Enabled', 'Disabled']) {
      const { KeyId, CiphertextBlob, alias } = await keyIn(wanted);
      await run.done('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
      await run.done('CancelKeyDeletion', { KeyId });
      const { KeyState, DeleteDate } = await run.describe(KeyId);
      assert.deepEqual({ KeyState, DeleteDate }, { KeyState: 'Enabled', DeleteDate: '' });
      assert.equal((await run.ok('Decrypt', { CiphertextBlob })).Plaintext, SEALED);
      await run.done('DeleteAlias', { AliasName: alias });
    }
  });

  await run.check('a key without material goes back to PendingImport', async () => {
    const { KeyId, alias } = await keyIn('PendingImport');
    await run.done('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    assert.equal(await state(KeyId), 'PendingDeletion');
    await run.done('CancelKeyDeletion', { KeyId });
    assert.equal(await state(KeyId), 'PendingImport');
    await run.done('DeleteAlias', { AliasName: alias });
  });

  await run.check('the four refuse an unknown key', async () => {
    for (const action of ['EnableKey', 'DisableKey', 'ScheduleKeyDeletion', 'CancelKeyDeletion']) {
      await run.refused('Forbidden.KeyNotFound', action, { KeyId: '00000000-0000-4000-8000-000000000000', PendingWindowInDays: 7 });
    }
  });
};
