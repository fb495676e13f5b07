//! Passwords: argon2id hashes in PHC form. Hashing takes tens of milliseconds on purpose: call it off the event loop.

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use secrecy::{ExposeSecret, SecretString};

/// A password cannot be hashed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the password cannot be hashed: {0}")]
pub struct PasswordError(String);

/// The hash of a password, with a salt of its own.
pub fn hash(password: &SecretString) -> Result<String, PasswordError> {
    let salt: [u8; 16] = rand::random();
    let hash = Argon2::default()
        .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
        .map_err(|error| PasswordError(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether a password has this hash. Without a hash (nobody has that e-mail) it takes as long and is false, so that the
/// time tells nobody which e-mails exist.
pub fn verify(password: &SecretString, hash: Option<&str>) -> bool {
    match hash {
        Some(hash) => Argon2::default().verify_password(password.expose_secret().as_bytes(), hash).is_ok(),
        None => {
            let _ = self::hash(password);
            false
        }
    }
}

/// A password to be shown once: twenty letters and digits that cannot be mistaken for one another.
pub fn generate() -> SecretString {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let letter = || LETTERS.get(rand::random_range(0..LETTERS.len())).map_or('x', |byte| char::from(*byte));
    SecretString::from((0..20).map(|_| letter()).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_has_its_hash() {
        let password = generate();
        let hash = hash(&password).unwrap();
        assert!(hash.starts_with("$argon2id$"));
        assert!(verify(&password, Some(&hash)));
        assert!(!verify(&generate(), Some(&hash)));
        assert!(!verify(&password, Some("rubbish")));
        assert!(!verify(&password, None));
    }
}
