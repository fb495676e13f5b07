//! A backend of our own that can go away and come back with all that it has, and one user with directories of theirs.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use sqlx::{ConnectOptions as _, Connection as _};
use switchboard::server::db::DatabaseAt;
use switchboard::server::simulator::SimulatorConfig;
use switchboard::server::{Running, Server, ServerConfig};

use crate::terminal::Terminal;

/// The backend, and where its user's files are.
pub struct House {
    runtime: tokio::runtime::Runtime,
    server: Option<Running>,
    addr: SocketAddr,
    token: String,
    /// The user's directories.
    pub home: tempfile::TempDir,
    /// What the program is told of its backend.
    pub url: String,
}

impl House {
    /// A server with the demo's customers, who stay silent.
    pub fn build() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let home = tempfile::tempdir().expect("a directory");
        let addr = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut house = Self { runtime, server: None, addr, token: String::new(), home, url: String::new() };
        house.open();
        let server = house.server.as_ref().expect("a server");
        house.addr = server.addr();
        house.url = server.url();
        let token = house.runtime.block_on(async {
            let agent = server.first_agent().await.expect("an agent");
            server.token_for(&agent).await.expect("a token")
        });
        house.token = token.expose_secret().to_owned();
        house
    }

    /// The server comes (back).
    pub fn open(&mut self) {
        let config = ServerConfig {
            listen: self.addr,
            database: DatabaseAt::File(self.home.path().join("server.db")),
            simulator: Some(SimulatorConfig { seed: 7, rate: 0.0, ..SimulatorConfig::default() }),
            ..ServerConfig::default()
        };
        self.server = Some(self.runtime.block_on(Server::start(config)).expect("the server starts"));
    }

    /// The server goes away.
    pub fn close(&mut self) {
        let server = self.server.take().expect("a server");
        self.runtime.block_on(server.shutdown());
    }

    /// The user's token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// The inbox on this backend.
    pub fn terminal(&self) -> Terminal {
        self.terminal_with(&["--url", &self.url], &[("SWITCHBOARD_TOKEN", &self.token)])
    }

    /// The inbox as a team uses it: by the dialect of our own server, with this in the configuration.
    pub fn team_terminal(&self, config: &str) -> Terminal {
        let url: url::Url = self.url.parse().expect("a URL");
        let name = switchboard::config::name_for(&url);
        let folder = self.home.path().join("config");
        std::fs::create_dir_all(&folder).expect("made");
        let profile = format!("{config}[profile.\"{name}\"]\nurl = \"{}\"\ndialect = \"switchboard\"\n", self.url);
        let profile = format!("{profile}token_env = \"SWITCHBOARD_TOKEN\"\n");
        std::fs::write(folder.join("config.toml"), profile).expect("written");
        self.terminal_with(&[], &[("SWITCHBOARD_TOKEN", &self.token)])
    }

    /// A colleague of the user: e-mail and token.
    pub fn colleague(&self) -> (String, String) {
        let email = self.ask("SELECT email FROM agents WHERE name = 'Noor Haddad'").expect("a colleague");
        let server = self.server.as_ref().expect("a server");
        let token = self.runtime.block_on(server.token_for(&email)).expect("a token");
        (email, token.expose_secret().to_owned())
    }

    /// The inbox of somebody else of the team, with directories of their own.
    pub fn seat(&self, token: &str) -> Terminal {
        let folder = self.home.path().join("other/config");
        std::fs::create_dir_all(&folder).expect("made");
        let profile = format!("[profile.other]\nurl = \"{}\"\ndialect = \"switchboard\"\n", self.url);
        let profile = format!("{profile}token_env = \"SWITCHBOARD_TOKEN\"\n");
        std::fs::write(folder.join("config.toml"), profile).expect("written");
        let home = self.home.path().join("other");
        Terminal::start_in(&home, 120, 40, &[], &[("SWITCHBOARD_TOKEN", token)])
    }

    /// Asks the backend for something that no screen is there for.
    pub fn post(&self, path: &str, body: &Value) {
        let body = body.to_string();
        let (token, length) = (&self.token, body.len());
        let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n");
        let head = format!("{head}Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close");
        let mut stream = TcpStream::connect(self.addr).expect("a connection");
        stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
    }

    /// What the server's database answers, as text.
    pub fn ask(&self, sql: &str) -> Option<String> {
        let path = self.home.path().join("server.db");
        self.runtime.block_on(async {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path).read_only(true);
            let mut conn = options.connect().await.expect("the database opens");
            let sql = format!("SELECT CAST(({sql}) AS TEXT)");
            let answer = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut conn).await;
            let _ = conn.close().await;
            answer.expect("an answer")
        })
    }

    /// Whether the server serves these very bytes as a file of some message.
    pub fn serves(&self, bytes: &[u8]) -> bool {
        let ids = self.ask("SELECT group_concat(DISTINCT media_id) FROM messages WHERE media_id IS NOT NULL");
        let ids = ids.expect("files");
        // one is enough for the process; a second one changes nothing
        let _ = rustls::crypto::ring::default_provider().install_default();
        self.runtime.block_on(async {
            for id in ids.split(',') {
                let url = format!("http://{}/api/media/{id}", self.addr);
                let answer = reqwest::Client::new().get(url).bearer_auth(&self.token).send().await.expect("an answer");
                if answer.bytes().await.expect("a body") == bytes {
                    return true;
                }
            }
            false
        })
    }

    /// The inbox with other arguments.
    pub fn terminal_with(&self, args: &[&str], env: &[(&str, &str)]) -> Terminal {
        Terminal::start_in(self.home.path(), 120, 40, args, env)
    }

    /// The inbox, which is not killed by the system for a file that may not grow.
    pub fn terminal_that_ignores_limits(&self) -> Terminal {
        let program = env!("CARGO_BIN_EXE_switchboard");
        let line = ["sh", "-c", "trap '' XFSZ; exec \"$0\" \"$@\"", program, "--url", &self.url];
        Terminal::start_line(self.home.path(), 120, 40, &line, &[("SWITCHBOARD_TOKEN", &self.token)])
    }

    /// A headless command on this backend, and what it prints.
    pub fn run(&self, args: &[&str]) -> (bool, String) {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command.args(["--url", &self.url]).args(args).env_clear().env("SWITCHBOARD_TOKEN", &self.token);
        for name in ["CONFIG", "DATA", "CACHE", "STATE"] {
            command.env(format!("SWITCHBOARD_{name}_DIR"), self.home.path().join(name.to_lowercase()));
        }
        let output = command.output().expect("it runs");
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The conversations.
    pub fn rows(&self) -> Vec<Value> {
        let (_, printed) = self.run(&["list", "--json"]);
        printed.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    /// A customer of this row writes.
    pub fn inbound(&self, row: &Value, wamid: &str, text: &str) {
        let (phone, line) = (&row["phone"], &row["line"]);
        let now = jiff::Timestamp::now().as_second().to_string();
        let envelope = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{
            "field": "messages",
            "value": {
                "messaging_product": "whatsapp",
                "metadata": { "display_phone_number": "1", "phone_number_id": line },
                "contacts": [{ "profile": { "name": row["name"] }, "wa_id": phone }],
                "messages": [{ "from": phone, "id": wamid, "timestamp": now, "type": "text", "text": { "body": text } }],
            },
        }] }] });
        let server = self.server.as_ref().expect("a server");
        self.runtime.block_on(server.ingest().deliver(envelope.to_string().into_bytes())).expect("delivered");
    }

    /// The file of the user's store.
    pub fn store(&self) -> PathBuf {
        let folder = self.home.path().join("data/store");
        let url: url::Url = self.url.parse().expect("a URL");
        folder.join(format!("{}.sqlite", switchboard::config::name_for(&url)))
    }

    /// How often a text stands in the server's database.
    pub fn sent(&self, text: &str) -> i64 {
        self.stored(&format!("SELECT count(*) FROM messages WHERE body = '{text}'"))
    }

    /// What the server's database counts.
    pub fn stored(&self, sql: &str) -> i64 {
        self.count(&self.home.path().join("server.db"), sql)
    }

    /// What the user's store counts.
    pub fn kept(&self, sql: &str) -> i64 {
        self.count(&self.store(), sql)
    }

    /// What the store of a profile of this name counts.
    pub fn kept_by(&self, profile: &str, sql: &str) -> i64 {
        self.count(&self.home.path().join(format!("data/store/{profile}.sqlite")), sql)
    }

    /// What this database counts.
    pub fn count(&self, path: &std::path::Path, sql: &str) -> i64 {
        self.runtime.block_on(async {
            let options = sqlx::sqlite::SqliteConnectOptions::new().filename(path).read_only(true);
            let Ok(mut conn) = options.connect().await else { return -1 };
            let count = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&mut conn).await;
            let _ = conn.close().await;
            count.unwrap_or(-1)
        })
    }
}

/// Looks again until it is so.
pub fn until(what: &str, is_so: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < end, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// What a [`Wire`] does with what passes.
#[derive(Clone, Copy)]
pub enum Passing {
    /// Everything goes through.
    All = 0,
    /// Requests go through, answers do not.
    NoAnswers = 1,
    /// Nothing goes through any more.
    Nothing = 2,
    /// Nothing is even taken in: who writes has to wait.
    Stopped = 3,
}

/// The way between the program and its backend.
pub struct Wire {
    /// Where it begins.
    pub url: String,
    passing: Arc<AtomicU8>,
}

impl Wire {
    /// A way to this house.
    pub fn to(house: &House) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (to, passing) = (house.addr, Arc::new(AtomicU8::new(Passing::All as u8)));
        let shared = Arc::clone(&passing);
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = TcpStream::connect(to) else { continue };
                let ends = (near.try_clone(), far.try_clone());
                if let (Ok(near_again), Ok(far_again)) = ends {
                    carry(near, far, Arc::clone(&shared), Passing::Nothing);
                    carry(far_again, near_again, Arc::clone(&shared), Passing::NoAnswers);
                }
            }
        });
        Self { url, passing }
    }

    /// From now on.
    pub fn let_pass(&self, what: Passing) {
        self.passing.store(what as u8, Ordering::SeqCst);
    }
}

/// Carries bytes until `stops` (or more) is wanted; then they are swallowed.
fn carry(mut from: TcpStream, mut to: TcpStream, passing: Arc<AtomicU8>, stops: Passing) {
    std::thread::spawn(move || {
        let mut buffer = [0; 65_536];
        while let Ok(count @ 1..) = from.read(&mut buffer) {
            while passing.load(Ordering::SeqCst) == Passing::Stopped as u8 {
                std::thread::sleep(Duration::from_millis(5));
            }
            if passing.load(Ordering::SeqCst) >= stops as u8 {
                continue;
            }
            if to.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}
