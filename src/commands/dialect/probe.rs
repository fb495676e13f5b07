//! `switchboard dialect probe URL`: which dialect a backend speaks, by asking it. Nothing is changed over there: a
//! login, reads, and the joins of rooms.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::mpsc;
use url::Url;

use super::super::login::password;
use super::super::place::shelf;
use super::super::{Failure, Output, Setup};
use crate::backend::{
    self, BackendConfig, Command, Errand, Page, Report, RestError, SessionState, Target, TokenSource,
};
use crate::chat::{Content, Directory, Id, NameOrigin};
use crate::config::{Chosen, Profile, check_url};
use crate::wire::propose::propose;
use crate::wire::{Catalogue, Dialect, Event, Known, ListPage, Shelf, ThreadPage};

/// Rows and messages that are looked at.
const LOOKED_AT: u32 = 30;

/// Arguments of `dialect probe`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The backend's address
    #[arg(value_name = "URL")]
    address: Url,
    /// Sign in with this e-mail instead of a stored token; asks for the password
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// The account, where lists want it named
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// The line, where lists want it named
    #[arg(long, value_name = "ID")]
    line: Option<String>,
    /// A value that a dialect asks for, such as companyId=1; repeatable
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    set: Vec<(String, String)>,
    /// How many seconds to listen on the socket; 0 not at all
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    listen: u64,
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "must be NAME=VALUE".to_owned())
}

/// How well a dialect fits, and why.
struct Fit {
    name: String,
    dialect: Arc<Dialect>,
    score: u32,
    why: String,
    list: Option<ListPage>,
    list_text: Option<String>,
    thread_text: Option<String>,
    thread: Option<ThreadPage>,
}

/// Probes, and says what was found.
///
/// # Errors
/// The address may not be spoken to, there is no token, or nothing answers there.
pub fn run(setup: &Setup, args: &Args, out: &mut Output) -> Result<(), Failure> {
    let shelf = shelf(setup)?;
    let mut profile = setup
        .loaded
        .config
        .profiles
        .values()
        .find(|profile| profile.url == args.address)
        .cloned()
        .unwrap_or_else(|| Profile::new(args.address.clone()));
    profile.account = args.account.clone().or(profile.account);
    profile.line = args.line.clone().or(profile.line);
    profile.variables.extend(args.set.iter().cloned());
    check_url(&profile.url, profile.allow_plain_http).map_err(Failure::Usage)?;
    let secret = match &args.email {
        Some(email) => Some((email.clone(), password(&format!("Password of {email} at {}: ", profile.url))?)),
        None => None,
    };
    super::super::block_on(async {
        let (token, variables) = token(setup, &shelf, &profile, secret, out).await?;
        profile.variables.extend(variables);
        let mut fits = Vec::new();
        let mut reached = None;
        for (name, _) in shelf.names() {
            let Some(Ok(dialect)) = shelf.dialect(name) else { continue };
            let fit = try_one(name, dialect, &profile, &token).await;
            match fit {
                Ok(fit) => {
                    out.line(format_args!("{:<20} {:>3}  {}", fit.name, fit.score, fit.why))?;
                    fits.push(fit);
                }
                Err(reason) => {
                    reached.get_or_insert(reason);
                    break;
                }
            }
            out.flush()?;
        }
        if let (Some(reason), true) = (reached, fits.is_empty()) {
            return Err(Failure::Unreachable(reason));
        }
        let Some(best) = fits.into_iter().reduce(|best, fit| if fit.score > best.score { fit } else { best }) else {
            return Err(Failure::Other("there is no dialect to try".to_owned()));
        };
        tell(&best, out)?;
        if args.listen > 0 && best.score > 0 && best.dialect.has_socket() {
            listen(&best, &profile, &token, Duration::from_secs(args.listen), out).await?;
        }
        out.line("")?;
        let own = best.score < FITS;
        let (list, thread) = (best.list_text.as_deref().filter(|_| own), best.thread_text.as_deref().filter(|_| own));
        out.text(&propose(&best.name, list, thread))
    })?
}

/// From here on a dialect reads both a list and a thread.
const FITS: u32 = 60;

/// The token: stored for this address, or of a login in whichever dialect one succeeds.
async fn token(
    setup: &Setup,
    shelf: &Shelf,
    profile: &Profile,
    secret: Option<(String, SecretString)>,
    out: &mut Output,
) -> Result<(SecretString, BTreeMap<String, String>), Failure> {
    let Some((email, password)) = secret else {
        let name = setup.loaded.config.profiles.iter().find(|(_, had)| had.url == profile.url);
        let name = name.map_or_else(|| "probe".to_owned(), |(name, _)| name.clone());
        let token = setup.token(&Chosen { name, profile: profile.clone() }).await?;
        return Ok((token.secret, BTreeMap::new()));
    };
    let mut refused = String::new();
    let mut tried = Vec::new();
    for (name, _) in shelf.names() {
        let Some(Ok(dialect)) = shelf.dialect(name) else { continue };
        let Some(request) = dialect.login_request(&email, &password) else { continue };
        let shape = (request.path, request.body.map(|body| body.to_string()));
        if tried.contains(&shape) && dialect.login_cookie().is_none() {
            continue;
        }
        tried.push(shape);
        match backend::login(profile, &dialect, &email, &password).await {
            Ok((token, who)) => {
                out.line(format_args!(
                    "signed in as {} in the words of {name}",
                    who.name.as_deref().unwrap_or(&email)
                ))?;
                return Ok((token, who.variables));
            }
            Err(error @ RestError::Unreachable { before_sending: true, .. }) => {
                return Err(Failure::Unreachable(error.to_string()));
            }
            Err(error) => refused = error.to_string(),
        }
    }
    Err(Failure::Refused(format!("no dialect's login succeeded; the last one: {refused}")))
}

/// A list and a thread in one dialect's words. The error is the reason why nothing can be reached at all.
async fn try_one(name: &str, dialect: Dialect, profile: &Profile, token: &SecretString) -> Result<Fit, String> {
    let dialect = Arc::new(dialect.bound(Known {
        given: Some(&profile.variables),
        account: profile.account.as_deref(),
        line: profile.line.as_deref(),
        token: Some(token.expose_secret()),
    }));
    let config = BackendConfig::new(profile.clone(), Arc::clone(&dialect), TokenSource::fixed(token.clone()));
    let errand = Errand::new(config);
    let mut fit = Fit {
        name: name.to_owned(),
        dialect: Arc::clone(&dialect),
        score: 0,
        why: String::new(),
        list: None,
        list_text: None,
        thread_text: None,
        thread: None,
    };
    let missing: Vec<&str> = dialect.missing().into_iter().map(|(name, _)| name).collect();
    let asks = if missing.is_empty() { String::new() } else { format!(" (it asks for {})", missing.join(", ")) };
    let list = match errand.list(LOOKED_AT).await {
        Ok(list) => list,
        Err(RestError::Unreachable { reason, before_sending: true })
            if missing.is_empty() && reason.contains("reach") =>
        {
            return Err(reason.to_string());
        }
        Err(error) => {
            fit.why = format!("no list: {error}{asks}");
            return Ok(fit);
        }
    };
    let line = profile.line.as_deref().map(Id::from);
    if let Some(request) = dialect.list_request(LOOKED_AT, line.as_ref(), None) {
        fit.list_text = errand.raw(request).await.ok();
    }
    // of two dialects that read the same, the one whose team can be asked for says more
    if let Some(request) = dialect.catalogue_request(Catalogue::Agents, line.as_ref())
        && errand.raw(request).await.is_ok()
    {
        fit.score += 2;
    }
    let rows = list.rows.len();
    fit.score += if rows == 0 { 10 } else { 30 };
    let told = |count: usize| (count * 5).checked_div(rows).unwrap_or(0) as u32;
    fit.score += told(list.rows.iter().filter(|row| row.last_at.is_some()).count());
    fit.score += told(list.rows.iter().filter(|row| row.phone.is_some() || row.name.is_some()).count());
    fit.score += told(list.rows.iter().filter(|row| row.unread.is_some()).count());
    fit.score += told(
        list.rows.iter().filter(|row| row.ids.iter().any(|id| dialect.identity.native.fits(id.id.as_str()))).count(),
    );
    fit.why = format!("a list of {rows}, {} unreadable", list.unreadable.len());
    if let Some(target) = first_target(&dialect, profile, &list) {
        match errand.thread(&target, &Page::Latest, LOOKED_AT).await {
            Ok(thread) => {
                let count = thread.messages.len();
                let understood = thread
                    .messages
                    .iter()
                    .filter(|message| !matches!(message.content, Content::Unsupported { .. }))
                    .count();
                let all = count + thread.unreadable.len();
                fit.score += (30 * understood).checked_div(all).unwrap_or(0) as u32 + 10;
                fit.why.push_str(&format!("; a thread of {count}, {} not understood", all - understood));
                if let Some(request) = dialect.thread_request(&target, &Page::Latest, LOOKED_AT) {
                    fit.thread_text = errand.raw(request).await.ok();
                }
                fit.thread = Some(thread);
            }
            Err(error) => fit.why.push_str(&format!("; no thread: {error}")),
        }
    }
    fit.why.push_str(&asks);
    fit.list = Some(list);
    Ok(fit)
}

/// The first row as requests name it.
fn first_target(dialect: &Dialect, profile: &Profile, list: &ListPage) -> Option<Target> {
    let account = profile.account.as_deref().map(Id::from);
    let mut directory = Directory::new(dialect.identity_rules(account, false));
    let row = list.rows.first()?;
    let key = directory.learn(row, NameOrigin::Declared).key;
    let id = directory.primary(key)?.clone();
    let mut aliases = directory.declared_ids(key);
    aliases.retain(|other| *other != id);
    Some(Target { key, id, aliases, line: row.line.clone(), phone: row.phone.clone() })
}

/// What the best one could not read.
fn tell(best: &Fit, out: &mut Output) -> Result<(), Failure> {
    out.line("")?;
    if best.score == 0 {
        out.line("No dialect fits.")?;
        return Ok(());
    }
    out.line(format_args!("{} fits best: {}", best.name, best.dialect.about))?;
    let list = best.list_text.as_deref().map(|text| best.dialect.unread_in_list(text)).unwrap_or_default();
    let thread = best.thread_text.as_deref().map(|text| best.dialect.unread_in_thread(text)).unwrap_or_default();
    for (what, unread) in [("a row of the list", list), ("a message", thread)] {
        if !unread.is_empty() {
            out.line(format_args!("not looked at in {what}: {}", unread.join(" ")))?;
        }
    }
    let unreadable = best.list.iter().flat_map(|page| &page.unreadable);
    for error in unreadable.chain(best.thread.iter().flat_map(|page| &page.unreadable)).take(5) {
        out.line(format_args!("could not be read: {error}"))?;
    }
    Ok(())
}

/// Listens, and says which events the dialect has a meaning for.
async fn listen(
    best: &Fit,
    profile: &Profile,
    token: &SecretString,
    time: Duration,
    out: &mut Output,
) -> Result<(), Failure> {
    let config = BackendConfig::new(profile.clone(), Arc::clone(&best.dialect), TokenSource::fixed(token.clone()));
    let (reports, mut heard) = mpsc::channel(64);
    let session = backend::start(config, reports);
    if let Some(target) = best.list.as_ref().and_then(|list| first_target(&best.dialect, profile, list)) {
        session.send(Command::Watch { open: Some(target), others: Vec::new() });
    }
    let mut events: BTreeMap<String, (u32, &'static str)> = BTreeMap::new();
    let mut state = "not connected".to_owned();
    let _ = tokio::time::timeout(time, async {
        while let Some(report) = heard.recv().await {
            match report {
                Report::Frame(frame) => {
                    let meaning = match &frame.event {
                        Ok(Event::NotInDialect) => "has no meaning in the dialect",
                        Ok(_) => "understood",
                        Err(_) => "could not be read",
                    };
                    let entry = events.entry(frame.name.to_string()).or_insert((0, meaning));
                    entry.0 += 1;
                }
                Report::Session(session) => {
                    state = match &session.state {
                        SessionState::Connecting { step } => (*step).to_owned(),
                        SessionState::Live => format!("live by {}", session.transport.unwrap_or("socket")),
                        SessionState::Silent { reason } => format!("silent: {reason}"),
                        SessionState::Waiting { reason, .. } => format!("not connected: {reason}"),
                        SessionState::Offline { reason } => format!("off: {reason}"),
                        SessionState::SignedOut { reason } => format!("the socket refuses the token: {reason}"),
                    };
                }
                _ => {}
            }
        }
    })
    .await;
    session.close().await;
    out.line(format_args!("the socket: {state}"))?;
    if events.is_empty() {
        out.line(format_args!("no event came in {} s", time.as_secs()))?;
    }
    for (name, (count, meaning)) in events {
        out.line(format_args!("{count} x {}: {meaning}", crate::text::Clean::line(&name)))?;
    }
    Ok(())
}
