'use strict';
// Values of secrets: GetSecretValue, PutSecretValue, UpdateSecretVersionStage, ListSecretVersionIds,
// BatchGetSecretValue.

const assert = require('node:assert/strict');
const { TIME, shape } = require('./kit');
const { SPECIAL, days, secretsOf } = require('./secrets');

// The rotation fields of a value that the service cannot rotate.
const VALUE = {
  SecretName: 'string', SecretType: 'string', SecretDataType: 'string', SecretData: 'string', VersionId: 'string',
  VersionStages: 'object', CreateTime: 'string',
};

/** `version stage stage` of every listed version. */
async function staged(run, SecretName, params = {}) {
  const body = await run.ok('ListSecretVersionIds', { SecretName, ...params });
  shape(body, { SecretName: 'string', VersionIds: 'object', PageNumber: 'number', PageSize: 'number', TotalCount: 'number' });
  return body.VersionIds.VersionId.map((version) => {
    shape(version, { VersionId: 'string', CreateTime: 'string', VersionStages: 'object' });
    assert.match(version.CreateTime, TIME);
    return [version.VersionId, ...version.VersionStages.VersionStage.sort()].join(' ');
  });
}

async function values(run) {
  const { name, make, value, end } = secretsOf(run, 'values');
  const put = (SecretName, SecretData, VersionId, params = {}) => run.ok('PutSecretValue', { SecretName, SecretData, VersionId, ...params });
  const move = (SecretName, VersionStage, params) => run.ok('UpdateSecretVersionStage', { SecretName, VersionStage, ...params });

  await run.check('GetSecretValue answers texts and bytes', async () => {
    for (const [text, SecretDataType, SecretData] of [
      ['text', 'text', SPECIAL], ['bytes', 'binary', 'AP/+dGV4dA=='], ['unsaid', undefined, 'x'],
    ]) {
      await make(text, { SecretDataType, SecretData });
      for (const params of [{}, { VersionStage: 'ACSCurrent', FetchExtendedConfig: 'True' }, { VersionId: 'v1' }]) {
        const told = await value(name(text), params);
        shape(told, VALUE);
        assert.match(told.CreateTime, TIME);
        days(told.CreateTime, 0);
        const { CreateTime, ...rest } = told;
        assert.deepEqual(rest, {
          SecretName: name(text), SecretType: 'Generic', SecretDataType: SecretDataType || 'text', SecretData, VersionId: 'v1',
          VersionStages: { VersionStage: ['ACSCurrent'] },
        });
      }
    }
  });

  await run.check('GetSecretValue refuses what is not there', async () => {
    const SecretName = name('text');
    for (const params of [{ SecretName: name('nowhere') }, { SecretName, VersionId: 'v9' }, { SecretName, VersionStage: 'ACSPrevious' }]) {
      await run.refused('Forbidden.ResourceNotFound', 'GetSecretValue', params);
    }
    await run.invalid('VersionStage', 'GetSecretValue', { SecretName, VersionStage: 'x'.repeat(65) });
    await run.refused('UnsupportedOperation', 'GetSecretValue', { SecretName, Recipient: 'eA==' });
  });

  await run.check('PutSecretValue moves ACSCurrent, and the one before follows', async () => {
    const SecretName = name('put');
    await make('put');
    assert.deepEqual(await put(SecretName, 'second', 'v2'), { SecretName, VersionId: 'v2', VersionStages: { VersionStage: ['ACSCurrent'] } });
    assert.deepEqual(await staged(run, SecretName), ['v2 ACSCurrent', 'v1 ACSPrevious']);
    assert.equal((await value(SecretName, { VersionStage: 'ACSPrevious' })).SecretData, 'first');
    assert.equal((await value(SecretName, { VersionId: 'v1' })).SecretData, 'first');
    await put(SecretName, 'AAEC', 'v3', { SecretDataType: 'binary' });
    assert.equal((await value(SecretName)).SecretDataType, 'binary');
    assert.deepEqual(await staged(run, SecretName), ['v3 ACSCurrent', 'v2 ACSPrevious']);
    assert.deepEqual(await staged(run, SecretName, { IncludeDeprecated: true }), ['v3 ACSCurrent', 'v2 ACSPrevious', 'v1']);
    // Repeating the request changes nothing. Another value is refused.
    await put(SecretName, 'second', 'v2');
    await put(SecretName, 'first', 'v1');
    assert.deepEqual(await staged(run, SecretName), ['v3 ACSCurrent', 'v2 ACSPrevious']);
    await put(SecretName, 'second', 'v2', { SecretDataType: 'binary' });
    await run.refused('Rejected.ResourceExist', 'PutSecretValue', { SecretName, VersionId: 'v2', SecretData: 'other' });
  });

  await run.check('PutSecretValue refuses wrong values', async () => {
    const asked = { SecretName: name('put'), SecretData: 'x', VersionId: 'v9' };
    for (const [parameter, wrong] of [
      ['VersionId', 'v'.repeat(65)], ['SecretDataType', 'bytes'], ['VersionStages', 'mine'], ['VersionStages', '[]'],
      ['VersionStages', JSON.stringify(Array.from({ length: 9 }, (_, i) => `s${i}`))], ['VersionStages', '{"Stages":["a"]}'],
    ]) {
      await run.invalid(parameter, 'PutSecretValue', { ...asked, [parameter]: wrong });
    }
    await run.refused('Forbidden.ResourceNotFound', 'PutSecretValue', { ...asked, SecretName: name('nowhere') });
  });

  await run.check('stages of one\'s own, and how stages move', async () => {
    const SecretName = name('stages');
    await make('stages');
    const told = await put(SecretName, 'second', 'v2', { VersionStages: JSON.stringify(['mine', SPECIAL]) });
    assert.deepEqual(told.VersionStages.VersionStage.sort(), [SPECIAL, 'mine'].sort());
    assert.equal((await value(SecretName)).SecretData, 'first');
    assert.equal((await value(SecretName, { VersionStage: SPECIAL })).SecretData, 'second');
    await put(SecretName, 'third', 'v3', { VersionStages: '{"VersionStage":["ACSCurrent","mine"]}' });
    assert.deepEqual(await staged(run, SecretName), ['v3 ACSCurrent mine', `v2 ${SPECIAL}`, 'v1 ACSPrevious']);
    assert.deepEqual(await move(SecretName, 'ACSCurrent', { MoveToVersion: 'v1', RemoveFromVersion: 'v3' }), { SecretName });
    await move(SecretName, SPECIAL, { RemoveFromVersion: 'v2' });
    await move(SecretName, 'mine', { MoveToVersion: 'v1' });
    assert.deepEqual(await staged(run, SecretName), ['v3 ACSPrevious', 'v1 ACSCurrent mine']);
  });

  await run.check('UpdateSecretVersionStage refuses moves that cannot be', async () => {
    const SecretName = name('stages');
    const refuses = (code, VersionStage, params) => run.refused(code, 'UpdateSecretVersionStage', { SecretName, VersionStage, ...params });
    await refuses('Rejected.InvalidRequest', 'mine', { RemoveFromVersion: 'v2' });
    await refuses('Rejected.InvalidRequest', 'ACSCurrent', { RemoveFromVersion: 'v2', MoveToVersion: 'v2' });
    await refuses('Rejected.UnsupportedOperation', 'ACSPrevious', { MoveToVersion: 'v1' });
    await refuses('Forbidden.ResourceNotFound', 'mine', { MoveToVersion: 'v9' });
    for (const [VersionStage, params] of [['ACSCurrent', { RemoveFromVersion: 'v1' }], ['ACSPrevious', {}], ['mine', {}]]) {
      await run.missing('MoveToVersion', 'UpdateSecretVersionStage', { SecretName, VersionStage, ...params });
    }
    await run.invalid('VersionStage', 'UpdateSecretVersionStage', { SecretName, VersionStage: 'x'.repeat(65), MoveToVersion: 'v1' });
    assert.deepEqual(await staged(run, SecretName), ['v3 ACSPrevious', 'v1 ACSCurrent mine']);
  });

  await run.check('ten versions are kept, the oldest at no stage goes', async () => {
    const SecretName = name('many');
    await make('many');
    await move(SecretName, 'kept', { MoveToVersion: 'v1' });
    for (let at = 2; at <= 12; at += 1) await put(SecretName, `value ${at}`, `v${at}`);
    const all = await staged(run, SecretName, { IncludeDeprecated: true });
    assert.deepEqual(all, ['v12 ACSCurrent', 'v11 ACSPrevious', 'v10', 'v9', 'v8', 'v7', 'v6', 'v5', 'v4', 'v1 kept']);
    assert.deepEqual(await staged(run, SecretName, { IncludeDeprecated: true, PageNumber: 2, PageSize: 9 }), ['v1 kept']);
    await run.refused('Forbidden.ResourceNotFound', 'GetSecretValue', { SecretName, VersionId: 'v2' });
    const first = await run.ok('ListSecretVersionIds', { SecretName });
    assert.deepEqual([first.PageNumber, first.PageSize, first.TotalCount], [1, 20, 3]);
    for (const version of all.slice(2, 9)) await move(SecretName, `kept ${version}`, { MoveToVersion: version });
    await move(SecretName, 'kept last', { MoveToVersion: 'v11' });
    await run.refused('Rejected.LimitExceeded', 'PutSecretValue', { SecretName, SecretData: 'x', VersionId: 'v13', VersionStages: '["mine"]' });
  });

  await run.check('BatchGetSecretValue answers each for itself', async () => {
    const asked = [{ SecretName: name('text') }, { SecretName: name('nowhere') }, { SecretName: name('put'), VersionId: 'v2' }];
    const { SecretValues, Errors } = await run.ok('BatchGetSecretValue', { SecretsList: JSON.stringify(asked) });
    for (const one of SecretValues) shape(one, VALUE);
    assert.deepEqual(SecretValues.map(({ SecretData }) => SecretData), [SPECIAL, 'second']);
    assert.deepEqual(Errors, [{
      SecretName: name('nowhere'), Code: 'Forbidden.ResourceNotFound', HttpStatus: '404', Message: 'Resource not found.',
    }]);
    for (const wrong of ['x', '[]', JSON.stringify(Array(21).fill(asked[0]))]) {
      await run.invalid('SecretsList', 'BatchGetSecretValue', { SecretsList: wrong });
    }
  });

  await end();
}

module.exports = Object.assign(values, { VALUE, staged });
