//! The one event loop: terminal input, backend events, timers, then update, effects, draw.
//!
//! Everything that is ready is taken in before a frame is drawn, for at most 8 ms or 2,000 messages, so that a flood
//! never starves the screen; input comes first. A program that waits writes nothing and wakes up for nothing but its
//! timers and a clock that changes once a minute.

mod editor;
mod files;
mod local;
mod others;
mod outside;
mod pace;
mod playback;
mod seat;
mod switching;
mod timers;
mod watched;

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::layout::Rect;
use tokio::sync::mpsc;

use crate::app::picture::Shown;
use crate::app::{self, Effect, Input, Msg};
use crate::backend::from_record;
use crate::config::Theme;
use crate::store;
use crate::term::{
    self, Capabilities, InputReader, Modes, Output, Painter, Painting, PictureWay, Session, Signal, Signals,
    Termination, osc,
};
use crate::text::Clean;
use crate::ui;
use crate::wire::record::Record;

pub use files::Files;
use local::Later;
pub use local::look_at;
use others::Behind;
pub use others::{Open, Opening, Others};
use pace::Pace;
pub use playback::{Playback, Speed};
use seat::Came;
pub use seat::{Recording, Seat};
pub use timers::Timers;
pub use watched::Watched;

/// Messages are taken in for at most this long before a frame is drawn.
const DRAIN_TIME: Duration = Duration::from_millis(8);
/// And at most so many.
const DRAIN_COUNT: usize = 2_000;

/// An answer about the background that comes later than this changes nothing: the user has begun to read.
const ANSWER_TIME: Duration = Duration::from_secs(1);

/// How often the session may go on before a frame is drawn.
const LET_ARRIVE: usize = 4;

/// What the loop runs on.
pub struct Parts {
    /// The profile in front.
    pub seat: Seat,
    /// The other ones.
    pub others: Others,
    /// What the terminal can do.
    pub capabilities: Capabilities,
    /// Whether to use the mouse.
    pub mouse: bool,
    /// Whether to ask the terminal for its background, and to take the light or the dark theme by its answer.
    pub ask_background: bool,
    /// Frames a second at most.
    pub frames_per_second: u16,
    /// The program that opens files, where one is configured.
    pub opener: Option<String>,
    /// How pictures are shown.
    pub pictures: PictureWay,
    /// A recording that is played instead of a session.
    pub playback: Option<Playback>,
}

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The user left it.
    Quit,
    /// A signal ended it.
    Signal(Termination),
    /// The terminal is gone.
    Gone,
}

/// Runs the inbox until the user leaves it or a signal ends it. The terminal is as it was afterwards, also on an error.
///
/// # Errors
/// If the terminal cannot be taken, read or written.
pub async fn run(parts: Parts) -> io::Result<Ending> {
    let modes = Modes::for_terminal(&parts.capabilities, parts.mouse);
    let mut session = Session::stdout(modes);
    let signals = Signals::listen()?;
    session.enter()?;
    let output = Output::stdout(&parts.capabilities);
    let (later, comes) = mpsc::unbounded_channel();
    let terminal = Terminal::new(Painter::new(output.clone(), parts.capabilities.colors))?;
    let mut program = Program {
        seat: parts.seat,
        others: parts.others,
        capabilities: parts.capabilities,
        session,
        input: InputReader::start()?,
        signals,
        output,
        terminal,
        pace: Pace::new(parts.frames_per_second),
        clock: Instant::now(),
        notified: 0,
        ask_background: parts.ask_background,
        asked: None,
        opener: parts.opener,
        pictures: parts.pictures,
        painting: None,
        painted: None,
        later,
        comes,
        playback: parts.playback,
        ending: None,
    };
    let ending = program.run().await;
    let left = program.session.leave();
    let Program { seat, others, .. } = program;
    tokio::join!(seat.leave(), others.leave());
    left.and(ending)
}

/// The next line of a recording, when its time has come.
async fn next_record(playback: &mut Option<Playback>) -> Record {
    match playback {
        Some(playback) => playback.next().await,
        None => std::future::pending().await,
    }
}

struct Program {
    /// The profile in front.
    seat: Seat,
    others: Others,
    capabilities: Capabilities,
    session: Session<io::Stdout>,
    input: InputReader,
    signals: Signals,
    output: Output,
    terminal: Terminal<Painter<Output>>,
    pace: Pace,
    /// When the minute changes.
    clock: Instant,
    /// Counts notifications, to tell them apart.
    notified: u32,
    /// The terminal's background is worth asking for.
    ask_background: bool,
    /// When it was asked for.
    asked: Option<Instant>,
    opener: Option<String>,
    pictures: PictureWay,
    /// The picture that the terminal is to paint, or has painted.
    painting: Option<Painting>,
    /// Where it is painted.
    painted: Option<Rect>,
    /// What is done beside the loop tells it this way.
    later: mpsc::UnboundedSender<(String, Later)>,
    comes: mpsc::UnboundedReceiver<(String, Later)>,
    playback: Option<Playback>,
    ending: Option<Ending>,
}

/// What woke the loop.
#[expect(clippy::large_enum_variant, reason = "one at a time")]
enum Woken {
    Input(Option<Input>),
    Came(Came),
    Record(Record),
    /// What was done aside for the profile of this name.
    Later(String, Later),
    Behind(Behind),
    Signal(Signal),
    Time,
}

impl Program {
    async fn run(&mut self) -> io::Result<Ending> {
        if let Ok(size) = self.terminal.size() {
            self.take(Msg::Input(Input::Resize { columns: size.width, rows: size.height })).await?;
        }
        self.tell_replay().await?;
        self.wind_clock();
        self.draw().await?;
        self.others.begin();
        self.tell_of_others().await?;
        if self.ask_background {
            self.asked = Some(Instant::now());
            osc::ask_background(&mut self.output)?;
            self.output.commit()?;
        }
        loop {
            let now = Instant::now();
            let timers = [self.seat.timers.next(), self.others.next_timer()];
            let due = timers.into_iter().chain([self.pace.due(now), Some(self.clock)]).flatten().min();
            let wake_at = tokio::time::Instant::from_std(due.unwrap_or(self.clock));
            let woken = tokio::select! {
                biased;
                signal = self.signals.next() => Woken::Signal(signal),
                input = self.input.next() => Woken::Input(input),
                came = self.seat.next() => Woken::Came(came),
                record = next_record(&mut self.playback) => Woken::Record(record),
                Some((seat, later)) = self.comes.recv() => Woken::Later(seat, later),
                behind = self.others.next() => Woken::Behind(behind),
                () = tokio::time::sleep_until(wake_at) => Woken::Time,
            };
            match woken {
                Woken::Signal(signal) => self.signal(signal).await?,
                Woken::Input(Some(input)) => self.key(input).await?,
                Woken::Input(None) => self.ending = Some(Ending::Gone),
                Woken::Came(came) => self.came(came).await?,
                Woken::Record(record) => self.play(&record).await?,
                Woken::Later(seat, later) => self.later(&seat, later).await?,
                Woken::Behind(behind) => self.behind(behind).await?,
                Woken::Time => {}
            }
            let until = Instant::now() + DRAIN_TIME;
            let mut all = self.drain(until).await?;
            // What came with it (backends send several events for one message) is still on its way through the session:
            // let it arrive, so that one frame shows all of it. In a flood there is no end of it.
            for _ in 0..LET_ARRIVE {
                if !all {
                    break;
                }
                tokio::task::yield_now().await;
                all = self.drain(until).await?;
            }
            self.time().await?;
            if let Some(ending) = self.ending {
                return Ok(ending);
            }
            if term::was_restored() {
                // A panic on another thread gave the terminal back and has said why.
                return Err(io::Error::other("a part of the program broke down"));
            }
            let now = Instant::now();
            if self.pace.due(now).is_some_and(|due| due <= now) {
                self.draw().await?;
            }
        }
    }

    /// Takes in what is ready, input first, within the limits; somebody who waits for the answer to a key is not kept
    /// waiting. Says whether nothing is left.
    async fn drain(&mut self, until: Instant) -> io::Result<bool> {
        for count in 0..DRAIN_COUNT {
            if let Some(input) = self.input.try_next() {
                self.key(input).await?;
            } else if let Some(came) = self.seat.try_next() {
                self.came(came).await?;
            } else {
                return Ok(true);
            }
            if self.ending.is_some() || self.pace.is_urgent() || (count % 16 == 15 && Instant::now() >= until) {
                break;
            }
        }
        Ok(false)
    }

    async fn key(&mut self, input: Input) -> io::Result<()> {
        let msg = match input {
            Input::Mouse(event) => Msg::Mouse { event, under: ui::under(&self.seat.state, event.column, event.row) },
            Input::Background(light) => match self.background(light) {
                Some(theme) => Msg::Theme(theme),
                None => return Ok(()),
            },
            input => Msg::Input(input),
        };
        self.take(msg).await?;
        if self.seat.state.dirty {
            self.seat.state.dirty = false;
            self.pace.request_now();
        }
        Ok(())
    }

    async fn came(&mut self, came: Came) -> io::Result<()> {
        match came {
            Came::Report(Some(report)) => self.take(Msg::Backend(report)).await,
            Came::Report(None) => {
                self.ending = Some(Ending::Quit);
                Ok(())
            }
            Came::Stored(reply) => self.stored(reply).await,
        }
    }

    /// The theme for the background that the terminal told; nothing when it was too late with it.
    fn background(&mut self, light: bool) -> Option<Arc<Theme>> {
        let in_time = self.asked.take().is_some_and(|asked| asked.elapsed() < ANSWER_TIME);
        let name = if light { "light" } else { "dark" };
        Theme::load(name, &self.seat.files.themes).ok().filter(|_| in_time).map(Arc::new)
    }

    /// The store answers. What it kept is the first that there is to see.
    async fn stored(&mut self, reply: store::Reply) -> io::Result<()> {
        let first = matches!(reply, store::Reply::Started { .. } | store::Reply::Thread { .. });
        self.take(Msg::Store(reply)).await?;
        if first {
            self.pace.request_now();
        }
        Ok(())
    }

    async fn time(&mut self) -> io::Result<()> {
        let now = Instant::now();
        if now >= self.clock {
            self.wind_clock();
            self.take(Msg::Clock).await?;
        }
        for timer in self.seat.timers.expired(now) {
            self.take(Msg::Timer(timer)).await?;
        }
        self.time_behind(now).await
    }

    /// The clock strikes at the next full minute.
    fn wind_clock(&mut self) {
        let into_minute = Timestamp::now().as_millisecond().rem_euclid(60_000).unsigned_abs();
        self.clock = Instant::now() + Duration::from_millis(60_000 - into_minute);
    }

    /// One message through `update`, then what it wants done.
    async fn take(&mut self, msg: Msg) -> io::Result<()> {
        let mut msgs = vec![msg];
        while let Some(msg) = msgs.pop() {
            let at = self.now();
            for effect in self.seat.take(at, msg) {
                msgs.extend(self.fulfil(effect).await?);
            }
        }
        if self.seat.state.dirty {
            self.seat.state.dirty = false;
            self.pace.request();
        }
        Ok(())
    }

    /// The time: our clock's, or the recording's.
    fn now(&self) -> Timestamp {
        self.playback.as_ref().map_or_else(Timestamp::now, Playback::now)
    }

    /// A line of the recording.
    async fn play(&mut self, record: &Record) -> io::Result<()> {
        let Some(dialect) = self.seat.state.traffic.dialect.clone() else { return Ok(()) };
        match (from_record(record, &dialect), record) {
            (Ok(Some(report)), _) => self.take(Msg::Backend(report)).await?,
            (Ok(None), Record::Key { key, .. }) => {
                if let Ok(key) = key.parse::<crokey::KeyCombination>() {
                    self.key(Input::Key(key.into())).await?;
                }
            }
            (Ok(None), record) => app::repeat(&mut self.seat.state, record),
            (Err(problem), _) => tracing::error!(%problem, "a line of the recording cannot be read"),
        }
        self.tell_replay().await?;
        self.pace.request();
        Ok(())
    }

    /// Where the recording stands.
    async fn tell_replay(&mut self) -> io::Result<()> {
        match self.playback.as_ref().map(Playback::standing) {
            Some(place) => self.take(Msg::Replaying(place)).await,
            None => Ok(()),
        }
    }

    /// A key of the replay: the next thing at once, or stop and go on.
    async fn control(&mut self, step: bool) -> io::Result<Msg> {
        let Some(playback) = &mut self.playback else {
            return Ok(Msg::Done(Ok(Clean::line("Nothing is being replayed"))));
        };
        let record = if step { playback.step() } else { None };
        let stopped = !step && playback.toggle();
        let place = playback.place();
        if let Some(record) = record {
            Box::pin(self.play(&record)).await?;
        }
        Box::pin(self.tell_replay()).await?;
        let words = if stopped { format!("Stopped at {place}") } else { place };
        Ok(Msg::Done(Ok(Clean::line(&words))))
    }

    /// Does something beside the loop; what it brings goes to the profile that is in front now.
    fn aside(&self, work: impl FnOnce() -> Later + Send + 'static) {
        local::aside(&self.later, self.seat.name.clone(), work);
    }

    /// Something that was done beside the loop brought this.
    async fn later(&mut self, seat: &str, later: Later) -> io::Result<()> {
        match later {
            Later::Msg(msg) if seat == self.seat.name => self.take(*msg).await,
            Later::Msg(msg) => self.take_named(seat, *msg).await,
            Later::Painting(painting) if seat == self.seat.name => {
                let (columns, rows) = (painting.columns, painting.rows);
                self.painting = Some(painting);
                self.take(Msg::Picture(Shown::ByTerminal { columns, rows })).await
            }
            Later::Painting(_) => Ok(()),
        }
    }

    async fn fulfil(&mut self, effect: Effect) -> io::Result<Option<Msg>> {
        match effect {
            // the seat has done these
            Effect::Backend(_) | Effect::Store(_) | Effect::LookForToken | Effect::Wake { .. } => {}
            Effect::Welcomed(file) => {
                if let Err(error) = crate::config::write_private(&file, b"") {
                    tracing::warn!(%error, "the welcome will be shown again");
                }
            }
            Effect::TurnTo(name) => Box::pin(self.turn_to(&name)).await?,
            Effect::Copy(text) => {
                if let Err(error) = osc::copy(&mut self.output, &self.capabilities, &text) {
                    tracing::warn!(%error, "could not copy");
                }
                self.output.commit()?;
            }
            Effect::Bell => {
                osc::bell(&mut self.output)?;
                self.output.commit()?;
            }
            Effect::Notify { title, body } => {
                self.notified = self.notified.wrapping_add(1);
                osc::notify(&mut self.output, &self.capabilities, self.notified, &title, &body)?;
                self.output.commit()?;
            }
            Effect::Title(title) => {
                osc::title(&mut self.output, &self.capabilities, &title)?;
                self.output.commit()?;
            }
            Effect::OpenLink(url) => return Ok(Some(Msg::Done(outside::open(&url, self.seat.state.settings.ssh)))),
            Effect::ListFolder(folder) => self.aside(|| local::list(folder)),
            Effect::ChooseFile(path) => self.aside(|| local::choose(path)),
            Effect::OpenFile(path) => {
                return Ok(Some(local::open(&path, self.opener.as_deref(), self.seat.state.settings.ssh)));
            }
            Effect::ShowPicture { path, columns, rows } => {
                let way = self.pictures;
                self.aside(move || local::picture(&path, way, (columns, rows)));
            }
            Effect::Save { path, text, what } => return Ok(Some(Msg::Done(outside::save(&path, &text, what)))),
            Effect::Edit(text) => {
                self.session.lend(&mut self.input)?;
                let edited = editor::edit(&text).await;
                self.session.reclaim(&mut self.input)?;
                self.repaint()?;
                return match edited {
                    Ok(text) => Ok(Some(Msg::Edited(text))),
                    Err(error) => {
                        tracing::warn!(%error, "the editor failed");
                        Ok(Some(Msg::Edited(None)))
                    }
                };
            }
            Effect::Replay { step } => return self.control(step).await.map(Some),
            Effect::Export { name, text } => return Ok(Some(Msg::Done(self.seat.files.save(&name, &text)))),
            Effect::Patch { event, field, pointer } => {
                return Ok(Some(Msg::Done(self.seat.files.patch(&event, field, &pointer))));
            }
            Effect::Mouse(on) => self.session.set_mouse(on)?,
            Effect::Themes => return Ok(Some(Msg::Themes(self.seat.files.read_themes()))),
            Effect::Repaint => self.repaint()?,
            Effect::Suspend => self.suspend().await?,
            Effect::Quit => self.ending = Some(Ending::Quit),
        }
        Ok(None)
    }

    async fn signal(&mut self, signal: Signal) -> io::Result<()> {
        match signal {
            Signal::Terminate(why) => self.ending = Some(Ending::Signal(why)),
            Signal::Suspend => self.suspend().await?,
            Signal::Resume => {
                self.session.reenter()?;
                self.repaint()?;
            }
        }
        Ok(())
    }

    async fn suspend(&mut self) -> io::Result<()> {
        self.session.suspend(&mut self.input, &mut self.signals).await?;
        self.repaint()
    }

    /// The next frame is painted from nothing.
    fn repaint(&mut self) -> io::Result<()> {
        self.output.discard();
        self.painted = None;
        self.terminal.clear()?;
        self.pace.request_now();
        Ok(())
    }

    async fn draw(&mut self) -> io::Result<()> {
        // The event of a resize may be late or tell an earlier size; the frame has the terminal's own.
        let size = self.terminal.size()?;
        if (size.width, size.height) != self.seat.state.size {
            self.take(Msg::Input(Input::Resize { columns: size.width, rows: size.height })).await?;
        }
        let picture = ui::picture(&self.seat.state).filter(|_| self.painting.is_some());
        if self.painted.is_some() && self.painted != picture {
            // pixels do not give way to blank cells
            self.painted = None;
            if let Some(painting) = &self.painting {
                painting.remove(&mut self.output)?;
            }
            self.terminal.clear()?;
        }
        let state = &self.seat.state;
        self.terminal.draw(|frame| ui::draw(state, frame))?;
        if let (Some(area), Some(painting), None) = (picture, &self.painting, self.painted) {
            painting.paint(&mut self.output, area.x, area.y)?;
            self.terminal.backend_mut().forget();
            self.painted = Some(area);
        }
        if picture.is_none() {
            self.painting = None;
        }
        if let Err(error) = self.output.commit() {
            // What is on the screen is not known any more: the next frame starts from nothing.
            self.terminal.clear()?;
            return Err(error);
        }
        self.pace.drawn(Instant::now());
        if self.seat.state.timeline.has_undrawn() {
            self.take(Msg::Drawn).await?;
        }
        Ok(())
    }
}
