//! Engine.IO 4 packets: the outer envelope, one character in front of the payload.

use std::time::Duration;

use serde::Deserialize;

use super::error::PacketError;

/// What separates packets in the body of a poll.
pub(super) const SEPARATOR: u8 = 0x1e;

/// An Engine.IO packet in text form.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Packet<'a> {
    /// `0`: the handshake, with its JSON.
    Open(&'a str),
    /// `1`: the server closes the session.
    Close,
    /// `2`: to be answered with [`pong`], which carries the same payload (`probe` during an upgrade).
    Ping(&'a str),
    /// `3`: the answer to a probe.
    Pong(&'a str),
    /// `4`: a Socket.IO packet; it begins at the second character.
    Message,
    /// `6`: nothing; ends a poll during an upgrade.
    Noop,
}

/// Reads the packet type.
pub(super) fn decode(text: &str) -> Result<Packet<'_>, PacketError> {
    let mut chars = text.chars();
    let packet = match chars.next() {
        Some('4') => Packet::Message,
        Some('2') => Packet::Ping(chars.as_str()),
        Some('0') => Packet::Open(chars.as_str()),
        Some('1') => Packet::Close,
        Some('3') => Packet::Pong(chars.as_str()),
        Some('6') => Packet::Noop,
        Some(_) => return Err(PacketError::EngineType),
        None => return Err(PacketError::Empty),
    };
    Ok(packet)
}

/// The answer to a ping with this payload.
pub(super) fn pong(payload: &str) -> String {
    format!("3{payload}")
}

/// The longest ping payload that is answered; the protocol knows `""` and `"probe"`.
pub(super) const PING_PAYLOAD: usize = 125;

/// What the open packet says.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Handshake {
    /// The session id of Engine.IO; secret enough to take a polling session over, so it is not logged.
    pub sid: String,
    /// Transports that the session can be upgraded to.
    #[serde(default)]
    pub upgrades: Vec<String>,
    ping_interval: u64,
    ping_timeout: u64,
    /// The largest message that the server accepts, in bytes. Servers before socket.io 4.3 do not say.
    #[serde(default)]
    pub max_payload: Option<usize>,
}

/// What a time in milliseconds from the server is cut to, so that no later sum overflows.
const LONGEST: u64 = 24 * 60 * 60 * 1000;

impl Handshake {
    /// Reads the JSON of an open packet.
    pub fn parse(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// The time between two pings of the server.
    pub fn ping_interval(&self) -> Duration {
        Duration::from_millis(self.ping_interval.clamp(1, LONGEST))
    }

    /// The time that the server waits for our answer to a ping, and we for a late ping.
    pub fn ping_timeout(&self) -> Duration {
        Duration::from_millis(self.ping_timeout.clamp(1, LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets() {
        assert_eq!(decode("42[]"), Ok(Packet::Message));
        assert_eq!(decode("2"), Ok(Packet::Ping("")));
        assert_eq!(decode("3probe"), Ok(Packet::Pong("probe")));
        assert_eq!(decode("0{}"), Ok(Packet::Open("{}")));
        assert_eq!(decode(""), Err(PacketError::Empty));
        assert_eq!(decode("é"), Err(PacketError::EngineType));
        assert_eq!(pong("probe"), "3probe");
    }

    #[test]
    fn handshakes() {
        let old = Handshake::parse(r#"{"sid":"a","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000}"#);
        let old = old.unwrap();
        assert_eq!((old.max_payload, old.ping_interval()), (None, Duration::from_secs(25)));
        let odd = Handshake::parse(r#"{"sid":"a","pingInterval":18446744073709551615,"pingTimeout":0,"extra":[]}"#);
        let odd = odd.unwrap();
        assert!(odd.ping_interval() + odd.ping_timeout() > Duration::ZERO);
        assert!(odd.upgrades.is_empty());
        assert!(Handshake::parse("{}").is_err());
    }
}
