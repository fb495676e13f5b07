//! The one request of a login.

use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};

use crate::commands::Failure;
use crate::config::Profile;
use crate::text::Clean;

/// What a backend gives for a right password.
pub(super) struct Entry {
    pub token: SecretString,
    pub name: Option<Clean>,
    pub account: Option<String>,
}

/// Signs in.
pub(super) async fn sign_in(profile: &Profile, email: &str, password: &SecretString) -> Result<Entry, Failure> {
    // Whoever was first has installed the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let unreachable = |error: reqwest::Error| Failure::Unreachable(format!("{}: {error}", profile.url));
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(unreachable)?;
    let address = profile.url.join("api/auth/login").map_err(|error| Failure::Usage(error.to_string()))?;
    let body = serde_json::json!({ "email": email, "password": password.expose_secret() });
    let response = client.post(address).json(&body).send().await.map_err(unreachable)?;
    let status = response.status();
    let answer: serde_json::Value = response.json().await.unwrap_or_default();
    let text = |pointer: &str| answer.pointer(pointer).and_then(serde_json::Value::as_str);
    match text("/token") {
        Some(token) if status.is_success() => Ok(Entry {
            token: token.into(),
            name: text("/user/name").map(Clean::line),
            account: text("/user/accountId").map(str::to_owned),
        }),
        _ => {
            let words = Clean::line(text("/message").unwrap_or("no reason given"));
            Err(Failure::Refused(format!("{} refused the login ({}): {words}", profile.url, status.as_u16())))
        }
    }
}
