'use strict';
// ListKeys: paging and every documented filter.

const assert = require('node:assert/strict');
const { shape } = require('./kit');

const filters = (...pairs) => JSON.stringify(pairs.map(([Key, ...Values]) => ({ Key, Values })));

module.exports = async function lists(run, { key }) {
  const ids = {};
  await run.check('keys of several kinds', async () => {
    ids.plain = await key();
    ids.disabled = await key();
    await run.done('DisableKey', { KeyId: ids.disabled.KeyId });
    ids.deleted = await key();
    await run.done('ScheduleKeyDeletion', { KeyId: ids.deleted.KeyId, PendingWindowInDays: 7 });
    ids.external = await key({ Origin: 'EXTERNAL' });
    ids.sm4 = await key({ KeySpec: 'Aliyun_SM4' });
    ids.hsm = await key({ ProtectionLevel: 'HSM' });
    ids.service = await run.describe('alias/acs/mse');
  });

  await run.check('ListKeys pages through all keys, each once', async () => {
    const first = await run.ok('ListKeys');
    shape(first, { Keys: 'object', TotalCount: 'number', PageNumber: 'number', PageSize: 'number' });
    assert.equal(first.PageNumber, 1);
    assert.equal(first.PageSize, 10);
    assert.equal(first.Keys.Key.length, Math.min(10, first.TotalCount));
    const seen = [];
    for (let PageNumber = 1; ; PageNumber += 1) {
      const { Keys, ...rest } = await run.ok('ListKeys', { PageNumber, PageSize: 7 });
      assert.deepEqual(rest, { TotalCount: first.TotalCount, PageNumber, PageSize: 7 });
      seen.push(...Keys.Key);
      if (Keys.Key.length < 7) break;
    }
    assert.equal(seen.length, first.TotalCount);
    assert.equal(new Set(seen.map((one) => one.KeyId)).size, seen.length);
    for (const { KeyId, Arn } of Object.values(ids)) {
      assert.deepEqual(seen.find((one) => one.KeyId === KeyId), { KeyId, KeyArn: Arn });
    }
  });

  await run.check('a page past the end is empty, not an error', async () => {
    const body = await run.ok('ListKeys', { PageNumber: 10000, PageSize: 100 });
    assert.deepEqual(body, { Keys: { Key: [] }, TotalCount: body.TotalCount, PageNumber: 10000, PageSize: 100 });
  });

  // Filters, and the keys above that they select.
  const cases = [
    [filters(['KeyState', 'Enabled']), ['plain', 'sm4', 'hsm', 'service']],
    [filters(['KeyState', 'Enabled', 'Disabled']), ['plain', 'disabled', 'sm4', 'hsm', 'service']],
    [filters(['KeyState', 'PendingDeletion']), ['deleted']],
    [filters(['KeyState', 'PendingImport']), ['external']],
    [filters(['KeySpec', 'Aliyun_SM4']), ['sm4']],
    [filters(['KeySpec', 'Aliyun_SM4', 'Aliyun_AES_256']), Object.keys],
    [filters(['KeyUsage', 'ENCRYPT/DECRYPT']), Object.keys],
    [filters(['KeyUsage', 'SIGN/VERIFY']), []],
    [filters(['ProtectionLevel', 'HSM']), ['hsm']],
    [filters(['ProtectionLevel', 'SOFTWARE']), ['plain', 'disabled', 'deleted', 'external', 'sm4', 'service']],
    [filters(['CreatorType', 'User']), ['plain', 'disabled', 'deleted', 'external', 'sm4', 'hsm']],
    [filters(['CreatorType', 'Service']), ['service']],
    [filters(['KeyState', 'Enabled'], ['KeyState', 'PendingDeletion'], ['KeySpec', 'Aliyun_AES_256']), ['plain', 'deleted', 'hsm', 'service']],
    [filters(['KeyState', 'Disabled'], ['KeySpec', 'Aliyun_SM4']), []],
  ];
  for (const [Filters, expected] of cases) {
    await run.check(`ListKeys ${Filters}`, async () => {
      const listed = new Set((await run.all('ListKeys', 'Keys', 'Key', { Filters })).map((one) => one.KeyId));
      const passed = Object.keys(ids).filter((name) => listed.has(ids[name].KeyId));
      assert.deepEqual(passed, expected === Object.keys ? Object.keys(ids) : expected.sort(byPlace(Object.keys(ids))));
    });
  }

  await run.check('ListKeys takes the filters of newer SDKs', async () => {
    const { KeyId, Creator } = ids.sm4;
    const AliasName = `alias/${run.tag}-filter`;
    await run.done('CreateAlias', { AliasName, KeyId });
    await run.done('TagResource', { KeyId, Tags: JSON.stringify([{ TagKey: run.tag, TagValue: `${run.tag}=1` }]) });
    for (const pair of [['KeyId', KeyId], ['AliasName', AliasName], ['TagKey', run.tag], ['TagValue', `${run.tag}=1`]]) {
      const listed = await run.all('ListKeys', 'Keys', 'Key', { Filters: filters(pair) });
      assert.deepEqual(listed.map((one) => one.KeyId), [KeyId], pair[0]);
    }
    const own = await run.all('ListKeys', 'Keys', 'Key', { Filters: filters(['Creator', Creator]) });
    assert.ok(own.some((one) => one.KeyId === KeyId));
    assert.ok(!own.some((one) => one.KeyId === ids.service.KeyId));
    const dedicated = await run.all('ListKeys', 'Keys', 'Key', { Filters: filters(['DKMSInstanceId', 'kst-none']) });
    assert.deepEqual(dedicated, []);
    await run.done('DeleteAlias', { AliasName });
  });

  await run.check('lists refuse wrong pages, sizes and filters', async () => {
    const { KeyId } = ids.plain;
    for (const [action, params] of [['ListKeys', {}], ['ListAliases', {}], ['ListAliasesByKeyId', { KeyId }], ['ListKeyVersions', { KeyId }]]) {
      for (const PageNumber of [0, -1, 'one']) await run.invalid('PageNumber', action, { ...params, PageNumber });
      for (const PageSize of [102, -1, 'ten']) await run.invalid('PageSize', action, { ...params, PageSize });
    }
    for (const PageSize of [0, 101]) await run.invalid('PageSize', 'ListKeys', { PageSize });
    for (const Filters of ['x', '{}', '[{"Key":"KeyState","Values":"Enabled"}]', filters(['Colour', 'red'])]) {
      await run.invalid('Filters', 'ListKeys', { Filters });
    }
  });
};

function byPlace(order) {
  return (one, two) => order.indexOf(one) - order.indexOf(two);
}
