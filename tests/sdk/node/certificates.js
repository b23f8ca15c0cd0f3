'use strict';
// Certificates: CreateCertificate, UploadCertificate, GetCertificate, DescribeCertificate,
// UpdateCertificateStatus, DeleteCertificate, CertificatePrivateKeySign,
// CertificatePublicKeyVerify, CertificatePublicKeyEncrypt, CertificatePrivateKeyDecrypt, and their
// tags. The program openssl acts as the authority.

const assert = require('node:assert/strict');
const { X509Certificate } = require('node:crypto');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { TIME, UUID, shape } = require('./kit');
const local = require('./local');

const Subject = 'CN=userName,OU=kms,O=aliyun,C=CN';
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const MESSAGE = Buffer.from("a b+c*d~e!'() 密");
const SPECS = {
  RSA_2048: { signing: ['RSA_PSS_SHA_256', 'RSA_PKCS1_SHA_256'], sealing: { RSAES_OAEP_SHA_256: 190, RSAES_OAEP_SHA_1: 214 } },
  EC_P256: { signing: ['ECDSA_SHA_256'], sealing: {} },
  EC_SM2: { signing: ['SM2DSA'], sealing: { SM2PKE: 6047 } },
};
const FIELDS = {
  Arn: 'string', CertificateId: 'string', CreatedAt: 'string', ExportablePrivateKey: 'boolean', Issuer: 'string',
  KeySpec: 'string', NotAfter: 'string', NotBefore: 'string', ProtectionLevel: 'string', Serial: 'string',
  SignatureAlgorithm: 'string', Status: 'string', Subject: 'string', SubjectAlternativeNames: 'array',
  SubjectKeyIdentifier: 'string', SubjectPublicKey: 'string', Tags: 'object', UpdatedAt: 'string',
};

const base64 = (bytes) => Buffer.from(bytes).toString('base64');

/** A root authority in its own folder. */
class Authority {
  constructor() {
    this.home = fs.mkdtempSync(path.join(os.tmpdir(), 'authority-'));
    this.#openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'root.key', '-subj', '/C=CN/CN=root', '-days', '3650', '-out', 'root');
    this.root = this.#read('root');
  }

  issue(csr, spec) {
    fs.writeFileSync(path.join(this.home, 'csr'), csr);
    const sm2 = spec === 'EC_SM2' ? ['-vfyopt', 'distid:1234567812345678'] : [];
    this.#openssl('x509', '-req', '-in', 'csr', '-CA', 'root', '-CAkey', 'root.key', '-set_serial', '77', '-days', '365',
      '-copy_extensions', 'copy', ...sm2, '-out', 'leaf');
    return this.#read('leaf');
  }

  close() {
    fs.rmSync(this.home, { recursive: true });
  }

  #openssl(...words) {
    execFileSync('openssl', words, { cwd: this.home, stdio: 'pipe' });
  }

  #read(name) {
    return fs.readFileSync(path.join(this.home, name), 'utf8');
  }
}

async function made(run, KeySpec, more = {}) {
  const body = await run.ok('CreateCertificate', { KeySpec, Subject, ...more });
  shape(body, { Arn: 'string', CertificateId: 'string', Csr: 'string' });
  assert.match(body.CertificateId, UUID);
  return body;
}

async function described(run, CertificateId) {
  const told = await run.ok('DescribeCertificate', { CertificateId });
  shape(told, FIELDS);
  return told;
}

async function certificates(run) {
  const authority = new Authority();

  /** A certificate in use, and its public key. */
  async function active(spec) {
    const { CertificateId, Csr } = await made(run, spec);
    await run.done('UploadCertificate', { CertificateId, Certificate: authority.issue(Csr, spec), CertificateChain: authority.root });
    await run.done('UpdateCertificateStatus', { CertificateId, Status: 'ACTIVE' });
    return { CertificateId, der: local.spki((await described(run, CertificateId)).SubjectPublicKey) };
  }

  for (const spec of Object.keys(SPECS)) {
    await run.check(`a certificate of ${spec} from its request to its deletion`, async () => {
      const names = ['a.example.com', '*.example.com'];
      const { CertificateId, Csr, Arn } = await made(run, spec, { SubjectAlternativeNames: JSON.stringify(names), ExportablePrivateKey: false });
      const asked = await described(run, CertificateId);
      assert.equal(asked.Arn, Arn);
      assert.equal(asked.Status, 'PENDING');
      assert.equal(asked.ExportablePrivateKey, false);
      assert.deepEqual(asked.SubjectAlternativeNames, names);
      assert.match(asked.CreatedAt, TIME);
      const Certificate = authority.issue(Csr, spec);
      await run.done('UploadCertificate', { CertificateId, Certificate, CertificateChain: authority.root });
      assert.deepEqual(await run.ok('GetCertificate', { CertificateId }),
        { CertificateId, Certificate, CertificateChain: authority.root, Csr });
      const told = await described(run, CertificateId);
      const read = new X509Certificate(Certificate);
      assert.equal(told.Status, 'INACTIVE');
      assert.equal(told.Issuer, 'CN=root,C=CN');
      assert.equal(told.Subject, Subject);
      assert.equal(told.Serial, String(parseInt(read.serialNumber, 16)));
      assert.equal(Date.parse(told.NotAfter), Date.parse(read.validTo));
      assert.equal(told.SignatureAlgorithm, 'RSA2048-SHA256');
      assert.deepEqual(told.SubjectAlternativeNames, names);
      await run.refused('Rejected.StateModifiedFailed', 'UploadCertificate', { CertificateId, Certificate });
      for (const Status of ['ACTIVE', 'INACTIVE', 'REVOKED']) {
        await run.done('UpdateCertificateStatus', { CertificateId, Status });
        assert.equal((await described(run, CertificateId)).Status, Status);
      }
      await run.refused('Rejected.StateModifiedFailed', 'UpdateCertificateStatus', { CertificateId, Status: 'ACTIVE' });
      await run.done('DeleteCertificate', { CertificateId });
      await run.refused('Certificate.NotFound', 'GetCertificate', { CertificateId });
    });

    await run.check(`a certificate of ${spec} signs, verifies, encrypts and decrypts`, async () => {
      const { CertificateId, der } = await active(spec);
      for (const Algorithm of SPECS[spec].signing) {
        const digest = local.digestOf(MESSAGE, Algorithm, der);
        for (const [MessageType, message] of [[undefined, MESSAGE], ['RAW', MESSAGE], ['DIGEST', digest]]) {
          const asked = { CertificateId, Algorithm, MessageType, Message: base64(message) };
          const { SignatureValue, ...rest } = await run.ok('CertificatePrivateKeySign', asked);
          assert.deepEqual(rest, { CertificateId });
          assert.ok(local.verifies(MESSAGE, Algorithm, der, local.data(SignatureValue)), `${Algorithm} does not verify here`);
          for (const [value, SignatureValid] of [[SignatureValue, true], ['eA==', false]]) {
            assert.deepEqual(await run.ok('CertificatePublicKeyVerify', { ...asked, SignatureValue: value }), { CertificateId, SignatureValid });
          }
        }
      }
      for (const [Algorithm, most] of Object.entries(SPECS[spec].sealing)) {
        for (const plaintext of [MESSAGE, Buffer.alloc(most, 0xfe)]) {
          const Plaintext = base64(plaintext);
          const { CiphertextBlob } = await run.ok('CertificatePublicKeyEncrypt', { CertificateId, Algorithm, Plaintext });
          for (const blob of [CiphertextBlob, base64(local.encrypt(der, Algorithm, plaintext))]) {
            const opened = await run.ok('CertificatePrivateKeyDecrypt', { CertificateId, Algorithm, CiphertextBlob: blob });
            assert.deepEqual(opened, { CertificateId, Plaintext });
          }
        }
        await run.invalid('Plaintext', 'CertificatePublicKeyEncrypt', { CertificateId, Algorithm, Plaintext: base64(Buffer.alloc(most + 1)) });
        await run.invalid('CiphertextBlob', 'CertificatePrivateKeyDecrypt', { CertificateId, Algorithm, CiphertextBlob: 'eA==' });
      }
      await run.done('DeleteCertificate', { CertificateId });
    });
  }

  await run.check('wrong subjects, certificates and statuses are refused', async () => {
    await run.invalid('Subject', 'CreateCertificate', { KeySpec: 'EC_P256', Subject: 'CN=a' });
    await run.invalid('KeySpec', 'CreateCertificate', { KeySpec: 'EC_P256K', Subject });
    await run.missing('Subject', 'CreateCertificate', { KeySpec: 'EC_P256' });
    const { CertificateId, Csr } = await made(run, 'EC_P256');
    const other = await made(run, 'EC_P256');
    const wrong = (Certificate, why) => run.refused('InvalidParameter', 'UploadCertificate', { CertificateId, Certificate },
      `The specified parameter "Certificate" is not valid.${why}`);
    await wrong('none', '');
    await wrong(Csr, ' The certificate is a PEM block of another kind.');
    await wrong(authority.issue(other.Csr), ' The certificate is for another key.');
    const use = { CertificateId, Algorithm: 'ECDSA_SHA_256', Message: 'eA==' };
    await run.refused('Rejected.PendingImport', 'CertificatePrivateKeySign', use);
    await run.done('UploadCertificate', { CertificateId, Certificate: authority.issue(Csr) });
    await run.refused('Rejected.Disabled', 'CertificatePrivateKeySign', use);
    await run.done('UpdateCertificateStatus', { CertificateId, Status: 'REVOKED' });
    await run.refused('Rejected.Unavailable', 'CertificatePrivateKeySign', use);
    await run.invalid('Status', 'UpdateCertificateStatus', { CertificateId, Status: 'PENDING' });
    await run.refused('Certificate.NotFound', 'DeleteCertificate', { CertificateId: UNKNOWN });
  });

  await run.check('certificates carry tags', async () => {
    const { CertificateId } = await made(run, 'EC_P256');
    const Tags = JSON.stringify([{ TagKey: 'S1key1', TagValue: 'S1val1' }, { TagKey: 'two', TagValue: '' }]);
    await run.done('TagResource', { CertificateId, Tags });
    assert.deepEqual((await described(run, CertificateId)).Tags, { S1key1: 'S1val1', two: '' });
    await run.done('UntagResource', { CertificateId, TagKeys: '["two"]' });
    assert.deepEqual((await described(run, CertificateId)).Tags, { S1key1: 'S1val1' });
  });

  authority.close();
}

module.exports = certificates;
