'use strict';
// DescribeKeyVersion, ListKeyVersions.

const assert = require('node:assert/strict');
const { TIME } = require('./kit');

module.exports = async function versions(run, { key }) {
  await run.check('DescribeKeyVersion and ListKeyVersions, by id and by alias', async () => {
    const { KeyId, PrimaryKeyVersion } = await key();
    const alias = `alias/${run.tag}-versions`;
    await run.done('CreateAlias', { AliasName: alias, KeyId });
    for (const name of [KeyId, alias]) {
      const { KeyVersion } = await run.ok('DescribeKeyVersion', { KeyId: name, KeyVersionId: PrimaryKeyVersion });
      assert.match(KeyVersion.CreationDate, TIME);
      assert.deepEqual(KeyVersion, { KeyId, KeyVersionId: PrimaryKeyVersion, CreationDate: KeyVersion.CreationDate });
      assert.deepEqual(await run.ok('ListKeyVersions', { KeyId: name }), {
        KeyVersions: { KeyVersion: [KeyVersion] }, TotalCount: 1, PageNumber: 1, PageSize: 10,
      });
    }
    await run.done('DeleteAlias', { AliasName: alias });
  });

  await run.check('ListKeyVersions past the end keeps its wrapper', async () => {
    const { KeyId } = await key();
    assert.deepEqual(await run.ok('ListKeyVersions', { KeyId, PageNumber: 2, PageSize: 5 }), {
      KeyVersions: { KeyVersion: [] }, TotalCount: 1, PageNumber: 2, PageSize: 5,
    });
  });

  await run.check('an unknown version, and another key\'s version, are not found', async () => {
    const one = await key();
    const two = await key();
    const { KeyId } = one;
    const unknown = '00000000-0000-4000-8000-000000000000';
    await run.refused('Forbidden.KeyVersionNotFound', 'DescribeKeyVersion', { KeyId, KeyVersionId: unknown });
    await run.refused('Forbidden.KeyVersionNotFound', 'DescribeKeyVersion', { KeyId, KeyVersionId: two.PrimaryKeyVersion });
    await run.refused('Forbidden.KeyNotFound', 'DescribeKeyVersion', { KeyId: unknown, KeyVersionId: one.PrimaryKeyVersion });
    await run.refused('Forbidden.KeyNotFound', 'ListKeyVersions', { KeyId: unknown });
  });
};
