//! HTTP proxies: which one, if any, and how to get a tunnel through it.

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::header::HeaderValue;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use url::{Host, Url};

use super::{
    config::Proxy,
    dial::{self, Socket},
    error::ConnectError,
    target::Target,
    tls,
};

/// A proxy to go through.
#[derive(Clone)]
pub(super) struct ProxyServer {
    host: String,
    port: u16,
    secure: bool,
    auth: Option<HeaderValue>,
}

impl ProxyServer {
    fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The error of a proxy that does not do its job.
    pub fn refuses(&self, reason: impl Into<String>) -> ConnectError {
        ConnectError::Proxy { proxy: self.authority(), reason: reason.into() }
    }

    /// The same proxy for the HTTP client.
    pub fn for_http(&self) -> Result<reqwest::Proxy, ConnectError> {
        let scheme = if self.secure { "https" } else { "http" };
        let proxy = reqwest::Proxy::all(format!("{scheme}://{}", self.authority()));
        let proxy = proxy.map_err(|error| self.refuses(format!("has a bad address: {error}")))?;
        Ok(match &self.auth {
            Some(auth) => proxy.custom_http_auth(auth.clone()),
            None => proxy,
        })
    }
}

/// The proxy to use for `origin` (scheme http or https).
pub(super) fn choose(proxy: &Proxy, origin: &Url) -> Result<Option<ProxyServer>, ConnectError> {
    let matcher = match proxy {
        Proxy::None => return Ok(None),
        Proxy::FromEnv if is_loopback(origin) => return Ok(None),
        Proxy::FromEnv => Matcher::from_env(),
        Proxy::Url(url) => Matcher::builder().all(url.to_string()).build(),
    };
    let bad = |reason: String| ConnectError::Proxy { proxy: "setting".to_owned(), reason };
    let uri = origin.as_str().parse().map_err(|error| bad(format!("cannot be looked up: {error}")))?;
    let Some(found) = matcher.intercept(&uri) else {
        return match proxy {
            Proxy::Url(_) => Err(bad("is no http:// or https:// URL with a host".to_owned())),
            _ => Ok(None),
        };
    };
    let secure = match found.uri().scheme_str() {
        Some("http") => false,
        Some("https") => true,
        other => return Err(bad(format!("has scheme {}; only http and https work", other.unwrap_or("none")))),
    };
    Ok(Some(ProxyServer {
        host: found.uri().host().unwrap_or_default().to_owned(),
        port: found.uri().port_u16().unwrap_or(if secure { 443 } else { 80 }),
        secure,
        auth: found.basic_auth().cloned(),
    }))
}

fn is_loopback(origin: &Url) -> bool {
    match origin.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// More than this before the end of a proxy's answer is no answer.
const LONGEST_ANSWER: usize = 16 * 1024;

/// Opens a tunnel to the target through `proxy` (HTTP CONNECT).
pub(super) async fn tunnel(proxy: &ProxyServer, target: &Target) -> Result<Socket, ConnectError> {
    let stream = dial::tcp(proxy.host.trim_matches(['[', ']']), proxy.port).await;
    let stream = stream.map_err(|error| proxy.refuses(format!("cannot be reached: {error}")))?;
    let mut socket: Socket = Box::new(stream);
    if proxy.secure {
        let config = dial::tls_config(&proxy.host, target.custom_tls.as_ref()).await?;
        socket = tls::wrap(socket, &proxy.host, &config).await?;
    }

    let authority = target.authority();
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n").into_bytes();
    if let Some(auth) = &proxy.auth {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(auth.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    let broke = |error: std::io::Error| proxy.refuses(format!("broke the connection: {error}"));
    socket.write_all(&request).await.map_err(broke)?;
    socket.flush().await.map_err(broke)?;

    // Byte by byte beyond the buffer of the system: what follows the answer belongs to the tunnel.
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() >= LONGEST_ANSWER {
            return Err(proxy.refuses("answered with endless headers"));
        }
        match socket.read_u8().await {
            Ok(byte) => answer.push(byte),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                return Err(proxy.refuses("closed the connection instead of answering"));
            }
            Err(error) => return Err(broke(error)),
        }
    }
    let answer = String::from_utf8_lossy(&answer);
    let line = answer.lines().next().unwrap_or_default();
    let status = line.strip_prefix("HTTP/1.").and_then(|rest| rest.split_whitespace().nth(1)?.parse::<u16>().ok());
    match status {
        Some(200..=299) => Ok(socket),
        Some(407) => Err(proxy.refuses("answered 407: it wants a user and a password (http://user:password@host)")),
        Some(status) => Err(proxy.refuses(format!("answered {status} to a tunnel to {authority}"))),
        None => Err(proxy.refuses("does not speak HTTP")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_named_proxy_is_used_with_its_credentials() {
        let proxy = Proxy::Url(url("http://user:p%40ss@proxy.test:3128"));
        let chosen = choose(&proxy, &url("https://backend.test/")).unwrap().unwrap();
        assert_eq!((chosen.authority().as_str(), chosen.secure), ("proxy.test:3128", false));
        assert_eq!(chosen.auth.unwrap(), "Basic dXNlcjpwQHNz");
        assert!(!format!("{proxy:?}").contains("ss"));
    }

    #[test]
    fn what_is_no_http_proxy_is_refused() {
        let refused = choose(&Proxy::Url(url("socks5://proxy.test:1080")), &url("https://backend.test/"));
        assert!(matches!(refused, Err(ConnectError::Proxy { .. })));
    }

    #[test]
    fn loopback_is_never_proxied_by_the_environment() {
        for origin in ["http://localhost:1/", "http://127.0.0.2:1/", "http://[::1]:1/", "http://a.localhost/"] {
            assert!(is_loopback(&url(origin)), "{origin}");
        }
        assert!(!is_loopback(&url("http://localhost.example.org/")));
    }
}
