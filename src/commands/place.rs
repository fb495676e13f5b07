//! The backend that a command works with: a profile's, or the embedded one with simulated customers.

use std::path::PathBuf;
use std::sync::Arc;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};

use super::serve::parse_rate;
use super::{Failure, Setup};
use crate::app::Settings;
use crate::app::attention::Attention;
use crate::app::dates::Dates;
use crate::backend::{BackendConfig, Errand, Resolve, TokenSource};
use crate::config::{Chosen, Clock, Profile, TOKEN_VARIABLE, Times, find_token};
use crate::server::simulator::SimulatorConfig;
use crate::server::{Running, Server, ServerConfig, ServerError};
use crate::store::{self, StoreConfig};
use crate::text::Clean;
use crate::wire::{Dialect, Known, Shelf};

/// The dialect of our own server.
pub(super) const OUR_OWN: &str = "switchboard";
/// Rows of the list that are fetched.
const LIST_ROWS: u32 = 200;

/// The demo, as arguments ask for it.
#[derive(Debug, Clone, PartialEq, clap::Args)]
pub struct DemoArgs {
    /// Use an embedded server with simulated customers, in memory
    #[arg(long, conflicts_with_all = ["profile", "url", "token_file"])]
    pub demo: bool,
    /// The simulated customers' seed: the same one gives the same traffic
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// How fast the simulated customers' time passes; 0 is silence
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = parse_rate)]
    pub rate: f64,
}

impl Default for DemoArgs {
    fn default() -> Self {
        Self { demo: false, seed: 1, rate: 1.0 }
    }
}

/// A backend, the way in, and the server behind it where it is our own.
pub struct Place {
    /// The profile and its name.
    pub chosen: Chosen,
    /// The token.
    pub token: SecretString,
    /// The embedded server of the demo; it stops when this is dropped.
    pub demo: Option<Running>,
    /// Opened beside another profile: a token that was given for that one (`SWITCHBOARD_TOKEN`, `--token-file`) is never
    /// sent to this backend.
    pub second: bool,
}

impl Place {
    /// The backend that the arguments and the configuration lead to.
    ///
    /// # Errors
    /// No such profile or none at all, no token, or the embedded server cannot start.
    pub async fn find(setup: &Setup, args: &DemoArgs) -> Result<Self, Failure> {
        if args.demo {
            return Self::demo(args).await;
        }
        let nothing = "no backend is configured: sign in with `switchboard login URL`, or add --demo to try it on \
                       simulated customers";
        Self::configured(setup).await?.ok_or_else(|| Failure::Usage(nothing.to_owned()))
    }

    /// The same for the inbox, which opens on the demo where nothing is configured.
    ///
    /// # Errors
    /// As [`Place::find`], but for the lack of a profile.
    pub async fn find_or_demo(setup: &Setup, args: &DemoArgs) -> Result<Self, Failure> {
        let configured = if args.demo { None } else { Self::configured(setup).await? };
        match configured {
            Some(place) => Ok(place),
            None => Self::demo(args).await,
        }
    }

    async fn configured(setup: &Setup) -> Result<Option<Self>, Failure> {
        let Some(chosen) = setup.chosen()? else { return Ok(None) };
        let token = setup.token(&chosen).await?.secret;
        Ok(Some(Self { chosen, token, demo: None, second: false }))
    }

    /// A profile of the configuration, beside another one that runs already.
    ///
    /// # Errors
    /// No such profile, or no token of its own.
    pub async fn named(setup: &Setup, name: &str) -> Result<Self, Failure> {
        let missing = || Failure::Usage(format!("there is no profile `{name}`"));
        let chosen = setup.loaded.choose(Some(name), None)?.ok_or_else(missing)?;
        let token = find_token(&chosen, &setup.paths, None, own_variable).await?.secret;
        Ok(Self { chosen, token, demo: None, second: true })
    }

    /// What the configuration decides once about a run on this place.
    pub fn settings(&self, setup: &Setup, ascii: bool) -> Settings {
        let config = &setup.loaded.config;
        let over_ssh = ["SSH_CONNECTION", "SSH_TTY"].iter().any(|name| std::env::var_os(name).is_some());
        Settings {
            profile: Clean::line(&self.chosen.name),
            line: self.chosen.profile.line.as_deref().map(Clean::line),
            demo: self.demo.is_some(),
            ascii: ascii || config.ascii,
            zone: TimeZone::system(),
            dates: dates(&config.times),
            relative: config.times.relative,
            list_limit: LIST_ROWS,
            thread_limit: config.history.page,
            thread_memory: usize::try_from(config.history.in_memory).unwrap_or(usize::MAX),
            attention: Attention::of(&config.notifications, &self.chosen.name, &config.views),
            mark_read: config.mark_read.automatic,
            presence: SignedDuration::from_secs(config.mark_read.key_seconds.into()),
            ssh: over_ssh,
            pictures: false,
            largest_file: u64::from(config.media.largest_megabytes) * 1_000_000,
        }
    }

    /// Where conversations, drafts and what waits to be sent are kept. The demo's are gone with it.
    pub fn store_config(&self, setup: &Setup) -> StoreConfig {
        let history = &setup.loaded.config.history;
        let place = match &self.demo {
            Some(_) => store::Place::Memory,
            None => store::Place::File(store::file_of(&setup.paths, &self.chosen.name)),
        };
        StoreConfig { place, days: history.cache_days, megabytes: history.cache_megabytes }
    }

    /// The files from which the token may come.
    pub fn token_files(&self, setup: &Setup) -> Vec<PathBuf> {
        let named = [self.given_token_file(setup), self.chosen.profile.token_file.clone()];
        named.into_iter().flatten().chain([setup.paths.token_file(&self.chosen.name)]).collect()
    }

    /// The token file of the arguments, where it is meant for this backend.
    fn given_token_file(&self, setup: &Setup) -> Option<PathBuf> {
        setup.options.token_file.clone().filter(|_| !self.second)
    }

    /// What a session with this backend needs to know.
    ///
    /// # Errors
    /// There is no such dialect.
    pub fn backend_config(&self, setup: &Setup) -> Result<BackendConfig, Failure> {
        let profile = &self.chosen.profile;
        let dialect = dialect_of(setup, &self.chosen, Some(&self.token))?;
        let limits = (LIST_ROWS, setup.loaded.config.history.page);
        let config = BackendConfig::new(profile.clone(), dialect, self.token_source(setup));
        Ok(BackendConfig { list_limit: limits.0, thread_limit: limits.1, ..config })
    }

    /// The way to ask this backend for single things, without a session.
    ///
    /// # Errors
    /// There is no such dialect.
    pub(super) fn errand(&self, setup: &Setup) -> Result<Errand, Failure> {
        Ok(Errand::new(self.backend_config(setup)?))
    }

    /// The token, and how a new one is found when the backend refuses it: its source is asked once more.
    fn token_source(&self, setup: &Setup) -> TokenSource {
        let current = Some(self.token.clone());
        if self.demo.is_some() {
            return TokenSource { current, resolve: None };
        }
        let (chosen, paths, file) = (self.chosen.clone(), setup.paths.clone(), self.given_token_file(setup));
        let variable: fn(&str) -> Option<String> = if self.second { own_variable } else { any_variable };
        let resolve: Resolve = Arc::new(move || {
            let (chosen, paths, file) = (chosen.clone(), paths.clone(), file.clone());
            Box::pin(async move {
                let found = find_token(&chosen, &paths, file.as_deref(), variable).await;
                found.map(|token| token.secret).map_err(|error| error.to_string())
            })
        });
        TokenSource { current, resolve: Some(resolve) }
    }

    /// The embedded server on a free loopback port, with simulated customers.
    ///
    /// # Errors
    /// It cannot start.
    pub async fn demo(args: &DemoArgs) -> Result<Self, Failure> {
        let failed = |error: ServerError| Failure::Other(format!("the demo cannot start: {error}"));
        let simulator = SimulatorConfig { seed: args.seed, rate: args.rate, ..SimulatorConfig::default() };
        let running = Server::start(ServerConfig { simulator: Some(simulator), ..ServerConfig::default() })
            .await
            .map_err(failed)?;
        let email = running.first_agent().await.map_err(failed)?;
        let token = running.token_for(&email).await.map_err(failed)?;
        let url = running.url().parse().map_err(|error| Failure::Other(format!("the demo cannot start: {error}")))?;
        let mut profile = Profile::new(url);
        profile.email = Some(email);
        OUR_OWN.clone_into(&mut profile.dialect);
        Ok(Self { chosen: Chosen { name: "demo".to_owned(), profile }, token, demo: Some(running), second: false })
    }
}

/// Dates as the configuration and the environment want them.
fn dates(times: &Times) -> Dates {
    let locale = if times.locale == "auto" { Dates::locale(any_variable) } else { times.locale.clone() };
    let twelve = match times.clock {
        Clock::Auto => None,
        Clock::Twelve => Some(true),
        Clock::TwentyFour => Some(false),
    };
    Dates::for_locale(&locale, twelve)
}

fn any_variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The environment without the token of the profile in front.
fn own_variable(name: &str) -> Option<String> {
    if name == TOKEN_VARIABLE { None } else { any_variable(name) }
}

/// How a profile's backend spells things, with the session's values for the dialect's variables.
pub(super) fn dialect_of(
    setup: &Setup,
    chosen: &Chosen,
    token: Option<&SecretString>,
) -> Result<Arc<Dialect>, Failure> {
    let profile = &chosen.profile;
    let shelf = shelf(setup)?;
    let dialect = shelf.dialect(&profile.dialect).ok_or_else(|| {
        let names: Vec<&str> = shelf.names().into_iter().map(|(name, _)| name).collect();
        Failure::Usage(format!(
            "`dialect` in [profile.{}]: there is no dialect `{}`; there is {}",
            chosen.name,
            profile.dialect,
            names.join(", ")
        ))
    })?;
    let dialect = dialect.map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(Arc::new(dialect.bound(Known {
        given: Some(&profile.variables),
        account: profile.account.as_deref(),
        line: profile.line.as_deref(),
        token: token.map(ExposeSecret::expose_secret),
    })))
}

/// The dialects that come with the program, and the user's own.
pub(super) fn shelf(setup: &Setup) -> Result<Shelf, Failure> {
    let mut shelf = Shelf::shipped();
    let folder = setup.paths.dialects();
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(shelf),
        Err(error) => return Err(Failure::Usage(format!("cannot read {}: {error}", folder.display()))),
    };
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    for path in files {
        let Some(name) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", path.display())))?;
        shelf = shelf.with(name, &path.display().to_string(), &text);
    }
    Ok(shelf)
}
