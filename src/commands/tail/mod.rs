//! `switchboard tail`: every event as a line, in a pipe, for programs and for screen readers. The state, the routing
//! and the session are those of the inbox; only the drawing is different.

mod catch_up;
mod event;

use std::collections::VecDeque;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::mpsc;

use super::contacts::refusal;
use super::print::{Printer, json_line};
use super::{DemoArgs, Failure, Output, Place, RecordArgs, Setup, block_on, complain};
use crate::app::{Effect, Msg, State, update};
use crate::backend::{self, Backend, Report, RestError, SessionState, to_record};
use crate::chat::{Id, Verdict};
use crate::store::Recorder;
use crate::wire::Event;
use catch_up::CatchUp;

/// Reports that may wait while the reader of the output is slow; the session waits after that.
const REPORTS: usize = 4096;

/// Arguments of `tail`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    #[command(flatten)]
    demo: DemoArgs,
    #[command(flatten)]
    record: RecordArgs,
    /// One JSON object a line, for every event, with the verdict and the rule
    #[arg(long)]
    json: bool,
    /// End after so many lines
    #[arg(long, value_name = "NUMBER")]
    count: Option<u64>,
}

/// Prints what happens until it is stopped, the reader goes away or `--count` lines are out. Text has the messages;
/// JSON has every event. The state of the connection goes to standard error.
///
/// # Errors
/// No backend, no token, or the backend refuses the token.
pub fn run(setup: &Setup, args: &Args, out: &mut Output) -> Result<(), Failure> {
    block_on(async {
        let place = Place::find(setup, &args.demo).await?;
        let (sender, mut reports) = mpsc::channel(REPORTS);
        let config = place.backend_config(setup)?;
        let rules = config
            .dialect
            .identity_rules(config.profile.account.as_deref().map(Id::from), config.profile.route_variants);
        let (keymap, theme) = (Arc::new(setup.loaded.keymap.clone()), Arc::new(setup.theme()?));
        let state = State::new(Timestamp::now(), place.settings(setup, false), rules, keymap, theme);
        let recorder = args.record.begin(&config)?;
        let backend = backend::start(config, sender);
        let printer = Printer::new(args.json);
        let left = args.count.unwrap_or(u64::MAX);
        let mut tail = Tail {
            state,
            backend,
            recorder,
            printer,
            json: args.json,
            left,
            held: VecDeque::new(),
            catch_up: CatchUp::default(),
            said: "",
        };
        let ended = tail.follow(&mut reports, out).await;
        tail.backend.close().await;
        ended
    })?
}

struct Tail {
    state: State,
    backend: Backend,
    recorder: Option<Recorder>,
    printer: Printer,
    json: bool,
    /// How many lines may still be printed.
    left: u64,
    /// Messages of conversations that are being fetched.
    held: VecDeque<Held>,
    catch_up: CatchUp,
    /// The state of the session that was told last.
    said: &'static str,
}

/// An event as far as it is printed.
struct Held {
    seq: u64,
    event: Option<Event>,
}

impl Tail {
    async fn follow(&mut self, reports: &mut mpsc::Receiver<Report>, out: &mut Output) -> Result<(), Failure> {
        while self.left > 0 {
            let report = match reports.try_recv() {
                Ok(report) => report,
                Err(_) => {
                    out.flush()?;
                    match reports.recv().await {
                        Some(report) => report,
                        None => return Err(Failure::Other("the session ended".to_owned())),
                    }
                }
            };
            self.take(report, out)?;
        }
        Ok(())
    }

    fn take(&mut self, report: Report, out: &mut Output) -> Result<(), Failure> {
        let mut fresh = None;
        let mut caught_up = Vec::new();
        match &report {
            Report::Frame(frame) => fresh = Some(Held { seq: frame.seq, event: frame.event.clone().ok() }),
            Report::Session(session) => self.tell(&session.state)?,
            Report::Thread { key, result: Ok(page), .. } => {
                caught_up = self.catch_up.thread(*key, page);
            }
            Report::List { result: Err(error @ RestError::Refused { .. }), .. } if self.state.inbox.is_empty() => {
                return Err(refusal(error.clone()));
            }
            _ => {}
        }
        let listed = match &report {
            Report::List { purpose, result: Ok(_), .. } => Some(*purpose),
            _ => None,
        };
        let at = Timestamp::now();
        if let Some(recorder) = &self.recorder
            && let Some(line) = to_record(at, &report)
        {
            recorder.record(&line);
        }
        for effect in update(&mut self.state, at, Msg::Backend(report)) {
            if let Effect::Backend(command) = effect {
                self.backend.send(command);
            }
        }
        if let Some(purpose) = listed {
            for command in self.catch_up.list(&self.state, purpose) {
                self.backend.send(command);
            }
        }
        for missed in caught_up {
            if let Some(row) = self.state.inbox.get(missed.key) {
                let line = event::missed(&self.printer, self.json, row, &missed.message);
                self.print(line, out)?;
            }
        }
        self.held.extend(fresh);
        self.release(out)
    }

    /// Prints the events whose conversation is known by now, or will never be; the others wait.
    fn release(&mut self, out: &mut Output) -> Result<(), Failure> {
        for held in std::mem::take(&mut self.held) {
            let unrouted = self.state.unrouted.iter().find(|item| item.seq == held.seq).map(|item| item.reason.clone());
            let Some(entry) = self.state.timeline.get(held.seq) else { continue };
            let is_message = matches!(held.event, Some(Event::Message { .. }));
            if is_message && unrouted.is_none() && matches!(entry.verdict, Verdict::Unknown { .. }) {
                self.held.push_back(held);
                continue;
            }
            let row = entry.conversation.and_then(|key| self.state.inbox.get(key));
            if let (Some(Event::Message { message, .. }), Some(row)) = (&held.event, row) {
                self.catch_up.heard(row.key, message, &entry.verdict);
            }
            let line = event::line(&self.printer, self.json, &entry, row, held.event.as_ref(), unrouted.as_ref());
            self.state.unrouted.retain(|item| item.seq != held.seq);
            if let Some(line) = line {
                self.print(line, out)?;
            }
        }
        Ok(())
    }

    fn print(&mut self, line: Line, out: &mut Output) -> Result<(), Failure> {
        if self.left == 0 {
            return Ok(());
        }
        self.left -= 1;
        match line {
            Line::Text(text) => out.line(text),
            Line::Json(value) => out.line(json_line(&value)),
        }
    }

    /// Says on standard error how the connection stands, each time that changes.
    fn tell(&mut self, state: &SessionState) -> Result<(), Failure> {
        let (said, reason) = match state {
            SessionState::Connecting { .. } => return Ok(()),
            SessionState::Live => ("live", None),
            SessionState::Silent { reason } => ("silent, polling", Some(reason)),
            SessionState::Waiting { reason, .. } => ("not connected, trying again", Some(reason)),
            SessionState::Offline { reason } => return Err(Failure::Usage(reason.to_string())),
            SessionState::SignedOut { reason } => {
                return Err(Failure::Refused(format!("signed out: {reason}; sign in again with `switchboard login`")));
            }
        };
        if self.said != said {
            self.said = said;
            match reason {
                Some(reason) => complain(format_args!("{said}: {reason}")),
                None => complain(said),
            }
        }
        Ok(())
    }
}

/// A line to print.
enum Line {
    Text(String),
    Json(Value),
}
