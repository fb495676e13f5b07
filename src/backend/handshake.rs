//! What a connection began with: the address, what the two sides agreed on, where the token went, and what the token
//! says of itself. Never the token.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::BackendConfig;
use super::report::{Claim, Handshake};
use crate::socketio::Info;
use crate::text::Clean;
use crate::wire::Dialect;

/// A token claims at most so many things that are shown.
const MOST_CLAIMS: usize = 20;

/// Describes a connection that has just come up.
pub(super) fn describe(config: &BackendConfig, info: &Info, token: Option<&str>, epoch: u32) -> Handshake {
    Handshake {
        epoch,
        at: Timestamp::now(),
        url: super::live::shown_url(&config.profile, &config.dialect),
        transport: info.transport.to_string().into(),
        sid: Clean::line(&info.sid),
        ping_interval: info.ping_interval,
        ping_timeout: info.ping_timeout,
        max_payload: info.max_payload,
        recovered: info.recovered,
        placed: placed(&config.dialect),
        claims: token.and_then(claims),
    }
}

/// Where the token goes, in words, with `…` in its place.
fn placed(dialect: &Dialect) -> Vec<Clean> {
    let marked = dialect.socket_credentials(Some("…"));
    let mut places = Vec::new();
    if let Some(auth) = &marked.auth {
        places.push(Clean::line(&format!("socket, auth object: {}", redacted(auth))));
    }
    for (name, value) in &marked.query {
        places.push(Clean::line(&format!("socket, query: {name}={}", value.expose_secret())));
    }
    for (name, value) in &marked.headers {
        places.push(Clean::line(&format!("socket, header: {name}: {}", value.expose_secret())));
    }
    if places.is_empty() {
        places.push(Clean::line("socket: nowhere"));
    }
    places
}

/// A dialect's own values in the auth object are shown: they are no secrets, the token in them is `…` here.
fn redacted(auth: &Value) -> String {
    auth.to_string()
}

/// What a JSON Web Token says of itself; `None` for any other token. It is not verified: the server does that.
fn claims(token: &str) -> Option<Vec<Claim>> {
    let mut parts = token.trim_start_matches("Bearer ").split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let payload: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?).ok()?;
    let claims = payload.as_object()?.iter().take(MOST_CLAIMS).map(|(name, value)| claim(name, value));
    Some(claims.collect())
}

fn claim(name: &str, value: &Value) -> Claim {
    let time = matches!(name, "exp" | "iat" | "nbf").then(|| value.as_i64()).flatten();
    let at = time.and_then(|second| Timestamp::from_second(second).ok());
    let shown = match value {
        Value::String(text) if text.contains('@') => masked(text),
        // ids, roles and the like; a longer text may be a secret of its own
        Value::String(text) if text.len() <= 40 => text.clone(),
        Value::String(text) => format!("a text of {} characters", text.chars().count()),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(fields) => format!("an object of {}", fields.len()),
        other => other.to_string(),
    };
    Claim { name: Clean::line(name), value: Clean::line(&shown), at }
}

/// `i…@acme.test`.
fn masked(address: &str) -> String {
    let (name, host) = address.split_once('@').unwrap_or((address, ""));
    format!("{}…@{host}", name.chars().next().unwrap_or('…'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_tells_of_itself_and_is_not_shown() {
        let payload = serde_json::json!({
            "userId": "695a15a5c526dbe7c085ece2", "email": "ines@acme.test", "exp": 1_795_347_000,
            "roles": ["agent"], "session": "x".repeat(80),
        });
        let token = format!("eyJhbGciOiJIUzI1NiJ9.{}.c2lnbmF0dXJl", URL_SAFE_NO_PAD.encode(payload.to_string()));
        let claims = claims(&token).unwrap();
        let shown: Vec<(&str, &str)> = claims.iter().map(|claim| (&*claim.name, &*claim.value)).collect();
        assert_eq!(
            shown,
            [
                ("email", "i…@acme.test"),
                ("exp", "1795347000"),
                ("roles", "a list of 1"),
                ("session", "a text of 80 characters"),
                ("userId", "695a15a5c526dbe7c085ece2"),
            ]
        );
        assert_eq!(claims.iter().find(|claim| &*claim.name == "exp").unwrap().at.unwrap().as_second(), 1_795_347_000);
        assert_eq!(super::claims("opaque-token"), None);
        assert_eq!(super::claims("a.b.c"), None);
        let places = placed(&Dialect::reference());
        assert_eq!(
            places.iter().map(|place| &**place).collect::<Vec<_>>(),
            [r#"socket, auth object: {"token":"Bearer …"}"#]
        );
    }
}
