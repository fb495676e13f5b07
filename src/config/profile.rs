//! A profile: one backend and account.

use std::collections::BTreeMap;
use std::path::PathBuf;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// How the socket session is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// WebSocket first, HTTP polling where that fails.
    #[default]
    Auto,
    /// WebSocket only.
    Websocket,
    /// HTTP polling only.
    Polling,
    /// WebSocket by the crate `rust_socketio`, which a build has only with the cargo feature of that name.
    #[serde(rename = "rust_socketio")]
    RustSocketio,
}

/// One backend and account.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The backend's base address.
    pub url: Url,
    /// Where its Socket.IO server is, when that is elsewhere.
    #[serde(default)]
    pub socket_url: Option<Url>,
    /// The path of the Socket.IO endpoint.
    #[serde(default = "default_socket_path")]
    pub socket_path: String,
    /// The Socket.IO namespace.
    #[serde(default = "default_namespace")]
    pub namespace: String,
    /// How the session is carried.
    #[serde(default)]
    pub transport: Transport,
    /// How this backend spells things.
    #[serde(default = "default_dialect")]
    pub dialect: String,
    /// Values that the dialect asks for, such as a company's or an instance's id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub variables: BTreeMap<String, String>,
    /// The account, where the token does not say it.
    #[serde(default)]
    pub account: Option<String>,
    /// The business phone line (`phoneNumberId`) whose conversations are shown; without it those of all active lines.
    #[serde(default)]
    pub line: Option<String>,
    /// Open it at the start, behind the profile in front: what is unread there is counted, and it may ring.
    #[serde(default)]
    pub background: bool,
    /// The e-mail that `login` offers.
    #[serde(default)]
    pub email: Option<String>,
    /// The token itself; the file must then be private (mode 600).
    #[serde(default, skip_serializing)]
    pub token: Option<SecretString>,
    /// The environment variable that holds the token.
    #[serde(default)]
    pub token_env: Option<String>,
    /// A command that prints the token; run when a session begins and once more when the backend refuses it.
    #[serde(default)]
    pub token_command: Option<String>,
    /// A private file that holds the token.
    #[serde(default)]
    pub token_file: Option<PathBuf>,
    /// Speak plain `http://` beyond this machine: everybody on the way can read along.
    #[serde(default)]
    pub allow_plain_http: bool,
    /// Certificates (PEM) to trust beside the system's.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// A proxy; without it `HTTPS_PROXY` and its kin.
    #[serde(default)]
    pub proxy: Option<Url>,
    /// The environment variable that holds the webhook's secret, for the test messages of `doctor`.
    #[serde(default)]
    pub webhook_secret_env: Option<String>,
    /// Where the webhook is; without it `/api/webhooks/whatsapp` below `url`.
    #[serde(default)]
    pub webhook_url: Option<Url>,
    /// Route by national digit variants too, instead of only showing them as probable.
    #[serde(default)]
    pub route_variants: bool,
    /// More HTTP headers for every request and handshake. Treated as secrets.
    #[serde(default, skip_serializing)]
    pub headers: BTreeMap<String, SecretString>,
}

fn default_socket_path() -> String {
    "/socket.io/".to_owned()
}

fn default_namespace() -> String {
    "/".to_owned()
}

fn default_dialect() -> String {
    "reference".to_owned()
}

/// What a build without the feature says.
const NO_RUST_SOCKETIO: &str = "\"rust_socketio\" is not in this build: build with `--features rust_socketio`, or use \
                                \"auto\"";

/// What is wrong with a profile: the key and the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileProblem {
    /// The offending key.
    pub key: &'static str,
    /// What is wrong, and what to do.
    pub problem: String,
}

impl Profile {
    /// A profile with every default.
    pub fn new(url: Url) -> Self {
        Self {
            url,
            socket_url: None,
            socket_path: default_socket_path(),
            namespace: default_namespace(),
            transport: Transport::default(),
            dialect: default_dialect(),
            variables: BTreeMap::new(),
            account: None,
            line: None,
            background: false,
            email: None,
            token: None,
            token_env: None,
            token_command: None,
            token_file: None,
            allow_plain_http: false,
            ca_file: None,
            proxy: None,
            webhook_secret_env: None,
            webhook_url: None,
            route_variants: false,
            headers: BTreeMap::new(),
        }
    }

    /// Where the Socket.IO server is.
    pub fn socket_base(&self) -> &Url {
        self.socket_url.as_ref().unwrap_or(&self.url)
    }

    /// The first thing that is wrong with it, if anything is.
    ///
    /// # Errors
    /// An address that is not http(s), plain http beyond this machine, a transport that is not in this build, a header
    /// that cannot be sent, two tokens.
    pub fn check(&self) -> Result<(), ProfileProblem> {
        let plain = self.allow_plain_http;
        check_url(&self.url, plain).map_err(|problem| ProfileProblem { key: "url", problem })?;
        if let Some(url) = &self.socket_url {
            check_url(url, plain).map_err(|problem| ProfileProblem { key: "socket_url", problem })?;
        }
        if let Some(url) = &self.webhook_url {
            check_url(url, plain).map_err(|problem| ProfileProblem { key: "webhook_url", problem })?;
        }
        for (key, value) in [("socket_path", &self.socket_path), ("namespace", &self.namespace)] {
            if !value.starts_with('/') {
                return Err(ProfileProblem { key, problem: format!("must begin with `/`, not be \"{value}\"") });
            }
        }
        if self.transport == Transport::RustSocketio && !cfg!(feature = "rust_socketio") {
            return Err(ProfileProblem { key: "transport", problem: NO_RUST_SOCKETIO.to_owned() });
        }
        let named = [
            ("token", self.token.is_some()),
            ("token_env", self.token_env.is_some()),
            ("token_command", self.token_command.is_some()),
            ("token_file", self.token_file.is_some()),
        ];
        let mut given = named.iter().filter(|(_, given)| *given);
        if let (Some((first, _)), Some((second, _))) = (given.next(), given.next()) {
            return Err(ProfileProblem { key: second, problem: format!("`{first}` is set as well; keep one of them") });
        }
        for (name, value) in &self.headers {
            let sendable = reqwest::header::HeaderName::from_bytes(name.as_bytes()).is_ok()
                && reqwest::header::HeaderValue::from_str(value.expose_secret()).is_ok();
            if !sendable {
                let problem = format!("the header `{name}` has a character that HTTP does not allow");
                return Err(ProfileProblem { key: "headers", problem });
            }
        }
        Ok(())
    }
}

/// Whether this address may be spoken to: https anywhere, http on this machine or where it is allowed.
///
/// # Errors
/// The reason, in words.
pub fn check_url(url: &Url, allow_plain_http: bool) -> Result<(), String> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password: addresses are shown on the screen".to_owned());
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if allow_plain_http || is_loopback(url) => Ok(()),
        "http" => Err(format!(
            "{url} is plain http: everybody on the way could read the token and the messages. Use https, or set \
             `allow_plain_http = true` in the profile if the way is safe"
        )),
        other => Err(format!("begins with `{other}:`, but only https: and http: addresses work")),
    }
}

/// Whether an address is on this machine.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect(text)
    }

    #[test]
    fn plain_http_stays_on_this_machine() {
        for fine in [
            "https://chat.example.test",
            "http://localhost:5050",
            "http://127.0.0.9:1/",
            "http://[::1]:5",
            "http://a.localhost/",
        ] {
            assert_eq!(check_url(&url(fine), false), Ok(()), "{fine}");
        }
        for refused in
            ["http://chat.example.test", "http://10.0.0.1:5050", "http://localhost.example.test", "http://[::2]/"]
        {
            let problem = check_url(&url(refused), false).expect_err(refused);
            assert!(problem.contains("plain http") && problem.contains("allow_plain_http = true"), "{problem}");
            assert_eq!(check_url(&url(refused), true), Ok(()));
        }
        assert!(check_url(&url("ftp://localhost"), true).is_err());
        assert!(check_url(&url("https://me:secret@chat.example.test"), true).is_err());
    }

    #[test]
    fn secrets_are_not_shown() {
        let mut profile = Profile::new(url("https://chat.example.test"));
        profile.token = Some("t0ken".into());
        profile.headers.insert("x-api-key".to_owned(), "k3y".into());
        let shown = format!("{profile:?} {}", toml::to_string(&profile).expect("toml"));
        assert!(!shown.contains("t0ken") && !shown.contains("k3y"), "{shown}");
    }

    #[test]
    fn a_profile_has_one_token_and_headers_that_can_be_sent() {
        let mut profile = Profile::new(url("https://chat.example.test"));
        profile.token = Some("a".into());
        profile.token_env = Some("B".to_owned());
        assert_eq!(profile.check().expect_err("two").key, "token_env");
        profile.token_env = None;
        assert_eq!(profile.check(), Ok(()));
        profile.headers.insert("bad name".to_owned(), "v".into());
        let problem = profile.check().expect_err("header").problem;
        assert!(problem.contains("bad name"), "{problem}");
    }
}
