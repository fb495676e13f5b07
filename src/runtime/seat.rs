//! One profile at work: its state, its session, its store. The one in front has the screen and the keyboard; those behind
//! it go through the same `update`, and only what they want of the screen is left undone.

use std::time::Instant;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::files::Files;
use super::timers::Timers;
use super::watched::Watched;
use crate::app::profiles::Profile;
use crate::app::{self, Effect, Input, Msg, State};
use crate::backend::{Backend, Command, Report, to_record};
use crate::store::{self, Recorder, Store};
use crate::wire::record::Record;

/// A recording that is being made.
pub struct Recording {
    /// Who writes it.
    pub recorder: Recorder,
    /// Keys are written as well.
    pub keys: bool,
}

/// One profile at work.
pub struct Seat {
    /// The profile's name in the configuration.
    pub name: String,
    /// Everything that it knows and shows.
    pub state: State,
    /// Its backend.
    pub backend: Backend,
    /// What that reports.
    pub reports: mpsc::Receiver<Report>,
    /// Its store.
    pub store: Store,
    /// What that answers.
    pub stored: mpsc::Receiver<store::Reply>,
    /// Where its token comes from.
    pub token: Watched,
    /// Where files go that the user asks for.
    pub files: Files,
    /// What happens here is written there.
    pub recorder: Option<Recording>,
    /// What it wants to come back to.
    pub timers: Timers,
}

/// What came for a seat.
#[expect(clippy::large_enum_variant, reason = "one at a time")]
pub(super) enum Came {
    Report(Option<Report>),
    Stored(store::Reply),
}

impl Seat {
    /// What comes next; reports first.
    pub(super) async fn next(&mut self) -> Came {
        tokio::select! {
            biased;
            report = self.reports.recv() => Came::Report(report),
            Some(reply) = self.stored.recv() => Came::Stored(reply),
        }
    }

    /// What is here already.
    pub(super) fn try_next(&mut self) -> Option<Came> {
        if let Ok(report) = self.reports.try_recv() {
            return Some(Came::Report(Some(report)));
        }
        self.stored.try_recv().ok().map(Came::Stored)
    }

    /// One message through `update`. What concerns this seat alone is done; what is wanted of the screen, of the
    /// terminal and of the system is returned.
    pub(super) fn take(&mut self, at: Timestamp, msg: Msg) -> Vec<Effect> {
        let mut wanted = Vec::new();
        let mut msgs = vec![msg];
        while let Some(msg) = msgs.pop() {
            let was_open = self.state.open;
            if let Some(recording) = &self.recorder {
                record(recording, at, &msg);
            }
            let effects = app::update(&mut self.state, at, msg);
            if let Some(recording) = &self.recorder {
                for record in app::intents(at, &self.state, was_open, &effects) {
                    recording.recorder.record(&record);
                }
            }
            for effect in effects {
                match effect {
                    Effect::Backend(Command::Close) => {}
                    Effect::Backend(command) => self.backend.send(command),
                    Effect::Store(command) => self.store.send(command),
                    Effect::LookForToken => msgs.extend(self.token.has_changed().then_some(Msg::TokenChanged)),
                    Effect::Wake { after, timer } => self.timers.start(timer, after, Instant::now()),
                    other => wanted.push(other),
                }
            }
        }
        wanted
    }

    /// What it looks like from another profile.
    pub(super) fn seen(&self) -> Profile {
        Profile::behind(self.name.clone(), &self.state)
    }

    /// The end: what the backend still answered is taken in, and everything that must be kept is given to the store.
    pub(super) async fn leave(self) {
        let Self { mut state, backend, mut reports, store, .. } = self;
        backend.close().await;
        while let Ok(report) = reports.try_recv() {
            keep(&mut state, &store, Msg::Backend(report));
        }
        keep(&mut state, &store, Msg::Leaving);
        store.close().await;
    }
}

/// A message after the end: of what it wants only what the store is to do is done.
fn keep(state: &mut State, store: &Store, msg: Msg) {
    for effect in app::update(state, Timestamp::now(), msg) {
        if let Effect::Store(command) = effect {
            store.send(command);
        }
    }
}

/// What happens as lines of the recording.
fn record(recording: &Recording, at: Timestamp, msg: &Msg) {
    let line = match msg {
        Msg::Backend(report) => to_record(at, report),
        Msg::Input(Input::Key(key)) if recording.keys => {
            let key = crokey::KeyCombination::from(*key).to_string();
            Some(Record::Key { at, key })
        }
        _ => None,
    };
    if let Some(line) = line {
        recording.recorder.record(&line);
    }
}
