//! What a server sends on a WebSocket, frame by frame, so that single events can be lost, doubled or held back.

use rand_chacha::ChaCha8Rng;

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes on.
    Pass,
    /// It is lost.
    Drop,
    /// It comes twice.
    Twice,
    /// It waits for the frame behind it and follows it.
    Hold,
}

/// Splits the bytes of one connection. Before the switch to WebSocket, and for polling, they pass as they are.
#[derive(Debug, Default)]
pub struct Frames {
    switched: bool,
    judged: bool,
    head: Vec<u8>,
    waiting: Vec<u8>,
    held: Vec<u8>,
}

impl Frames {
    /// Takes bytes in; gives what goes on now.
    pub fn pass(
        &mut self,
        bytes: &[u8],
        mut fate: impl FnMut(&mut ChaCha8Rng) -> Fate,
        rng: &mut ChaCha8Rng,
    ) -> Vec<u8> {
        let mut out = Vec::new();
        let mut bytes = bytes;
        if !self.judged {
            let before = self.head.len();
            self.head.extend_from_slice(bytes);
            let Some(end) = self.head.windows(4).position(|window| window == b"\r\n\r\n") else {
                return bytes.to_vec();
            };
            self.judged = true;
            self.switched = self.head.starts_with(b"HTTP/1.1 101");
            let (rest_of_head, rest) = bytes.split_at(end + 4 - before);
            out.extend_from_slice(rest_of_head);
            bytes = rest;
        }
        self.waiting.extend_from_slice(bytes);
        if !self.switched {
            out.append(&mut self.waiting);
            return out;
        }
        while let Some((length, payload)) = whole(&self.waiting) {
            let frame: Vec<u8> = self.waiting.drain(..length).collect();
            // A text frame, whole in itself, that is a Socket.IO event of the main namespace.
            let is_event = frame[0] == 0x81 && frame[payload..].starts_with(b"42");
            let held = std::mem::take(&mut self.held);
            match if is_event { fate(rng) } else { Fate::Pass } {
                Fate::Pass => out.extend(frame),
                Fate::Drop => {}
                Fate::Twice => out.extend([frame.as_slice(), &frame].concat()),
                Fate::Hold => self.held = frame,
            }
            out.extend(held);
        }
        out
    }
}

/// The length of the first frame and where its payload begins, if it is whole. A server's frames are not masked.
fn whole(bytes: &[u8]) -> Option<(usize, usize)> {
    let (payload, length) = match *bytes.get(1)? & 0x7f {
        126 => (4, usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?))),
        127 => (10, usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?),
        short => (2, usize::from(short)),
    };
    (bytes.len() >= payload + length).then_some((payload + length, payload))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    fn frame(text: &str) -> Vec<u8> {
        let length = u8::try_from(text.len()).expect("short");
        [&[0x81, length], text.as_bytes()].concat()
    }

    #[test]
    fn events_meet_their_fate_and_all_else_passes() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut frames = Frames::default();
        let head = b"HTTP/1.1 101 Switching Protocols\r\n\r\n".to_vec();
        let whole = [head.clone(), frame("0{}"), frame("42[1]"), frame("42[2]"), frame("42[3]"), frame("2")].concat();
        let mut fates = [Fate::Twice, Fate::Hold, Fate::Drop].into_iter();
        let mut out = Vec::new();
        for piece in whole.chunks(3) {
            out.extend(frames.pass(piece, |_| fates.next().expect("three events"), &mut rng));
        }
        let wanted = [head, frame("0{}"), frame("42[1]"), frame("42[1]"), frame("42[2]"), frame("2")].concat();
        assert_eq!(String::from_utf8_lossy(&out), String::from_utf8_lossy(&wanted));
    }
}
