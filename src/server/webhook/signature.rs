//! `X-Hub-Signature-256`: `sha256=` and the HMAC-SHA256 of the raw body, keyed with the app's secret, in hex.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Why a delivery is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no signature, or none of the form `sha256=<64 hex digits>`.
    #[error("missing signature header")]
    Missing,
    /// It was made with another secret, or over another body.
    #[error("signature mismatch")]
    Mismatch,
}

/// Checks a signature header against the body as it came, in constant time.
pub fn check(secret: &SecretString, body: &[u8], header: Option<&str>) -> Result<(), SignatureError> {
    let hex = header.and_then(|header| header.trim().strip_prefix("sha256=")).ok_or(SignatureError::Missing)?;
    let signature = from_hex(hex).ok_or(SignatureError::Mismatch)?;
    mac(secret, body).verify_slice(&signature).map_err(|_| SignatureError::Mismatch)
}

/// The header's value for a body: what WhatsApp sends, for tests and for tools that play its part.
pub fn sign(secret: &SecretString, body: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut header = String::from("sha256=");
    for byte in mac(secret, body).finalize().into_bytes() {
        let _ = write!(header, "{byte:02x}");
    }
    header
}

fn mac(secret: &SecretString, body: &[u8]) -> Hmac<Sha256> {
    // HMAC hashes a key that is longer than a block and pads a shorter one, so any length will do.
    let mut mac = match Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) {
        Ok(mac) => mac,
        Err(_) => Hmac::<Sha256>::new(&Default::default()),
    };
    mac.update(body);
    mac
}

fn from_hex(hex: &str) -> Option<Vec<u8>> {
    if hex.len() != 64 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    hex.as_bytes()
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_signed_passes_and_nothing_else_does() {
        let secret = SecretString::from("app secret");
        let body = "{\"text\":\"سلام\"}".as_bytes();
        let header = sign(&secret, body);
        assert_eq!(check(&secret, body, Some(&header)), Ok(()));
        assert_eq!(check(&secret, b"{}", Some(&header)), Err(SignatureError::Mismatch));
        assert_eq!(check(&SecretString::from("other"), body, Some(&header)), Err(SignatureError::Mismatch));
        assert_eq!(check(&secret, body, Some("sha256=beef")), Err(SignatureError::Mismatch));
        assert_eq!(check(&secret, body, Some("sha1=beef")), Err(SignatureError::Missing));
        assert_eq!(check(&secret, body, None), Err(SignatureError::Missing));
    }

    #[test]
    fn the_published_vector_of_rfc_4231_holds() {
        let header = sign(&SecretString::from("Jefe"), b"what do ya want for nothing?");
        assert_eq!(header, "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
