'use strict';
// Managed secrets, which the service rotates: CreateSecret of their types, RotateSecret,
// UpdateSecretRotationPolicy, ExtendedConfig.CustomData; and GetRandomPassword.

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const { shape } = require('./kit');
const { DESCRIBED, days, secretsOf } = require('./secrets');
const { VALUE, staged } = require('./values');

const DAY = 86400;
const CLASSES = [/[a-z]/, /[A-Z]/, /[0-9]/, /[!-/:-@[-`{-~]/];

const database = (SecretSubType = 'SingleUser', CustomData = {}) => ({ SecretSubType, DBInstanceId: 'rm-1', CustomData });
const accounts = (...users) => JSON.stringify({ Accounts: users.map((user) => ({ AccountName: user, AccountPassword: `${user}'s` })) });
const rds = (users, sub, params = {}) => ({
  SecretType: 'Rds', SecretData: accounts(...users), ExtendedConfig: JSON.stringify(database(sub)), ...params,
});

/** The public key in an OpenSSH line: its type, exponent and modulus, each after its length. */
function openssh(line) {
  const bytes = Buffer.from(line.split(' ')[1], 'base64');
  const parts = [];
  for (let at = 0; at < bytes.length; at += 4 + bytes.readUInt32BE(at)) {
    parts.push(bytes.subarray(at + 4, at + 4 + bytes.readUInt32BE(at)));
  }
  const [type, e, n] = parts;
  assert.equal(type.toString(), 'ssh-rsa');
  const base64url = (number) => number.subarray(number[0] === 0 ? 1 : 0).toString('base64url');
  return { e: base64url(e), n: base64url(n) };
}

async function managed(run, { key }) {
  const { name, make, value, end } = secretsOf(run, 'managed');
  const rotate = (SecretName, VersionId) => run.ok('RotateSecret', { SecretName, VersionId });
  const told = async (SecretName, VersionStage) => JSON.parse((await value(SecretName, { VersionStage })).SecretData);
  /** The account names at ACSCurrent and ACSPrevious. */
  const users = async (SecretName) => [
    (await told(SecretName)).AccountName, (await told(SecretName, 'ACSPrevious')).AccountName,
  ];

  await run.check('a database\'s account gets a new password', async () => {
    const { KeyId } = await key();
    const config = JSON.stringify(database('SingleUser', { note: "hers, and '密'" }));
    const made = await make('single', { ...rds(['app']), ExtendedConfig: config, EncryptionKeyId: KeyId });
    assert.deepEqual(JSON.parse(made.ExtendedConfig), JSON.parse(config));
    assert.equal(made.AutomaticRotation, 'Disabled');
    const SecretName = name('single');
    const seen = await run.ok('DescribeSecret', { SecretName });
    shape(seen, { ...DESCRIBED, EncryptionKeyId: 'string', AutomaticRotation: 'string', ExtendedConfig: 'string' });
    assert.deepEqual(await rotate(SecretName, 'v2'), { Arn: made.Arn, SecretName, VersionId: 'v2' });
    const now = await told(SecretName);
    assert.equal(now.AccountName, 'app');
    assert.equal(now.AccountPassword.length, 32);
    for (const each of CLASSES) assert.match(now.AccountPassword, each);
    assert.deepEqual(await told(SecretName, 'ACSPrevious'), { AccountName: 'app', AccountPassword: "app's" });
    assert.deepEqual(await staged(run, SecretName), ['v2 ACSCurrent', 'v1 ACSPrevious']);
    for (const version of ['v1', 'v2']) await rotate(SecretName, version);
    assert.deepEqual(await told(SecretName), now, 'a version that is there already');
    await run.done('DisableKey', { KeyId });
    await run.refused('Rejected.Disabled', 'RotateSecret', { SecretName, VersionId: 'v3' });
    await run.done('EnableKey', { KeyId });
    await rotate(SecretName, 'v3');
  });

  await run.check('two accounts take turns', async () => {
    await make('double', rds(['app', 'twin'], 'DoubleUsers'));
    const seen = [await users(name('double'))];
    for (const version of ['v2', 'v3']) {
      await rotate(name('double'), version);
      seen.push(await users(name('double')));
    }
    assert.deepEqual(seen, [['app', 'twin'], ['twin', 'app'], ['app', 'twin']]);
  });

  await run.check('GetSecretValue of a managed secret', async () => {
    const SecretName = name('double');
    const fields = { ...VALUE, AutomaticRotation: 'string', LastRotationDate: 'string' };
    shape(await value(SecretName), fields);
    const more = await value(SecretName, { FetchExtendedConfig: true, VersionId: 'v1' });
    shape(more, { ...fields, ExtendedConfig: 'string' });
    assert.equal(more.VersionId, 'v3', 'VersionId is not looked at');
    await run.invalid('VersionStage', 'GetSecretValue', { SecretName, VersionStage: 'mine' });
    const asked = JSON.stringify([{ SecretName, FetchExtendedConfig: true }]);
    const [one] = (await run.ok('BatchGetSecretValue', { SecretsList: asked })).SecretValues;
    assert.deepEqual(JSON.parse(one.ExtendedConfig), database('DoubleUsers'));
  });

  await run.check('a RAM user\'s access key is another one', async () => {
    const UserName = `${run.tag}-ops`;
    const SecretData = JSON.stringify({ AccessKeys: [{ AccessKeyId: 'LTAIone', AccessKeySecret: 's' }] });
    const ExtendedConfig = JSON.stringify({ SecretSubType: 'RamUserAccessKey', UserName });
    const asked = { SecretType: 'RAMCredentials', SecretData, ExtendedConfig };
    const { SecretName } = await make('/$Auto', asked);
    assert.equal(SecretName, `acs/ram/user/${UserName}`);
    await rotate(SecretName, 'v2');
    const now = await told(SecretName);
    assert.match(now.AccessKeyId, /^LTAI[A-Za-z0-9]{20}$/);
    assert.match(now.AccessKeySecret, /^[A-Za-z0-9]{30}$/);
    days(now.GenerateTimestamp, 0);
    assert.equal((await told(SecretName, 'ACSPrevious')).AccessKeyId, 'LTAIone');
    await run.invalid('SecretName', 'CreateSecret', { ...asked, SecretName: 'jo', VersionId: 'v1' });
  });

  await run.check('a machine\'s key pair is a new one, and a pair', async () => {
    const PublicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH jo';
    const PrivateKey = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----';
    const ExtendedConfig = JSON.stringify({ SecretSubType: 'SSHKey', RegionId: 'cn-hangzhou', InstanceId: 'i-1' });
    const SecretData = JSON.stringify({ UserName: 'root', PublicKey, PrivateKey });
    const { SecretName } = await make(`/acs/ecs/${run.tag}`, { SecretType: 'ECS', SecretData, ExtendedConfig });
    await rotate(SecretName, 'v2');
    const now = await told(SecretName);
    const { e, n } = crypto.createPublicKey(crypto.createPrivateKey(now.PrivateKey)).export({ format: 'jwk' });
    assert.deepEqual(openssh(now.PublicKey), { e, n });
    assert.equal(now.UserName, 'root');
  });

  await run.check('accounts that the service makes', async () => {
    const two = { SecretSubType: 'DoubleUsers', RegionId: 'cn-hangzhou', AccountName: 'app', CloneAccountName: 'app_clone' };
    for (const [SecretType, config] of [
      ['Redis', { ...two, InstanceId: 'r-1', AccountPrivilege: 'RoleReadWrite' }],
      ['PolarDB', { ...two, DBClusterId: 'pc-1', DBType: 'PostgreSQL' }],
    ]) {
      await make(SecretType, { SecretType, SecretData: '$Auto', ExtendedConfig: JSON.stringify(config) });
      assert.deepEqual(await users(name(SecretType)), ['app', 'app_clone']);
      await rotate(name(SecretType), 'v2');
      assert.deepEqual(await users(name(SecretType)), ['app_clone', 'app']);
    }
  });

  await run.check('CreateSecret refuses what a type does not take', async () => {
    const asked = { SecretName: name('wrong'), VersionId: 'v1', ...rds(['app']) };
    for (const [parameter, wrong] of [
      ['SecretData', accounts('app', 'twin')], ['SecretData', 'x'], ['ExtendedConfig', '{'], ['ExtendedConfig', '{}'],
      ['ExtendedConfig', JSON.stringify(database('ThreeUsers'))], ['SecretDataType', 'binary'], ['SecretName', 'acs/rds/x'],
    ]) {
      await run.invalid(parameter, 'CreateSecret', { ...asked, [parameter]: wrong });
    }
    await run.missing('ExtendedConfig', 'CreateSecret', { ...asked, ExtendedConfig: undefined });
    await run.missing('RotationInterval', 'CreateSecret', { ...asked, EnableAutomaticRotation: true });
    await run.invalid('RotationInterval', 'CreateSecret', { ...asked, EnableAutomaticRotation: true, RotationInterval: '5h' });
    await run.refused('Forbidden.ResourceNotFound', 'DescribeSecret', { SecretName: name('wrong') });
  });

  await run.check('UpdateSecretRotationPolicy sets the interval, and ends the rotation', async () => {
    const SecretName = name('policy');
    await make('policy', rds(['app'], undefined, { EnableAutomaticRotation: true, RotationInterval: '6h' }));
    const sees = async (seconds) => {
      const seen = await run.ok('DescribeSecret', { SecretName });
      assert.equal(seen.AutomaticRotation, 'Enabled');
      assert.equal(seen.RotationInterval, `${seconds}s`);
      days(seen.NextRotationDate, seconds / DAY);
    };
    await sees(6 * 3600);
    for (const [RotationInterval, count] of [['7d', 7], ['8760h', 365], ['604800s', 7]]) {
      assert.deepEqual(await run.ok('UpdateSecretRotationPolicy', { SecretName, EnableAutomaticRotation: true, RotationInterval }), { SecretName });
      await sees(count * DAY);
    }
    for (const RotationInterval of ['5h', '366d', 'x']) {
      await run.invalid('RotationInterval', 'UpdateSecretRotationPolicy', { SecretName, EnableAutomaticRotation: true, RotationInterval });
    }
    await run.missing('RotationInterval', 'UpdateSecretRotationPolicy', { SecretName, EnableAutomaticRotation: true });
    await run.ok('UpdateSecretRotationPolicy', { SecretName, EnableAutomaticRotation: false });
    const seen = await run.ok('DescribeSecret', { SecretName });
    shape(seen, { ...DESCRIBED, AutomaticRotation: 'string', ExtendedConfig: 'string' });
  });

  await run.check('managed secrets and others refuse one another\'s actions', async () => {
    await make('generic');
    const [strict, generic] = [{ SecretName: name('policy') }, { SecretName: name('generic') }];
    for (const [action, params] of [
      ['PutSecretValue', { ...strict, SecretData: accounts('app'), VersionId: 'v2' }],
      ['UpdateSecretVersionStage', { ...strict, VersionStage: 'mine', MoveToVersion: 'v1' }],
      ['RotateSecret', { ...generic, VersionId: 'v2' }],
      ['UpdateSecretRotationPolicy', { ...generic, EnableAutomaticRotation: false }],
    ]) {
      await run.refused('Rejected.UnsupportedOperation', action, params);
    }
    for (const action of ['RotateSecret', 'UpdateSecretRotationPolicy']) {
      await run.refused('Forbidden.ResourceNotFound', action, { SecretName: name('nowhere'), VersionId: 'v2', EnableAutomaticRotation: false });
    }
  });

  await run.check('UpdateSecret sets ExtendedConfig.CustomData', async () => {
    const SecretName = name('policy');
    const CustomData = { note: 'a b+c' };
    await run.ok('UpdateSecret', { SecretName, 'ExtendedConfig.CustomData': JSON.stringify(CustomData) });
    const seen = await run.ok('DescribeSecret', { SecretName });
    assert.deepEqual(JSON.parse(seen.ExtendedConfig), database('SingleUser', CustomData));
    for (const wrong of ['x', '[]', '{"a":1}']) {
      await run.invalid('ExtendedConfig.CustomData', 'UpdateSecret', { SecretName, 'ExtendedConfig.CustomData': wrong });
    }
  });

  await run.check('GetRandomPassword honours its options', async () => {
    const draw = async (params) => (await run.ok('GetRandomPassword', params)).RandomPassword;
    for (const [params, length, classes] of [
      [{}, 32, [0, 1, 2, 3]],
      [{ PasswordLength: 8 }, 8, [0, 1, 2, 3]],
      [{ PasswordLength: 128, RequireEachIncludedType: true }, 128, [0, 1, 2, 3]],
      [{ ExcludePunctuation: true, ExcludeNumbers: true }, 32, [0, 1]],
      [{ ExcludeLowercase: true, ExcludeUppercase: true }, 32, [2, 3]],
    ]) {
      const drawn = await draw(params);
      assert.equal(drawn.length, length);
      CLASSES.forEach((each, at) => assert.equal(each.test(drawn), classes.includes(at), `${each} in ${drawn}`));
    }
    assert.doesNotMatch(await draw({ PasswordLength: 128, ExcludeCharacters: 'aeiou+/=' }), /[aeiou+/=]/);
    for (const PasswordLength of [7, 129, 'x']) await run.invalid('PasswordLength', 'GetRandomPassword', { PasswordLength });
    await run.invalid('ExcludeCharacters', 'GetRandomPassword', { ExcludeCharacters: '0123456789' });
  });

  await end();
}

module.exports = managed;
