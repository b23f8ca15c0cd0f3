'use strict';
// Both families of tags: TagResource, UntagResource, ListResourceTags, with JSON values;
// TagResources, UntagResources, ListTagResources, with the SDK's flat lists (Tag.1.Key).

const assert = require('node:assert/strict');

const RegionId = 'cn-hangzhou';
const ResourceType = 'key';
const UNKNOWN = '00000000-0000-4000-8000-000000000000';

module.exports = async function tags(run, { key }) {
  const json = (pairs) => JSON.stringify(Object.entries(pairs).map(([TagKey, TagValue]) => ({ TagKey, TagValue })));
  const flat = (pairs) => Object.entries(pairs).map(([Key, Value]) => ({ Key, Value }));

  /** The tags of a key as an object, by the older action. */
  async function listed(KeyId) {
    const body = await run.ok('ListResourceTags', { KeyId });
    assert.deepEqual(Object.keys(body), ['Tags']);
    for (const tag of body.Tags.Tag) assert.deepEqual(tag, { KeyId, TagKey: tag.TagKey, TagValue: tag.TagValue });
    return Object.fromEntries(body.Tags.Tag.map(({ TagKey, TagValue }) => [TagKey, TagValue]));
  }

  /** Sorted `id key value` lines, by the newer action. */
  async function resources(params) {
    const body = await run.ok('ListTagResources', { RegionId, ResourceType, ...params });
    assert.deepEqual(Object.keys(body.TagResources), ['TagResource']);
    assert.deepEqual(Object.keys(body).filter((name) => name !== 'NextToken'), ['TagResources']);
    assert.equal(body.NextToken || '', '', 'all on one page');
    return body.TagResources.TagResource.map((tag) => {
      const { ResourceId, TagKey, TagValue } = tag;
      assert.deepEqual(tag, { ResourceId, ResourceType, TagKey, TagValue });
      return `${ResourceId} ${TagKey} ${TagValue}`;
    }).sort();
  }

  await run.check('a key without tags keeps the wrappers', async () => {
    const { KeyId } = await key();
    assert.deepEqual(await run.ok('ListResourceTags', { KeyId }), { Tags: { Tag: [] } });
    const body = await run.ok('ListTagResources', { RegionId, ResourceType, ResourceId: [KeyId] });
    assert.deepEqual(body.TagResources, { TagResource: [] });
  });

  await run.check('TagResource adds and replaces, UntagResource removes', async () => {
    const { KeyId } = await key();
    await run.done('TagResource', { KeyId, Tags: json({ Project: 'Test', 'a b/c_d-e.f+g=h:i@j': 'v w/x' }) });
    assert.deepEqual(await listed(KeyId), { Project: 'Test', 'a b/c_d-e.f+g=h:i@j': 'v w/x' });
    await run.done('TagResource', { KeyId, Tags: json({ Project: 'Changed', Team: 'one' }) });
    assert.deepEqual(await listed(KeyId), { Project: 'Changed', Team: 'one', 'a b/c_d-e.f+g=h:i@j': 'v w/x' });
    await run.done('UntagResource', { KeyId, TagKeys: JSON.stringify(['Project', 'a b/c_d-e.f+g=h:i@j']) });
    assert.deepEqual(await listed(KeyId), { Team: 'one' });
    await run.done('UntagResource', { KeyId, TagKeys: '["never-was"]' });
    assert.deepEqual(await listed(KeyId), { Team: 'one' });
  });

  await run.check('TagResource and UntagResource refuse an unknown key and wrong values', async () => {
    const { KeyId } = await key();
    await run.refused('Forbidden.KeyNotFound', 'TagResource', { KeyId: UNKNOWN, Tags: json({ a: 'b' }) });
    await run.refused('Forbidden.KeyNotFound', 'UntagResource', { KeyId: UNKNOWN, TagKeys: '["a"]' });
    await run.refused('Forbidden.KeyNotFound', 'ListResourceTags', { KeyId: UNKNOWN });
    const eleven = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`k${i}`, 'v']));
    for (const Tags of ['x', '{}', '[{"TagKey":1}]', json(eleven)]) {
      await run.invalid('Tags', 'TagResource', { KeyId, Tags });
    }
    for (const wrong of ['aliyun.a', 'acs:a', 'k'.repeat(129), 'a*b']) {
      await run.refused('InvalidParameter.TagKey', 'TagResource', { KeyId, Tags: json({ [wrong]: 'v' }) });
    }
    for (const wrong of ['v'.repeat(129), 'a*b']) {
      await run.refused('InvalidParameter.TagValue', 'TagResource', { KeyId, Tags: json({ k: wrong }) });
    }
    const [once] = JSON.parse(json({ k: 'v' }));
    await run.refused('Duplicate.TagKey', 'TagResource', { KeyId, Tags: JSON.stringify([once, once]) });
    await run.invalid('SecretName', 'TagResource', { KeyId, SecretName: 'also', Tags: json({ a: 'b' }) });
    await run.invalid('TagKeys', 'UntagResource', { KeyId, TagKeys: 'x' });
    assert.deepEqual(await listed(KeyId), {});
  });

  await run.check('TagResources tags several keys at once', async () => {
    const [one, two] = [(await key()).KeyId, (await key()).KeyId];
    await run.done('TagResources', { RegionId, ResourceType, ResourceId: [one, two], Tag: flat({ env: run.tag, team: 'a' }) });
    for (const id of [one, two]) assert.deepEqual(await listed(id), { env: run.tag, team: 'a' });
    const lines = [one, two].flatMap((id) => [`${id} env ${run.tag}`, `${id} team a`]).sort();
    assert.deepEqual(await resources({ ResourceId: [one, two] }), lines);
    assert.deepEqual(await resources({ ResourceId: [one] }), lines.filter((line) => line.startsWith(one)));

    const found = await resources({ Tag: [{ Key: 'env', Value: run.tag }] });
    assert.deepEqual([...new Set(found.map((line) => line.split(' ')[0]))].sort(), [one, two].sort(), 'found by tag');

    await run.done('UntagResources', { RegionId, ResourceType, ResourceId: [one], TagKey: ['env'] });
    assert.deepEqual(await listed(one), { team: 'a' });
    await run.done('UntagResources', { RegionId, ResourceType, ResourceId: [one, two], All: true });
    assert.deepEqual(await resources({ ResourceId: [one, two] }), []);
  });

  await run.check('the two families see each other\'s tags', async () => {
    const { KeyId } = await key({ Tags: json({ made: 'yes' }) });
    await run.done('TagResource', { KeyId, Tags: json({ older: '1' }) });
    await run.done('TagResources', { RegionId, ResourceType, ResourceId: [KeyId], Tag: flat({ newer: '2' }) });
    assert.deepEqual(await listed(KeyId), { made: 'yes', older: '1', newer: '2' });
    assert.deepEqual(await resources({ ResourceId: [KeyId] }), [`${KeyId} made yes`, `${KeyId} newer 2`, `${KeyId} older 1`]);
  });

  await run.check('TagResources and its kin refuse unknown keys and wrong types', async () => {
    const { KeyId } = await key();
    const Tag = flat({ a: 'b' });
    const unknown = { RegionId, ResourceType, ResourceId: [KeyId, UNKNOWN] };
    await run.refused('InvalidResourceId.NotFound', 'TagResources', { ...unknown, Tag });
    await run.refused('InvalidResourceId.NotFound', 'UntagResources', { ...unknown, TagKey: ['a'] });
    await run.refused('InvalidParameter.TagKey', 'TagResources', {
      RegionId, ResourceType, ResourceId: [KeyId], Tag: flat({ 'acs:a': 'b' }),
    });
    await run.refused('Duplicate.TagKey', 'TagResources', { RegionId, ResourceType, ResourceId: [KeyId], Tag: [...Tag, ...Tag] });
    await run.invalid('ResourceType', 'TagResources', { RegionId, ResourceType: 'bucket', ResourceId: [KeyId], Tag });
    await run.invalid('ResourceType', 'UntagResources', { RegionId, ResourceType: 'bucket', ResourceId: [KeyId], TagKey: ['a'] });
    await run.invalid('ResourceType', 'ListTagResources', { RegionId, ResourceType: 'bucket', ResourceId: [KeyId] });
    assert.deepEqual(await listed(KeyId), {}, 'nothing half done');
  });
};
