//! Everything that looks like chance, from one seed. Each purpose draws from a stream of its own, so that what one
//! customer does never depends on how often another one was asked.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

use crate::server::db::status::Direction;

/// The seed of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dice(pub u64);

impl Dice {
    /// The stream for a purpose (`crowd`, `fate`) of somebody (an id, or nothing), the `count`th time.
    pub fn stream(self, purpose: &str, who: &str, count: u64) -> ChaCha8Rng {
        ChaCha8Rng::from_seed(digest(&[
            &self.0.to_be_bytes(),
            purpose.as_bytes(),
            who.as_bytes(),
            &count.to_be_bytes(),
        ]))
    }

    /// The id of the `count`th message from or to somebody, in WhatsApp's form: `wamid.` and the base64 of a short
    /// record with the address and a random hexadecimal name. `of` keeps the history's apart from the run's.
    pub fn wamid(self, of: &str, address: &str, direction: Direction, count: u64) -> String {
        let inbound = direction == Direction::Inbound;
        let name = hex(&digest(&[
            &self.0.to_be_bytes(),
            of.as_bytes(),
            address.as_bytes(),
            direction.as_str().as_bytes(),
            &count.to_be_bytes(),
        ]));
        let name = name.get(..if inbound { 20 } else { 18 }).unwrap_or(&name).to_uppercase();
        let mut record = vec![0x1c, 0x18, u8::try_from(address.len()).unwrap_or(u8::MAX)];
        record.extend_from_slice(address.as_bytes());
        record.extend_from_slice(&[0x15, 0x02, 0x00, if inbound { 0x12 } else { 0x11 }, 0x18]);
        record.push(u8::try_from(name.len()).unwrap_or(u8::MAX));
        record.extend_from_slice(name.as_bytes());
        record.push(0x00);
        format!("wamid.{}", STANDARD.encode(record))
    }
}

/// The 24 hex id of the demo's conversation with somebody on a line. It is the same for every seed, so that a
/// database that was filled by an earlier run still fits.
pub fn conversation_id(line: &str, address: &str) -> String {
    let all = hex(&digest(&[b"conversation", line.as_bytes(), address.as_bytes()]));
    all.get(..24).unwrap_or(&all).to_owned()
}

/// A length of time between two bounds, both in milliseconds.
pub fn between(rng: &mut ChaCha8Rng, least: u64, most: u64) -> Duration {
    Duration::from_millis(rng.random_range(least..=most.max(least)))
}

/// One of `items`; nothing if there is none.
pub fn pick<'a, T>(rng: &mut ChaCha8Rng, items: &'a [T]) -> Option<&'a T> {
    if items.is_empty() {
        return None;
    }
    items.get(rng.random_range(0..items.len()))
}

/// Which of `weights`, the heavier the likelier; nothing if they add up to nought.
pub fn weigh(rng: &mut ChaCha8Rng, weights: impl Iterator<Item = u32> + Clone) -> Option<usize> {
    let total: u32 = weights.clone().sum();
    if total == 0 {
        return None;
    }
    let mut at = rng.random_range(0..total);
    for (index, weight) in weights.enumerate() {
        if at < weight {
            return Some(index);
        }
        at -= weight;
    }
    None
}

/// Whether something happens that happens `percent` times in a hundred.
pub fn chance(rng: &mut ChaCha8Rng, percent: u32) -> bool {
    rng.random_range(0..100) < percent
}

fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}
