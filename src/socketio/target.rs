//! Where to connect to, worked out once from the configuration, and by when.

use std::{sync::Arc, time::Duration};

use reqwest::header::HeaderMap;
use tokio::time::{Instant, timeout_at};
use url::{Host, Url};

use super::{
    config::Config,
    dial,
    error::{ConnectError, Stage},
    incoming::Transport,
    proxy::{self, ProxyServer},
    tls,
};

/// A server, ready to be dialled.
#[derive(Clone)]
pub(super) struct Target {
    pub address: Address,
    /// Set for https.
    pub tls: Option<Arc<rustls::ClientConfig>>,
    /// What the caller gave, for a proxy that speaks TLS itself.
    pub custom_tls: Option<Arc<rustls::ClientConfig>>,
    pub proxy: Option<ProxyServer>,
    pub headers: HeaderMap,
    pub max_payload: usize,
}

/// Where the server is, as the configuration says it.
#[derive(Clone)]
pub(super) struct Address {
    /// Scheme http or https, with the path and the query common to all requests. Not for error messages: the query
    /// may carry a token.
    pub base: Url,
    pub host: String,
    pub port: u16,
}

impl Address {
    pub fn new(config: &Config) -> Result<Self, ConnectError> {
        let bad = |what: &str| ConnectError::Config(format!("the server's URL {what}"));
        let scheme = match config.url.scheme() {
            "http" | "ws" => "http",
            "https" | "wss" => "https",
            _ => return Err(bad("must begin with http://, https://, ws:// or wss://")),
        };
        let host = match config.url.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => return Err(bad("has no host")),
        };
        let port = config.url.port_or_known_default().ok_or_else(|| bad("has no port"))?;

        let name = config.url.host_str().unwrap_or_default();
        let path = config.path.trim_matches('/');
        let slash = if path.is_empty() { "" } else { "/" };
        let mut base = Url::parse(&format!("{scheme}://{name}:{port}/{path}{slash}"))
            .map_err(|error| bad(&format!("and path make no URL: {error}")))?;
        base.query_pairs_mut().extend_pairs(&config.query);
        Ok(Self { base, host, port })
    }

    pub fn secure(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// Host and port as they stand in a URL.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.base.host_str().unwrap_or_default(), self.port)
    }
}

impl Target {
    pub async fn new(config: &Config, deadline: Deadline) -> Result<Self, ConnectError> {
        let address = Address::new(config)?;
        let mut custom_tls = config.tls.clone();
        if custom_tls.is_none() && !config.extra_roots.is_empty() {
            let load = async {
                tls::load(config.extra_roots.clone()).await.map_err(|error| tls::unusable(&address.host, &error))
            };
            custom_tls = Some(deadline.within(Stage::Tls, load).await?);
        }
        let tls = match address.secure() {
            true => Some(deadline.within(Stage::Tls, dial::tls_config(&address.host, custom_tls.as_ref())).await?),
            false => None,
        };
        let proxy = proxy::choose(&config.proxy, &address.base)?;
        Ok(Self { address, tls, custom_tls, proxy, headers: config.headers.clone(), max_payload: config.max_payload })
    }

    /// Host and port as they stand in a URL.
    pub fn authority(&self) -> String {
        self.address.authority()
    }

    /// The URL of a request; `sid` once there is a session.
    pub fn url(&self, transport: Transport, sid: Option<&str>) -> Url {
        let mut url = self.address.base.clone();
        let mut query = url.query_pairs_mut();
        query.append_pair("EIO", "4").append_pair("transport", transport.engine_name());
        if let Some(sid) = sid {
            query.append_pair("sid", sid);
        }
        drop(query);
        url
    }
}

/// When all stages together must be through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    at: Instant,
    total: Duration,
}

impl Deadline {
    pub fn after(total: Duration) -> Self {
        // A time-out of centuries means none; the clock would overflow.
        let total = total.min(Duration::from_secs(24 * 60 * 60));
        Self { at: Instant::now() + total, total }
    }

    /// A deadline for half of the time that is left.
    pub fn half(self) -> Self {
        Self::after(self.at.saturating_duration_since(Instant::now()) / 2)
    }

    /// Runs a stage until it ends or the time is up.
    pub async fn within<T>(
        self,
        stage: Stage,
        work: impl Future<Output = Result<T, ConnectError>>,
    ) -> Result<T, ConnectError> {
        let late = Err(ConnectError::Timeout { stage, after: self.total });
        timeout_at(self.at, work).await.unwrap_or(late)
    }
}
