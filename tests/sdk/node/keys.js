'use strict';
// CreateKey, DescribeKey, UpdateKeyDescription, SetDeletionProtection.

const assert = require('node:assert/strict');
const { TIME, UUID, shape } = require('./kit');

const METADATA = {
  KeyId: 'string', Arn: 'string', Creator: 'string', CreationDate: 'string', Description: 'string',
  KeySpec: 'string', KeyState: 'string', KeyUsage: 'string', Origin: 'string', ProtectionLevel: 'string',
  DeleteDate: 'string', MaterialExpireTime: 'string', AutomaticRotation: 'string',
};
const VERSIONED = { ...METADATA, PrimaryKeyVersion: 'string', LastRotationDate: 'string' };
const NEWER = { DKMSInstanceId: 'string', DeletionProtection: 'string', DeletionProtectionDescription: 'string' };

async function keys(run, { key }) {
  await run.check('CreateKey answers the whole metadata of an AES-256 key', async () => {
    const made = await key();
    shape(made, VERSIONED, NEWER);
    assert.match(made.Creator, /^\d{16}$/);
    assert.equal(made.Arn, `acs:kms:cn-hangzhou:${made.Creator}:key/${made.KeyId}`);
    assert.match(made.PrimaryKeyVersion, UUID);
    assert.match(made.CreationDate, TIME);
    assert.equal(made.LastRotationDate, made.CreationDate);
    const { Description, KeySpec, KeyState, KeyUsage, Origin, ProtectionLevel } = made;
    assert.deepEqual({ Description, KeySpec, KeyState, KeyUsage, Origin, ProtectionLevel }, {
      Description: '', KeySpec: 'Aliyun_AES_256', KeyState: 'Enabled', KeyUsage: 'ENCRYPT/DECRYPT',
      Origin: 'Aliyun_KMS', ProtectionLevel: 'SOFTWARE',
    });
    assert.equal(made.DeleteDate, '');
    assert.equal(made.MaterialExpireTime, '');
    assert.equal(made.AutomaticRotation, 'Disabled');
  });

  for (const spec of ['Aliyun_AES_128', 'Aliyun_AES_192', 'Aliyun_AES_256', 'Aliyun_SM4']) {
    await run.check(`CreateKey ${spec} at both protection levels, described as created`, async () => {
      for (const level of ['SOFTWARE', 'HSM']) {
        const made = await key({
          KeySpec: spec, KeyUsage: 'ENCRYPT/DECRYPT', Origin: 'Aliyun_KMS', ProtectionLevel: level, Description: spec,
        });
        const seen = await run.describe(made.KeyId);
        shape(seen, { ...VERSIONED, DeletionProtection: 'string' }, NEWER);
        for (const name of Object.keys(made)) assert.deepEqual(seen[name], made[name], name);
        assert.equal(seen.KeySpec, spec);
        // In an instance, the instance's kind decides. This one is a software instance.
        assert.equal(seen.ProtectionLevel, seen.DKMSInstanceId ? 'SOFTWARE' : level);
        assert.equal(seen.Description, spec);
        assert.equal(seen.DeletionProtection, 'Disabled');
      }
    });
  }

  await run.check('CreateKey with Origin EXTERNAL waits for its material', async () => {
    const made = await key({ Origin: 'EXTERNAL', EnableAutomaticRotation: false });
    shape(made, METADATA, { ...NEWER, PrimaryKeyVersion: 'string', LastRotationDate: 'string' });
    assert.equal(made.Origin, 'EXTERNAL');
    assert.equal(made.KeyState, 'PendingImport');
    assert.equal(made.MaterialExpireTime, '');
    assert.equal((await run.describe(made.KeyId)).KeyState, 'PendingImport');
  });

  await run.check('CreateKey takes Tags and Policy', async () => {
    const made = await key({
      Tags: JSON.stringify([{ TagKey: 'env', TagValue: 'test' }]),
      Policy: JSON.stringify({ Version: '1', Statement: [] }),
    });
    assert.deepEqual(await run.ok('ListResourceTags', { KeyId: made.KeyId }), {
      Tags: { Tag: [{ KeyId: made.KeyId, TagKey: 'env', TagValue: 'test' }] },
    });
  });

  await run.check('CreateKey refuses wrong values', async () => {
    await run.invalid('KeySpec', 'CreateKey', { KeySpec: 'AES_256' });
    await run.invalid('KeyUsage', 'CreateKey', { KeyUsage: 'ENCRYPT_DECRYPT' });
    await run.invalid('KeyUsage', 'CreateKey', { KeyUsage: 'SIGN/VERIFY' });
    await run.invalid('Origin', 'CreateKey', { Origin: 'external' });
    await run.invalid('ProtectionLevel', 'CreateKey', { ProtectionLevel: 'hsm' });
    await run.invalid('Description', 'CreateKey', { Description: 'x'.repeat(8193) });
    await run.invalid('EnableAutomaticRotation', 'CreateKey', { EnableAutomaticRotation: 'maybe' });
    await run.invalid('Tags', 'CreateKey', { Tags: 'not JSON' });
  });

  await run.check('DescribeKey by id, alias and ARN', async () => {
    const made = await key();
    const alias = `alias/${run.tag}-describe`;
    await run.done('CreateAlias', { AliasName: alias, KeyId: made.KeyId });
    const seen = await run.describe(made.KeyId);
    assert.deepEqual(await run.describe(alias), seen);
    assert.deepEqual(await run.describe(made.Arn), seen);
    await run.done('DeleteAlias', { AliasName: alias });
    await run.refused('Forbidden.AliasNotFound', 'DescribeKey', { KeyId: alias });
    await run.refused('Forbidden.KeyNotFound', 'DescribeKey', { KeyId: '00000000-0000-4000-8000-000000000000' });
    await run.refused('Forbidden.KeyNotFound', 'DescribeKey', { KeyId: `${made.Arn}0` });
  });

  await run.check('UpdateKeyDescription replaces it, and an empty one is a value', async () => {
    const { KeyId } = await key({ Description: 'first' });
    for (const Description of ["a b+c*d~e!'()", '密钥 🔑 é', 'x'.repeat(8192), '']) {
      await run.done('UpdateKeyDescription', { KeyId, Description });
      assert.equal((await run.describe(KeyId)).Description, Description);
    }
    await run.invalid('Description', 'UpdateKeyDescription', { KeyId, Description: 'x'.repeat(8193) });
    await run.missing('Description', 'UpdateKeyDescription', { KeyId });
  });

  await run.check('SetDeletionProtection by ARN keeps the key from deletion', async () => {
    const { KeyId, Arn } = await key();
    await run.done('SetDeletionProtection', {
      ProtectedResourceArn: Arn, EnableDeletionProtection: true, DeletionProtectionDescription: 'in use',
    });
    const seen = await run.describe(KeyId);
    assert.equal(seen.DeletionProtection, 'Enabled');
    assert.equal(seen.DeletionProtectionDescription, 'in use');
    await run.refused('Rejected.StateModifiedFailed', 'ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    assert.equal((await run.describe(KeyId)).KeyState, 'Enabled');
    await run.done('SetDeletionProtection', { ProtectedResourceArn: Arn, EnableDeletionProtection: 'False' });
    assert.equal((await run.describe(KeyId)).DeletionProtection, 'Disabled');
    await run.done('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
  });

  await run.check('SetDeletionProtection by KeyId, any case of the boolean', async () => {
    const { KeyId } = await key();
    await run.done('SetDeletionProtection', { KeyId, EnableDeletionProtection: 'TRUE' });
    assert.equal((await run.describe(KeyId)).DeletionProtection, 'Enabled');
    await run.done('SetDeletionProtection', { KeyId, EnableDeletionProtection: false });
    assert.equal((await run.describe(KeyId)).DeletionProtection, 'Disabled');
    await run.invalid('EnableDeletionProtection', 'SetDeletionProtection', { KeyId, EnableDeletionProtection: 'yes' });
  });

  await run.check('SetDeletionProtection refuses an unknown key, and an id in place of the ARN', async () => {
    const { Arn, KeyId } = await key();
    await run.refused('Forbidden.KeyNotFound', 'SetDeletionProtection', {
      ProtectedResourceArn: Arn.replace(KeyId, '00000000-0000-4000-8000-000000000000'), EnableDeletionProtection: true,
    });
    await run.invalid('ProtectedResourceArn', 'SetDeletionProtection', {
      ProtectedResourceArn: KeyId, EnableDeletionProtection: true,
    });
  });
}

module.exports = keys;
Object.assign(keys, { METADATA, NEWER });
