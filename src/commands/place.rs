//! The backend that a command works with: a profile's, or the embedded one with simulated customers.

use secrecy::SecretString;

use super::serve::parse_rate;
use super::{Failure, Setup};
use crate::config::{Chosen, Profile};
use crate::server::simulator::SimulatorConfig;
use crate::server::{Running, Server, ServerConfig, ServerError};

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
}

impl Place {
    /// The backend that the arguments and the configuration lead to.
    ///
    /// # Errors
    /// No such profile or none at all, no token, or the embedded server cannot start.
    pub async fn find(setup: &Setup, args: &DemoArgs) -> Result<Self, Failure> {
        let chosen = if args.demo { None } else { setup.chosen()? };
        match chosen {
            Some(chosen) => {
                let token = setup.token(&chosen).await?.secret;
                Ok(Self { chosen, token, demo: None })
            }
            None if args.demo => Self::demo(args).await,
            None => Err(Failure::Usage(
                "no backend is configured: sign in with `switchboard login URL`, or add --demo to try it on simulated \
                 customers"
                    .to_owned(),
            )),
        }
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
        Ok(Self { chosen: Chosen { name: "demo".to_owned(), profile }, token, demo: Some(running) })
    }
}
