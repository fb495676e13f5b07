//! Puts packets and their binary attachments back together.

use bytes::Bytes;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::{
    error::PacketError,
    packet::{self, Body, Packet},
};

/// The packet that waits for attachments, if there is one. What it holds never exceeds `limit` bytes.
#[derive(Debug)]
pub(super) struct Assembly {
    namespace: String,
    limit: usize,
    waiting: Option<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    body: Body,
    size: usize,
    missing: usize,
    binary: Vec<Bytes>,
}

/// A packet with all that belongs to it.
#[derive(Debug)]
pub(super) struct Complete {
    pub body: Body,
    /// Bytes on the wire.
    pub size: usize,
}

impl Assembly {
    pub fn new(namespace: String, limit: usize) -> Self {
        Self { namespace, limit, waiting: None }
    }

    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Gives up the packet that waits for attachments; how many were missing. To be asked before [`Assembly::text`].
    pub fn interrupted(&mut self) -> Option<usize> {
        self.waiting.take().map(|waiting| waiting.missing)
    }

    /// Takes an Engine.IO message in text form; `None` while its attachments are missing.
    pub fn text(&mut self, message: &Utf8Bytes) -> Result<Option<Complete>, PacketError> {
        let size = message.len();
        let Packet { body, attachments } = packet::decode(message, &self.namespace)?;
        if attachments == 0 {
            return Ok(Some(Complete { body, size }));
        }
        self.waiting = Some(Waiting { body, size, missing: attachments, binary: Vec::new() });
        Ok(None)
    }

    /// Takes a binary message; the packet once it is complete.
    pub fn binary(&mut self, bytes: Bytes) -> Result<Option<Complete>, PacketError> {
        let mut waiting = self.waiting.take().ok_or(PacketError::Unannounced)?;
        waiting.size = waiting.size.saturating_add(bytes.len());
        if waiting.size > self.limit {
            return Err(PacketError::TooLarge);
        }
        waiting.binary.push(bytes);
        waiting.missing -= 1;
        if waiting.missing > 0 {
            self.waiting = Some(waiting);
            return Ok(None);
        }
        let Waiting { mut body, size, binary, .. } = waiting;
        if let Body::Event { args, .. } | Body::Ack { args, .. } = &mut body {
            args.attach(binary);
        }
        Ok(Some(Complete { body, size }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assembly() -> Assembly {
        Assembly::new("/".to_owned(), 100)
    }

    #[test]
    fn attachments_join_their_packet() {
        let mut assembly = assembly();
        let text = Utf8Bytes::from_static(r#"452-["f",{"_placeholder":true,"num":1}]"#);
        assert!(assembly.text(&text).unwrap().is_none());
        assert!(assembly.binary(Bytes::from_static(b"one")).unwrap().is_none());
        let complete = assembly.binary(Bytes::from_static(b"two")).unwrap().unwrap();
        let Body::Event { args, .. } = complete.body else { panic!() };
        assert_eq!(args.binary(), [Bytes::from_static(b"one"), Bytes::from_static(b"two")]);
        assert_eq!(complete.size, 39 + 6);
        assert_eq!(assembly.binary(Bytes::new()).unwrap_err(), PacketError::Unannounced);
    }

    #[test]
    fn what_waits_is_bounded_and_can_be_interrupted() {
        let mut assembly = assembly();
        assert!(assembly.text(&Utf8Bytes::from_static(r#"453-["f"]"#)).unwrap().is_none());
        assert!(assembly.binary(Bytes::from_static(&[0; 50])).unwrap().is_none());
        assert_eq!(assembly.binary(Bytes::from_static(&[0; 50])).unwrap_err(), PacketError::TooLarge);
        assert_eq!(assembly.interrupted(), None);
        assert!(assembly.text(&Utf8Bytes::from_static(r#"453-["f"]"#)).unwrap().is_none());
        assert_eq!(assembly.interrupted(), Some(3));
        assert!(assembly.text(&Utf8Bytes::from_static(r#"42["g"]"#)).unwrap().is_some());
    }
}
