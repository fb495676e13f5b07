//! Every fault of the laboratory, and what `doctor` names first.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use switchboard::backend::{BackendConfig, TokenSource};
use switchboard::commands::doctor::{Examination, Plan, Webhook, examine};
use switchboard::config::Profile;
use switchboard::inspect::diagnose::{Severity, outcome};
use switchboard::server::faults::FAULTS;
use switchboard::server::simulator::SimulatorConfig;
use switchboard::server::webhook::signature::sign;
use switchboard::server::{Running, Server, ServerConfig};
use switchboard::wire::Dialect;

/// The faults with the diagnosis that must come first and the exit code; a moment gets its time in milliseconds.
pub const EXPECTED: &[(&str, Option<u64>, &str, u8)] = &[
    ("event-composite", None, "event-id-composite", 2),
    ("list-composite", None, "list-id-composite", 2),
    ("composite-one-event", None, "one-event-composite", 2),
    ("account-id", None, "page-holds-account-id", 2),
    ("no-conversation-id", None, "no-conversation-id", 2),
    ("no-ids", None, "no-ids", 2),
    ("numeric-ids", None, "ids-are-numbers", 2),
    ("plus-phones", None, "plus-phones", 2),
    ("quoted-ids", None, "quoted-ids", 2),
    ("clock-skew", None, "clock-skew", 0),
    ("lone-surrogates", None, "half-characters", 0),
    ("oversized", None, "oversized-payloads", 0),
    ("status-backwards", None, "status-out-of-rank", 0),
    ("duplicate-events", None, "events-twice", 0),
    ("foreign-events", None, "foreign-events", 2),
    ("composite-room", None, "room-named-composite", 2),
    ("wrong-room", None, "broadcast-to-wrong-room", 3),
    ("account-room-silent", None, "account-room-silent", 0),
    ("lossy", None, "messages-missed", 3),
    ("no-broadcast", None, "not-broadcast", 3),
    ("reordered", None, "out-of-order", 0),
    ("delayed", None, "late-delivery", 0),
    ("not-stored", None, "not-stored", 3),
    ("join-wants-string", None, "join-argument-shape", 3),
    ("join-wants-object", None, "string-joins-nothing", 0),
    ("join-ignored", None, "joins-ignored", 3),
    ("socket-token-expired", None, "token-refused-by-socket", 4),
    ("rest-token-expired", None, "token-refused-by-rest", 4),
    ("websocket-refused", None, "websocket-refused", 0),
    ("wrong-path", None, "wrong-path", 4),
    ("wrong-namespace", None, "wrong-namespace", 4),
    ("protocol-version", None, "protocol-version", 4),
    ("cors-missing", None, "cors-missing", 4),
    ("restart", Some(6_000), "connection-lost", 0),
    ("forget-rooms", Some(6_000), "rooms-forgotten", 3),
    ("half-open", Some(6_000), "half-open", 3),
];

const ORIGIN: &str = "https://inbox.example";
const SECRET: &str = "webhook secret";
/// The doctor's customer.
const CUSTOMER: &str = "447700900999";
/// So many examinations at once: most of each is waiting.
const AT_ONCE: usize = 6;

async fn server(fault: Option<&str>) -> Running {
    let config = ServerConfig {
        webhook_secret: Some(SecretString::from(SECRET)),
        cors: vec![ORIGIN.to_owned()],
        simulator: Some(SimulatorConfig { rate: 0.0, ..SimulatorConfig::default() }),
        faults: fault.map(str::to_owned).into_iter().collect(),
        ping_interval: Duration::from_secs(3),
        ..ServerConfig::default()
    };
    Server::start(config).await.expect("a server")
}

/// That of our own server, which tells what became of a message; another one by hand, with `DIALECT`.
fn dialect() -> Arc<Dialect> {
    let name = std::env::var("DIALECT").unwrap_or_else(|_| "switchboard".to_owned());
    Dialect::shipped(&name).expect("a dialect")
}

/// Examines a server with this fault.
pub async fn examined(fault: Option<&str>) -> Examination {
    let running = server(fault).await;
    let email = running.first_agent().await.expect("an agent");
    let token = running.token_for(&email).await.expect("a token");
    let profile = Profile::new(running.url().parse().expect("a URL"));
    let config = BackendConfig::new(profile, dialect(), TokenSource::fixed(token.clone()));
    let moment = fault.is_some_and(|fault| fault.contains('='));
    let url = format!("{}/api/webhooks/whatsapp", running.url()).parse().expect("a URL");
    let plan = Plan {
        origin: Some(ORIGIN.parse().expect("an origin")),
        test: Some(Webhook { url, secret: Some(SecretString::from(SECRET)) }),
        pause: Duration::from_secs(if moment { 8 } else { 2 }),
        ..Plan::new(config).expect("a plan")
    };
    // somebody else's agent answers the test customer: then there are statuses
    let statuses = matches!(fault, None | Some("status-backwards"));
    let answering =
        statuses.then(|| tokio::spawn(answer(running.url(), token.expose_secret().to_owned(), fault.is_some())));
    let examination = examine(plan).await;
    if let Some(answering) = answering {
        answering.abort();
    }
    running.shutdown().await;
    examination
}

/// Answers the test customer as soon as their conversation is there, and lets the answer be delivered.
async fn answer(url: String, token: String, deliver: bool) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let call = |request: reqwest::RequestBuilder| {
        let request = request.bearer_auth(&token);
        async move { request.send().await.ok()?.json::<Value>().await.ok() }
    };
    let lines = call(client.get(format!("{url}/api/settings/phone-numbers"))).await.unwrap_or_default();
    let line = lines["phoneNumbers"][0]["phoneNumberId"].as_str().unwrap_or_default().to_owned();
    loop {
        let list = call(client.get(format!("{url}/api/conversations?phoneNumberId={line}"))).await.unwrap_or_default();
        let rows = list["conversations"].as_array().cloned().unwrap_or_default();
        if rows.iter().any(|row| row["userPhone"] == CUSTOMER) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // the room is joined a moment later; what is sent then is heard
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let body = json!({ "phoneNumberId": line, "recipientPhone": CUSTOMER, "message": "We look into it" });
    let sent = call(client.post(format!("{url}/api/messages/send")).json(&body)).await.unwrap_or_default();
    if !deliver {
        return;
    }
    let envelope = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "0", "changes": [{
        "field": "messages",
        "value": {
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": "1", "phone_number_id": line },
            "statuses": [{
                "id": sent["data"]["waMessageId"], "status": "delivered", "recipient_id": CUSTOMER,
                "timestamp": jiff::Timestamp::now().as_second().to_string()
            }]
        }
    }] }] })
    .to_string();
    let signature = sign(&SecretString::from(SECRET), envelope.as_bytes());
    let webhook = client.post(format!("{url}/api/webhooks/whatsapp")).header("x-hub-signature-256", signature);
    let _ = webhook.header("content-type", "application/json").body(envelope).send().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_is_named_first() {
    let only = std::env::var("FAULT").ok();
    let chosen = EXPECTED.iter().filter(|row| only.as_deref().is_none_or(|only| only == row.0));
    let runs = futures_util::stream::iter(chosen).map(|(fault, number, rule, exit)| async move {
        let named = number.map_or_else(|| (*fault).to_owned(), |number| format!("{fault}={number}"));
        let examination = examined(Some(&named)).await;
        let found: Vec<String> = examination
            .findings
            .iter()
            .map(|finding| {
                format!("{} [{:?} {:?}] saw: {}", finding.rule, finding.severity, finding.certainty, finding.saw)
            })
            .collect();
        let first = examination.findings.first().map(|finding| finding.rule);
        let code = outcome(&examination.findings).exit_code();
        (first != Some(*rule) || code != *exit).then(|| {
            format!("{fault}: wanted {rule} and exit {exit}, got exit {code} and\n    {}", found.join("\n    "))
        })
    });
    let wrong: Vec<String> = runs.buffer_unordered(AT_ONCE).filter_map(|wrong| async { wrong }).collect().await;
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), EXPECTED.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_healthy_backend_has_no_fault() {
    let examination = examined(None).await;
    let faults: Vec<_> = examination.findings.iter().filter(|finding| finding.is_fault()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
    assert_eq!(outcome(&examination.findings).exit_code(), 0);
    let good = examination.findings.iter().find(|finding| finding.severity == Severity::Good);
    assert_eq!(good.map(|finding| finding.rule), Some("ids-match"));
    let statuses = examination.evidence.events.iter().filter(|sight| &*sight.name == "message_status").count();
    assert!(statuses > 0, "the answer was delivered while the doctor listened");
}

#[test]
fn no_fault_of_the_laboratory_is_left_out() {
    let known: Vec<&str> = EXPECTED.iter().map(|row| row.0).collect();
    let all: Vec<&str> = FAULTS.iter().map(|fault| fault.name).collect();
    assert_eq!(known, all);
}
