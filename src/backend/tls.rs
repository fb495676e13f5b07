//! TLS settings, made once and shared by REST and socket. The system's certificates are read from disk only where an
//! address is `https`.

use std::sync::Arc;

use rustls::ClientConfig;
use tokio::sync::OnceCell;

use crate::config::Profile;
use crate::socketio;

/// The settings of one profile.
#[derive(Debug, Default)]
pub(super) struct Tls(OnceCell<Arc<ClientConfig>>);

impl Tls {
    /// The settings, read on a thread that nobody waits for.
    ///
    /// # Errors
    /// No certificates, or an unusable CA file; in words.
    pub async fn get(&self, profile: &Profile) -> Result<Arc<ClientConfig>, String> {
        let make = || async {
            if profile.url.scheme() != "https" && profile.socket_base().scheme() != "https" {
                return settings_without_roots();
            }
            let extra = extra_roots(profile).await?;
            let read = tokio::task::spawn_blocking(move || {
                socketio::tls::client_config(&extra).map_err(|error| error.to_string())
            });
            read.await.map_err(|error| error.to_string())?
        };
        self.0.get_or_try_init(make).await.map(Arc::clone)
    }
}

/// The certificates (PEM) that the profile trusts beside the system's; empty for none.
///
/// # Errors
/// The file cannot be read; in words.
pub(super) async fn extra_roots(profile: &Profile) -> Result<Vec<u8>, String> {
    let Some(path) = &profile.ca_file else { return Ok(Vec::new()) };
    tokio::fs::read(path).await.map_err(|error| format!("cannot read the CA file {}: {error}", path.display()))
}

/// A client that never speaks TLS needs settings all the same.
fn settings_without_roots() -> Result<Arc<ClientConfig>, String> {
    socketio::tls::none().map(Arc::new).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_ca_file_that_is_missing_is_named() {
        let mut profile = Profile::new("https://chat.example.test".parse().unwrap());
        profile.ca_file = Some("/nowhere/ca.pem".into());
        let error = Tls::default().get(&profile).await.unwrap_err();
        assert!(error.contains("/nowhere/ca.pem"), "{error}");
        profile.url = "http://localhost".parse().unwrap();
        assert!(Tls::default().get(&profile).await.is_ok(), "nothing is read for plain http");
    }
}
