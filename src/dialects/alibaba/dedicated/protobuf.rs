//! The encoding of protobuf messages: <https://protobuf.dev/programming-guides/encoding>. Each
//! field is a tag (number and wire type) and a value.

/// A value as it stands in a message. The types of length 32 and 64 bits occur in no message here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// A number of variable length. Negative ones are in two's complement, 64 bits long.
    Varint(u64),
    /// A text, bytes, or a message.
    Bytes(&'a [u8]),
}

const VARINT: u64 = 0;
const BYTES: u64 = 2;
/// How long a number may be, in bytes.
const VARINT_MAX: usize = 10;

/// The fields of a message, in its order. `None` in place of a field means that the message is
/// malformed from there on.
pub(super) fn fields(message: &[u8]) -> impl Iterator<Item = Option<(u64, Value<'_>)>> {
    let mut rest = Some(message);
    std::iter::from_fn(move || {
        let here = rest.take().filter(|left| !left.is_empty())?;
        let field = field(here);
        rest = field.map(|(_, left)| left);
        Some(field.map(|(field, _)| field))
    })
}

/// The first field, and what follows it.
fn field(message: &[u8]) -> Option<((u64, Value<'_>), &[u8])> {
    let (tag, rest) = varint(message)?;
    let (value, rest) = match tag & 7 {
        VARINT => {
            let (number, rest) = varint(rest)?;
            (Value::Varint(number), rest)
        }
        BYTES => {
            let (length, rest) = varint(rest)?;
            let (bytes, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
            (Value::Bytes(bytes), rest)
        }
        _ => return None,
    };
    Some(((tag >> 3, value), rest))
}

/// A number at the beginning, and what follows it. Each byte has seven bits, the lowest first; the
/// eighth bit says that more follow.
fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (at, byte) in bytes.iter().take(VARINT_MAX).enumerate() {
        let bits = u64::from(byte & 0x7f);
        let shifted = bits << (7 * at);
        if shifted >> (7 * at) != bits {
            return None;
        }
        number |= shifted;
        if byte & 0x80 == 0 {
            return Some((number, bytes.get(at + 1..)?));
        }
    }
    None
}

/// Appends a field.
pub(super) fn put(message: &mut Vec<u8>, number: u64, value: Value<'_>) {
    match value {
        Value::Varint(value) => {
            put_varint(message, number << 3 | VARINT);
            put_varint(message, value);
        }
        Value::Bytes(bytes) => {
            put_varint(message, number << 3 | BYTES);
            put_varint(message, bytes.len() as u64);
            message.extend_from_slice(bytes);
        }
    }
}

fn put_varint(message: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return message.push(low & 0x7f);
        }
        message.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for value in [
            Value::Varint(0),
            Value::Varint(150),
            Value::Varint(u64::MAX),
            Value::Bytes(b""),
            Value::Bytes(&[7; 300]),
        ] {
            for number in [1, 15, 16, 300] {
                let mut message = Vec::new();
                put(&mut message, number, value);
                put(&mut message, 2, Value::Varint(1));
                let found: Vec<_> = fields(&message).collect();
                assert_eq!(found, [Some((number, value)), Some((2, Value::Varint(1)))]);
            }
        }
        let mut message = Vec::new();
        put(&mut message, 1, Value::Varint(150));
        assert_eq!(message, [0x08, 0x96, 0x01], "the example of the encoding's document");
    }

    #[test]
    fn malformed_messages_end_with_none() {
        let good = [0x08, 0x01];
        for bad in [
            &[0x08][..],
            &[0x12],
            &[0x12, 0x02, 0x00],
            &[0x0d, 0, 0, 0, 0],
            &[0x09, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0x0b, 0x0c],
            &[0x80],
            &[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02],
            &[0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
            &[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        ] {
            let found: Vec<_> = fields(bad).collect();
            assert_eq!(found, [None], "{bad:?}");
            let both = [&good[..], bad].concat();
            let found: Vec<_> = fields(&both).collect();
            assert_eq!(found, [Some((1, Value::Varint(1))), None], "{bad:?}");
        }
        assert_eq!(fields(&[]).count(), 0);
    }
}
