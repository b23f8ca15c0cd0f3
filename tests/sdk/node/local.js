'use strict';
// The caller's own cryptography: verifies kmsim's signatures, unwraps what kmsim wraps, and the
// reverse.

const assert = require('node:assert/strict');
const crypto = require('node:crypto');
const sm2 = require('./sm2');

const { RSA_PKCS1_OAEP_PADDING, RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING } = crypto.constants;
const PADDINGS = {
  RSAES_OAEP_SHA_256: { padding: RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
  RSAES_OAEP_SHA_1: { padding: RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
  RSAES_PKCS1_V1_5: { padding: RSA_PKCS1_PADDING },
};

/** The bytes of canonical base64. */
function data(text) {
  const bytes = Buffer.from(text, 'base64');
  assert.equal(bytes.toString('base64'), text, 'canonical base64');
  return bytes;
}

/** The bytes of a public key in PEM. */
function spki(pem) {
  const told = /^-----BEGIN PUBLIC KEY-----\n([^-]+)\n-----END PUBLIC KEY-----\n?$/.exec(pem);
  assert.ok(told, `no public key in PEM: ${pem}`);
  return data(told[1].replaceAll('\n', ''));
}

const publicKey = (der) => crypto.createPublicKey({ key: der, format: 'der', type: 'spki' });

/** The digest of a message, for kmsim to sign. */
function digestOf(message, algorithm, der) {
  if (algorithm === 'SM2DSA') return sm2.digestOf(message, der);
  return crypto.createHash('sha256').update(message).digest();
}

/** Whether the signature is of this message; the public key is SubjectPublicKeyInfo. */
function verifies(message, algorithm, der, signature) {
  if (algorithm === 'SM2DSA') return sm2.verifies(der, sm2.digestOf(message, der), signature);
  const pss = { padding: RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  return crypto.verify('sha256', message, { key: publicKey(der), ...(algorithm === 'RSA_PSS_SHA_256' && pss) }, signature);
}

function encrypt(der, algorithm, plaintext) {
  if (algorithm === 'SM2PKE') return sm2.encrypt(der, plaintext);
  return crypto.publicEncrypt({ key: publicKey(der), ...PADDINGS[algorithm] }, plaintext);
}

/** The caller's key pair, to which data keys are exported. */
function wrapper(spec) {
  if (spec === 'EC_SM2') {
    const { secret, spki: der } = sm2.pair();
    return { spec, der, decrypt: (_, ciphertext) => sm2.decrypt(secret, ciphertext) };
  }
  const { privateKey: key, publicKey: open } = crypto.generateKeyPairSync('rsa', { modulusLength: Number(spec.slice(4)) });
  const der = open.export({ format: 'der', type: 'spki' });
  return { spec, der, decrypt: (algorithm, ciphertext) => crypto.privateDecrypt({ key, ...PADDINGS[algorithm] }, ciphertext) };
}

/** The parameters of an export to it. */
const wrapping = ({ spec, der }, algorithm) => ({
  PublicKeyBlob: der.toString('base64'), WrappingAlgorithm: algorithm, WrappingKeySpec: spec,
});

module.exports = { data, digestOf, encrypt, spki, verifies, wrapper, wrapping };
