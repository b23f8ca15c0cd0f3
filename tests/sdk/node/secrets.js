'use strict';
// Secrets: CreateSecret, DescribeSecret, ListSecrets, UpdateSecret, DeleteSecret, RestoreSecret;
// their tags and policies, and the policies of keys.

const assert = require('node:assert/strict');
const { TIME, shape } = require('./kit');
const { SIGN, UNKNOWN, newPair } = require('./pairs');

const SPECIAL = "a b+c*d~e!'() 密";
const POLICY = JSON.stringify({ Version: '1', Statement: [] });
// The rotation fields of a secret that the service cannot rotate.
const DESCRIBED = {
  Arn: 'string', SecretName: 'string', SecretType: 'string', Description: 'string', CreateTime: 'string', UpdateTime: 'string',
};
const LISTED = { SecretName: 'string', SecretType: 'string', CreateTime: 'string', UpdateTime: 'string' };
const DAY = 86400;

/** Shared by the parts about secrets: unique names, and secrets that are deleted at the end. */
function secretsOf(run, part) {
  const made = [];
  const name = (text) => `${run.tag}/${part}/${text}`;
  return {
    name,
    async make(text, params = {}) {
      const SecretName = text.startsWith('/') ? text.slice(1) : name(text);
      const body = await run.ok('CreateSecret', { SecretName, SecretData: 'first', VersionId: 'v1', ...params });
      made.push(body.SecretName);
      return body;
    },
    value: (SecretName, params = {}) => run.ok('GetSecretValue', { SecretName, ...params }),
    /** Deletes by force, but also sends a window, like one of the clients. */
    async end() {
      await run.check(`${part}: its ${made.length} secrets are deleted`, async () => {
        for (const SecretName of made) {
          const asked = { SecretName, ForceDeleteWithoutRecovery: true, RecoveryWindowInDays: 30 };
          assert.equal((await run.ok('DeleteSecret', asked)).SecretName, SecretName);
          await run.refused('Forbidden.ResourceNotFound', 'DescribeSecret', { SecretName });
        }
      });
    },
  };
}

/** Whether a time is about this many days from now. */
function days(time, count) {
  const away = Date.parse(time) - Date.now() - count * DAY * 1000;
  assert.ok(Math.abs(away) < 60000, `${time} is ${away} ms away from what was expected`);
}

async function secrets(run, { key }) {
  const { name, make, value, end } = secretsOf(run, 'secrets');

  await run.check('CreateSecret answers names, and DescribeSecret no more than it may', async () => {
    const made = await make('plain');
    const arn = /^acs:kms:cn-hangzhou:\d+:secret\/(.*)$/.exec(made.Arn);
    assert.deepEqual(made, { Arn: made.Arn, SecretName: arn[1], SecretType: 'Generic', VersionId: 'v1' });
    const seen = await run.ok('DescribeSecret', { SecretName: name('plain') });
    shape(seen, DESCRIBED);
    assert.match(seen.CreateTime, TIME);
    days(seen.CreateTime, 0);
    assert.equal(seen.UpdateTime, seen.CreateTime);
    assert.equal(seen.Arn, made.Arn);
  });

  await run.check('CreateSecret with every parameter', async () => {
    const { KeyId } = await key();
    const made = await make('full', {
      SecretData: SPECIAL, SecretDataType: 'text', SecretType: 'Generic', Description: SPECIAL, EncryptionKeyId: KeyId,
      Tags: '[{"TagKey":"Team","TagValue":"blue moon"}]', DKMSInstanceId: 'kst-node', Policy: POLICY,
      EnableAutomaticRotation: true, RotationInterval: '7d', ExtendedConfig: 'not looked at',
    });
    assert.equal(made.DKMSInstanceId, 'kst-node');
    const SecretName = name('full');
    const seen = await run.ok('DescribeSecret', { SecretName, FetchTags: true });
    shape(seen, { ...DESCRIBED, EncryptionKeyId: 'string', DKMSInstanceId: 'string', Tags: 'object' });
    assert.equal(seen.Description, SPECIAL);
    assert.equal(seen.EncryptionKeyId, KeyId);
    assert.deepEqual(seen.Tags, { Tag: [{ TagKey: 'Team', TagValue: 'blue moon' }] });
    assert.equal((await value(SecretName)).SecretData, SPECIAL);
    assert.deepEqual(await run.ok('GetSecretPolicy', { SecretName }), { Policy: POLICY });
  });

  await run.check('CreateSecret refuses wrong values, taken names and keys that do not fit', async () => {
    const asked = { SecretName: name('wrong'), SecretData: 'x', VersionId: 'v1' };
    for (const [parameter, wrong] of [
      ['SecretName', 'a b'], ['SecretName', 'acs/mine'], ['SecretName', 'x'.repeat(193)], ['VersionId', 'v'.repeat(65)],
      ['SecretDataType', 'bytes'], ['SecretType', 'Oracle'], ['Tags', '{}'], ['Policy', '[]'],
    ]) {
      await run.invalid(parameter, 'CreateSecret', { ...asked, [parameter]: wrong });
    }
    await run.refused('Forbidden.KeyNotFound', 'CreateSecret', { ...asked, EncryptionKeyId: UNKNOWN });
    await run.refused('Forbidden.AliasNotFound', 'CreateSecret', { ...asked, EncryptionKeyId: `alias/${run.tag}-none` });
    const pair = await newPair(run, key, 'EC_P256', SIGN);
    await run.refused('UnsupportedOperation', 'CreateSecret', { ...asked, EncryptionKeyId: pair.KeyId });
    await run.refused('Forbidden.ResourceNotFound', 'DescribeSecret', { SecretName: asked.SecretName });
    await make('once');
    await run.refused('Rejected.ResourceExist', 'CreateSecret', { ...asked, SecretName: name('once') });
  });

  await run.check('a secret is as good as its key', async () => {
    const { KeyId } = await key();
    const SecretName = name('keyed');
    await make('keyed', { EncryptionKeyId: KeyId });
    for (const [out, back, code] of [
      ['DisableKey', 'EnableKey', 'Rejected.Disabled'], ['ScheduleKeyDeletion', 'CancelKeyDeletion', 'Rejected.PendingDeletion'],
    ]) {
      await run.done(out, { KeyId, PendingWindowInDays: out === 'DisableKey' ? undefined : 7 });
      await run.refused(code, 'GetSecretValue', { SecretName });
      await run.refused(code, 'PutSecretValue', { SecretName, SecretData: 'x', VersionId: 'v2' });
      await run.refused(code, 'CreateSecret', { SecretName: name('none'), SecretData: 'x', VersionId: 'v1', EncryptionKeyId: KeyId });
      await run.done(back, { KeyId });
      assert.equal((await value(SecretName)).SecretData, 'first');
    }
  });

  await run.check('ListSecrets by filters, with tags and page by page', async () => {
    await make('listed-a', { Description: `one of ${run.tag}` });
    await make('listed-b', { Tags: JSON.stringify([{ TagKey: run.tag, TagValue: 'yes' }]) });
    const [a, b] = [name('listed-a'), name('listed-b')];
    const list = async (filters, params = {}) => {
      const Filters = JSON.stringify(filters.map(([Key, ...Values]) => ({ Key, Values })));
      const body = await run.ok('ListSecrets', { Filters, ...params });
      assert.equal(body.TotalCount, body.SecretList.Secret.length);
      return body.SecretList.Secret;
    };
    for (const [filters, wanted] of [
      [[['SecretName', a, b]], [a, b]],
      [[['SecretName', run.tag]], []],
      [[['Description', `one of ${run.tag}`]], [a]],
      [[['TagKey', run.tag]], [b]],
    ]) {
      const found = await list(filters);
      assert.deepEqual(found.map(({ SecretName }) => SecretName).sort(), wanted, JSON.stringify(filters));
      for (const secret of found) shape(secret, LISTED);
    }
    const [tagged] = await list([['SecretName', b]], { FetchTags: true });
    shape(tagged, { ...LISTED, Tags: 'object' });
    assert.deepEqual(tagged.Tags, { Tag: [{ TagKey: run.tag, TagValue: 'yes' }] });
    const page = await run.ok('ListSecrets', { PageNumber: 1, PageSize: 1 });
    assert.ok(page.TotalCount >= 2 && page.SecretList.Secret.length === 1, JSON.stringify(page));
    const { TotalCount } = page;
    assert.deepEqual(await run.ok('ListSecrets', { PageNumber: 100, PageSize: 100 }),
      { SecretList: { Secret: [] }, TotalCount, PageNumber: 100, PageSize: 100 });
    const two = JSON.stringify(['TagKey', 'TagValue'].map((Key) => ({ Key, Values: [run.tag] })));
    for (const wrong of ['x', '[{"Key":"KeyState","Values":["Enabled"]}]', two]) await run.invalid('Filters', 'ListSecrets', { Filters: wrong });
    await run.invalid('PageSize', 'ListSecrets', { PageSize: 101 });
    await run.invalid('PageNumber', 'ListSecrets', { PageNumber: 0 });
  });

  await run.check('UpdateSecret sets the description', async () => {
    const SecretName = name('plain');
    assert.deepEqual(await run.ok('UpdateSecret', { SecretName, Description: SPECIAL }), { SecretName });
    assert.equal((await run.ok('DescribeSecret', { SecretName })).Description, SPECIAL);
    await run.refused('Forbidden.ResourceNotFound', 'UpdateSecret', { SecretName: name('nowhere'), Description: 'x' });
    await run.refused('Rejected.UnsupportedOperation', 'UpdateSecret', { SecretName, 'ExtendedConfig.CustomData': '{"a":"b"}' });
  });

  await run.check('DeleteSecret waits, RestoreSecret brings back', async () => {
    const SecretName = name('deleted');
    await make('deleted');
    for (const [window, wanted] of [[undefined, 30], [7, 7]]) {
      const told = await run.ok('DeleteSecret', { SecretName, RecoveryWindowInDays: window });
      shape(told, { SecretName: 'string', PlannedDeleteTime: 'string' });
      assert.match(told.PlannedDeleteTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?\+08:00$/);
      days(told.PlannedDeleteTime, wanted);
      const seen = await run.ok('DescribeSecret', { SecretName });
      assert.match(seen.PlannedDeleteTime, TIME);
      days(seen.PlannedDeleteTime, wanted);
      assert.equal((await run.ok('ListSecretVersionIds', { SecretName })).TotalCount, 1);
      for (const [action, params] of [
        ['GetSecretValue', {}], ['PutSecretValue', { SecretData: 'x', VersionId: 'v2' }], ['UpdateSecret', { Description: 'x' }],
        ['DeleteSecret', {}], ['CreateSecret', { SecretData: 'x', VersionId: 'v1' }], ['GetSecretPolicy', {}],
        ['UpdateSecretVersionStage', { VersionStage: 'mine', MoveToVersion: 'v1' }], ['RotateSecret', { VersionId: 'v2' }],
      ]) {
        await run.refused('Rejected.ResourceInDeleteWindow', action, { SecretName, ...params });
      }
      assert.deepEqual(await run.ok('RestoreSecret', { SecretName }), { SecretName });
      assert.equal((await value(SecretName)).SecretData, 'first');
    }
    await run.refused('Rejected.ResourceInUse', 'RestoreSecret', { SecretName });
    for (const RecoveryWindowInDays of [6, 31, 'x']) await run.invalid('RecoveryWindowInDays', 'DeleteSecret', { SecretName, RecoveryWindowInDays });
    for (const action of ['DeleteSecret', 'RestoreSecret']) {
      await run.refused('Forbidden.ResourceNotFound', action, { SecretName: name('nowhere') });
    }
  });

  await run.check('secrets carry tags, by both families', async () => {
    const SecretName = name('plain');
    const of = { RegionId: 'cn-hangzhou', ResourceType: 'secret', ResourceId: [SecretName] };
    await run.done('TagResource', { SecretName, Tags: '[{"TagKey":"Project","TagValue":"blue"},{"TagKey":"Owner","TagValue":"me"}]' });
    await run.done('UntagResource', { SecretName, TagKeys: '["Owner","never-was"]' });
    await run.done('TagResources', { ...of, Tag: [{ Key: 'Stage', Value: 'test' }] });
    const wanted = [{ TagKey: 'Project', TagValue: 'blue' }, { TagKey: 'Stage', TagValue: 'test' }];
    assert.deepEqual((await run.ok('DescribeSecret', { SecretName, FetchTags: true })).Tags, { Tag: wanted });
    const { TagResources } = await run.ok('ListTagResources', of);
    assert.deepEqual(TagResources.TagResource, wanted.map((tag) => ({ ResourceId: SecretName, ResourceType: 'secret', ...tag })));
    await run.done('UntagResources', { ...of, All: true });
    assert.deepEqual((await run.ok('ListTagResources', of)).TagResources, { TagResource: [] });
    await run.refused('InvalidResourceId.NotFound', 'TagResources', { ...of, ResourceId: [SecretName, name('nowhere')], Tag: [{ Key: 'a' }] });
    await run.refused('Forbidden.ResourceNotFound', 'TagResource', { SecretName: name('nowhere'), Tags: '[{"TagKey":"a"}]' });
  });

  await run.check('policies of secrets and keys are kept', async () => {
    const { KeyId } = await key();
    for (const [set, get, of, code] of [
      ['SetSecretPolicy', 'GetSecretPolicy', { SecretName: name('plain') }, 'Forbidden.ResourceNotFound'],
      ['SetKeyPolicy', 'GetKeyPolicy', { KeyId }, 'Forbidden.KeyNotFound'],
    ]) {
      assert.equal(JSON.parse((await run.ok(get, of)).Policy).Version, '1');
      const Policy = JSON.stringify({ Version: '1', Statement: [], Id: SPECIAL });
      await run.done(set, { ...of, Policy });
      assert.deepEqual(await run.ok(get, { ...of, PolicyName: 'default' }), { Policy });
      await run.invalid('Policy', set, { ...of, Policy: 'x' });
      await run.refused('Forbidden.ResourceNotFound', set, { ...of, Policy, PolicyName: 'mine' }, 'Policy not found.');
      await run.refused('Forbidden.ResourceNotFound', get, { ...of, PolicyName: 'mine' }, 'Policy not found.');
      const nobody = of.KeyId ? { KeyId: UNKNOWN } : { SecretName: name('nowhere') };
      await run.refused(code, set, { ...nobody, Policy });
      await run.refused(code, get, nobody);
    }
  });

  await run.check('a secret is unknown in another region', async () => {
    await run.refused('Forbidden.ResourceNotFound', 'GetSecretValue', { SecretName: name('plain'), RegionId: 'cn-shanghai' });
    assert.deepEqual(await run.ok('ListSecrets', { RegionId: 'cn-chengdu' }),
      { SecretList: { Secret: [] }, TotalCount: 0, PageNumber: 1, PageSize: 10 });
  });

  await end();
}

module.exports = Object.assign(secrets, { DESCRIBED, SPECIAL, days, secretsOf });
