//! TLS from end to end: a CA of one's own, and certificates that are wrong, each named by REST and socket alike.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::json;
use switchboard::backend::{Report, SessionState};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::contract::Contract;
use crate::seat::{Seat, config};

/// What is wrong with the certificate.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wrong {
    Nothing,
    Issuer,
    Expired,
    Host,
    OwnCa,
}

fn authority(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("parameters");
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a CA")
}

/// Speaks TLS in front of `target`; its port, and the CA that the client is to trust (PEM).
async fn in_front_of(target: u16, wrong: Wrong) -> (u16, String) {
    let (trusted, other) = (authority("ours"), authority("another"));
    let key = KeyPair::generate().expect("a key");
    let name = if wrong == Wrong::Host { "elsewhere.test" } else { "localhost" };
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("parameters");
    if wrong == Wrong::Expired {
        params.not_before = rcgen::date_time_ymd(2019, 1, 1);
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    }
    let signed = params.signed_by(&key, if wrong == Wrong::Issuer { &other } else { &trusted }).expect("signed");
    let (certificate, key) = if wrong == Wrong::OwnCa {
        (other.der().clone(), other.key().serialize_der())
    } else {
        (signed.der().clone(), key.serialize_der())
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let server = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key)))
        .expect("settings");
    let acceptor = TlsAcceptor::from(Arc::new(server));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut client) = acceptor.accept(stream).await else { return };
                let Ok(mut server) = TcpStream::connect(("127.0.0.1", target)).await else { return };
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    (port, trusted.pem())
}

async fn seat(server: &Contract, wrong: Wrong, folder: &std::path::Path) -> Seat {
    let target = server.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let (port, ca) = in_front_of(target, wrong).await;
    let file = folder.join(format!("{wrong:?}.pem"));
    std::fs::write(&file, ca).expect("written");
    let mut config = config(&format!("https://localhost:{port}"));
    config.profile.ca_file = Some(file);
    Seat::new(config)
}

#[tokio::test]
async fn a_ca_of_ones_own_is_trusted() {
    let Some(server) = Contract::start(&json!({})) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    seat(&server, Wrong::Nothing, folder.path()).await.live().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_named() {
    let Some(server) = Contract::start(&json!({})) else { return };
    let folder = tempfile::tempdir().expect("a folder");
    for (wrong, words) in [
        (Wrong::Issuer, "its certificate is signed by nobody that this system trusts"),
        (Wrong::Expired, "its certificate has expired"),
        (Wrong::Host, "its certificate belongs to another host"),
        (Wrong::OwnCa, "its certificate is a CA's own, as self-signed ones often are"),
    ] {
        let mut seat = seat(&server, wrong, folder.path()).await;
        let named = |reason: &str| reason.contains(words);
        let fits = |state: &SessionState| matches!(state, SessionState::Waiting { reason, .. } if named(reason));
        let session = seat.state(words, fits).await;
        assert_eq!(session.epoch, 0, "{wrong:?}: never connected");
        let listed = |report: &Report| match report {
            Report::List { result: Err(error), .. } => Some(error.to_string()),
            _ => None,
        };
        let error = seat.ever("the list's error", listed).await;
        assert!(error.contains(words), "{wrong:?}: {error}");
    }
    assert_eq!(server.state().await["requests"], json!([]), "nothing was asked, and no token shown");
}
