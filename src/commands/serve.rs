//! `switchboard serve`: the embedded backend as a server of its own.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::{Failure, Output, Setup};
use crate::server::db::{Database, DatabaseError};
use crate::server::faults::FAULTS;
use crate::server::graph::GraphConfig;
use crate::server::simulator::SimulatorConfig;
use crate::server::{DatabaseAt, Server, ServerConfig, ServerError, passwords};

/// What `serve` is told. Secrets come from the environment, never from the command line, where every user of the
/// machine could read them.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = "Environment:
  SWITCHBOARD_JWT_SECRET      signs tokens (made and kept in the database if absent)
  SWITCHBOARD_WEBHOOK_SECRET  the WhatsApp app's secret; deliveries must be signed with it
  SWITCHBOARD_VERIFY_TOKEN    what WhatsApp says when it verifies the webhook
  SWITCHBOARD_GRAPH_TOKEN     the access token to send through the WhatsApp Cloud API
  SWITCHBOARD_ADMIN_PASSWORD  the first agent's password (asked for or made up if absent)")]
pub struct Args {
    /// Address and port to listen on; addresses that others can reach need both secrets
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:5050")]
    pub listen: SocketAddr,

    /// Database file [default: server.db in the data directory]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["memory", "demo"])]
    pub database: Option<PathBuf>,

    /// Keep everything in memory; it is gone when the server stops
    #[arg(long)]
    pub memory: bool,

    /// Simulated customers on a database in memory
    #[arg(long)]
    pub demo: bool,

    /// Simulated customers on the chosen database
    #[arg(long)]
    pub simulator: bool,

    /// The simulated customers' seed: the same one gives the same traffic
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,

    /// How fast the simulated customers' time passes; 0 is silence
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = parse_rate)]
    pub rate: f64,

    /// Messages an account may send in a minute; 0 is no limit
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    pub send_limit: u32,

    /// Hours that a token is good for
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u64).range(1..=8760))]
    pub token_hours: u64,

    /// Web origin that may call from a browser; may be repeated, * is any
    #[arg(long, value_name = "ORIGIN")]
    pub cors: Vec<String>,

    /// Address that clients reach this server under, if it is another than --listen
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,

    /// WhatsApp Cloud API to send through
    #[arg(long, value_name = "URL", default_value = "https://graph.facebook.com")]
    pub graph_url: String,

    /// WhatsApp Cloud API version
    #[arg(long, value_name = "VERSION", default_value = "v23.0")]
    pub graph_version: String,

    /// E-mail of the first agent, made when the database has no account
    #[arg(long, value_name = "EMAIL", default_value = "admin@localhost")]
    pub admin_email: String,

    /// Name of the first account
    #[arg(long, value_name = "NAME", default_value = "Switchboard")]
    pub account_name: String,

    /// Business line to add: its phone number id, its number and what it is called, with commas between
    #[arg(long, value_name = "ID,NUMBER,NAME", value_parser = parse_line)]
    pub line: Vec<LineArg>,

    /// Make something go wrong on purpose; may be repeated. `--fault list` names everything that can
    #[arg(long, value_name = "NAME[=NUMBER]")]
    pub fault: Vec<String>,

    /// Let faults be switched on and off while the server runs, over /api/faults
    #[arg(long)]
    pub lab: bool,

    /// WhatsApp business account that added lines belong to
    #[arg(long, value_name = "ID", default_value = "")]
    pub waba: String,
}

/// A business line, as `--line` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineArg {
    /// The Cloud API's `phone_number_id`.
    pub id: String,
    /// Its number as people write it.
    pub phone: String,
    /// What it is called.
    pub name: String,
}

/// Runs the server until SIGINT or SIGTERM; writes where it listens, and a made-up password once.
///
/// # Errors
/// The server cannot be started as it was asked to, or the output cannot be written.
pub fn run(setup: &Setup, args: &Args, out: &mut Output) -> Result<(), Failure> {
    if args.fault.iter().any(|name| name == "list") {
        return list_faults(out);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::Other(format!("cannot start: {error}")))?;
    runtime.block_on(serve(setup, args, out))
}

async fn serve(setup: &Setup, args: &Args, out: &mut Output) -> Result<(), Failure> {
    let server = Server::open(config(setup, args)?).await.map_err(failed)?;
    let db = server.db().clone();
    let login = first_login(args, &db).await?;
    put_lines(args, &db).await?;
    let running = server.listen().await.map_err(failed)?;
    match login {
        Some((email, Password::MadeUp(password))) => {
            let password = password.expose_secret();
            out.line(format_args!("Log in as {email} with the password {password} (shown this once)"))?;
        }
        Some((email, Password::Given(_))) => {
            out.line(format_args!("Log in as {email} with the password that was given"))?
        }
        None => {}
    }
    out.line(format_args!("Switchboard serves on {}", running.url()))?;
    out.flush()?;
    let signal = stop_signal().await.map_err(|error| Failure::Other(format!("cannot wait for signals: {error}")))?;
    tracing::info!(signal, "the server stops");
    running.shutdown().await;
    Ok(())
}

fn list_faults(out: &mut Output) -> Result<(), Failure> {
    for fault in FAULTS {
        out.line(format_args!("{:<22}{}", fault.name, fault.about))?;
        if let Some(setting) = fault.setting {
            out.line(format_args!("{:22}={} {} unless another number is given", "", setting.default, setting.unit))?;
        }
    }
    Ok(())
}

fn database(error: DatabaseError) -> Failure {
    failed(error.into())
}

fn failed(error: ServerError) -> Failure {
    match error {
        ServerError::Unguarded { .. } | ServerError::Origin(_) | ServerError::Fault(_) => {
            Failure::Usage(error.to_string())
        }
        error => Failure::Other(error.to_string()),
    }
}

fn config(setup: &Setup, args: &Args) -> Result<ServerConfig, Failure> {
    let database = match &args.database {
        _ if args.memory || args.demo => DatabaseAt::Memory,
        Some(path) => DatabaseAt::File(path.clone()),
        None => DatabaseAt::File(setup.paths.data.join("server.db")),
    };
    let graph = secret("SWITCHBOARD_GRAPH_TOKEN")?.map(|token| GraphConfig {
        base_url: args.graph_url.clone(),
        version: args.graph_version.clone(),
        token,
    });
    let simulated = args.demo || args.simulator;
    Ok(ServerConfig {
        listen: args.listen,
        database,
        jwt_secret: secret("SWITCHBOARD_JWT_SECRET")?,
        webhook_secret: secret("SWITCHBOARD_WEBHOOK_SECRET")?,
        verify_token: secret("SWITCHBOARD_VERIFY_TOKEN")?,
        graph,
        simulator: simulated.then(|| SimulatorConfig { seed: args.seed, rate: args.rate, ..Default::default() }),
        rate_limit: args.send_limit,
        token_ttl: Duration::from_secs(args.token_hours * 3600),
        cors: args.cors.clone(),
        public_url: args.public_url.clone(),
        faults: args.fault.clone(),
        lab: args.lab || !args.fault.is_empty(),
        ..ServerConfig::default()
    })
}

/// Who may log in: the agent of an account that is made when there is none, or the first agent of the simulated one,
/// who gets a password if there is none yet, and for each demo. `None` for a database that is used again.
async fn first_login(args: &Args, db: &Database) -> Result<Option<(String, Password)>, Failure> {
    if !db.has_accounts().await.map_err(database)? {
        let password = first_password(&args.admin_email)?;
        db.create_account(&args.account_name, &args.admin_email, password.secret()).await.map_err(database)?;
        return Ok(Some((args.admin_email.clone(), password)));
    }
    let Some(agent) = db.first_agent().await.map_err(database)? else { return Ok(None) };
    if !args.demo && agent.password_hash.is_some() {
        return Ok(None);
    }
    let password = first_password(&agent.email)?;
    db.set_password(&agent.email, password.secret()).await.map_err(database)?;
    Ok(Some((agent.email, password)))
}

/// Adds the lines that were named to the first account.
async fn put_lines(args: &Args, db: &Database) -> Result<(), Failure> {
    let Some(agent) = db.first_agent().await.map_err(database)? else { return Ok(()) };
    for line in &args.line {
        let put = db.put_line(&agent.account_id, &line.id, &args.waba, &line.name, &line.phone);
        if !put.await.map_err(database)? {
            return Err(Failure::Usage(format!("the line {} belongs to another account of this database", line.id)));
        }
    }
    Ok(())
}

/// The first agent's password.
enum Password {
    /// Somebody knows it: from the environment, or typed.
    Given(SecretString),
    /// It is to be shown.
    MadeUp(SecretString),
}

impl Password {
    fn secret(&self) -> &SecretString {
        let (Self::Given(secret) | Self::MadeUp(secret)) = self;
        secret
    }
}

/// The password from the environment, asked for on a terminal, or made up.
fn first_password(email: &str) -> Result<Password, Failure> {
    if let Some(password) = secret("SWITCHBOARD_ADMIN_PASSWORD")? {
        return Ok(Password::Given(password));
    }
    if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        let typed = rpassword::prompt_password(format!("A password for {email} (nothing: one is made up): "))
            .map_err(|error| Failure::Other(format!("the password cannot be read: {error}")))?;
        if !typed.is_empty() {
            return Ok(Password::Given(SecretString::from(typed)));
        }
    }
    Ok(Password::MadeUp(passwords::generate()))
}

fn secret(name: &'static str) -> Result<Option<SecretString>, Failure> {
    let value = std::env::var_os(name).map(OsString::into_string).transpose();
    let value = value.map_err(|_| Failure::Usage(format!("the environment variable {name} is not valid UTF-8")))?;
    Ok(value.filter(|value| !value.is_empty()).map(SecretString::from))
}

/// Waits for the signal to stop, and names it.
async fn stop_signal() -> std::io::Result<&'static str> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        Ok(tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        })
    }
    #[cfg(not(unix))]
    {
        tokio::signal::ctrl_c().await?;
        Ok("Ctrl-C")
    }
}

/// How fast simulated time passes.
pub(super) fn parse_rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if (0.0..=10_000.0).contains(&rate) => Ok(rate),
        _ => Err("a number from 0 to 10000 is expected".to_owned()),
    }
}

fn parse_line(text: &str) -> Result<LineArg, String> {
    let mut parts = text.splitn(3, ',').map(|part| part.trim().to_owned());
    match (parts.next(), parts.next(), parts.next()) {
        (Some(id), Some(phone), Some(name)) if !id.is_empty() && !phone.is_empty() => Ok(LineArg { id, phone, name }),
        _ => Err("ID,NUMBER,NAME is expected, as in 1003427786179738,+923001234567,Sales".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_three_parts() {
        let line = parse_line("1003427786179738, +92 300 1234567, Sales, north").unwrap();
        assert_eq!((line.phone.as_str(), line.name.as_str()), ("+92 300 1234567", "Sales, north"));
        assert!(parse_line("1003427786179738").is_err());
        assert!(parse_rate("-1").is_err() && parse_rate("nan").is_err() && parse_rate("2.5").is_ok());
    }
}
