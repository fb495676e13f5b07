//! `switchboard doctor`: does everything reach the screen, and if not, why. The session, the state and the rules are
//! those of the inbox.

mod examine;
mod page;
mod test_message;
mod trials;

use std::time::Duration;

use jiff::Timestamp;
use secrecy::SecretString;
use url::Url;

use super::{DemoArgs, Failure, Output, Place, Setup, block_on};
use crate::config::{Profile, is_loopback};
use crate::inspect::diagnose::{Outcome, outcome};
pub use examine::{Examination, Plan, Webhook, examine};
pub use page::{as_json, page};

/// The variable that holds the webhook's secret unless the profile names another; `serve` reads the same.
const SECRET: &str = "SWITCHBOARD_WEBHOOK_SECRET";

const AFTER_HELP: &str = "With --send-test, messages of a customer who is nobody's (+44 7700 900999, a number kept for \
fiction) are put in by the webhook, signed with the secret in SWITCHBOARD_WEBHOOK_SECRET or in the variable that \
`webhook_secret_env` of the profile names. Nobody is ever sent a message. Without it, or without a secret, a real message \
is waited for: write to the business number.

Exit codes: 0 the ids match, 2 they do not, 3 nothing arrived, 4 refused, 5 not reached, 64 wrong arguments or \
configuration.";

/// Arguments of `doctor`.
#[derive(Debug, Clone, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    demo: DemoArgs,
    /// Put test messages in by the webhook, as a customer who is nobody's
    #[arg(long)]
    send_test: bool,
    /// Wait so many seconds for a message
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    wait: u64,
    /// Check too whether a web page of this origin may read the answers
    #[arg(long, value_name = "URL")]
    origin: Option<Url>,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Examines a profile's backend and prints what to do.
///
/// # Errors
/// [`Failure::Verdict`] unless the ids match; no backend, no token, a wrong configuration.
pub fn run(setup: &Setup, args: &Args, out: &mut Output) -> Result<(), Failure> {
    let begun = Timestamp::now();
    let (examined, name) = block_on(async {
        let place = Place::find(setup, &args.demo).await?;
        let config = place.backend_config(setup)?;
        let test = if args.send_test { webhook(&config.profile)? } else { None };
        let name = place.chosen.name.clone();
        let wait = Duration::from_secs(args.wait);
        let plan = Plan { wait, origin: args.origin.clone(), test, ..Plan::new(config)? };
        Ok::<_, Failure>((examine(plan).await, name))
    })??;
    let verdict = outcome(&examined.findings);
    if args.json {
        out.line(as_json(&examined, &name, verdict))?;
    } else {
        for line in page(&examined, &name, verdict, Timestamp::now().duration_since(begun)) {
            out.line(line)?;
        }
    }
    match verdict {
        Outcome::Match => Ok(()),
        other => Err(Failure::Verdict(other.exit_code())),
    }
}

/// Where and how test messages are put in; `None` where no secret is configured and the backend is not on this machine.
fn webhook(profile: &Profile) -> Result<Option<Webhook>, Failure> {
    let name = profile.webhook_secret_env.as_deref().unwrap_or(SECRET);
    let secret = std::env::var(name).ok().filter(|secret| !secret.is_empty()).map(SecretString::from);
    if secret.is_none() && profile.webhook_secret_env.is_some() {
        return Err(Failure::Usage(format!("`webhook_secret_env` of the profile names {name}, which is not set")));
    }
    let url = match &profile.webhook_url {
        Some(url) => url.clone(),
        None => {
            let mut url = profile.url.clone();
            url.set_path(&format!("{}/api/webhooks/whatsapp", profile.url.path().trim_end_matches('/')));
            url
        }
    };
    let unsigned = is_loopback(&url);
    Ok((secret.is_some() || unsigned).then_some(Webhook { url, secret }))
}
