'use strict';
// SM2 (GB/T 32918) for the caller: Node has SM3, but can neither encrypt with SM2 nor verify a
// digest. It is slow and not secure, which tests do not need.

const crypto = require('node:crypto');

const P = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const A = P - 3n;
const B = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
const N = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;
const G = [
  0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
];
// The prefix of SubjectPublicKeyInfo for this curve, before the point.
const HEAD = Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d03420004', 'hex');

const number = (bytes) => BigInt(`0x${bytes.toString('hex') || '0'}`);
const octets = (...numbers) => Buffer.from(numbers.map((one) => one.toString(16).padStart(64, '0')).join(''), 'hex');
const reduced = (value, by) => ((value % by) + by) % by;

function sm3(...parts) {
  const hash = crypto.createHash('sm3');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function inverse(value) {
  let [low, high, one, two] = [reduced(value, P), P, 1n, 0n];
  while (low > 1n) {
    const ratio = high / low;
    [low, high, one, two] = [high - ratio * low, low, two - ratio * one, one];
  }
  return reduced(one, P);
}

function add(one, two) {
  if (!one || !two) return one || two;
  const [[x1, y1], [x2, y2]] = [one, two];
  if (x1 === x2 && reduced(y1 + y2, P) === 0n) return null;
  const slope = x1 === x2 ? (3n * x1 * x1 + A) * inverse(2n * y1) : (y2 - y1) * inverse(x2 - x1);
  const x = reduced(slope * slope - x1 - x2, P);
  return [x, reduced(slope * (x1 - x) - y1, P)];
}

function times(factor, point) {
  let total = null;
  for (let left = factor, power = point; left > 0n; left >>= 1n, power = add(power, power)) {
    if (left & 1n) total = add(total, power);
  }
  return total;
}

/** The point of a public key. */
function read(spki) {
  if (spki.length !== HEAD.length + 64 || !spki.subarray(0, HEAD.length).equals(HEAD)) {
    throw new Error(`no SM2 public key: ${spki.toString('hex')}`);
  }
  const [x, y] = [number(spki.subarray(-64, -32)), number(spki.subarray(-32))];
  if (reduced(y * y - x * x * x - A * x - B, P) !== 0n) throw new Error('the public key is no point of the curve');
  return [x, y];
}

const scalar = () => (number(crypto.randomBytes(40)) % (N - 2n)) + 1n;

/** A private key, and its public key as SubjectPublicKeyInfo. */
function pair() {
  const secret = scalar();
  return { secret, spki: Buffer.concat([HEAD, octets(...times(secret, G))]) };
}

/** The digest that is signed: of the message, the signer's identity and the key. */
function digestOf(message, spki, identity = Buffer.from('1234567812345678')) {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(identity.length * 8);
  return sm3(sm3(length, identity, octets(A, B, ...G, ...read(spki))), message);
}

function verifies(spki, digest, signature) {
  const [r, s] = parts(signature).map(number);
  const t = reduced(r + s, N);
  if (r === 0n || r >= N || s === 0n || s >= N || t === 0n) return false;
  const [x] = add(times(s, G), times(t, read(spki)));
  return reduced(number(digest) + x, N) === r;
}

/** The text masked with the key stream that both sides derive. */
function masked(shared, text) {
  const blocks = [];
  for (let at = 1; blocks.length * 32 < text.length; at += 1) {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(at);
    blocks.push(sm3(octets(...shared), counter));
  }
  const mask = Buffer.concat(blocks);
  return Buffer.from(text.map((byte, at) => byte ^ mask[at]));
}

/** Encrypts, in DER or raw: the point, the digest, the masked text. */
function encrypt(spki, text, { raw = false } = {}) {
  const k = scalar();
  const [point, shared] = [times(k, G), times(k, read(spki))];
  const digest = sm3(octets(shared[0]), text, octets(shared[1]));
  const sealed = masked(shared, text);
  if (raw) return Buffer.concat([Buffer.from([4]), octets(...point), digest, sealed]);
  return tlv(0x30, ...point.map(integer), tlv(4, digest), tlv(4, sealed));
}

/** Decrypts the DER form. */
function decrypt(secret, ciphertext) {
  const [x, y, digest, sealed] = parts(ciphertext);
  const shared = times(secret, [number(x), number(y)]);
  const text = masked(shared, sealed);
  if (!sm3(octets(shared[0]), text, octets(shared[1])).equals(digest)) throw new Error('the SM2 ciphertext does not open');
  return text;
}

function integer(value) {
  const bytes = octets(value);
  const short = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  return short[0] < 128 ? tlv(2, short) : tlv(2, Buffer.alloc(1), short);
}

function tlv(tag, ...values) {
  const value = Buffer.concat(values);
  const size = value.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}

/** The values inside a DER sequence. */
function parts(der) {
  const [whole] = untlv(der);
  const values = [];
  for (let rest = whole; rest.length > 0;) {
    const [value, more] = untlv(rest);
    values.push(value);
    rest = more;
  }
  return values;
}

function untlv(der) {
  const wide = der[1] < 128 ? 0 : der[1] & 127;
  const size = wide === 0 ? der[1] : der.readUIntBE(2, wide);
  const end = 2 + wide + size;
  if (end > der.length) throw new Error(`no DER: ${der.toString('hex')}`);
  return [der.subarray(2 + wide, end), der.subarray(end)];
}

module.exports = { decrypt, digestOf, encrypt, pair, verifies };
