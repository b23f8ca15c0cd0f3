"""SM2 (GB/T 32918) for the caller, because the package cryptography has SM3 but no SM2. It is slow and
not secure, which tests do not need."""

import secrets

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SM3, Hash

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
# The prefix of SubjectPublicKeyInfo for this curve, before the point.
HEAD = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")


def sm3(*parts):
    digest = Hash(SM3())
    for part in parts:
        digest.update(part)
    return digest.finalize()


def octets(*numbers):
    return b"".join(number.to_bytes(32, "big") for number in numbers)


def add(one, two):
    if one is None or two is None:
        return one or two
    (x1, y1), (x2, y2) = one, two
    if x1 == x2 and (y1 + y2) % P == 0:
        return None
    slope = (3 * x1 * x1 + A) * pow(2 * y1, -1, P) if one == two else (y2 - y1) * pow(x2 - x1, -1, P)
    x = (slope * slope - x1 - x2) % P
    return x, (slope * (x1 - x) - y1) % P


def times(number, point):
    total = None
    while number:
        if number & 1:
            total = add(total, point)
        point, number = add(point, point), number >> 1
    return total


def read(spki):
    """The point of a public key."""
    if not spki.startswith(HEAD) or len(spki) != len(HEAD) + 64:
        raise AssertionError(f"no SM2 public key: {spki.hex()}")
    x, y = (int.from_bytes(half, "big") for half in (spki[-64:-32], spki[-32:]))
    if (y * y - x * x * x - A * x - B) % P:
        raise AssertionError("the public key is no point of the curve")
    return x, y


def pair():
    """A private key, and its public key as SubjectPublicKeyInfo."""
    private = secrets.randbelow(N - 2) + 1
    return private, HEAD + octets(*times(private, G))


def digest_of(message, spki, identity=b"1234567812345678"):
    """The digest that is signed: of the message, the signer's identity and the key."""
    length = (len(identity) * 8).to_bytes(2, "big")
    return sm3(sm3(length, identity, octets(A, B, *G, *read(spki))), message)


def verifies(spki, digest, signature):
    r, s = decode_dss_signature(signature)
    t = (r + s) % N
    if not (0 < r < N and 0 < s < N and t):
        return False
    point = add(times(s, G), times(t, read(spki)))
    return (int.from_bytes(digest, "big") + point[0]) % N == r


def masked(shared, text):
    """The text masked with the key stream that both sides derive."""
    count = -(-len(text) // 32)
    mask = b"".join(sm3(octets(*shared), (at + 1).to_bytes(4, "big")) for at in range(count))
    return bytes(one ^ two for one, two in zip(text, mask, strict=False))


def encrypt(spki, text, raw=False):
    """Encrypts, in DER or raw: the point, the digest, the masked text."""
    k = secrets.randbelow(N - 1) + 1
    point, shared = times(k, G), times(k, read(spki))
    digest = sm3(octets(shared[0]), text, octets(shared[1]))
    if raw:
        return b"\x04" + octets(*point) + digest + masked(shared, text)
    numbers = b"".join(tlv(2, one.to_bytes(one.bit_length() // 8 + 1, "big")) for one in point)
    return tlv(0x30, numbers + tlv(4, digest) + tlv(4, masked(shared, text)))


def decrypt(private, ciphertext):
    """Decrypts the DER form."""
    whole, rest = untlv(0x30, ciphertext)
    x, whole = untlv(2, whole)
    y, whole = untlv(2, whole)
    digest, whole = untlv(4, whole)
    sealed, whole = untlv(4, whole)
    shared = times(private, (int.from_bytes(x, "big"), int.from_bytes(y, "big")))
    text = masked(shared, sealed)
    if rest or whole or sm3(octets(shared[0]), text, octets(shared[1])) != digest:
        raise AssertionError("the SM2 ciphertext does not open")
    return text


def tlv(tag, value):
    size = len(value)
    if size < 128:
        return bytes([tag, size]) + value
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 128 | len(length)]) + length + value


def untlv(tag, data):
    """The value, and what follows it."""
    if data[0] != tag:
        raise AssertionError(f"tag {data[0]} where {tag} belongs: {data.hex()[:80]}")
    size, start = data[1], 2
    if size >= 128:
        start = 2 + (size & 127)
        size = int.from_bytes(data[2:start], "big")
    return data[start : start + size], data[start + size :]
