//! Bytes in blocks, each compressed once it is full; the oldest blocks give way. Events of one backend resemble each
//! other, so that a block takes a fraction of what it holds.

use std::collections::VecDeque;

/// A block is full at this many bytes.
const FULL: usize = 64 << 10;
/// At most this many bytes of compressed blocks are kept.
const MOST_BYTES: usize = 20 << 20;

/// Where something was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    block: u32,
    at: u32,
}

/// A block that is full.
#[derive(Debug)]
struct Packed {
    bytes: Box<[u8]>,
    /// Its length before compression.
    len: u32,
}

/// All blocks: the last one open, the others compressed.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    open: Vec<u8>,
    packed: VecDeque<Packed>,
    /// The number of the oldest block that is kept.
    first: u32,
    /// Of the compressed ones.
    bytes: usize,
}

impl Blocks {
    /// Puts something in. A full block is closed before the next thing is put, so that the last one is read at no cost.
    pub fn put(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Place {
        if self.open.len() >= FULL {
            self.close();
        }
        let at = u32::try_from(self.open.len()).unwrap_or(u32::MAX);
        write(&mut self.open);
        Place { block: self.open_number(), at }
    }

    fn open_number(&self) -> u32 {
        self.first.wrapping_add(u32::try_from(self.packed.len()).unwrap_or(u32::MAX))
    }

    fn close(&mut self) {
        let bytes = lz4_flex::block::compress(&self.open).into_boxed_slice();
        self.bytes += bytes.len();
        self.packed.push_back(Packed { bytes, len: u32::try_from(self.open.len()).unwrap_or(u32::MAX) });
        if self.open.capacity() > 4 * FULL {
            self.open = Vec::with_capacity(2 * FULL);
        }
        self.open.clear();
        while self.bytes > MOST_BYTES {
            let Some(gone) = self.packed.pop_front() else { break };
            self.bytes -= gone.bytes.len();
            self.first = self.first.wrapping_add(1);
        }
    }

    /// What was put there and everything that follows in its block; `None` once it gave way.
    pub fn read<'a>(&'a self, place: Place, unpacked: &'a mut Unpacked) -> Option<&'a [u8]> {
        let at = usize::try_from(place.at).ok()?;
        if place.block == self.open_number() {
            return self.open.get(at..);
        }
        if unpacked.block != Some(place.block) {
            let nth = usize::try_from(place.block.checked_sub(self.first)?).ok()?;
            let packed = self.packed.get(nth)?;
            unpacked.bytes = lz4_flex::block::decompress(&packed.bytes, usize::try_from(packed.len).ok()?).ok()?;
            unpacked.block = Some(place.block);
        }
        unpacked.bytes.get(at..)
    }

    /// Whether what was put there is still here.
    #[cfg(test)]
    pub fn has(&self, place: Place) -> bool {
        place.block >= self.first
    }

    /// Bytes of memory that all of it takes.
    pub fn memory(&self) -> usize {
        self.bytes + self.open.capacity() + self.packed.capacity() * size_of::<Packed>()
    }
}

/// The block that was unpacked last, for whoever reads several things from one block.
#[derive(Debug, Default)]
pub(super) struct Unpacked {
    block: Option<u32>,
    bytes: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_read_again_until_it_gives_way() {
        let mut blocks = Blocks::default();
        // what does not compress fills the bound soon
        let mut seed = 1_u64;
        let mut noise = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            seed.to_le_bytes()
        };
        let mut places = Vec::new();
        for n in 0..400_u32 {
            let body: Vec<u8> = n.to_le_bytes().into_iter().chain((0..10_000).flat_map(|_| noise())).collect();
            places.push((blocks.put(|out| out.extend_from_slice(&body)), body));
        }
        assert!(blocks.memory() < MOST_BYTES + (1 << 20), "{}", blocks.memory());
        let mut unpacked = Unpacked::default();
        let kept = places.iter().filter(|(place, body)| {
            let read = blocks.read(*place, &mut unpacked);
            assert!(read.is_none_or(|read| read.starts_with(body)));
            assert_eq!(read.is_some(), blocks.has(*place));
            read.is_some()
        });
        let kept = kept.count();
        assert!((200..400).contains(&kept), "the oldest gave way: {kept} are left");
        assert!(blocks.has(places[399].0) && !blocks.has(places[0].0));
    }
}
