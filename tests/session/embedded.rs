//! The session against the embedded server: the whole program talks to itself, over real HTTP and a real socket.

use std::sync::Arc;
use std::time::Instant;

use secrecy::SecretString;
use switchboard::backend::{
    BackendConfig, Command, Outgoing, Page, Purpose, Report, RoomStage, SessionState, Target, TokenSource,
};
use switchboard::chat::{ConversationFacts, ConversationKey, Direction};
use switchboard::config::Profile;
use switchboard::server::simulator::SimulatorConfig;
use switchboard::server::{Running, Server, ServerConfig};
use switchboard::wire::{Dialect, Event};

use crate::seat::Seat;

/// The demo without its traffic.
async fn quiet() -> (Running, SecretString) {
    let simulator = SimulatorConfig { rate: 0.0, ..SimulatorConfig::default() };
    let config = ServerConfig { simulator: Some(simulator), ..ServerConfig::default() };
    let running = Server::start(config).await.expect("the server starts");
    let agent = running.first_agent().await.expect("an agent");
    let token = running.token_for(&agent).await.expect("a token");
    (running, token)
}

fn config(running: &Running, token: SecretString) -> BackendConfig {
    let profile = Profile::new(running.url().parse().expect("a URL"));
    BackendConfig::new(profile, Arc::new(Dialect::reference()), TokenSource { current: Some(token), resolve: None })
}

fn target(facts: &ConversationFacts) -> Target {
    let mut ids = facts.ids.iter().map(|named| named.id.clone());
    Target {
        key: ConversationKey(1),
        id: ids.next().expect("an id"),
        aliases: ids.collect(),
        line: facts.line.clone(),
        phone: facts.phone.clone(),
    }
}

#[tokio::test]
async fn the_whole_way_to_the_embedded_server_and_back() {
    let (running, token) = quiet().await;
    let begun = Instant::now();
    let mut seat = Seat::new(config(&running, token));
    let list = seat.list(Purpose::Asked).await;
    let listed = begun.elapsed();
    seat.live().await;
    // For the reader of the output; nothing depends on it.
    println!("{} rows after {listed:?}, live after {:?}", list.rows.len(), begun.elapsed());
    assert!(list.rows.len() >= 30 && list.unreadable.is_empty(), "{:?}", list.unreadable);

    let open = target(list.rows.iter().find(|row| row.phone.is_some()).expect("a row with a phone"));
    seat.open(&open);
    let joined = |report: &Report| match report {
        Report::Room(room) if room.key.is_some() && room.stage >= RoomStage::Acknowledged => Some(room.clone()),
        _ => None,
    };
    let room = seat.until("the answer to the join", joined).await;
    assert_eq!((room.stage, &room.note), (RoomStage::Acknowledged, &None));

    let body = Outgoing::Text { body: "Is anybody there? 👋".to_owned() };
    seat.backend.send(Command::Send { client: "c1".into(), target: open.clone(), body, reply_to: None });
    let fate = |report: &Report| match report {
        Report::Sent { result, .. } => Some(result.clone()),
        _ => None,
    };
    let accepted = seat.until("the fate of the send", fate).await;
    let echoed = |report: &Report| match report {
        Report::Frame(frame) => match &frame.event {
            Ok(Event::Message { message, .. }) if message.direction == Direction::Outbound => Some(message.clone()),
            _ => None,
        },
        _ => None,
    };
    let echo = seat.ever("the message as an event", echoed).await;
    if let Ok(accepted) = accepted {
        assert_eq!(accepted.id, echo.ids.id);
    }

    let limit = 5;
    seat.backend.send(Command::FetchThread {
        target: open.clone(),
        page: Page::Latest,
        limit,
        purpose: Purpose::Asked,
    });
    let thread = |report: &Report| match report {
        Report::Thread { purpose: Purpose::Asked, result, .. } => Some(result.clone()),
        _ => None,
    };
    let latest = seat.until("the thread", thread).await.expect("a thread");
    assert!(latest.messages.iter().any(|message| message.ids.id == echo.ids.id));
    let oldest = latest.messages.first().expect("messages").clone();
    let message = oldest.ids.id.clone().expect("an id");
    let page = Page::Before { message: message.clone(), at: oldest.created_at };
    seat.backend.send(Command::FetchThread { target: open, page, limit, purpose: Purpose::Asked });
    let older = seat.until("the older messages", thread).await.expect("a page");
    assert!(older.messages.iter().all(|older| older.ids.id.as_ref() != Some(&message)));
    assert!(older.messages.iter().all(|older| older.created_at <= oldest.created_at));
}

#[tokio::test]
async fn a_foreign_room_is_refused_with_its_words() {
    let (running, token) = quiet().await;
    let mut seat = Seat::new(config(&running, token));
    let list = seat.list(Purpose::Asked).await;
    seat.live().await;
    let mut foreign = target(list.rows.first().expect("a row"));
    (foreign.id, foreign.aliases) = ("6b02ca344e517f5f5b270000".into(), Vec::new());
    seat.open(&foreign);
    let refused = |report: &Report| match report {
        Report::Room(room) if room.stage == RoomStage::Refused => Some(room.clone()),
        _ => None,
    };
    let room = seat.until("the refusal", refused).await;
    assert!(room.note.is_some_and(|note| !note.is_empty()));
}

#[tokio::test]
async fn the_embedded_server_goes_and_the_session_says_so() {
    let (running, token) = quiet().await;
    let mut seat = Seat::new(config(&running, token));
    seat.live().await;
    running.shutdown().await;
    seat.state("waiting", |state| matches!(state, SessionState::Waiting { .. })).await;
}
