'use strict';
// Automatic rotation: EnableAutomaticRotation in CreateKey, and UpdateRotationPolicy.

const assert = require('node:assert/strict');
const { seconds } = require('./kit');
const { SIGN, UNKNOWN, newPair } = require('./pairs');

const DAY = 86400;
// The notations of an interval, with its days.
const INTERVALS = [['7d', 7], ['168h', 7], ['14400m', 10], ['604800s', 7], ['730d', 730]];
const WRONG = ['6d', '731d', '604799s', '7', 'd', '-7d', '1w'];
const WEEKLY = { EnableAutomaticRotation: true, RotationInterval: '7d' };

/** The fields of a key that rotates at this interval in days. */
function rotates(seen, days, word = 'Enabled') {
  const { AutomaticRotation, RotationInterval, LastRotationDate, NextRotationDate } = seen;
  assert.deepEqual({ AutomaticRotation, RotationInterval }, { AutomaticRotation: word, RotationInterval: `${days * DAY}s` });
  assert.equal(seconds(LastRotationDate, NextRotationDate), days * DAY);
}

function doesNot(seen) {
  assert.equal(seen.AutomaticRotation, 'Disabled');
  for (const name of ['RotationInterval', 'NextRotationDate']) assert.ok(!(name in seen), `${name} while rotation is off`);
}

async function rotation(run, { key }) {
  await run.check('CreateKey with EnableAutomaticRotation tells interval and date', async () => {
    for (const [RotationInterval, days] of INTERVALS) {
      const made = await key({ EnableAutomaticRotation: true, RotationInterval });
      rotates(made, days);
      rotates(await run.describe(made.KeyId), days);
    }
  });

  await run.check('CreateKey refuses rotations that cannot be', async () => {
    await run.missing('RotationInterval', 'CreateKey', { EnableAutomaticRotation: true });
    for (const RotationInterval of WRONG) await run.invalid('RotationInterval', 'CreateKey', { ...WEEKLY, RotationInterval });
    for (const params of [{ Origin: 'EXTERNAL' }, { KeySpec: 'EC_P256' }, { KeySpec: 'RSA_2048' }]) {
      await run.invalid('EnableAutomaticRotation', 'CreateKey', { ...WEEKLY, ...params });
    }
  });

  await run.check('UpdateRotationPolicy sets the interval, and ends the rotation', async () => {
    const { KeyId } = await key({ KeySpec: 'Aliyun_SM4' });
    doesNot(await run.describe(KeyId));
    for (const [RotationInterval, days] of INTERVALS) {
      await run.done('UpdateRotationPolicy', { KeyId, EnableAutomaticRotation: true, RotationInterval });
      rotates(await run.describe(KeyId), days);
    }
    await run.done('UpdateRotationPolicy', { KeyId, EnableAutomaticRotation: false });
    doesNot(await run.describe(KeyId));
    assert.equal((await run.ok('ListKeyVersions', { KeyId })).TotalCount, 1);
  });

  await run.check('UpdateRotationPolicy refuses wrong values and keys that do not rotate', async () => {
    const { KeyId } = await key();
    await run.missing('RotationInterval', 'UpdateRotationPolicy', { KeyId, EnableAutomaticRotation: true });
    for (const RotationInterval of WRONG) await run.invalid('RotationInterval', 'UpdateRotationPolicy', { KeyId, ...WEEKLY, RotationInterval });
    await run.invalid('EnableAutomaticRotation', 'UpdateRotationPolicy', { KeyId, EnableAutomaticRotation: 'yes' });
    await run.refused('Forbidden.KeyNotFound', 'UpdateRotationPolicy', { KeyId: UNKNOWN, ...WEEKLY });
    const AliasName = `alias/${run.tag}-rotation`;
    await run.done('CreateAlias', { KeyId, AliasName });
    await run.refused('Unsupported.Alias', 'UpdateRotationPolicy', { KeyId: AliasName, ...WEEKLY });
    await run.done('DeleteAlias', { AliasName });
    const pair = await newPair(run, key, 'EC_P256', SIGN);
    const service = await run.ok('GenerateDataKey', { KeyId: 'alias/acs/mse' });
    for (const other of [pair, service]) {
      await run.refused('Rejected.UnsupportedOperation', 'UpdateRotationPolicy', { KeyId: other.KeyId, ...WEEKLY });
    }
    doesNot(await run.describe(KeyId));
  });

  await run.check('rotation is suspended while the key is disabled or to be deleted', async () => {
    const { KeyId } = await key(WEEKLY);
    await run.done('DisableKey', { KeyId });
    rotates(await run.describe(KeyId), 7, 'Suspended');
    await run.done('EnableKey', { KeyId });
    rotates(await run.describe(KeyId), 7);
    await run.done('ScheduleKeyDeletion', { KeyId, PendingWindowInDays: 7 });
    rotates(await run.describe(KeyId), 7, 'Suspended');
    await run.done('CancelKeyDeletion', { KeyId });
    rotates(await run.describe(KeyId), 7);
  });
}

module.exports = rotation;
