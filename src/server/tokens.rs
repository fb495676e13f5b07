//! The bearer tokens: JWT, HS256, with an expiry.
//!
//! `jsonwebtoken` brings RSA and elliptic curves with either of its own crypto back ends; the one algorithm that is used
//! here comes from `hmac` and `sha2`, which the webhook needs anyway.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::{self, Signer, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::db::accounts::Agent;

/// What a token says of its bearer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claims {
    /// The login name.
    pub email: String,
    /// The agent's name.
    pub name: String,
    /// The tenant.
    pub account_id: String,
    /// `admin` or `agent`.
    pub role: String,
    /// When it was made, in seconds since 1970.
    pub iat: u64,
    /// When it ends, in seconds since 1970.
    pub exp: u64,
}

/// Why a token is refused, in the words of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is no token of ours at all.
    #[error("jwt malformed")]
    Malformed,
    /// It was good once.
    #[error("jwt expired")]
    Expired,
    /// It was made with another secret.
    #[error("invalid signature")]
    Signature,
    /// It could not be made.
    #[error("the token could not be made")]
    NotMade,
}

/// Makes and checks tokens.
#[derive(Clone)]
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    ttl: Duration,
}

impl Tokens {
    /// Tokens signed with this secret that end after `ttl`.
    pub fn new(secret: &SecretString, ttl: Duration) -> Self {
        // Only the first call installs it; every later one finds it done.
        let _ = PROVIDER.install_default();
        let secret = secret.expose_secret().as_bytes();
        Self { encoding: EncodingKey::from_secret(secret), decoding: DecodingKey::from_secret(secret), ttl }
    }

    /// A new token for an agent.
    pub fn issue(&self, agent: &Agent) -> Result<String, TokenError> {
        let now = jsonwebtoken::get_current_timestamp();
        let claims = Claims {
            email: agent.email.clone(),
            name: agent.name.clone(),
            account_id: agent.account_id.clone(),
            role: agent.role.clone(),
            iat: now,
            exp: now.saturating_add(self.ttl.as_secs()),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).map_err(|_| TokenError::NotMade)
    }

    /// What a token says, if it is good now.
    pub fn check(&self, token: &str) -> Result<Claims, TokenError> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.leeway = 0;
        match jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation) {
            Ok(token) => Ok(token.claims),
            Err(error) => Err(match error.kind() {
                ErrorKind::ExpiredSignature => TokenError::Expired,
                ErrorKind::InvalidSignature => TokenError::Signature,
                _ => TokenError::Malformed,
            }),
        }
    }
}

/// `Bearer x` and `x` are the same token.
pub fn strip_bearer(value: &str) -> &str {
    value.strip_prefix("Bearer ").unwrap_or(value)
}

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| Ok(Box::new(Hs256::new(*algorithm, key.as_bytes())?)),
    verifier_factory: |algorithm, key| Ok(Box::new(Hs256::new(*algorithm, key.try_get_as_bytes()?)?)),
    key_utils: KeyUtils::new_unimplemented(),
};

struct Hs256(Hmac<Sha256>);

impl Hs256 {
    fn new(algorithm: Algorithm, secret: &[u8]) -> Result<Self, Error> {
        if algorithm != Algorithm::HS256 {
            return Err(ErrorKind::InvalidAlgorithm.into());
        }
        Hmac::new_from_slice(secret).map(Self).map_err(|_| ErrorKind::InvalidKeyFormat.into())
    }

    fn over(&self, message: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(message);
        mac
    }
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(self.over(message).finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), signature::Error> {
        self.over(message).verify_slice(signature).map_err(|_| signature::Error::new())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agent() -> Agent {
        Agent {
            id: "a".into(),
            account_id: "695a15a5c526dbe7c085ece2".into(),
            email: "owner@example.test".into(),
            name: "Owner".into(),
            role: "admin".into(),
            password_hash: None,
        }
    }

    #[test]
    fn a_token_says_who_bears_it() {
        let tokens = Tokens::new(&SecretString::from("secret"), Duration::from_secs(60));
        let claims = tokens.check(&tokens.issue(&agent()).unwrap()).unwrap();
        assert_eq!(claims.account_id, "695a15a5c526dbe7c085ece2");
        assert_eq!(claims.exp - claims.iat, 60);
    }

    #[test]
    fn refusals_have_the_words_of_the_reference() {
        let tokens = Tokens::new(&SecretString::from("secret"), Duration::from_secs(60));
        let other = Tokens::new(&SecretString::from("other"), Duration::from_secs(60));
        let expired = Claims {
            iat: 1,
            exp: 2,
            email: String::new(),
            name: String::new(),
            account_id: String::new(),
            role: String::new(),
        };
        let expired = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &expired, &tokens.encoding).unwrap();
        assert_eq!(tokens.check("abc").unwrap_err().to_string(), "jwt malformed");
        assert_eq!(tokens.check(&expired).unwrap_err().to_string(), "jwt expired");
        assert_eq!(tokens.check(&other.issue(&agent()).unwrap()).unwrap_err().to_string(), "invalid signature");
    }

    /// A token made by another program with the secret `secret`, from the examples of RFC 7515's form.
    #[test]
    fn a_token_without_a_signature_is_refused() {
        let tokens = Tokens::new(&SecretString::from("secret"), Duration::from_secs(60));
        let issued = tokens.issue(&agent()).unwrap();
        let unsigned = format!("{}.", issued.rsplit_once('.').unwrap().0);
        assert!(tokens.check(&unsigned).is_err());
        let none = format!("eyJhbGciOiJub25lIn0.{}.", issued.split('.').nth(1).unwrap());
        assert_eq!(tokens.check(&none), Err(TokenError::Malformed));
    }
}
