//! `switchboard`, `switchboard inbox`: the inbox on the screen.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::{DemoArgs, Failure, Place, RecordArgs, Setup};
use crate::app::{Overlay, State, View};
use crate::backend;
use crate::config::{Pictures, Replies, Theme, expanded};
use crate::inspect::evidence::Address;
use crate::runtime::{self, Ending, Files, Open, Others, Parts, Recording, Seat, Timers, Watched};
use crate::store;
use crate::term::{Capabilities, Colors, PictureWay, install_panic_hook};
use crate::text::Clean;

/// Reports that may wait for the screen; beyond that the session waits, and the socket's own bounded queue fills.
const REPORTS: usize = 512;
/// Answers of the store that may wait for the screen; it goes on writing meanwhile.
const ANSWERS: usize = 64;
/// Conversations of the cache that are shown before the backend answers.
const KEPT_ROWS: u32 = 1_000;

/// Arguments of the inbox.
#[derive(Debug, Clone, Default, PartialEq, clap::Args)]
pub struct Args {
    /// The demo; the inbox opens on it by itself where nothing is configured.
    #[command(flatten)]
    pub demo: DemoArgs,
    /// What is recorded, and where.
    #[command(flatten)]
    pub record: RecordArgs,
    /// Write the keys that are pressed as well
    #[arg(long, requires = "record")]
    pub record_keys: bool,
    /// Draw with ASCII only
    #[arg(long)]
    pub ascii: bool,
}

/// So many tasks run before the loop of the screen, input and output are looked at again.
const EVENT_INTERVAL: u32 = 2;

/// Opens the inbox, and returns when the user has left it or a signal has ended it.
///
/// # Errors
/// The configuration has a mistake, there is no token, or the screen cannot be used.
pub fn run(setup: &Setup, args: &Args) -> Result<(), Failure> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        let instead = "use `switchboard tail`, `list`, `show` or `send` in a pipe";
        return Err(Failure::Usage(format!("the inbox needs a terminal for its input and output; {instead}")));
    }
    let capabilities = Capabilities::detect();
    let theme = match capabilities.colors {
        Colors::None => Theme::load("none", &setup.paths.themes())?,
        _ => setup.theme()?,
    };
    install_panic_hook();
    // The session shares the screen's thread: an event then reaches the glass without waking another one. The demo's
    // server gets threads of its own.
    let demo = args.demo.demo || setup.chosen()?.is_none();
    let mut builder =
        if demo { tokio::runtime::Builder::new_multi_thread() } else { tokio::runtime::Builder::new_current_thread() };
    // In a flood the screen has its turn after every few tasks, and not after 61 of them.
    builder.event_interval(EVENT_INTERVAL);
    let runtime = builder.enable_all().build().map_err(|error| Failure::Other(format!("cannot start: {error}")))?;
    let ending = runtime.block_on(open(setup, args, capabilities, theme));
    runtime.shutdown_background();
    match ending? {
        Ending::Quit => Ok(()),
        Ending::Signal(why) => Err(Failure::Signal(why.exit_code())),
        Ending::Gone => Err(Failure::Signal(129)),
    }
}

async fn open(setup: &Setup, args: &Args, capabilities: Capabilities, theme: Theme) -> Result<Ending, Failure> {
    let place = Place::find_or_demo(setup, &args.demo).await?;
    let (theme, ascii) = (Arc::new(theme), args.ascii);
    let mut seat = seat(setup, &place, Arc::clone(&theme), ascii, Some(&args.record))?;
    if let Some(recording) = &mut seat.recorder {
        recording.keys = args.record_keys;
    }
    let welcomed = setup.paths.state.join("welcomed");
    if setup.chosen()?.is_none() && !args.demo.demo && seat.recorder.is_none() && !welcomed.exists() {
        seat.state.panels.overlay = Some(Overlay::Welcome);
        seat.state.files.welcomed = Some(welcomed);
    }
    let others = others(setup, &seat.name, theme, ascii);
    let frames = &setup.loaded.config.frames;
    let way = picture_way(setup.loaded.config.media.pictures, &capabilities);
    let parts = Parts {
        opener: setup.loaded.config.media.open.clone(),
        pictures: way.unwrap_or(PictureWay::Blocks),
        frames_per_second: if capabilities.ssh { frames.ssh } else { frames.local },
        mouse: setup.loaded.config.mouse,
        ask_background: setup.background_is_unknown() && capabilities.tells_background(),
        seat,
        others,
        capabilities,
        playback: None,
    };
    let ending = runtime::run(parts).await.map_err(|error| Failure::Other(format!("the screen failed: {error}")))?;
    if let Some(server) = place.demo {
        server.shutdown().await;
    }
    Ok(ending)
}

/// The user's other profiles. Where there are none, nothing is kept ready.
fn others(setup: &Setup, front: &str, theme: Arc<Theme>, ascii: bool) -> Others {
    let profiles = &setup.loaded.config.profiles;
    if profiles.keys().all(|name| name == front) {
        return Others::none();
    }
    let mut names: Vec<String> = profiles.keys().cloned().collect();
    if !profiles.contains_key(front) {
        names.insert(0, front.to_owned());
    }
    let at_start = profiles.iter().filter(|(name, profile)| profile.background && *name != front);
    let at_start = at_start.map(|(name, _)| name.clone()).collect();
    let setup = Arc::new(setup.clone());
    let open: Open = Arc::new(move |name| {
        let (setup, theme) = (Arc::clone(&setup), Arc::clone(&theme));
        Box::pin(async move {
            let seat = async {
                let place = Place::named(&setup, &name).await?;
                seat(&setup, &place, theme, ascii, None)
            };
            seat.await.map_err(|failure| Clean::line(&failure.to_string()))
        })
    });
    Others::new(names, at_start, open)
}

/// A profile at work.
fn seat(
    setup: &Setup,
    place: &Place,
    theme: Arc<Theme>,
    ascii: bool,
    record: Option<&RecordArgs>,
) -> Result<Seat, Failure> {
    let settings = place.settings(setup, ascii);
    let config = place.backend_config(setup)?;
    let (account, variants) = (config.profile.account.as_deref().map(Into::into), config.profile.route_variants);
    let rules = config.dialect.identity_rules(account, variants);
    let keymap = Arc::new(setup.loaded.keymap.clone());
    let files = Files {
        exports: setup.paths.state.join("exports"),
        dialects: setup.paths.config.join("dialects"),
        themes: setup.paths.themes(),
        dialect: config.dialect.name.clone(),
        dialect_text: super::place::shelf(setup)?.text(&config.dialect.name).map_or("", |(_, text)| text).to_owned(),
    };
    let mut state = State::new(Timestamp::now(), settings, rules, keymap, theme);
    state.address = Address::of(&config.profile, &config.dialect);
    let views = &setup.loaded.config.views;
    state.inbox.add_views(views.iter().map(|(name, saved)| View::saved(name, saved)));
    let first = state.inbox.views().find(|(view, _)| view.name == *setup.loaded.config.first_view);
    if let Some(view) = first.map(|(view, _)| view.clone()) {
        state.inbox.set_view(view);
    }
    state.replies = Replies::load(&setup.paths.replies())?;
    state.files.replies = Some(setup.paths.replies());
    state.settings.pictures =
        picture_way(setup.loaded.config.media.pictures, &Capabilities::detect()).is_some() && !state.settings.ascii;
    state.files.downloads = downloads(setup);
    state.files.pictures = Some(setup.paths.cache.join("pictures"));
    state.speak(Arc::clone(&config.dialect));
    (state.mouse, state.mouse_told) = (setup.loaded.config.mouse, setup.loaded.config.mouse);
    // two programs that are started at once must not give two texts one id
    state.sent_here = u64::from(rand::random::<u32>());

    let recorder = record.map(|record| record.begin(&config)).transpose()?.flatten();
    let (answers, stored) = mpsc::channel(ANSWERS);
    let store = store::open(place.store_config(setup), answers);
    // a recording begins with nothing that is not in it
    let kept = if recorder.is_some() { 0 } else { KEPT_ROWS };
    store.send(store::Command::Start { conversations: kept });

    let (sender, reports) = mpsc::channel(REPORTS);
    let backend = backend::start(config, sender);
    Ok(Seat {
        name: place.chosen.name.clone(),
        state,
        backend,
        reports,
        store,
        stored,
        token: Watched::new(place.token_files(setup)),
        files,
        recorder: recorder.map(|recorder| Recording { recorder, keys: false }),
        timers: Timers::default(),
    })
}

/// How pictures are shown here; `None` where they are not.
fn picture_way(wanted: Pictures, capabilities: &Capabilities) -> Option<PictureWay> {
    match wanted {
        Pictures::Auto if capabilities.ssh => None,
        Pictures::Auto | Pictures::Always => capabilities.pictures,
        Pictures::Never => None,
        Pictures::Kitty => Some(PictureWay::Kitty),
        Pictures::Sixel => Some(PictureWay::Sixel),
        Pictures::Iterm2 => Some(PictureWay::Iterm2),
        Pictures::Blocks => Some(PictureWay::Blocks),
    }
}

/// Where files go that customers sent.
fn downloads(setup: &Setup) -> Option<PathBuf> {
    let configured = setup.loaded.config.media.downloads.as_deref().map(expanded);
    configured.or_else(|| setup.paths.downloads())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capabilities(variables: &[(&str, &str)]) -> Capabilities {
        Capabilities::from_env(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn pictures_are_off_over_ssh_unless_asked_for() {
        let kitty = [("TERM", "xterm-kitty"), ("LANG", "en_US.UTF-8")];
        let here = capabilities(&kitty);
        assert_eq!(picture_way(Pictures::Auto, &here), Some(PictureWay::Kitty));
        assert_eq!(picture_way(Pictures::Never, &here), None);
        let remote = capabilities(&[kitty[0], kitty[1], ("SSH_TTY", "/dev/pts/1")]);
        assert_eq!(picture_way(Pictures::Auto, &remote), None);
        assert_eq!(picture_way(Pictures::Always, &remote), Some(PictureWay::Kitty));
        assert_eq!(picture_way(Pictures::Blocks, &remote), Some(PictureWay::Blocks));
        let tmux = capabilities(&[("TERM", "tmux-256color"), ("TMUX", "/tmp/x"), kitty[1], ("KITTY_WINDOW_ID", "1")]);
        assert_eq!(picture_way(Pictures::Auto, &tmux), Some(PictureWay::Blocks));
        let plain = capabilities(&[("TERM", "dumb")]);
        assert_eq!(picture_way(Pictures::Auto, &plain), None);
    }
}
