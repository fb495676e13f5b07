//! Ids of 24 hex digits, made as MongoDB makes its own: seconds, five random bytes of the process, a counter.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

static PROCESS: LazyLock<[u8; 5]> = LazyLock::new(rand::random);
static COUNTER: LazyLock<AtomicU32> = LazyLock::new(|| AtomicU32::new(rand::random::<u32>() & 0x007f_ffff));

/// A new id whose first eight digits tell the time `at_ms` (milliseconds since 1970).
pub fn new(at_ms: i64) -> String {
    let seconds = u32::try_from(at_ms.max(0) / 1000).unwrap_or(u32::MAX);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed) & 0x00ff_ffff;
    let [a, b, c, d, e] = *PROCESS;
    format!("{seconds:08x}{a:02x}{b:02x}{c:02x}{d:02x}{e:02x}{count:06x}")
}

/// Whether a string has the form of such an id.
pub fn is_oid(id: &str) -> bool {
    id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_24_hex_digits_and_differ() {
        let (one, two) = (new(1_763_800_000_123), new(1_763_800_000_123));
        assert!(is_oid(&one) && is_oid(&two));
        assert_ne!(one, two);
        assert_eq!(&one[..8], "692173c0");
    }
}
