'use strict';
// DescribeRegions, OpenKmsService, DescribeAccountKmsStatus, and the separation of regions.

const assert = require('node:assert/strict');
const { shape } = require('./kit');

module.exports = async function account(run, { key }) {
  await run.check('DescribeRegions lists the documented regions', async () => {
    const body = await run.ok('DescribeRegions');
    shape(body, { Regions: 'object' });
    shape(body.Regions, { Region: 'array' });
    for (const region of body.Regions.Region) shape(region, { RegionId: 'string' });
    const ids = body.Regions.Region.map((region) => region.RegionId);
    for (const id of ['cn-hangzhou', 'cn-shanghai', 'cn-beijing', 'cn-shenzhen', 'ap-southeast-1', 'ap-northeast-1']) {
      assert.ok(ids.includes(id), `${id} in ${ids}`);
    }
    assert.equal(new Set(ids).size, ids.length, 'no region twice');
  });

  await run.check('DescribeAccountKmsStatus is Enabled', async () => {
    assert.deepEqual(await run.ok('DescribeAccountKmsStatus'), { AccountStatus: 'Enabled' });
  });

  await run.check('OpenKmsService refuses an account that is open', async () => {
    await run.refused('Forbidden.Opened', 'OpenKmsService');
  });

  await run.check('RegionId selects the region, and a key is unknown in another', async () => {
    const { KeyId } = await key();
    await run.refused('Forbidden.KeyNotFound', 'DescribeKey', { KeyId, RegionId: 'cn-shanghai' });
    const far = (await run.ok('CreateKey', { RegionId: 'cn-shanghai' })).KeyMetadata;
    assert.equal(far.Arn, `acs:kms:cn-shanghai:${far.Creator}:key/${far.KeyId}`);
    await run.refused('Forbidden.KeyNotFound', 'DescribeKey', { KeyId: far.KeyId });
    await run.done('ScheduleKeyDeletion', { KeyId: far.KeyId, RegionId: 'cn-shanghai', PendingWindowInDays: 7 });
  });

  await run.check('empty lists keep their wrappers', async () => {
    // A region that no check writes to.
    const RegionId = 'cn-chengdu';
    const paging = { TotalCount: 0, PageNumber: 1, PageSize: 10 };
    assert.deepEqual(await run.ok('ListKeys', { RegionId }), { Keys: { Key: [] }, ...paging });
    assert.deepEqual(await run.ok('ListAliases', { RegionId }), { Aliases: { Alias: [] }, ...paging });
  });
};
