//! The socket's half: connect, join, catch up, and come back.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard::backend::{Command, Health, Page, PollEvery, Purpose, Report, RoomReport, RoomStage, SessionState};
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
async fn what_no_event_brought_is_found_by_polling() {
    let Some(server) = Contract::start(&json!({})) else { return };
    let mut config = config(&server.url);
    let often = Duration::from_millis(200);
    config.polls = PollEvery { often, seldom: Duration::from_secs(3600) };
    let mut seat = Seat::new(config);
    seat.live().await;
    let open = target(&server, 0, false).await;
    let ask = json!({"conversation": open.id.as_str(), "text": "Never emitted", "emit": false});
    server.control("inbound", ask).await;
    let pick = |report: &Report| match report {
        Report::List { purpose: Purpose::Drift, result: Ok(page), .. } => {
            let row = page.rows.iter().find(|row| row.ids.iter().any(|named| named.id == open.id))?;
            (row.preview.as_deref() == Some("Never emitted")).then_some(())
        }
        _ => None,
    };
    seat.until("a poll with the message", pick).await;
    // Once an event has come by the account's room, the polls are an hour apart: no two more of them.
    server.inbound(target(&server, 1, false).await.id.as_str(), "Emitted").await;
    seat.frame("conversation_update").await;
    let polls = |seat: &Seat| {
        let drift = |report: &&Report| matches!(report, Report::List { purpose: Purpose::Drift, .. });
        seat.seen.iter().filter(drift).count()
    };
    let before = polls(&seat);
    server.inbound(target(&server, 1, false).await.id.as_str(), "Emitted later").await;
    seat.frame("conversation_update").await;
    assert!(polls(&seat) <= before + 1, "one may have been on its way");
}

#[tokio::test]
async fn a_program_that_is_slow_loses_nothing_in_silence() {
    // Pings are due all the time, so the socket must not wait for us for long.
    let Some((server, mut seat)) = pair(json!({"pingInterval": 200, "pingTimeout": 20000})) else { return };
    seat.live().await;
    let open = target(&server, 0, false).await;
    let count = 5_000;
    let told = server.control("flood", json!({"conversation": open.id.as_str(), "count": count})).await;
    assert_eq!(told["count"], count);
    // Nothing is read here until the server has sent it all; whatever is dropped meanwhile must be said.
    let mut seen: u64 = 0;
    let mut dropped = 0;
    let mut last = String::new();
    let end = |report: &Report| {
        match report {
            Report::Frame(frame) => {
                seen += 1;
                last = frame.raw.to_string();
            }
            Report::Overflow { dropped: more } => dropped += more,
            _ => {}
        }
        // Two events a message: conversation_update and message.received.
        (seen + dropped == 2 * count).then_some(())
    };
    seat.until("every event, or the number of those that are missing", end).await;
    println!("{seen} came, {dropped} were dropped and said to be");
    if dropped > 0 {
        let resync = |report: &Report| match report {
            Report::List { purpose: Purpose::Resync, result: Ok(page), .. } => page.rows.first()?.preview.clone(),
            _ => None,
        };
        assert_eq!(&*seat.until("a resync", resync).await, format!("flood {count}"));
        seat.live().await;
    } else {
        assert!(last.contains(&format!("flood {count}\"")), "{last}");
    }
}

/// How long the way back takes; run it by `--ignored --nocapture`.
#[tokio::test]
#[ignore = "measures; takes two minutes"]
async fn fifty_kills() {
    let Some((server, mut seat)) = pair(json!({})) else { return };
    seat.live().await;
    let mut times = Vec::new();
    for kill in 0..50_u32 {
        server.control("down", json!({})).await;
        seat.state("waiting", |state| !matches!(state, SessionState::Live)).await;
        tokio::time::sleep(Duration::from_millis(u64::from(kill * 137 % 3000))).await;
        server.control("up", json!({})).await;
        let back = Instant::now();
        seat.live().await;
        times.push(back.elapsed());
        seat.seen.clear();
    }
    times.sort();
    println!("live again after the server came back: median {:?}, longest {:?}", times[25], times[49]);
    assert!(times[25] < Duration::from_secs(2), "{times:?}");
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
