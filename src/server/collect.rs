//! Collects the body of a request to a cloud.

use bytes::{Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;

use super::body::{OverBudget, RequestBody};
use super::linger::DISCARD_LIMIT;
use crate::app::BodyShare;
use crate::dialects::BodyRefused;

/// How much of the beginning and of the end of a long body is kept, in bytes, to recognise its
/// cloud. In a form, the parameters that every request has may follow a long value.
const KEPT: usize = 64 * 1024;

/// What arrived of a body.
pub(super) struct Arrived {
    /// The whole body, or why it was refused.
    pub(super) body: Result<Bytes, BodyRefused>,
    /// What was read of a refused body. Of a long one, only the beginning and the end.
    pub(super) excerpt: Bytes,
    /// The body's part of the budget, to be held until the request is answered.
    pub(super) share: Option<BodyShare>,
}

/// Collects a body of up to `limit` bytes. If the request's cloud is known, nothing beyond the
/// limit is read, and nothing at all if the head announces a larger body. If the cloud is not
/// known, the rest is read for the cloud's marks, and is not kept.
pub(super) async fn collect(mut body: RequestBody, limit: usize, is_known: bool) -> Arrived {
    let mut read = Excerpt::default();
    if is_known && usize::try_from(body.size_hint().lower()).is_ok_and(|it| it > limit) {
        body.leave_rest();
        return read.refused(BodyRefused::TooLarge);
    }
    while let Some(frame) = body.frame().await {
        let frame = match frame {
            Ok(frame) => frame,
            Err(error) if error.is::<OverBudget>() => {
                return read.refused(BodyRefused::OverBudget);
            }
            Err(_) => return read.refused(BodyRefused::Broken),
        };
        let Ok(data) = frame.into_data() else { continue };
        read.add(data);
        if read.length <= limit {
            continue;
        }
        if is_known || read.length > DISCARD_LIMIT {
            body.leave_rest();
            break;
        }
        body.stop_counting();
        read.shorten();
    }
    if read.length > limit {
        return read.refused(BodyRefused::TooLarge);
    }
    Arrived { body: Ok(read.into_bytes()), excerpt: Bytes::new(), share: body.take_share() }
}

/// What was read of a body. A body of one part is not copied.
#[derive(Default)]
struct Excerpt {
    first: Bytes,
    /// Everything, once there are several parts.
    joined: BytesMut,
    /// The length of what was read, in bytes.
    length: usize,
}

impl Excerpt {
    fn add(&mut self, part: Bytes) {
        self.length += part.len();
        if self.length == part.len() {
            self.first = part;
            return;
        }
        if self.joined.is_empty() {
            self.joined.extend_from_slice(&std::mem::take(&mut self.first));
        }
        self.joined.extend_from_slice(&part);
    }

    /// Drops the middle, if it is long.
    fn shorten(&mut self) {
        if self.joined.len() > 4 * KEPT {
            let all = std::mem::take(&mut self.joined);
            for part in [&all[..KEPT], b"&", &all[all.len() - KEPT..]] {
                self.joined.extend_from_slice(part);
            }
        }
    }

    fn refused(mut self, why: BodyRefused) -> Arrived {
        self.shorten();
        Arrived { body: Err(why), excerpt: self.into_bytes(), share: None }
    }

    fn into_bytes(self) -> Bytes {
        if self.joined.is_empty() { self.first } else { self.joined.freeze() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_body_the_beginning_and_the_end_are_kept() {
        let mut read = Excerpt::default();
        let long = Bytes::from(vec![b'x'; 100 * 1024]);
        read.add(Bytes::from_static(b"First=1&Long="));
        for _ in 0..100 {
            read.add(long.clone());
            read.shorten();
            assert!(read.joined.len() <= 4 * KEPT);
        }
        read.add(Bytes::from_static(b"&Last=1"));
        assert_eq!(read.length, 13 + 100 * long.len() + 7);
        let excerpt = read.refused(BodyRefused::TooLarge).excerpt;
        assert!(excerpt.starts_with(b"First=1&") && excerpt.ends_with(b"&Last=1"));
    }

    #[test]
    fn parts_are_joined() {
        let mut read = Excerpt::default();
        for part in [&b"ab"[..], b"", b"cd", b"e"] {
            read.add(Bytes::from_static(part));
        }
        assert_eq!((read.length, read.into_bytes()), (5, Bytes::from_static(b"abcde")));
    }
}
