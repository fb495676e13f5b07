//! TLS settings: rustls with ring, trusting the system's certificates and, if wished, more.

use std::{error::Error, sync::Arc};

use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;

use super::{
    dial::Socket,
    error::{ConnectError, cause, causes},
};

/// Why TLS settings could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsSetupError {
    /// The system has no certificates that could be read.
    #[error("no usable root certificates on this system{0}; install the package ca-certificates or name a CA file")]
    NoRoots(String),
    /// The PEM text holds no certificate, or one that cannot be read.
    #[error("the CA file is unusable: {0}")]
    Pem(String),
    /// rustls refused the settings.
    #[error("TLS cannot be set up: {0}")]
    Rustls(#[from] rustls::Error),
}

/// Settings that trust the system's certificates and those in `extra_pem` (PEM text with one or more certificates;
/// empty for none). Reads files: call it from a blocking context.
pub fn client_config(extra_pem: &[u8]) -> Result<Arc<ClientConfig>, TlsSetupError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(extra_pem) {
        let certificate = certificate.map_err(|error| TlsSetupError::Pem(error.to_string()))?;
        roots.add(certificate).map_err(|error| TlsSetupError::Pem(error.to_string()))?;
    }
    if !extra_pem.is_empty() && roots.is_empty() {
        return Err(TlsSetupError::Pem("it holds no certificate".to_owned()));
    }
    let native = rustls_native_certs::load_native_certs();
    // One unreadable certificate among many is no reason to go without the others.
    roots.add_parsable_certificates(native.certs);
    if roots.is_empty() {
        let why = native.errors.first().map(|error| format!(" ({error})")).unwrap_or_default();
        return Err(TlsSetupError::NoRoots(why));
    }
    Ok(Arc::new(with_roots(roots)?))
}

/// Settings that trust nobody, for clients that need some although they never speak TLS.
///
/// # Errors
/// rustls refuses its own defaults.
pub fn none() -> Result<ClientConfig, rustls::Error> {
    with_roots(RootCertStore::empty())
}

fn with_roots(roots: RootCertStore) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// The default settings, made when first needed and kept.
pub(super) async fn default_config() -> Result<Arc<ClientConfig>, TlsSetupError> {
    static DEFAULT: OnceCell<Arc<ClientConfig>> = OnceCell::const_new();
    DEFAULT.get_or_try_init(|| load(Vec::new())).await.map(Arc::clone)
}

/// [`client_config`] on a thread that may block.
pub(super) async fn load(extra_pem: Vec<u8>) -> Result<Arc<ClientConfig>, TlsSetupError> {
    let loaded = tokio::task::spawn_blocking(move || client_config(&extra_pem)).await;
    loaded.unwrap_or_else(|error| Err(TlsSetupError::NoRoots(format!(" ({error})"))))
}

/// No connection to `host`, because there are no settings.
pub(super) fn unusable(host: &str, error: &TlsSetupError) -> ConnectError {
    ConnectError::Tls { host: host.to_owned(), reason: error.to_string() }
}

/// Speaks TLS over `socket` with `host`.
pub(super) async fn wrap(socket: Socket, host: &str, config: &Arc<ClientConfig>) -> Result<Socket, ConnectError> {
    let tls = |reason: String| ConnectError::Tls { host: host.to_owned(), reason };
    let name = ServerName::try_from(host.to_owned()).map_err(|error| tls(error.to_string()))?;
    // A configuration shared with an HTTP client may offer HTTP/2, which carries no WebSocket of ours.
    let mut config = ClientConfig::clone(config);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let stream = TlsConnector::from(Arc::new(config)).connect(name, socket).await;
    Ok(Box::new(stream.map_err(|error| tls(cause(&error).map_or_else(|| error.to_string(), rustls_words)))?))
}

/// What the system or rustls said at the bottom of an error, in words: what is wrong with a certificate if it is that.
pub fn innermost_words(error: &(dyn Error + 'static)) -> String {
    match cause(error) {
        Some(error) => rustls_words(error),
        None => causes(error).last().unwrap_or(error).to_string(),
    }
}

/// What is wrong with a certificate, in words; anything else as rustls says it.
pub(super) fn rustls_words(error: &rustls::Error) -> String {
    use rustls::CertificateError as Bad;
    match error {
        rustls::Error::InvalidCertificate(bad) => match bad {
            Bad::UnknownIssuer => "its certificate is signed by nobody that this system trusts".to_owned(),
            Bad::Expired | Bad::ExpiredContext { .. } => "its certificate has expired".to_owned(),
            Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
                "its certificate is not valid yet; is the clock right?".to_owned()
            }
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
                "its certificate belongs to another host".to_owned()
            }
            Bad::Revoked => "its certificate has been revoked".to_owned(),
            // Which of its own errors rustls wraps here is said by its words alone.
            other if other.to_string().contains("CaUsedAsEndEntity") => {
                "its certificate is a CA's own, as self-signed ones often are: it needs one that is signed by that CA"
                    .to_owned()
            }
            other => format!("its certificate is not valid: {other}"),
        },
        other => other.to_string(),
    }
}
