//! The socket's half: connect, join, catch up, and come back.

use serde_json::{Value, json};
use switchboard::backend::{Command, Health, Page, Purpose, Report, RoomReport, RoomStage, SessionState};
use switchboard::chat::Id;
use switchboard::config::Transport;
use switchboard::wire::Event;

use crate::contract::Contract;
use crate::seat::{Seat, config, pair, set, target};

/// The rooms that a joined socket is in, as the server knows them.
async fn joined(server: &Contract) -> Vec<String> {
    let state = server.state().await;
    let rooms = state["sockets"][0]["rooms"].as_array().cloned().unwrap_or_default();
    rooms.iter().filter_map(Value::as_str).filter(|room| room.contains(':')).map(str::to_owned).collect()
}

async fn room(seat: &mut Seat, id: &Id, stage: RoomStage) -> RoomReport {
    let pick = |report: &Report| match report {
        Report::Room(room) if room.id == *id && room.stage == stage => Some(room.clone()),
        _ => None,
    };
    seat.until(&format!("{stage:?} of {id:?}"), pick).await
}

#[tokio::test]
async fn it_introduces_itself_lists_and_is_live() {
    let Some((_server, mut seat)) = pair(json!({"conversations": 5})) else { return };
    let first = seat.list(Purpose::Asked).await;
    assert_eq!((first.rows.len(), first.unreadable.len()), (5, 0));
    let session = seat.live().await;
    assert_eq!((session.epoch, session.reconnects, session.transport), (1, 0, Some("websocket")));
    assert_eq!((&session.rest, &session.socket), (&Health::Well, &Health::Well));
    assert!(session.sid.is_some() && session.round_trip.is_some() && session.last_frame.is_some());
    // Caught up means: the list came once more, after the subscription.
    assert!(seat.seen.iter().any(|report| matches!(report, Report::List { purpose: Purpose::Resync, epoch: 1, .. })));
    let has = |pick: fn(&Report) -> bool| seat.seen.iter().any(pick);
    assert!(has(
        |report| matches!(report, Report::Room(room) if room.key.is_none() && room.stage == RoomStage::Emitted)
    ));
    let introductions: [fn(&Report) -> bool; 2] =
        [|report| matches!(report, Report::Identity(_)), |report| matches!(report, Report::Lines(_))];
    for pick in introductions {
        seat.ever("identity and lines", |report| pick(report).then_some(())).await;
    }
}

#[tokio::test]
async fn an_event_of_the_open_conversation_comes_in_every_era() {
    for era in ["oid", "composite", "mismatch", "current"] {
        let Some((server, mut seat)) = pair(json!({"era": era})) else { return };
        seat.live().await;
        let open = target(&server, 1, true).await;
        seat.open(&open);
        let last = room(&mut seat, &open.aliases[0], RoomStage::Emitted).await;
        let argument = format!("{{\"conversationId\":\"{}\"}}", open.aliases[0].as_str());
        assert_eq!(&*last.emitted, format!("join_conversation {argument}"), "{era}");
        // The joins are ahead of this on the same socket only if the server has taken them.
        while joined(&server).await.len() < 3 {
            tokio::task::yield_now().await;
        }
        server.inbound(open.id.as_str(), "Where is my order?").await;
        let frame = seat.frame("new_message").await;
        assert_eq!((frame.epoch, frame.ack.is_some()), (1, true), "{era}");
        assert!(frame.raw.contains("Where is my order?") && frame.bytes > 100 && frame.emitted.is_some(), "{era}");
        let Ok(Event::Message { evidence, .. }) = &frame.event else { panic!("{era}: {:?}", frame.event) };
        let named = |id: &Id| evidence.ids.iter().any(|named| named.id == *id);
        assert!(named(&open.id) || named(&open.aliases[0]), "{era}: {evidence:?}");
        server.inbound(target(&server, 2, false).await.id.as_str(), "Not for this room").await;
        server.inbound(open.id.as_str(), "And now?").await;
        let frame = seat.frame("new_message").await;
        assert!(frame.raw.contains("And now?"), "{era}: an event of a room that was not joined came: {}", frame.raw);
    }
}

#[tokio::test]
async fn rooms_that_are_no_longer_wanted_are_left() {
    let Some((server, mut seat)) = pair(json!({})) else { return };
    seat.live().await;
    let (one, two) = (target(&server, 0, false).await, target(&server, 1, false).await);
    seat.open(&one);
    room(&mut seat, &one.id, RoomStage::Emitted).await;
    seat.open(&two);
    room(&mut seat, &one.id, RoomStage::Left).await;
    room(&mut seat, &two.id, RoomStage::Emitted).await;
    let wanted = format!("conversation:{}", two.id.as_str());
    loop {
        let rooms = joined(&server).await;
        if rooms.contains(&wanted) && rooms.len() == 2 {
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn after_a_restart_of_the_server_it_joins_again_and_the_gap_is_closed() {
    let Some((server, mut seat)) = pair(json!({})) else { return };
    seat.live().await;
    let open = target(&server, 3, false).await;
    seat.open(&open);
    seat.backend.send(Command::FetchThread {
        target: open.clone(),
        page: Page::Latest,
        limit: 77,
        purpose: Purpose::Asked,
    });
    room(&mut seat, &open.id, RoomStage::Emitted).await;
    server.control("down", json!({})).await;
    let waiting = seat.state("waiting", |state| matches!(state, SessionState::Waiting { .. })).await;
    let SessionState::Waiting { reason, attempt, .. } = &waiting.state else { unreachable!() };
    assert!(!reason.is_empty() && *attempt >= 1 && waiting.sid.is_none());
    assert_eq!(room(&mut seat, &open.id, RoomStage::Stale).await.epoch, 1);
    server.inbound(open.id.as_str(), "Nobody was there to hear this").await;
    server.control("up", json!({})).await;
    assert_eq!(room(&mut seat, &open.id, RoomStage::Emitted).await.epoch, 2);
    let pick = |report: &Report| match report {
        Report::Thread { purpose: Purpose::Resync, epoch: 2, limit: 77, result: Ok(page), .. } => Some(page.clone()),
        _ => None,
    };
    let page = seat.until("the open thread", pick).await;
    assert_eq!(page.messages.len(), 3, "{page:#?}");
    let session = seat.live().await;
    assert_eq!((session.epoch, session.reconnects), (2, 1));
}

#[tokio::test]
async fn however_the_connection_ends_it_comes_back() {
    let Some((server, mut seat)) = pair(json!({})) else { return };
    seat.live().await;
    for (round, how) in ["disconnect", "close", "reset"].into_iter().enumerate() {
        server.control("drop", json!({"how": how})).await;
        seat.state(how, |state| matches!(state, SessionState::Waiting { .. })).await;
        let session = seat.live().await;
        assert_eq!(session.reconnects as usize, round + 1, "{how}");
    }
}

#[tokio::test]
async fn a_key_connects_at_once() {
    let Some(server) = Contract::start(&json!({})) else { return };
    let refusal =
        json!({"socketRefusal": "Down for maintenance", "restRefusal": {"status": 500, "message": "Down too"}});
    set(&server, refusal).await;
    let mut seat = Seat::new(config(&server.url));
    // Refused handshakes climb: the fifth attempt by itself is four to eight seconds away.
    let fourth = |state: &SessionState| matches!(state, SessionState::Waiting { attempt: 4, .. });
    let waiting = seat.state("the fourth refusal", fourth).await;
    let SessionState::Waiting { retry_at, reason, .. } = &waiting.state else { unreachable!() };
    assert_eq!(&**reason, "refused: Down for maintenance");
    set(&server, json!({"socketRefusal": null, "restRefusal": null})).await;
    seat.backend.send(Command::Reconnect);
    let session = seat.live().await;
    assert!(session.since < *retry_at, "the attempt was the key's, not the back-off's");
    assert_eq!(server.state().await["handshakes"], 5);
}

#[tokio::test]
async fn a_message_that_no_event_brought_makes_it_silent_until_events_come() {
    let Some((server, mut seat)) = pair(json!({"silent": true})) else { return };
    seat.live().await;
    seat.backend.send(Command::Missed { count: 2 });
    let session = seat.state("silent", |state| matches!(state, SessionState::Silent { .. })).await;
    let SessionState::Silent { reason } = &session.state else { unreachable!() };
    assert_eq!(&**reason, "REST had 2 messages that no event brought; polling");
    set(&server, json!({"silent": false})).await;
    server.inbound(target(&server, 0, false).await.id.as_str(), "Heard").await;
    seat.frame("conversation_update").await;
}

#[tokio::test]
async fn without_sockets_it_polls_and_says_so() {
    let Some(server) = Contract::start(&json!({"transports": ["polling"]})) else { return };
    let mut config = config(&server.url);
    config.profile.transport = Transport::Websocket;
    let mut seat = Seat::new(config);
    let session = seat.state("silent", |state| matches!(state, SessionState::Silent { .. })).await;
    let SessionState::Silent { reason } = &session.state else { unreachable!() };
    assert!(reason.starts_with("no socket: ") && reason.ends_with("; polling"), "{reason}");
    assert_eq!(session.rest, Health::Well);
    assert!(matches!(session.socket, Health::Ill(_)));
}

#[tokio::test]
async fn polling_carries_it_where_websockets_are_refused() {
    let Some(server) = Contract::start(&json!({"transports": ["polling"]})) else { return };
    let mut config = config(&server.url);
    config.profile.transport = Transport::Auto;
    let mut seat = Seat::new(config);
    assert_eq!(seat.live().await.transport, Some("polling"));
}

#[tokio::test]
async fn typing_is_told_to_the_room() {
    let Some((server, mut seat)) = pair(json!({})) else { return };
    seat.live().await;
    let open = target(&server, 0, false).await;
    seat.open(&open);
    for typing in [true, true, false] {
        seat.backend.send(Command::Typing { target: open.clone(), typing });
    }
    // The reference echoes typing to its sender.
    for typing in [true, false] {
        let frame = seat.frame("typing").await;
        assert!(matches!(frame.event, Ok(Event::Typing { typing: told, .. }) if told == typing), "{frame:?}");
    }
}

#[tokio::test]
async fn closing_ends_the_socket() {
    let Some((server, mut seat)) = pair(json!({})) else { return };
    seat.live().await;
    let Seat { backend, .. } = seat;
    backend.close().await;
    while server.state().await["sockets"].as_array().is_some_and(|sockets| !sockets.is_empty()) {
        tokio::task::yield_now().await;
    }
}
