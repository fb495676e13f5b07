//! The table of all faults.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;

use super::answers::{self, Asked};
use super::joins::{self, Join};
use super::lab::Lab;
use super::moments::Moment;
use super::{OTHER_NAMESPACE, events, requests};
use crate::server::sockets::Emission;

/// One thing that can be made to go wrong.
pub struct Fault {
    /// What `--fault` and the control routes call it.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// The number that it takes, if it takes one.
    pub setting: Option<Setting>,
    pub(super) hooks: Hooks,
}

/// A number that a fault takes: `--fault NAME=NUMBER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// What it counts.
    pub unit: &'static str,
    /// What it is unless it is said.
    pub default: u64,
}

/// What becomes of an event. The number is the fault's setting.
type OnEvent = fn(&Lab, u64, Emission) -> Vec<Emission>;
/// What becomes of a REST answer. The number is the fault's setting.
type OnAnswer = fn(&Lab, u64, &Asked, &mut Value);

/// Where a fault takes hold.
#[derive(Clone, Copy)]
pub(super) struct Hooks {
    /// An event becomes none, one or several.
    pub event: Option<OnEvent>,
    /// A REST answer is changed.
    pub answer: Option<OnAnswer>,
    /// A request is changed, or answered at the door.
    pub request: Option<fn(&Lab, &mut Request) -> Option<Response>>,
    /// The headers of an answer are changed.
    pub headers: Option<fn(u64, &mut HeaderMap)>,
    /// Sockets that connect are refused with this message.
    pub handshake: Option<&'static str>,
    /// Sockets connect to this namespace.
    pub namespace: Option<&'static str>,
    /// The argument of a join is looked at.
    pub join: Option<fn(&Lab, Option<&Value>) -> Join>,
    /// It happens once, as soon as a socket has joined a room.
    pub moment: Option<Moment>,
    /// Inbound messages are thrown away before they are stored, and why.
    pub storing: Option<&'static str>,
}

const NONE: Hooks = Hooks {
    event: None,
    answer: None,
    request: None,
    headers: None,
    handshake: None,
    namespace: None,
    join: None,
    moment: None,
    storing: None,
};

const fn fault(name: &'static str, about: &'static str, hooks: Hooks) -> Fault {
    Fault { name, about, setting: None, hooks }
}

const fn with(unit: &'static str, default: u64, fault: Fault) -> Fault {
    Fault { setting: Some(Setting { unit, default }), ..fault }
}

/// When a moment comes, counted from a socket's first join.
const fn moment(name: &'static str, about: &'static str, moment: Moment) -> Fault {
    with("milliseconds after the first join", 1_000, fault(name, about, Hooks { moment: Some(moment), ..NONE }))
}

/// All faults, in the order in which those that are on take hold: ids and texts first, then copies, rooms, time.
pub static FAULTS: &[Fault] = &[
    // Ids.
    fault(
        "event-composite",
        "Events carry the composite conversation id, the list carries the 24 hex one.",
        Hooks { event: Some(events::composite), ..NONE },
    ),
    fault(
        "list-composite",
        "The list carries the composite conversation id, events carry the 24 hex one.",
        Hooks { answer: Some(answers::composite), ..NONE },
    ),
    fault(
        "composite-one-event",
        "new_message carries the composite conversation id, every other event the 24 hex one.",
        Hooks { event: Some(events::composite_in_one), ..NONE },
    ),
    fault(
        "account-id",
        "The list's conversationId is the account id, the first part of the composite: every row has the same.",
        Hooks { answer: Some(answers::account_id), ..NONE },
    ),
    fault(
        "no-conversation-id",
        "Message events carry no conversation id; line and phone are still there.",
        Hooks { event: Some(events::no_conversation_id), ..NONE },
    ),
    fault(
        "no-ids",
        "Events carry no id at all: no conversation, message, account, line or phone.",
        Hooks { event: Some(events::no_ids), ..NONE },
    ),
    fault(
        "numeric-ids",
        "Ids and phones are JSON numbers, many above 2^53, in the list, in events and in paths.",
        Hooks {
            event: Some(events::numeric),
            answer: Some(answers::numeric),
            request: Some(requests::numeric),
            join: Some(joins::numeric),
            ..NONE
        },
    ),
    fault(
        "plus-phones",
        "Phones in events begin with a +, inside the composite conversation id too.",
        Hooks { event: Some(events::plus), ..NONE },
    ),
    fault(
        "quoted-ids",
        "Conversation ids in events stand in quotes of their own.",
        Hooks { event: Some(events::quoted), ..NONE },
    ),
    // What events say besides.
    with(
        "seconds ahead",
        7_200,
        fault(
            "clock-skew",
            "The server's clock is ahead, in every time that it tells and in the Date header.",
            Hooks { event: Some(events::skew), answer: Some(answers::skew), headers: Some(requests::skew), ..NONE },
        ),
    ),
    fault(
        "lone-surrogates",
        "Texts in events end in half a surrogate pair, as when a server cuts an emoji in two.",
        Hooks { event: Some(events::lone_surrogate), ..NONE },
    ),
    with(
        "bytes",
        2_000_000,
        fault(
            "oversized",
            "The text of each message event is followed by that many letters.",
            Hooks { event: Some(events::oversized), ..NONE },
        ),
    ),
    fault(
        "status-backwards",
        "Each status is followed by the one below it.",
        Hooks { event: Some(events::status_backwards), ..NONE },
    ),
    // How many, to whom, when.
    fault("duplicate-events", "Each event is sent twice.", Hooks { event: Some(events::twice), ..NONE }),
    fault(
        "foreign-events",
        "Message events go to every socket of every tenant, each with one of a tenant that does not exist.",
        Hooks { event: Some(events::strangers), ..NONE },
    ),
    fault(
        "composite-room",
        "Rooms are named by whatever id a client joins with; conversation events go to the composite's room.",
        Hooks { event: Some(events::composite_room), join: Some(joins::literal), ..NONE },
    ),
    fault(
        "wrong-room",
        "Conversation events go to the room conversation:undefined.",
        Hooks { event: Some(events::wrong_room), ..NONE },
    ),
    fault(
        "account-room-silent",
        "Nothing is sent to the account's room, as in the earlier eras: only who joined a conversation hears of it.",
        Hooks { event: Some(events::account_room_silent), ..NONE },
    ),
    fault("lossy", "Every third message reaches nobody; REST has it.", Hooks { event: Some(events::lossy), ..NONE }),
    fault("no-broadcast", "Nothing is sent to any socket.", Hooks { event: Some(events::nothing), ..NONE }),
    with(
        "milliseconds",
        700,
        fault(
            "reordered",
            "Every other message event is held back, so that the next overtakes it.",
            Hooks { event: Some(events::reordered), ..NONE },
        ),
    ),
    with(
        "milliseconds",
        5_000,
        fault("delayed", "Every event comes late.", Hooks { event: Some(events::delayed), ..NONE }),
    ),
    fault(
        "not-stored",
        "Webhook deliveries are acknowledged, and their messages are not stored.",
        Hooks { storing: Some("the fault not-stored is on"), ..NONE },
    ),
    // Joins.
    fault(
        "join-wants-string",
        "A join whose argument is an object does nothing and is not answered.",
        Hooks { join: Some(joins::wants_string), ..NONE },
    ),
    fault(
        "join-wants-object",
        "A join whose argument is a string does nothing and is not answered.",
        Hooks { join: Some(joins::wants_object), ..NONE },
    ),
    fault("join-ignored", "Joins do nothing and are not answered.", Hooks { join: Some(joins::ignored), ..NONE }),
    // Getting in.
    fault(
        "socket-token-expired",
        "Sockets are refused because the token has expired; REST takes it.",
        Hooks { handshake: Some("Invalid token: jwt expired"), ..NONE },
    ),
    fault(
        "rest-token-expired",
        "REST refuses the token as expired; sockets take it.",
        Hooks { request: Some(requests::expired), ..NONE },
    ),
    fault(
        "websocket-refused",
        "WebSocket is refused, as by a proxy that does not know it; polling works.",
        Hooks { request: Some(requests::no_websocket), ..NONE },
    ),
    fault(
        "wrong-path",
        "Nothing is at /socket.io/: sockets are reached under /realtime/.",
        Hooks { request: Some(requests::other_path), ..NONE },
    ),
    fault(
        "wrong-namespace",
        "The namespace / is refused: events are in /inbox.",
        Hooks { namespace: Some(OTHER_NAMESPACE), ..NONE },
    ),
    fault(
        "protocol-version",
        "The Engine.IO version that a client speaks is refused.",
        Hooks { request: Some(requests::protocol), ..NONE },
    ),
    fault(
        "cors-missing",
        "No answer carries CORS headers, and preflights are refused.",
        Hooks { request: Some(requests::no_preflight), headers: Some(requests::no_cors), ..NONE },
    ),
    // Moments.
    moment(
        "restart",
        "The server goes down and comes back: every socket is cut off and its rooms are forgotten.",
        Moment::Restart,
    ),
    moment("forget-rooms", "Rooms are forgotten while every socket stays connected.", Moment::ForgetRooms),
    moment(
        "half-open",
        "The connections of all sockets go silent without being closed: nothing comes, not even pings.",
        Moment::HalfOpen,
    ),
];

/// The fault of this name.
pub fn find(name: &str) -> Option<&'static Fault> {
    FAULTS.iter().find(|fault| fault.name == name)
}

impl Fault {
    /// Whether it happens once and then is off by itself.
    pub fn is_moment(&self) -> bool {
        self.hooks.moment.is_some()
    }
}

impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fault").field("name", &self.name).field("setting", &self.setting).finish_non_exhaustive()
    }
}
