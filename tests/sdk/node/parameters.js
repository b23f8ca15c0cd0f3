'use strict';
// Unknown actions and versions, each required parameter left out, unknown parameters.

const assert = require('node:assert/strict');

module.exports = async function parameters(run, { key }) {
  await run.check('an unknown action is 404', async () => {
    for (const action of ['NoSuchAction', 'AssumeRole']) {
      await run.refused('InvalidAction.NotFound', action);
    }
  });

  let subject;
  await run.check('a key and a blob', async () => {
    const { KeyId, Arn, PrimaryKeyVersion } = await key();
    const { CiphertextBlob } = await run.ok('Encrypt', { KeyId, Plaintext: 'x' });
    subject = { KeyId, Arn, KeyVersionId: PrimaryKeyVersion, CiphertextBlob };
  });

  const { KeyId = '', Arn, KeyVersionId, CiphertextBlob } = subject || {};
  const AliasName = `alias/${run.tag}-absent`;
  const SecretName = `${run.tag}/absent`;
  const tagging = { ResourceType: 'key', 'ResourceId.1': KeyId };
  const pair = { KeyId, KeyVersionId };
  const Digest = Buffer.alloc(32).toString('base64');
  const wrapping = { PublicKeyBlob: 'eA==', WrappingAlgorithm: 'RSAES_OAEP_SHA_1', WrappingKeySpec: 'RSA_2048' };
  // The required parameters of each action.
  const required = {
    DescribeKey: { KeyId },
    UpdateKeyDescription: { KeyId, Description: 'd' },
    EnableKey: { KeyId },
    DisableKey: { KeyId },
    ScheduleKeyDeletion: { KeyId },
    CancelKeyDeletion: { KeyId },
    SetDeletionProtection: { ProtectedResourceArn: Arn, EnableDeletionProtection: 'false' },
    DescribeKeyVersion: { KeyId, KeyVersionId },
    ListKeyVersions: { KeyId },
    Encrypt: { KeyId, Plaintext: 'x' },
    Decrypt: { CiphertextBlob },
    GenerateDataKey: { KeyId },
    GenerateDataKeyWithoutPlaintext: { KeyId },
    ReEncrypt: { CiphertextBlob, DestinationKeyId: KeyId },
    ExportDataKey: { CiphertextBlob, ...wrapping },
    GenerateAndExportDataKey: { KeyId, ...wrapping },
    CreateKeyVersion: { KeyId },
    GetPublicKey: pair,
    AsymmetricSign: { ...pair, Algorithm: 'ECDSA_SHA_256', Digest },
    AsymmetricVerify: { ...pair, Algorithm: 'ECDSA_SHA_256', Digest, Value: 'eA==' },
    AsymmetricEncrypt: { ...pair, Algorithm: 'SM2PKE', Plaintext: 'eA==' },
    AsymmetricDecrypt: { ...pair, Algorithm: 'SM2PKE', CiphertextBlob: 'eA==' },
    GetParametersForImport: { KeyId, WrappingAlgorithm: 'RSAES_PKCS1_V1_5', WrappingKeySpec: 'RSA_2048' },
    ImportKeyMaterial: { KeyId, EncryptedKeyMaterial: 'eA==', ImportToken: 'eA==' },
    DeleteKeyMaterial: { KeyId },
    UpdateRotationPolicy: { KeyId, EnableAutomaticRotation: 'false' },
    CreateAlias: { AliasName, KeyId },
    UpdateAlias: { AliasName, KeyId },
    DeleteAlias: { AliasName },
    ListAliasesByKeyId: { KeyId },
    TagResource: { KeyId, Tags: '[{"TagKey":"a","TagValue":"b"}]' },
    UntagResource: { KeyId, TagKeys: '["a"]' },
    ListResourceTags: { KeyId },
    TagResources: { ...tagging, 'Tag.1.Key': 'a' },
    UntagResources: { ...tagging, 'TagKey.1': 'a' },
    ListTagResources: { ResourceType: 'key' },
    CreateSecret: { SecretName, SecretData: 'x', VersionId: 'v1' },
    DescribeSecret: { SecretName },
    UpdateSecret: { SecretName },
    DeleteSecret: { SecretName },
    RestoreSecret: { SecretName },
    GetSecretValue: { SecretName },
    BatchGetSecretValue: { SecretsList: JSON.stringify([{ SecretName }]) },
    PutSecretValue: { SecretName, SecretData: 'x', VersionId: 'v1' },
    UpdateSecretVersionStage: { SecretName, VersionStage: 'mine', MoveToVersion: 'v1' },
    ListSecretVersionIds: { SecretName },
    RotateSecret: { SecretName, VersionId: 'v1' },
    UpdateSecretRotationPolicy: { SecretName },
    SetSecretPolicy: { SecretName, Policy: '{}' },
    GetSecretPolicy: { SecretName },
    SetKeyPolicy: { KeyId, Policy: '{}' },
    GetKeyPolicy: { KeyId },
  };
  for (const [action, params] of Object.entries(required)) {
    await run.check(`${action} without ${Object.keys(params).join(', or without ')}`, async () => {
      for (const name of Object.keys(params)) {
        const { [name]: left, ...others } = params;
        assert.ok(left, 'a value to leave out');
        const body = await run.refused('MissingParameter', action, others);
        const told = /^The parameter "([^"]+)" is needed but not provided\.$/.exec(body.Message);
        assert.ok(told, body.Message);
        assert.equal(told[1].split('.')[0], name.split('.')[0], body.Message);
      }
    });
  }

  await run.check('an empty required parameter is a missing one', async () => {
    await run.missing('KeyId', 'DescribeKey', { KeyId: '' });
    await run.missing('Plaintext', 'Encrypt', { KeyId, Plaintext: '' });
    await run.missing('CiphertextBlob', 'Decrypt', { CiphertextBlob: '' });
    await run.missing('AliasName', 'CreateAlias', { KeyId, AliasName: '' });
  });

  await run.check('an empty optional parameter is an absent one', async () => {
    const body = await run.ok('GenerateDataKey', { KeyId, KeySpec: '', NumberOfBytes: '', EncryptionContext: '' });
    assert.equal(body.CiphertextBlob.length, 144);
    assert.equal((await run.ok('ListKeys', { PageNumber: '', PageSize: '', Filters: '' })).PageSize, 10);
  });

  await run.check('unknown parameters are ignored', async () => {
    const described = (await run.ok('DescribeKey', { KeyId, Colour: 'red', 'Nested.1.Thing': '密' })).KeyMetadata;
    assert.equal(described.KeyId, KeyId);
  });
};
