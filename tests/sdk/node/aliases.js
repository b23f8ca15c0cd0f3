'use strict';
// CreateAlias, UpdateAlias, DeleteAlias, ListAliases, ListAliasesByKeyId.

const assert = require('node:assert/strict');

module.exports = async function aliases(run, { key }) {
  const name = (end) => `alias/${run.tag}-${end}`;
  const entry = (AliasName, { KeyId, Creator }) => ({
    AliasName, KeyId, AliasArn: `acs:kms:cn-hangzhou:${Creator}:${AliasName}`,
  });
  const byName = (one, two) => (one.AliasName < two.AliasName ? -1 : 1);

  await run.check('a key without aliases lists none', async () => {
    const { KeyId } = await key();
    assert.deepEqual(await run.ok('ListAliasesByKeyId', { KeyId }), {
      Aliases: { Alias: [] }, TotalCount: 0, PageNumber: 1, PageSize: 10,
    });
  });

  await run.check('aliases are listed by key, page by page', async () => {
    const made = await key();
    const { KeyId } = made;
    const names = ['a', 'b', 'c'].map(name);
    const before = (await run.ok('ListAliases')).TotalCount;
    for (const AliasName of names) await run.done('CreateAlias', { AliasName, KeyId });
    const paging = (PageNumber) => ({ TotalCount: 3, PageNumber, PageSize: 2 });
    const pages = [];
    for (const [PageNumber, items] of [[1, 2], [2, 1], [3, 0]]) {
      const { Aliases, ...rest } = await run.ok('ListAliasesByKeyId', { KeyId, PageNumber, PageSize: 2 });
      assert.deepEqual(rest, paging(PageNumber));
      assert.equal(Aliases.Alias.length, items);
      pages.push(...Aliases.Alias);
    }
    assert.deepEqual(pages.sort(byName), names.map((one) => entry(one, made)));
    const all = await run.all('ListAliases', 'Aliases', 'Alias');
    assert.equal(all.length, before + 3);
    assert.deepEqual(all.filter((one) => one.KeyId === KeyId).sort(byName), names.map((one) => entry(one, made)));
    for (const AliasName of names) await run.done('DeleteAlias', { AliasName });
    assert.equal((await run.ok('ListAliasesByKeyId', { KeyId })).TotalCount, 0);
    assert.equal((await run.ok('ListAliases')).TotalCount, before);
  });

  await run.check('ListAliases past the end keeps its wrapper', async () => {
    const body = await run.ok('ListAliases', { PageNumber: 10000, PageSize: 20 });
    assert.deepEqual(body, { Aliases: { Alias: [] }, TotalCount: body.TotalCount, PageNumber: 10000, PageSize: 20 });
    assert.equal(typeof body.TotalCount, 'number');
  });

  await run.check('CreateAlias refuses a taken name, a bad name and an unknown key', async () => {
    const { KeyId } = await key();
    const AliasName = name('taken');
    await run.done('CreateAlias', { AliasName, KeyId });
    await run.refused('AliasAlreadyExists', 'CreateAlias', { AliasName, KeyId });
    await run.refused('AliasAlreadyExists', 'CreateAlias', { AliasName, KeyId: (await key()).KeyId });
    await run.done('DeleteAlias', { AliasName });
    for (const wrong of ['no-prefix', 'alias/', `alias/${'x'.repeat(250)}`, 'alias/acs/mine']) {
      await run.invalid('AliasName', 'CreateAlias', { AliasName: wrong, KeyId });
    }
    await run.refused('Forbidden.KeyNotFound', 'CreateAlias', {
      AliasName, KeyId: '00000000-0000-4000-8000-000000000000',
    });
  });

  await run.check('an alias may have 255 characters', async () => {
    const { KeyId } = await key();
    const AliasName = name('').padEnd(255, 'x');
    await run.done('CreateAlias', { AliasName, KeyId });
    assert.equal((await run.describe(AliasName)).KeyId, KeyId);
    await run.done('DeleteAlias', { AliasName });
  });

  await run.check('UpdateAlias moves it to another key, and old ciphertext still opens', async () => {
    const one = await key();
    const two = await key();
    const AliasName = name('moves');
    await run.done('CreateAlias', { AliasName, KeyId: one.KeyId });
    const { CiphertextBlob } = await run.ok('Encrypt', { KeyId: AliasName, Plaintext: 'old' });
    await run.done('UpdateAlias', { AliasName, KeyId: two.KeyId });
    assert.equal((await run.describe(AliasName)).KeyId, two.KeyId);
    assert.equal((await run.ok('Encrypt', { KeyId: AliasName, Plaintext: 'new' })).KeyId, two.KeyId);
    assert.deepEqual(await run.ok('Decrypt', { CiphertextBlob }), {
      KeyId: one.KeyId, KeyVersionId: one.PrimaryKeyVersion, Plaintext: 'old',
    });
    assert.equal((await run.ok('ListAliasesByKeyId', { KeyId: one.KeyId })).TotalCount, 0);
    assert.equal((await run.ok('ListAliasesByKeyId', { KeyId: two.KeyId })).TotalCount, 1);
    await run.refused('Forbidden.KeyNotFound', 'UpdateAlias', { AliasName, KeyId: '00000000-0000-4000-8000-000000000000' });
    await run.done('DeleteAlias', { AliasName });
    await run.refused('Forbidden.AliasNotFound', 'UpdateAlias', { AliasName, KeyId: one.KeyId });
  });

  await run.check('actions that take no alias say so', async () => {
    const { KeyId } = await key();
    const AliasName = name('unfit');
    await run.done('CreateAlias', { AliasName, KeyId });
    for (const [action, params] of [
      ['EnableKey', {}], ['DisableKey', {}], ['ScheduleKeyDeletion', {}], ['CancelKeyDeletion', {}],
      ['UpdateKeyDescription', { Description: 'd' }], ['CreateAlias', { AliasName: name('new') }], ['UpdateAlias', { AliasName }],
      ['ListAliasesByKeyId', {}], ['TagResource', { Tags: '[{"TagKey":"a","TagValue":"b"}]' }],
      ['UntagResource', { TagKeys: '["a"]' }], ['ListResourceTags', {}],
    ]) {
      await run.refused('Unsupported.Alias', action, { KeyId: AliasName, ...params });
    }
    assert.equal((await run.describe(AliasName)).KeyState, 'Enabled');
    await run.done('DeleteAlias', { AliasName });
  });

  await run.check('DeleteAlias leaves the key, and refuses an unknown alias', async () => {
    const { KeyId } = await key();
    const AliasName = name('goes');
    await run.done('CreateAlias', { AliasName, KeyId });
    await run.done('DeleteAlias', { AliasName });
    assert.equal((await run.describe(KeyId)).KeyState, 'Enabled');
    await run.refused('Forbidden.AliasNotFound', 'DeleteAlias', { AliasName });
    await run.invalid('AliasName', 'DeleteAlias', { AliasName: 'no-prefix' });
  });

  await run.check('ListAliasesByKeyId refuses an unknown key', async () => {
    await run.refused('Forbidden.KeyNotFound', 'ListAliasesByKeyId', { KeyId: '00000000-0000-4000-8000-000000000000' });
  });
};
