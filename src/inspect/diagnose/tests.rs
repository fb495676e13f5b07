//! A case a rule: the least evidence on which it speaks, and speaks first.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::backend::{Health, Mishap, MishapKind, RestError, RoomStage};
use crate::chat::{ConversationKey, Evidence as Says, Id, NamedId, Phone, Rank, Verdict};
use crate::inspect::evidence::{Attempt, Cors, CorsTrial, JoinWay, Missed, Misspelt, Opened, RoomTrial, Sent, Test};
use crate::inspect::sightings::{Sight, Spelling};
use crate::inspect::stages::{Emit, Stage, StageReport, StageState, Trace};
use crate::inspect::{Kind, RoomRow};
use crate::text::Clean;

const ACCOUNT: &str = "695a15a5c526dbe7c085ece2";
const OWN: &str = "6b02ca344e517f5f5b27e3b5";
const COMPOSITE: &str = "695a15a5c526dbe7c085ece2_1003427786179738_923001234568";
const KEY: ConversationKey = ConversationKey(0);

fn now() -> Timestamp {
    Timestamp::new(1_790_000_000, 0).unwrap()
}

fn ago(seconds: i64) -> Timestamp {
    now() - SignedDuration::from_secs(seconds)
}

/// A live session with one conversation open, and no event yet.
fn healthy() -> Evidence {
    let mut evidence = Evidence::nothing(now());
    evidence.live_since = Some(ago(100));
    evidence.account = Some(ACCOUNT.into());
    evidence.session.epoch = 1;
    evidence.session.transport = Some("websocket");
    (evidence.session.rest, evidence.session.socket) = (Health::Well, Health::Well);
    evidence.session.last_frame = Some(ago(2));
    evidence.session.heartbeat = Some((Duration::from_secs(25), Duration::from_secs(20)));
    evidence.address.wants_websocket = true;
    evidence.address.joins = true;
    evidence.address.list_url = Clean::line("http://localhost:5050/api/conversations");
    evidence.address.credential = Some(Clean::line("Authorization: Bearer $TOKEN"));
    (evidence.list.came, evidence.list.rows) = (true, 2);
    evidence.list.page_ids = vec![OWN.into(), "6b02ca344e517f5f5b27e3b6".into()];
    evidence.open = Some(Opened {
        key: KEY,
        title: Clean::line("Maria"),
        id: OWN.into(),
        page_id: OWN.into(),
        aliases: vec![COMPOSITE.into()],
        account: Some(ACCOUNT.into()),
        line: Some("1003427786179738".into()),
        phone: Phone::parse("923001234568"),
        below: 0,
        filtered_away: false,
        failed: None,
    });
    evidence
}

fn message(seq: u64, seconds: i64) -> Sight {
    let says = Says {
        ids: vec![NamedId { pointer: "/conversationId".into(), id: OWN.into() }],
        broadcast_id: Some(OWN.into()),
        message: vec![Id::new(format!("wamid.{seq}"))],
        phone: Phone::parse("923001234568"),
        ..Says::default()
    };
    Sight {
        seq,
        epoch: 1,
        received: ago(seconds),
        emitted: Some(ago(seconds)),
        name: Arc::from("new_message"),
        kind: Kind::Message,
        bytes: 900,
        says,
        created: Some(ago(seconds)),
        rank: None,
        selected: Some(OWN.into()),
        matched: true,
        rescued: false,
        of_open: true,
        verdict: Verdict::Routed { key: KEY },
        rule: Some(crate::chat::Rule::Exact),
        conversation: Some(KEY),
        spelling: Spelling::default(),
        stands_at: None,
    }
}

/// A message whose id is not the page's.
fn dropped(seq: u64, event: &str, page: &str) -> Sight {
    let mut sight = message(seq, 5);
    sight.says.broadcast_id = Some(event.into());
    sight.selected = Some(page.into());
    (sight.matched, sight.rescued) = (false, true);
    sight
}

fn status(seq: u64, rank: Rank) -> Sight {
    let mut sight = message(seq, 5);
    (sight.kind, sight.name, sight.rank) = (Kind::Status, "message_status".into(), Some(rank));
    sight.says.message = vec!["m1".into()];
    (sight.says.broadcast_id, sight.matched) = (None, false);
    sight
}

fn down(kind: MishapKind, words: &str) -> Evidence {
    let mut evidence = healthy();
    (evidence.session.transport, evidence.live_since) = (None, None);
    evidence.session.mishaps.push(Mishap { kind, words: Clean::line(words), at: ago(1), ended: false });
    evidence
}

fn rest(error: RestError) -> Evidence {
    let mut evidence = healthy();
    (evidence.list.came, evidence.list.failed) = (false, Some(error));
    evidence
}

fn seen(sights: Vec<Sight>) -> Evidence {
    Evidence { events: sights, ..healthy() }
}

fn sent(number: u64, seconds: i64, joined: bool) -> Sent {
    Sent { ids: vec![Id::new(format!("wamid.{number}"))], at: ago(seconds), joined, stored: Some(true) }
}

fn tested(sent: Vec<Sent>, sights: Vec<Sight>) -> Evidence {
    let mut evidence = seen(sights);
    evidence.checks.test = Some(Test { sent, webhook: Some(Ok(200)) });
    evidence
}

fn trial(way: JoinWay, answered: bool, brought: bool) -> RoomTrial {
    let emitted = Clean::line(if way == JoinWay::BareString { "join \"1\"" } else { "join {\"id\":\"1\"}" });
    RoomTrial { way, emitted, answered, heard: Vec::new(), brought }
}

fn tried(sights: Vec<Sight>, trials: Vec<RoomTrial>) -> Evidence {
    let mut evidence = tested(vec![sent(1, 5, true)], sights);
    evidence.checks.trials = trials;
    evidence
}

fn with<T>(mut thing: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut thing);
    thing
}

fn cases() -> Vec<(&'static str, Evidence)> {
    let refused =
        |status, words: &str| RestError::Refused { status, code: None, reason: Clean::line(words), retry_after: None };
    let signed_out = || RestError::SignedOut { reason: Clean::line("Invalid or expired token") };
    let unreachable = || RestError::Unreachable { reason: Clean::line("no"), before_sending: true };
    let by_account = |seq| with(message(seq, 5), |sight| sight.name = "message.received".into());
    let trace = |room: Option<&str>| Trace {
        message: Vec::new(),
        stages: vec![StageReport {
            stage: Stage::Broadcast,
            state: StageState::Failed,
            at: None,
            evidence: Clean::default(),
        }],
        emits: room
            .into_iter()
            .map(|room| Emit { event: Clean::line("new_message"), room: Some(Clean::line(room)), sockets: 0, at: None })
            .collect(),
    };
    vec![
        (
            "backend-unreachable",
            with(down(MishapKind::Unreachable, "refused"), |it| {
                it.list.came = false;
                it.session.rest = Health::Unknown;
                it.list.failed = Some(unreachable());
            }),
        ),
        ("socket-unreachable", down(MishapKind::Unreachable, "refused")),
        ("no-trusted-tls", down(MishapKind::Tls, "expired")),
        ("proxy-in-the-way", down(MishapKind::Proxy, "answered 403")),
        ("no-answer-in-time", down(MishapKind::Timeout, "no answer within 10 s")),
        ("protocol-version", down(MishapKind::Http(400), "HTTP 400: Unsupported protocol version")),
        ("wrong-path", down(MishapKind::Http(404), "HTTP 404")),
        ("wrong-namespace", down(MishapKind::Namespace, "Invalid namespace")),
        ("handshake-refused", down(MishapKind::Refused, "maintenance")),
        ("token-refused-by-socket", down(MishapKind::Token, "jwt expired")),
        ("token-refused-by-rest", rest(signed_out())),
        ("token-refused", with(down(MishapKind::Token, "jwt expired"), |it| it.list.failed = Some(signed_out()))),
        ("not-allowed", rest(refused(403, "Active subscription required"))),
        ("rest-not-found", rest(refused(404, "Route not found"))),
        ("rest-refuses", rest(refused(500, "Cast to ObjectId failed"))),
        ("rest-unreachable", rest(unreachable())),
        ("list-not-asked", rest(RestError::Withheld { reason: Clean::line("this account has no active line") })),
        (
            "half-open",
            with(healthy(), |it| {
                it.session.last_frame = Some(ago(40));
            }),
        ),
        (
            "half-open",
            with(healthy(), |it| {
                let words = Clean::line("no ping for 45 s");
                it.session.mishaps.push(Mishap { kind: MishapKind::PingTimeout, words, at: ago(60), ended: true });
            }),
        ),
        (
            "webhook-refused",
            with(healthy(), |it| {
                it.checks.test = Some(Test { sent: Vec::new(), webhook: Some(Ok(401)) });
            }),
        ),
        ("not-stored", tested(vec![with(sent(1, 5, false), |sent| sent.stored = Some(false))], Vec::new())),
        ("page-holds-account-id", with(healthy(), |it| it.list.page_ids = vec![ACCOUNT.into(), ACCOUNT.into()])),
        ("ids-are-numbers", seen(vec![with(message(1, 5), |sight| sight.spelling.number_id = true)])),
        (
            "quoted-ids",
            seen(vec![with(dropped(1, &format!("\"{OWN}\""), OWN), |sight| sight.spelling.quoted_id = true)]),
        ),
        ("plus-phones", seen(vec![dropped(1, &COMPOSITE.replace("_9230", "_+9230"), OWN)])),
        (
            "no-ids",
            seen(vec![with(message(1, 5), |sight| {
                (sight.says, sight.verdict, sight.matched) = (Says::default(), Verdict::NoId, false);
            })]),
        ),
        (
            "no-conversation-id",
            seen(vec![with(message(1, 5), |sight| {
                (sight.says.ids, sight.says.broadcast_id, sight.matched) = (Vec::new(), None, false);
            })]),
        ),
        (
            "id-misspelt",
            with(
                seen(vec![with(message(1, 1), |sight| {
                    (sight.verdict, sight.matched) =
                        (Verdict::Unknown { id: "6B02CA344E517F5F5B27E3B5".into() }, false);
                })]),
                |it| {
                    let (says, why) = ("6B02CA344E517F5F5B27E3B5".into(), Clean::line("equal but for case"));
                    it.misspelt = Some(Misspelt { seq: 1, says, page_id: OWN.into(), why });
                },
            ),
        ),
        (
            "foreign-events",
            seen(vec![
                message(2, 6),
                with(message(1, 5), |sight| {
                    (sight.verdict, sight.matched, sight.of_open) = (Verdict::Foreign, false, false);
                }),
            ]),
        ),
        ("event-id-composite", seen(vec![dropped(1, COMPOSITE, OWN)])),
        ("list-id-composite", seen(vec![dropped(1, OWN, COMPOSITE)])),
        ("one-event-composite", seen(vec![by_account(2), dropped(1, COMPOSITE, OWN)])),
        ("ids-differ", seen(vec![dropped(1, "6B02CA344E517F5F5B27E3B5", OWN)])),
        (
            "join-argument-shape",
            tried(
                vec![by_account(1)],
                vec![trial(JoinWay::PageId, false, false), trial(JoinWay::BareString, true, true)],
            ),
        ),
        (
            "room-named-composite",
            tried(
                vec![message(1, 5)],
                vec![trial(JoinWay::PageId, true, false), trial(JoinWay::Composite, true, true)],
            ),
        ),
        (
            "join-refused",
            with(healthy(), |it| {
                it.rooms.push(RoomRow {
                    id: OWN.into(),
                    key: Some(KEY),
                    emitted: Clean::line("join"),
                    stage: RoomStage::Refused,
                    note: None,
                    epoch: 1,
                    times: Default::default(),
                    confirmed: None,
                });
            }),
        ),
        ("joins-ignored", tried(vec![by_account(1)], vec![trial(JoinWay::PageId, false, false)])),
        ("broadcast-to-wrong-room", tried(vec![by_account(1)], vec![trial(JoinWay::PageId, true, false)])),
        (
            "broadcast-to-wrong-room",
            with(tried(vec![by_account(1)], vec![trial(JoinWay::PageId, false, false)]), |it| {
                it.trace = Some(trace(Some("conversation:undefined")));
            }),
        ),
        ("not-broadcast", with(tested(vec![sent(1, 5, true)], Vec::new()), |it| it.trace = Some(trace(None)))),
        (
            "not-broadcast",
            with(healthy(), |it| {
                it.missed.push(Missed { key: KEY, message: vec!["wamid.9".into()], found: ago(3) });
            }),
        ),
        ("rooms-forgotten", tested(vec![sent(1, 9, true), sent(2, 5, true)], vec![message(1, 8)])),
        (
            "messages-missed",
            tested(vec![sent(1, 9, true), sent(2, 8, true), sent(3, 7, true)], vec![message(1, 9), message(3, 7)]),
        ),
        (
            "messages-missed",
            with(seen(vec![message(1, 50), message(3, 7)]), |it| {
                it.missed.push(Missed { key: KEY, message: vec!["wamid.2".into()], found: ago(20) });
            }),
        ),
        (
            "undecodable",
            seen(vec![with(message(1, 5), |sight| {
                sight.verdict = Verdict::Undecodable { reason: Clean::line("no message") };
                sight.kind = Kind::Other;
            })]),
        ),
        (
            "names-not-in-dialect",
            seen(vec![with(message(1, 5), |sight| {
                (sight.verdict, sight.kind) = (Verdict::NotInDialect, Kind::Other);
            })]),
        ),
        (
            "unknown-conversation",
            seen(vec![with(message(1, 15), |sight| {
                (sight.verdict, sight.matched) = (Verdict::Unknown { id: "6b02ca344e517f5f5b27e3ff".into() }, false);
            })]),
        ),
        (
            "ambiguous",
            seen(vec![with(message(1, 5), |sight| {
                (sight.verdict, sight.matched) = (Verdict::Ambiguous { keys: vec![KEY, ConversationKey(1)] }, false);
            })]),
        ),
        (
            "probable-only",
            seen(vec![with(message(1, 5), |sight| {
                (sight.verdict, sight.matched) = (Verdict::Probable { key: KEY }, false);
            })]),
        ),
        (
            "cors-missing",
            with(healthy(), |it| {
                let what = Clean::line("the list");
                let tried = vec![CorsTrial {
                    what,
                    status: Ok(200),
                    allow_origin: None,
                    allow_headers: None,
                    allow_credentials: false,
                    needs_headers: false,
                }];
                it.checks.cors = Some(Cors { origin: Clean::line("https://team.example"), tried });
            }),
        ),
        (
            "websocket-refused",
            with(healthy(), |it| {
                it.session.transport = Some("polling");
                it.checks.websocket = Some(Attempt::Http(400, Clean::line("Bad Request")));
            }),
        ),
        (
            "connection-lost",
            with(healthy(), |it| {
                it.session.reconnects = 1;
                let words = Clean::line("the connection broke");
                it.session.mishaps.push(Mishap { kind: MishapKind::Closed, words, at: ago(9), ended: true });
            }),
        ),
        ("clock-skew", with(healthy(), |it| it.checks.clock = Some(SignedDuration::from_hours(2)))),
        (
            "clock-skew",
            seen(vec![with(message(1, 5), |sight| sight.emitted = Some(now() + SignedDuration::from_hours(2)))]),
        ),
        ("account-room-silent", tested(vec![sent(1, 9, false), sent(2, 5, true)], vec![message(2, 5)])),
        ("oversized-payloads", seen(vec![with(message(1, 5), |sight| sight.bytes = 2_000_000)])),
        ("half-characters", seen(vec![with(message(1, 5), |sight| sight.spelling.half_character = true)])),
        ("late-delivery", seen(vec![with(message(1, 5), |sight| sight.emitted = Some(ago(15)))])),
        ("events-twice", seen(vec![message(1, 5), with(message(1, 4), |sight| sight.seq = 2)])),
        (
            "stored-twice",
            seen(vec![
                with(message(1, 5), |sight| sight.says.message.push("a".into())),
                with(message(1, 4), |sight| {
                    sight.seq = 2;
                    sight.says.message.push("b".into());
                }),
            ]),
        ),
        ("out-of-order", seen(vec![message(1, 5), with(message(2, 4), |sight| sight.created = Some(ago(9)))])),
        ("status-out-of-rank", seen(vec![status(1, Rank::Read), status(2, Rank::Delivered)])),
        ("below-the-view", with(seen(vec![message(1, 5)]), |it| it.open.as_mut().unwrap().below = 3)),
        ("filtered-away", with(seen(vec![message(1, 5)]), |it| it.open.as_mut().unwrap().filtered_away = true)),
        (
            "string-joins-nothing",
            tried(
                vec![message(1, 5)],
                vec![trial(JoinWay::PageId, false, true), trial(JoinWay::BareString, false, false)],
            ),
        ),
        ("no-message-came", with(healthy(), |it| it.checks.waited = Some(SignedDuration::from_secs(60)))),
        ("ids-match", seen(vec![message(1, 5), message(2, 4)])),
    ]
}

#[test]
fn each_rule_speaks_first_on_its_own_case() {
    for (rule, evidence) in cases() {
        let found: Vec<&str> = diagnose(&evidence).iter().map(|finding| finding.rule).collect();
        assert_eq!(found.first(), Some(&rule), "{found:?}");
    }
}

#[test]
fn every_finding_says_what_it_saw_means_and_asks_for() {
    for (rule, evidence) in cases() {
        for finding in diagnose(&evidence) {
            assert!(!finding.saw.is_empty() && !finding.means.is_empty(), "{rule}: {finding:?}");
            assert!(finding.severity == Severity::Good || !finding.todo.is_empty(), "{rule}: {finding:?}");
        }
    }
}

#[test]
fn nothing_is_wrong_with_what_is_well() {
    assert_eq!(diagnose(&healthy()), []);
    let twice = with(message(1, 5), |sight| (sight.seq, sight.name) = (2, "message.received".into()));
    let well = seen(vec![message(1, 5), twice, status(3, Rank::Sent), status(4, Rank::Read)]);
    assert!(diagnose(&well).iter().all(|finding| !finding.is_fault()), "{:#?}", diagnose(&well));
}

#[test]
fn how_another_tenant_spells_is_not_our_fault_and_a_name_that_is_a_number_is_no_phone() {
    let foreign = with(message(2, 5), |sight| {
        (sight.verdict, sight.matched, sight.of_open) = (Verdict::Foreign, false, false);
        (sight.says.phone, sight.spelling.number_id) = (Phone::parse("+15550001111"), true);
        sight.says.broadcast_id = Some("1_2_+15550001111".into());
    });
    let found = diagnose(&seen(vec![message(1, 6), foreign]));
    let rules: Vec<&str> = found.iter().filter(|finding| finding.is_fault()).map(|finding| finding.rule).collect();
    assert_eq!(rules, ["foreign-events"]);
    let plus = with(message(1, 5), |sight| sight.says.phone = Phone::parse("+923001234568"));
    assert!(diagnose(&seen(vec![plus])).iter().any(|finding| finding.rule == "plus-phones"));
}

#[test]
fn what_could_not_be_read_may_be_the_message_that_is_missing() {
    let unread = with(message(1, 5), |sight| {
        let reason = Clean::line("no message; the argument is a string that holds JSON: it was encoded twice");
        (sight.verdict, sight.kind, sight.conversation) = (Verdict::Undecodable { reason }, Kind::Other, None);
    });
    let mut evidence = seen(vec![unread]);
    evidence.missed.push(Missed { key: KEY, message: Vec::new(), found: ago(1) });
    let found = diagnose(&evidence);
    assert_eq!(found.first().map(|first| (first.rule, first.mend)), Some(("undecodable", Some(Side::BackendEmit))));
    assert!(found.iter().all(|finding| finding.rule != "not-broadcast"), "{found:#?}");
    assert_eq!(super::outcome(&found).exit_code(), 2);
}

#[test]
fn a_mismatch_shows_both_ids_the_side_and_a_command_without_the_token() {
    let finding = diagnose(&seen(vec![dropped(1, COMPOSITE, OWN)])).remove(0);
    let ids = finding.ids.unwrap();
    assert_eq!((ids.event.as_str(), ids.list.as_str()), (COMPOSITE, OWN));
    assert!(ids.differ.contains("composite") && ids.differ.contains("24"), "{}", ids.differ);
    assert_eq!(finding.mend, Some(Side::BackendEmit));
    assert_eq!(finding.should_send, Some(OWN.into()));
    assert!(finding.command.unwrap().contains("Bearer $TOKEN"));
    assert_eq!(finding.outcome.map(Outcome::exit_code), Some(2));
}
