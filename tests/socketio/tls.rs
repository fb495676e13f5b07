//! TLS: trusted by a CA of one's own, refused with words otherwise.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::json;
use switchboard::socketio::{Config, ConnectError, Proxy, TransportChoice, connect, tls};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use url::Url;

use crate::handshake::proxy_with_password;
use crate::peer::{Drive, PATIENCE, Server};

/// Speaks TLS as `name` in front of `target`; its port, and the PEM text of the CA that signed for it.
async fn tls_in_front_of(target: u16, name: &str) -> (u16, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, "a CA of one's own");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &ca).unwrap();

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let server = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(server));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut client) = acceptor.accept(stream).await else { return };
                let mut server = TcpStream::connect(("127.0.0.1", target)).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    (port, ca.pem())
}

fn secure(scheme: &str, port: u16, transport: TransportChoice) -> Config {
    let mut config = Config::new(Url::parse(&format!("{scheme}://localhost:{port}")).unwrap());
    config.transport = transport;
    config.proxy = Proxy::None;
    config.connect_timeout = PATIENCE;
    config
}

#[tokio::test]
async fn a_ca_of_ones_own_is_trusted_and_others_are_not() {
    let Some(server) = Server::start(json!({})).await else { return };
    let (port, ca) = tls_in_front_of(server.port, "localhost").await;
    for (scheme, transport) in [
        ("https", TransportChoice::Websocket),
        ("wss", TransportChoice::Polling),
        ("wss", TransportChoice::PollingThenUpgrade),
    ] {
        let mut config = secure(scheme, port, transport);
        match scheme {
            "wss" => config.extra_roots = ca.clone().into_bytes(),
            _ => config.tls = Some(tls::client_config(ca.as_bytes()).unwrap()),
        }
        let mut connection = connect(config).await.unwrap();
        connection.emitter.emit("echo", &["over", "tls"]).await.unwrap();
        loop {
            if let Some(switchboard::socketio::Incoming::Event(event)) = connection.item().await {
                assert_eq!(event.args.text(1), Some("\"tls\""));
                break;
            }
        }

        let refused = connect(secure(scheme, port, transport)).await.unwrap_err();
        let words = "no trusted TLS connection to localhost: \
                     its certificate is signed by nobody that this system trusts";
        assert!(matches!(refused, ConnectError::Tls { .. }), "{refused:?}");
        assert_eq!(refused.to_string(), words);
    }
}

#[tokio::test]
async fn tls_goes_through_the_tunnel_of_a_proxy() {
    let Some(server) = Server::start(json!({})).await else { return };
    let (port, ca) = tls_in_front_of(server.port, "localhost").await;
    let proxy = proxy_with_password().await;
    for transport in [TransportChoice::Websocket, TransportChoice::Polling, TransportChoice::PollingThenUpgrade] {
        let mut config = secure("https", port, transport);
        config.extra_roots = ca.clone().into_bytes();
        config.proxy = Proxy::Url(Url::parse(&format!("http://user:pass@{proxy}")).unwrap());
        let connection = connect(config.clone()).await.unwrap();
        let answer = connection.emitter.emit_with_ack("echo", &["through"], PATIENCE).await.unwrap();
        assert_eq!(answer.text(0), Some("\"through\""), "{transport:?}");

        config.proxy = Proxy::Url(Url::parse(&format!("http://{proxy}")).unwrap());
        let error = connect(config).await.unwrap_err();
        assert!(matches!(error, ConnectError::Proxy { .. }), "{transport:?}: {error:?}");
    }
}

#[tokio::test]
async fn a_certificate_for_another_host_is_named() {
    let (port, ca) = tls_in_front_of(1, "elsewhere.test").await;
    for transport in [TransportChoice::Websocket, TransportChoice::Polling] {
        let mut config = secure("https", port, transport);
        config.tls = Some(tls::client_config(ca.as_bytes()).unwrap());
        let refused = connect(config).await.unwrap_err();
        assert!(refused.to_string().ends_with("its certificate belongs to another host"), "{refused:?}");
    }
}

#[cfg(feature = "rust_socketio")]
#[tokio::test]
async fn rust_socketio_trusts_the_same() {
    let Some(server) = Server::start(json!({})).await else { return };
    let (port, ca) = tls_in_front_of(server.port, "localhost").await;
    for scheme in ["https", "wss"] {
        let mut config = secure(scheme, port, TransportChoice::RustSocketio);
        let refused = connect(config.clone()).await.unwrap_err();
        assert!(matches!(&refused, ConnectError::Tls { host, .. } if host == "localhost"), "{refused:?}");
        config.extra_roots = ca.clone().into_bytes();
        let mut connection = connect(config.clone()).await.unwrap();
        connection.emitter.emit("echo", &["over", "tls"]).await.unwrap();
        assert_eq!(connection.named("echo").await.args.text(1), Some("\"tls\""));

        config.tls = Some(tls::client_config(ca.as_bytes()).unwrap());
        let refused = connect(config).await.unwrap_err();
        assert!(matches!(refused, ConnectError::Config(_)), "{refused:?}");
    }
    let (port, ca) = tls_in_front_of(1, "elsewhere.test").await;
    let mut config = secure("https", port, TransportChoice::RustSocketio);
    config.extra_roots = ca.into_bytes();
    let refused = connect(config).await.unwrap_err();
    assert!(matches!(refused, ConnectError::Tls { .. }), "{refused:?}");
}

#[test]
fn a_ca_file_without_a_certificate_is_refused() {
    assert!(matches!(tls::client_config(b"no certificate"), Err(tls::TlsSetupError::Pem(_))));
}
