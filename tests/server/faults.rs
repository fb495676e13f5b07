//! The laboratory: each fault seen on the wire, and none where none is on.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use switchboard::server::faults::{FAULTS, OTHER_NAMESPACE, OTHER_PATH};

use crate::envelopes::{messages_from, status, text};
use crate::house::{ACCOUNT, Answer, DANA, DANA_PHONE, House, LINE};
use crate::wire::Wire;

const ORIGIN: &str = "https://inbox.example";
/// How long nothing must come before nothing is said to come.
const QUIET: Duration = Duration::from_millis(1_500);
const TEXTS: [&str; 3] = ["one", "two", "three"];

/// All that a client can see of a server in a short while.
struct Seen {
    /// Dana's row of the list, and the answer's headers.
    row: Value,
    list: Answer,
    preflight: Answer,
    /// What polling answers under the usual path and under the other.
    polling: Answer,
    other_polling: u16,
    /// The HTTP status of a refused WebSocket.
    refused: Option<u16>,
    /// The answers of the namespaces.
    connected: String,
    elsewhere: String,
    wire: Option<Wire>,
    /// What REST has of the three messages in the end, asked for by the id of the list.
    stored: usize,
    /// When the first `new_message` came, in milliseconds since 1970.
    first_at: i64,
}

impl Seen {
    fn news(&self) -> Vec<&Value> {
        self.wire.as_ref().map(|wire| wire.of("new_message").collect()).unwrap_or_default()
    }

    fn first(&self) -> &Value {
        self.news().first().copied().unwrap_or(&Value::Null)
    }

    fn received(&self) -> usize {
        self.wire.as_ref().map_or(0, |wire| wire.of("message.received").count())
    }

    fn statuses(&self) -> Vec<&str> {
        let wire = self.wire.as_ref();
        wire.map(|wire| wire.of("message_status").filter_map(|one| one["status"].as_str()).collect())
            .unwrap_or_default()
    }

    fn acked(&self, number: u64) -> bool {
        self.wire.as_ref().is_some_and(|wire| wire.acks.iter().any(|(id, _)| *id == number))
    }

    fn raw_has(&self, part: &str) -> bool {
        self.wire.as_ref().is_some_and(|wire| wire.events.iter().any(|(.., raw)| raw.contains(part)))
    }

    /// All that a healthy server sends has come.
    fn complete(&self) -> bool {
        self.news().len() >= 3
            && self.received() >= 3
            && !self.statuses().is_empty()
            && (1..=3).all(|number| self.acked(number))
    }

    fn closed(&self) -> bool {
        self.wire.as_ref().is_some_and(|wire| wire.closed)
    }
}

fn composite() -> String {
    format!("{ACCOUNT}_{LINE}_{DANA_PHONE}")
}

fn milliseconds(time: &Value) -> i64 {
    time.as_str().and_then(|time| time.parse::<jiff::Timestamp>().ok()).map_or(0, |at| at.as_millisecond())
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// What each fault looks like, and the number that it is given here.
type Symptom = fn(&Seen) -> bool;
const SYMPTOMS: &[(&str, Option<u64>, Symptom)] = &[
    ("event-composite", None, |seen| {
        seen.row["conversationId"] == DANA
            && seen.first()["conversationId"] == composite()
            && seen.first()["message"]["conversationId"] == composite()
            && seen.wire.as_ref().unwrap().of("message.received").all(|one| one["conversationId"] == composite())
    }),
    ("list-composite", None, |seen| {
        seen.row["conversationId"] == composite() && seen.first()["conversationId"] == DANA
    }),
    ("composite-one-event", None, |seen| {
        seen.first()["conversationId"] == composite()
            && seen.wire.as_ref().unwrap().of("message.received").all(|one| one["conversationId"] == DANA)
    }),
    ("account-id", None, |seen| seen.row["conversationId"] == ACCOUNT && seen.first()["conversationId"] == DANA),
    ("no-conversation-id", None, |seen| {
        let message = &seen.first()["message"];
        message["recipientPhone"] == DANA_PHONE
            && seen.first().get("conversationId").is_none()
            && message.get("conversationId").is_none()
    }),
    ("no-ids", None, |seen| {
        seen.news().len() == 3 && [DANA, DANA_PHONE, "wamid.", ACCOUNT, LINE].iter().all(|id| !seen.raw_has(id))
    }),
    ("numeric-ids", None, |seen| {
        let number = seen.row["_id"].as_u64().unwrap_or_default();
        number > 1 << 53
            && seen.first()["conversationId"].as_u64() == Some(number)
            && seen.first()["message"]["phoneNumberId"].is_number()
            && seen.stored == 3
    }),
    ("plus-phones", None, |seen| {
        seen.first()["conversationId"] == format!("{ACCOUNT}_{LINE}_+{DANA_PHONE}")
            && seen.first()["message"]["recipientPhone"] == format!("+{DANA_PHONE}")
    }),
    ("quoted-ids", None, |seen| seen.first()["conversationId"] == format!("\"{DANA}\"")),
    ("clock-skew", Some(36_000), |seen| {
        let ahead = |at: i64| at - now() > 30_000_000;
        let date = seen.list.header("date").unwrap();
        let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_zoned(date).unwrap().timestamp().as_millisecond();
        ahead(milliseconds(&seen.first()["timestamp"])) && ahead(date)
    }),
    ("lone-surrogates", None, |seen| seen.raw_has("one\\ud83d\"")),
    ("oversized", Some(1_200_000), |seen| {
        seen.first()["message"]["content"]["text"].as_str().is_some_and(|text| text.len() > 1_200_000)
    }),
    ("status-backwards", None, |seen| seen.statuses() == ["delivered", "sent"]),
    ("duplicate-events", None, |seen| seen.news().len() > 3),
    ("foreign-events", None, |seen| {
        seen.news().iter().any(|one| one["message"]["accountId"].as_str().unwrap().starts_with("f0f0"))
    }),
    ("composite-room", None, |seen| seen.news().is_empty() && seen.received() == 3 && seen.acked(2)),
    ("wrong-room", None, |seen| seen.news().is_empty() && seen.received() == 3 && seen.acked(2)),
    ("account-room-silent", None, |seen| seen.received() == 0 && seen.news().len() == 3),
    ("lossy", None, |seen| seen.news().len() == 2 && seen.received() == 2 && seen.stored == 3),
    ("no-broadcast", None, |seen| {
        seen.wire.as_ref().is_some_and(|wire| wire.events.is_empty()) && seen.stored == 3 && seen.acked(2)
    }),
    ("reordered", None, |seen| {
        let texts: Vec<&str> =
            seen.news().iter().map(|one| one["message"]["content"]["text"].as_str().unwrap()).collect();
        texts.len() == 3 && texts[0] == "two"
    }),
    ("delayed", Some(4_000), |seen| seen.first_at - milliseconds(&seen.first()["timestamp"]) >= 4_000),
    ("not-stored", None, |seen| seen.stored == 0 && seen.news().is_empty() && seen.acked(2)),
    ("join-wants-string", None, |seen| !seen.acked(2) && seen.acked(3)),
    ("join-wants-object", None, |seen| seen.acked(2) && !seen.acked(3)),
    ("join-ignored", None, |seen| !seen.acked(2) && !seen.acked(3) && seen.acked(1) && seen.news().is_empty()),
    ("socket-token-expired", None, |seen| {
        seen.connected == "44{\"message\":\"Invalid token: jwt expired\"}" && seen.list.status == 200
    }),
    ("rest-token-expired", None, |seen| {
        seen.list.status == 401
            && seen.list.body["message"] == "Invalid or expired token. Please login again."
            && seen.connected.starts_with("40{")
    }),
    ("websocket-refused", None, |seen| seen.refused == Some(400) && seen.polling.status == 200),
    ("wrong-path", None, |seen| seen.polling.status == 404 && seen.refused == Some(404) && seen.other_polling == 200),
    ("wrong-namespace", None, |seen| {
        seen.connected == "44{\"message\":\"Invalid namespace\"}" && seen.elsewhere.starts_with("40/inbox,{")
    }),
    ("protocol-version", None, |seen| seen.polling.status == 400 && seen.polling.body["code"] == 5),
    ("cors-missing", None, |seen| {
        seen.preflight.status == 405 && seen.list.header("access-control-allow-origin").is_none()
    }),
    ("restart", Some(1), |seen| seen.closed()),
    ("forget-rooms", Some(1), |seen| {
        !seen.closed()
            && seen.wire.as_ref().is_some_and(|wire| wire.events.is_empty() && wire.pings > 0)
            && seen.acked(2)
    }),
    ("half-open", Some(1), |seen| {
        !seen.closed() && seen.wire.as_ref().is_some_and(|wire| wire.events.is_empty() && wire.pings == 0)
    }),
];

async fn look(house: &House, list_path: &str) -> (Answer, Value) {
    let list = Answer::of(
        house.request(Method::GET, list_path).bearer_auth(&house.token).header("origin", ORIGIN).send().await.unwrap(),
    )
    .await;
    let rows = list.body["conversations"].as_array().cloned().unwrap_or_default();
    let row = rows.into_iter().find(|row| row["userName"] == "Dana Ó Briain").unwrap_or_default();
    (list, row)
}

/// Looks at a server from all sides. Where it is healthy, waits for everything; else until nothing came for `quiet`.
async fn see(house: &House, quiet: Option<Duration>) -> Seen {
    let plain = async |path: &str| Answer::of(house.request(Method::GET, path).send().await.unwrap()).await;
    let polling = plain("/socket.io/?EIO=4&transport=polling").await;
    let other_polling = plain(&format!("{OTHER_PATH}?EIO=4&transport=polling")).await.status;
    let preflight = house
        .request(Method::OPTIONS, "/api/conversations")
        .header("origin", ORIGIN)
        .header("access-control-request-method", "GET");
    let preflight = Answer::of(preflight.send().await.unwrap()).await;
    let (list, row) = look(house, "/api/conversations").await;

    let addr = house.running.addr();
    let mut elsewhere = String::new();
    if let Ok(mut wire) = Wire::open(addr, "/socket.io/").await {
        elsewhere = wire.connect(OTHER_NAMESPACE, &house.token).await;
    }
    let (mut refused, mut connected, mut wire) = (None, String::new(), None);
    match Wire::open(addr, "/socket.io/").await {
        Err(status) => refused = Some(status),
        Ok(mut open) => {
            connected = open.connect("/", &house.token).await;
            wire = Some(open);
        }
    }
    if let Some(wire) = &mut wire {
        wire.send("421[\"subscribe_conversations\"]").await;
        wire.send(&format!("422[\"join_conversation\",{{\"conversationId\":\"{DANA}\"}}]")).await;
        wire.send(&format!("423[\"join_conversation\",\"{DANA}\"]")).await;
        wire.send("424[\"subscribe_conversations\"]").await;
    }
    let mut seen = Seen {
        row,
        list,
        preflight,
        polling,
        other_polling,
        refused,
        connected,
        elsewhere,
        wire,
        stored: 0,
        first_at: 0,
    };
    // Joins first, and the moments that wait for them.
    let joined = |seen: &Seen| (1..=4).all(|number| seen.acked(number));
    listen(&mut seen, quiet, joined).await;
    let moments = || FAULTS.iter().any(|fault| fault.is_moment() && house.running.lab().is_on(fault.name).is_some());
    while moments() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    if let Some(wire) = &mut seen.wire {
        wire.pings = 0;
    }
    for (at, body) in TEXTS.iter().enumerate() {
        let message = text(&format!("wamid.W{at}"), DANA_PHONE, body);
        house.deliver(&messages_from(DANA_PHONE, "Dana Ó Briain", &[message])).await;
    }
    house.deliver(&status("wamid.OUT", "delivered")).await;
    listen(&mut seen, quiet, Seen::complete).await;
    // What comes once more, comes now.
    let until = Instant::now() + Duration::from_millis(700);
    while let Some(wire) = &mut seen.wire
        && !wire.closed
        && Instant::now() < until
    {
        wire.frame(until.saturating_duration_since(Instant::now())).await;
    }
    let id = seen.row["_id"].as_str().map_or_else(|| seen.row["_id"].to_string(), str::to_owned);
    let thread = house.ask(Method::GET, &format!("/api/conversations/{id}/messages"), None).await;
    let messages = thread.body["messages"].as_array().cloned().unwrap_or_default();
    seen.stored = messages.iter().filter(|one| TEXTS.iter().any(|text| one["content"]["text"] == *text)).count();
    seen
}

async fn listen(seen: &mut Seen, quiet: Option<Duration>, done: impl Fn(&Seen) -> bool) {
    let patience = quiet.unwrap_or(Duration::from_secs(30));
    let mut last = Instant::now();
    while !done(seen) {
        let Some(wire) = &mut seen.wire else { return };
        if wire.closed {
            return;
        }
        let came = wire.frame(patience).await;
        let first = wire.of("new_message").next().is_some();
        if first && seen.first_at == 0 {
            seen.first_at = now();
        }
        match came {
            // A ping is no news.
            Some(frame) if frame != "2" => last = Instant::now(),
            Some(_) if last.elapsed() < patience => {}
            _ if quiet.is_none() => panic!("a healthy server fell silent"),
            _ => return,
        }
    }
}

async fn house(fault: Option<(&str, Option<u64>)>) -> House {
    let fault = fault.map(|(name, value)| value.map_or(name.to_owned(), |value| format!("{name}={value}")));
    let house = House::build_with(|config| {
        config.cors = vec![ORIGIN.to_owned()];
        config.ping_interval = Duration::from_millis(400);
        config.faults = fault.into_iter().collect();
        config.lab = true;
    })
    .await;
    // A message whose status can change.
    let lab = house.running.lab();
    let on = lab.active();
    let barred = lab.is_on("rest-token-expired").is_some();
    if barred {
        lab.switch_off("rest-token-expired");
    }
    house.accepts(&["wamid.OUT"]).await;
    let reply = json!({ "messageType": "text", "message": "sent before" });
    let sent = house.ask(Method::POST, &format!("/api/conversations/{DANA}/reply"), Some(reply)).await;
    assert_eq!(sent.status, 200, "{}", sent.body);
    for (fault, value) in on.iter().filter(|_| barred) {
        lab.switch_on(fault.name, fault.setting.map(|_| *value)).unwrap();
    }
    house
}

#[tokio::test]
async fn a_server_without_a_fault_shows_none() {
    let house = house(None).await;
    let seen = see(&house, None).await;
    for (name, _, shows) in SYMPTOMS {
        assert!(!shows(&seen), "{name}: {:#}", json!(seen.wire.as_ref().map(|wire| &wire.events)));
    }
    assert_eq!((seen.stored, seen.news().len(), seen.received()), (3, 3, 3));
    assert_eq!(seen.preflight.header("access-control-allow-origin"), Some(ORIGIN));
}

/// The faults are looked at side by side, some at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_shows_on_the_wire() {
    let named: Vec<&str> = SYMPTOMS.iter().map(|(name, ..)| *name).collect();
    let all: Vec<&str> = FAULTS.iter().map(|fault| fault.name).collect();
    assert_eq!(named, all, "the table here and the server's differ");
    for some in SYMPTOMS.chunks(6) {
        let looks = some.iter().map(|(name, value, shows)| async move {
            let house = house(Some((*name, *value))).await;
            let late = if *name == "delayed" { value.unwrap_or_default() } else { 0 };
            let seen = see(&house, Some(QUIET + Duration::from_millis(late))).await;
            let events = seen.wire.as_ref().map(|wire| wire.events.iter().map(|(name, ..)| name).collect::<Vec<_>>());
            assert!(shows(&seen), "{name}: {events:?} {} {} {:?}", seen.connected, seen.stored, seen.row);
        });
        futures_util::future::join_all(looks).await;
    }
}

#[tokio::test]
async fn faults_are_switched_on_and_off_over_the_control_routes() {
    let house = House::build_with(|config| config.lab = true).await;
    let ask = async |method: Method, path: &str, body: Option<Value>| {
        let mut request = house.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        Answer::of(request.send().await.unwrap()).await
    };
    let active = async || -> Vec<Value> {
        let all = ask(Method::GET, "/api/faults", None).await.body["faults"].as_array().unwrap().clone();
        all.into_iter().filter(|fault| fault["active"] == true).map(|fault| fault["name"].clone()).collect()
    };
    assert_eq!(ask(Method::GET, "/api/faults", None).await.body["faults"].as_array().unwrap().len(), FAULTS.len());
    let on = ask(Method::PUT, "/api/faults/delayed", Some(json!({ "value": 20 }))).await;
    assert_eq!((on.status, &on.body["value"]), (200, &json!(20)));
    assert_eq!(ask(Method::PUT, "/api/faults/rest-token-expired", None).await.status, 200);
    assert_eq!(active().await, [json!("delayed"), json!("rest-token-expired")]);
    assert_eq!(house.ask(Method::GET, "/api/conversations", None).await.status, 401);
    assert_eq!(ask(Method::DELETE, "/api/faults/rest-token-expired", None).await.status, 200);
    assert_eq!(house.ask(Method::GET, "/api/conversations", None).await.status, 200);
    for (path, body, status, code) in [
        ("/api/faults/nonsense", None, 404, "UNKNOWN_FAULT"),
        ("/api/faults/lossy", Some(json!({ "value": 2 })), 422, "INVALID_FIELD"),
        ("/api/faults/delayed", Some(json!({ "value": "soon" })), 422, "INVALID_FIELD"),
    ] {
        let refused = ask(Method::PUT, path, body).await;
        assert_eq!((refused.status, &refused.body["error"]), (status, &json!(code)), "{path}");
    }
    assert_eq!(ask(Method::DELETE, "/api/faults", None).await.status, 200);
    assert!(active().await.is_empty());

    let closed = House::build().await;
    let refused = closed.request(Method::PUT, "/api/faults/lossy").send().await.unwrap();
    assert_eq!(refused.status(), 404, "without a laboratory there is no control route");
}

#[test]
fn the_page_of_the_server_names_every_fault() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/embedded-server.md");
    let page = std::fs::read_to_string(path).unwrap();
    let rows: Vec<String> = FAULTS
        .iter()
        .map(|fault| match fault.setting {
            Some(setting) => {
                format!("| `{}={}` | {} The number: {}. |", fault.name, setting.default, fault.about, setting.unit)
            }
            None => format!("| `{}` | {} |", fault.name, fault.about),
        })
        .collect();
    assert!(page.contains(&rows.join("\n")), "the table of docs/embedded-server.md should be:\n{}", rows.join("\n"));
}
