//! `switchboard replay FILE`: a recording on the screen, offline and in its own time; or its verdicts as lines.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::place::dialect_of;
use super::print::json_line;
use super::{Failure, Output, Place, Setup, complain};
use crate::app::attention::Attention;
use crate::app::{Msg, Settings, State, update};
use crate::backend::{Backend, from_record};
use crate::config::{Chosen, Profile, Theme};
use crate::runtime::{self, Ending, Files, Others, Parts, Playback, Seat, Speed, Timers, Watched};
use crate::store::{self, Recording};
use crate::term::{Capabilities, Colors, PictureWay, install_panic_hook};
use crate::wire::Dialect;
use crate::wire::record::Record;

/// Arguments of `replay`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The recording that `--record` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// So many times as fast as it was
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = parse_speed)]
    speed: f64,
    /// One thing at each press of F9
    #[arg(long, conflicts_with = "speed")]
    step: bool,
    /// Print the verdict of every event as a line of JSON, without a screen
    #[arg(long)]
    headless: bool,
    /// Read the frames by this dialect instead of the one that was in force
    #[arg(long, value_name = "NAME")]
    dialect: Option<String>,
}

fn parse_speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
    if speed.is_finite() && speed > 0.0 { Ok(speed) } else { Err("it must be more than 0".to_owned()) }
}

/// Plays a recording.
///
/// # Errors
/// The file cannot be read or is damaged (what stands before the damage is played all the same), or its dialect is not
/// known.
pub fn run(setup: &Setup, args: &Args, out: &mut Output) -> Result<(), Failure> {
    let recording = Recording::read(&args.file).map_err(|error| Failure::Other(error.to_string()))?;
    let url = "http://localhost/".parse().map_err(|error| Failure::Other(format!("no address: {error}")))?;
    let mut chosen = Chosen { name: "replay".to_owned(), profile: Profile::new(url) };
    chosen.profile.dialect = args.dialect.clone().unwrap_or_else(|| recording.header.dialect.clone());
    let dialect = dialect_of(setup, &chosen, None)?;
    let place = Place { chosen, token: SecretString::from(String::new()), demo: None, second: false };
    let settings = Settings { attention: Attention::none(), mark_read: false, ..place.settings(setup, false) };
    let keymap = Arc::new(setup.loaded.keymap.clone());
    let capabilities = Capabilities::detect();
    let theme = match capabilities.colors {
        Colors::None => Theme::load("none", &setup.paths.themes())?,
        _ => setup.theme()?,
    };
    let header = &recording.header;
    let rules = dialect.identity_rules(header.account.clone(), header.route_variants);
    let mut state = State::new(header.at, settings, rules, keymap, Arc::new(theme));
    state.speak(Arc::clone(&dialect));
    (state.mouse, state.mouse_told) = (setup.loaded.config.mouse, setup.loaded.config.mouse);
    let damage = recording.damage.as_ref().map(ToString::to_string);
    if args.headless {
        for (nth, record) in recording.records.iter().enumerate() {
            play(&mut state, record, &dialect)
                .map_err(|problem| Failure::Other(format!("{}, line {}: {problem}", args.file.display(), nth + 2)))?;
        }
        for verdict in verdicts(&state) {
            out.line(json_line(&verdict))?;
        }
        return damage.map_or(Ok(()), |damage| Err(Failure::Other(damage)));
    }
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Err(Failure::Usage("the screen needs a terminal; add --headless for a pipe".to_owned()));
    }
    if let Some(damage) = &damage {
        complain(damage);
    }
    install_panic_hook();
    let speed = if args.step { Speed::Steps } else { Speed::Times(args.speed) };
    let builder = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = builder.map_err(|error| Failure::Other(format!("cannot start: {error}")))?;
    let frames = setup.loaded.config.frames.local;
    let ending = runtime.block_on(async {
        let (answers, stored) = mpsc::channel(64);
        let config = store::StoreConfig { place: store::Place::Memory, ..place.store_config(setup) };
        let store = store::open(config, answers);
        // nothing is sent: the sender stays open, so that the screen does not end
        let (sender, reports) = mpsc::channel(1);
        let seat = Seat {
            name: place.chosen.name.clone(),
            state,
            backend: Backend::none(),
            reports,
            store,
            stored,
            token: Watched::new([]),
            files: Files {
                exports: setup.paths.state.join("exports"),
                themes: setup.paths.themes(),
                ..Files::default()
            },
            recorder: None,
            timers: Timers::default(),
        };
        let parts = Parts {
            seat,
            others: Others::none(),
            opener: None,
            pictures: PictureWay::Blocks,
            capabilities,
            mouse: setup.loaded.config.mouse,
            ask_background: false,
            frames_per_second: frames,
            playback: Some(Playback::new(recording.records, speed)),
        };
        let ending = runtime::run(parts).await;
        drop(sender);
        ending
    });
    match ending.map_err(|error| Failure::Other(format!("the screen failed: {error}")))? {
        Ending::Quit => Ok(()),
        Ending::Signal(why) => Err(Failure::Signal(why.exit_code())),
        Ending::Gone => Err(Failure::Signal(129)),
    }
}

/// Does what a line says, at its time. Nothing is wanted of the world: the recording has the answers.
///
/// # Errors
/// What the line should be and is not.
fn play(state: &mut State, record: &Record, dialect: &Dialect) -> Result<(), String> {
    match from_record(record, dialect)? {
        Some(report) => drop(update(state, record.at(), Msg::Backend(report))),
        None => crate::app::repeat(state, record),
    }
    Ok(())
}

/// What was decided about every event that is kept.
fn verdicts(state: &State) -> impl Iterator<Item = Value> {
    let mut reader = state.timeline.reader();
    state.timeline.rows().iter().filter_map(move |row| {
        let entry = reader.entry(row)?;
        let conversation = entry.conversation.and_then(|key| state.inbox.get(key)).map(|row| &row.id);
        Some(json!({
            "seq": entry.seq,
            "epoch": entry.epoch,
            "event": entry.name,
            "received": entry.received,
            "verdict": entry.verdict.name(),
            "rule": entry.rule.map(crate::chat::Rule::name),
            "pointer": entry.pointer,
            "conversation": conversation,
            "match": entry.record.matched,
            "rescued": entry.rescued,
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::intents;
    use crate::backend::{Frame, Purpose, Report, Session, SessionState, to_record};
    use crate::config::Keymap;
    use crate::wire::record::{FORMAT, Header};
    use crate::wire::redact::Redaction;
    use jiff::{SignedDuration, Timestamp};

    const ACCOUNT: &str = "695a15a5c526dbe7c085ece2";
    const LINE: &str = "1003427786179738";

    fn begin() -> Timestamp {
        Timestamp::from_second(1_795_347_000).unwrap()
    }

    fn state(dialect: &Arc<Dialect>) -> State {
        let settings = crate::ui::tests::scene::empty(120, 40).settings;
        let (keymap, theme) = (Keymap::built_in().unwrap(), Theme::built_in("dark").unwrap());
        let rules = dialect.identity_rules(Some(ACCOUNT.into()), false);
        let mut state = State::new(begin(), settings, rules, Arc::new(keymap), Arc::new(theme));
        state.speak(Arc::clone(dialect));
        state
    }

    fn oid(n: usize) -> String {
        format!("6b02ca344e517f5f5b27{n:04x}")
    }

    fn row(n: usize) -> String {
        format!(
            r#"{{"_id":"{0}","conversationId":"{0}","accountId":"{ACCOUNT}","phoneNumberId":"{LINE}","userPhone":"92300{n:07}","userName":"Customer {n}","lastMessageAt":"2026-11-22T11:00:00.000Z","unreadCount":0}}"#,
            oid(n)
        )
    }

    /// Everything that has a verdict of its own: matching ids, composite ids, duplicates, unknown conversations, ids of
    /// others, none, another tenant, what the dialect does not know, what is no JSON.
    fn reports(dialect: &Dialect) -> Vec<Report> {
        let live = |epoch| {
            let mut session = Session::starting(begin());
            session.state = SessionState::Live;
            session.epoch = epoch;
            session.transport = Some("websocket");
            Report::Session(Box::new(session))
        };
        let rows: Vec<String> = (0..20).map(row).collect();
        let list = format!(r#"{{"conversations":[{}]}}"#, rows.join(","));
        let list = Report::List {
            purpose: Purpose::Asked,
            epoch: 0,
            result: dialect.list_page(list.as_bytes(), None).map_err(crate::backend::RestError::Unreadable),
        };
        let mut reports = vec![live(1), list];
        for n in 0..200_usize {
            let id = match n % 10 {
                0 => format!("{ACCOUNT}_{LINE}_92300{:07}", n % 20),
                1 => oid(4_000 + n),
                2 => String::new(),
                8 => oid((n - 1) % 20),
                _ => oid(n % 20),
            };
            let account = if n % 10 == 3 { "6a5a15a5c526dbe7c085eeee" } else { ACCOUNT };
            let number = if n % 10 == 8 { n - 1 } else { n };
            let raw = match n % 10 {
                5 => "[{\"isTyping\":".to_owned(),
                _ => format!(
                    r#"[{{"conversationId":"{id}","message":{{"accountId":"{account}","phoneNumberId":"{LINE}","waMessageId":"wamid.X{number}","messageType":"text","content":{{"text":"Hello {n}"}},"direction":"inbound","_id":"6b02cdeea7e8cf19{number:08x}","createdAt":"2026-11-22T11:{:02}:00.000Z"}},"timestamp":"2026-11-22T11:11:42.280Z"}}]"#,
                    (n * 7) % 60
                ),
            };
            let name = if n % 10 == 6 { "something_else" } else { "new_message" };
            let decoded = dialect.decode_event(name, &raw);
            reports.push(Report::Frame(Box::new(Frame {
                epoch: 1,
                seq: u64::try_from(n).unwrap() + 1,
                received: begin(),
                name: name.into(),
                bytes: raw.len(),
                raw: raw.into(),
                ack: None,
                emitted: decoded.emitted,
                event: decoded.event,
                injected: false,
            })));
            // the last unknown conversation is never fetched
            if n % 10 == 9 && n < 190 {
                let id = oid(4_000 + n - 8);
                let page = format!(r#"{{"conversation":{},"messages":[]}}"#, row(4_000 + n - 8));
                let result = dialect.thread_page(page.as_bytes(), None).map_err(crate::backend::RestError::Unreadable);
                reports.push(Report::Conversation { id: id.as_str().into(), result });
            }
        }
        reports.push(live(2));
        reports
    }

    /// Plays the reports into a program whose user opens a conversation on the way, and records what happens.
    fn recorded(redaction: Redaction) -> (tempfile::TempDir, PathBuf, Vec<Value>) {
        let dialect = Dialect::shipped("reference").unwrap();
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("run.ndjson");
        let header = Header {
            switchboard_recording: FORMAT,
            version: "0".to_owned(),
            at: begin(),
            dialect: "reference".to_owned(),
            account: Some(ACCOUNT.into()),
            route_variants: false,
            redacted: redaction.names(),
        };
        let recorder = store::Recorder::create(&path, &header, redaction).unwrap();
        let mut live = state(&dialect);
        for (nth, report) in reports(&dialect).into_iter().enumerate() {
            let at = begin() + SignedDuration::from_millis(i64::try_from(nth).unwrap() * 50);
            if let Some(record) = to_record(at, &report) {
                recorder.record(&record);
            }
            update(&mut live, at, Msg::Backend(report));
            // the user opens one conversation, and later another
            let opened = match nth {
                30 => Some(oid(7)),
                90 => Some(oid(10)),
                _ => None,
            };
            if let Some(id) = opened {
                let was_open = live.open;
                crate::app::repeat(&mut live, &Record::Open { at, id: Some(id.as_str().into()) });
                let lines = intents(at, &live, was_open, &[]);
                assert_eq!(lines.len(), 1);
                lines.iter().for_each(|line| recorder.record(line));
            }
        }
        recorder.close().unwrap();
        assert!(live.open.is_some());
        (root, path, verdicts(&live).collect())
    }

    fn replayed(path: &std::path::Path) -> Vec<Value> {
        let dialect = Dialect::shipped("reference").unwrap();
        let recording = Recording::read(path).unwrap();
        assert!(recording.damage.is_none());
        let mut state = state(&dialect);
        for record in &recording.records {
            play(&mut state, record, &dialect).unwrap();
        }
        verdicts(&state).collect()
    }

    #[test]
    fn a_recording_replays_to_identical_verdicts() {
        let (_root, path, live) = recorded(Redaction::default());
        let mut kinds: Vec<&str> = live.iter().filter_map(|verdict| verdict["verdict"].as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert!(kinds.len() >= 7, "{kinds:?}");
        assert!(kinds.contains(&"routed") && kinds.contains(&"undecodable"), "{kinds:?}");
        assert_eq!(live.len(), 200);
        assert_eq!(replayed(&path), live);
    }

    #[test]
    fn without_texts_and_phones_the_verdicts_are_the_same() {
        let (_root, path, live) = recorded(Redaction { texts: true, phones: true, key: 0x5eed_5eed_5eed_5eed });
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            !text.contains("Hello 1") && !text.contains("Customer 1") && !text.contains("923000000012"),
            "redacted"
        );
        let decided = |all: &[Value]| -> Vec<Value> {
            all.iter().map(|one| json!([one["seq"], one["verdict"], one["rule"], one["pointer"]])).collect()
        };
        assert_eq!(decided(&replayed(&path)), decided(&live));
    }
}
