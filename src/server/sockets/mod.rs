//! Socket.IO: who may connect, which rooms they may join, and what is broadcast to whom.
//!
//! | event | room | asks for an ack |
//! |---|---|---|
//! | `conversation_update` | `user:<account>` | yes |
//! | `message.received`, `message.sent` | `user:<account>` | no |
//! | `new_message`, `message_status` | `conversation:<24 hex id>` | yes |
//! | `typing`, `presence` | `conversation:<24 hex id>` | no |
//! | `note.added`, `canned_replies.changed` | `user:<account>` | no |
//!
//! Nobody waits for the acks: they are asked for because clients of the reference have to cope with them.

mod emission;
mod presence;
mod rooms;

use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use serde_json::{Value, json};
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::operators::BroadcastOperators;
use socketioxide::socket::Sid;
use socketioxide::{AckError, SocketError, SocketIo, TransportType};

use super::db::conversations::Conversation;
use super::db::messages::Message;
use super::db::{Database, DatabaseError, now_ms};
use super::faults::{Lab, OTHER_NAMESPACE};
use super::payload::Payloads;
use super::shared::Shared;
use super::tokens::strip_bearer;
use super::trace::{Emit, Traces};
pub(in crate::server) use emission::Emission;
use emission::Payload;
use presence::Presence;
pub(in crate::server) use presence::Viewer;

/// The room of all sockets of an account.
pub fn account_room(account: &str) -> String {
    format!("user:{account}")
}

/// The room of a conversation, by its 24 hex id.
pub fn conversation_room(conversation: &str) -> String {
    format!("conversation:{conversation}")
}

/// Broadcasts; cheap to clone.
#[derive(Clone)]
pub(in crate::server) struct Sockets {
    io: SocketIo,
    db: Database,
    payloads: Payloads,
    traces: Traces,
    lab: Lab,
    presence: Presence,
}

/// Who is behind a socket.
#[derive(Debug, Clone)]
struct Session {
    account: String,
    /// Id and name; none where the token's agent is gone.
    agent: Option<(String, String)>,
}

impl Session {
    fn agent(&self) -> Option<(&str, &str)> {
        self.agent.as_ref().map(|(id, name)| (id.as_str(), name.as_str()))
    }
}

impl Sockets {
    pub fn new(io: SocketIo, db: Database, payloads: Payloads, traces: Traces, lab: Lab) -> Self {
        Self { io, db, payloads, traces, lab, presence: Presence::default() }
    }

    pub fn payloads(&self) -> &Payloads {
        &self.payloads
    }

    /// Lets sockets connect to `/`.
    pub fn accept(&self, shared: &Shared) {
        let (checking, serving) = (shared.clone(), shared.clone());
        let authenticate = move |socket: SocketRef, TryData(auth): TryData<Value>| {
            let shared = checking.clone();
            async move { authenticate(&shared, &socket, auth.ok()).await }
        };
        let connected = move |socket: SocketRef| {
            let shared = serving.clone();
            async move { rooms::listen(&socket, &shared) }
        };
        self.io.ns("/", connected.clone().with(authenticate.clone()));
        self.io.ns(OTHER_NAMESPACE, connected.with(authenticate));
    }

    /// Whether any socket has joined anything.
    pub fn anyone_in_a_room(&self) -> bool {
        self.everyone().any(|socket| !socket.rooms().is_empty())
    }

    /// Every socket leaves its rooms.
    pub fn forget_rooms(&self) {
        self.everyone().for_each(|socket| socket.leave_all());
    }

    /// Every socket that polls is told that it is disconnected: its connection cannot be cut.
    pub fn end_polling(&self) {
        for socket in self.everyone().filter(|socket| socket.transport_type() == TransportType::Polling) {
            if let Err(error) = socket.disconnect() {
                tracing::debug!(%error, "a socket could not be disconnected");
            }
        }
    }

    fn everyone(&self) -> impl Iterator<Item = SocketRef> {
        ["/", OTHER_NAMESPACE].into_iter().filter_map(|name| self.io.of(name)).flat_map(|all| all.sockets())
    }

    /// A customer wrote.
    pub async fn received(&self, conversation: &Conversation, message: &Message) {
        // A reaction changes nothing of the row.
        if message.kind != "reaction" {
            self.updated(conversation).await;
        }
        let received = self.payloads.message_received(message);
        self.emit(Emission::to_account(conversation, "message.received", received).about(message)).await;
        let new = self.payloads.new_message(message);
        self.emit(Emission::to_conversation(conversation, "new_message", new).about(message).asking()).await;
    }

    /// An agent wrote, here or elsewhere.
    pub async fn sent(&self, conversation: &Conversation, message: &Message) {
        let history = self.db.histories(&[&message.id]).await.unwrap_or_default();
        let history = history.get(&message.id).map(Vec::as_slice).unwrap_or_default();
        let payload = self.payloads.message_sent(message, history);
        self.emit(Emission::to_account(conversation, "message.sent", payload).about(message)).await;
        self.updated(conversation).await;
    }

    /// The row of a conversation changed.
    pub async fn updated(&self, conversation: &Conversation) {
        let payload = self.payloads.conversation_update(conversation);
        self.emit(Emission::to_account(conversation, "conversation_update", payload).asking()).await;
    }

    /// The row of a conversation changed: read it again and tell.
    pub async fn changed(&self, id: &str) -> Result<(), DatabaseError> {
        if let Some(conversation) = self.db.any_conversation(id).await? {
            self.updated(&conversation).await;
        }
        Ok(())
    }

    /// A message got further, or failed.
    pub async fn status(&self, message: &Message) -> Result<(), DatabaseError> {
        if let Some(conversation) = self.db.any_conversation(&message.conversation_id).await? {
            let payload = self.payloads.message_status(message);
            self.emit(Emission::to_conversation(&conversation, "message_status", payload).asking()).await;
        }
        Ok(())
    }

    /// An agent wrote a note: it goes to the team's room, and names no message that a trace or a fault would follow.
    pub async fn noted(&self, conversation: &Conversation, note: &Message) {
        let payload = self.payloads.message_sent(note, &[]);
        self.emit(Emission::to_account(conversation, "note.added", payload)).await;
    }

    /// The team's canned replies changed.
    pub async fn canned_replies_changed(&self, account: &str) {
        self.emit(Emission::to_team(account, "canned_replies.changed", json!({ "accountId": account }))).await;
    }

    /// Whether an agent (24 hex id) has a socket open.
    pub fn is_online(&self, agent: &str) -> bool {
        let of = |socket: &SocketRef| socket.extensions.get::<Session>().and_then(|session| session.agent);
        self.everyone().any(|socket| of(&socket).is_some_and(|(id, _)| id == agent))
    }

    /// Tells those who joined a conversation who looks at it.
    async fn tell_presence(&self, conversation: &Conversation) {
        let payload = self.payloads.presence(&conversation.id, &self.presence.viewers(&conversation.id));
        self.emit(Emission::to_conversation(conversation, "presence", payload)).await;
    }

    /// A socket is gone, and looks at nothing any more.
    async fn gone(&self, sid: Sid) {
        for id in self.presence.gone(sid) {
            match self.db.any_conversation(&id).await {
                Ok(Some(conversation)) => self.tell_presence(&conversation).await,
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "that an agent left could not be told"),
            }
        }
    }

    /// The customer of a conversation began or stopped to type.
    pub async fn customer_typing(&self, conversation: &Conversation, typing: bool) {
        let who = conversation.phone.as_deref().or(conversation.user_id.as_deref()).unwrap_or_default();
        let payload = self.payloads.typing(who, typing);
        self.emit(Emission::to_conversation(conversation, "typing", payload)).await;
    }

    /// Closes every socket.
    pub async fn close(&self) {
        self.io.close().await;
    }

    /// Broadcasts one event, or what the faults that are on make of it.
    async fn emit(&self, emission: Emission) {
        for emission in self.lab.events(emission) {
            if emission.after.is_zero() {
                self.put(emission).await;
            } else {
                let sockets = self.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(emission.after).await;
                    sockets.put(emission).await;
                });
            }
        }
    }

    /// Broadcasts one event as it is, and notes to how many sockets.
    async fn put(&self, emission: Emission) {
        // While the server stops and has closed its sockets there are none.
        let audiences = ["/", OTHER_NAMESPACE].map(|name| Some((name, emission.audience(&self.io, name)?)));
        let audiences: Vec<_> = audiences
            .into_iter()
            .flatten()
            .filter(|(name, of)| *name == "/" || !of.clone().sockets().is_empty())
            .collect();
        if let Some(message) = &emission.message {
            let sockets = audiences.iter().map(|(_, audience)| audience.clone().sockets().len()).sum();
            self.note(message, &emission, sockets);
        }
        let payload = emission.payload();
        for (_, audience) in audiences {
            if emission.asks {
                self.ask(audience, emission.event, &payload).await;
            } else if let Err(error) = audience.emit(emission.event, &payload).await {
                tracing::warn!(event = emission.event, %error, "an event did not reach every socket");
            }
        }
    }

    fn note(&self, message: &str, emission: &Emission, sockets: usize) {
        let conversation_id = emission.payload.get("conversationId").map(shown);
        let (event, room) = (emission.event, emission.room.clone());
        tracing::info!(
            stage = "broadcast",
            event,
            message,
            room = room.as_deref(),
            sockets,
            conversation_id = conversation_id.as_deref(),
        );
        let emit = Emit { event: event.to_owned(), room, sockets, at: now_ms(), conversation_id };
        self.traces.emitted(message, emit);
    }

    /// Broadcasts with an ack id. Nobody waits for the answers: the stream is only asked what went wrong at once.
    ///
    /// A socket that is so far behind that it cannot take the event is closed: it comes back and fetches what it
    /// missed, instead of missing it unawares.
    async fn ask(&self, audience: BroadcastOperators, event: &'static str, payload: &Payload<'_>) {
        let answers = match audience.emit_with_ack::<Payload<'_>, Value>(event, payload).await {
            Ok(answers) => answers,
            Err(error) => return tracing::warn!(event, %error, "an event was not sent"),
        };
        let mut answers = std::pin::pin!(answers);
        while let Some(Some((sid, answer))) = answers.next().now_or_never() {
            if let Err(AckError::Socket(SocketError::InternalChannelFull)) = answer
                && let Some(socket) = self.io.get_socket(sid)
            {
                tracing::warn!(event, %sid, "a socket is too far behind and is closed");
                cut(socket);
            }
        }
    }
}

/// An id as it stands in a payload.
fn shown(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// Sends a socket nothing more, and tells it that it is disconnected as soon as there is room for that.
fn cut(socket: SocketRef) {
    socket.leave_all();
    tokio::spawn(async move {
        while let Err(SocketError::InternalChannelFull) = socket.clone().disconnect() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
}

/// Checks the token of a connect packet's auth object, in the words of the reference.
async fn authenticate(shared: &Shared, socket: &SocketRef, auth: Option<Value>) -> Result<(), String> {
    if socket.ns() != shared.lab.namespace() {
        return Err("Invalid namespace".to_owned());
    }
    let token = match auth.as_ref().and_then(|auth| auth.get("token")) {
        None | Some(Value::Null) => return Err("Authentication error - no token".to_owned()),
        Some(Value::String(token)) if token.is_empty() => return Err("Authentication error - no token".to_owned()),
        Some(Value::String(token)) => strip_bearer(token),
        Some(_) => return Err("Invalid token: jwt malformed".to_owned()),
    };
    if let Some(refusal) = shared.lab.handshake() {
        return Err(refusal.to_owned());
    }
    let claims = shared.tokens.check(token).map_err(|error| format!("Invalid token: {error}"))?;
    match shared.db.account_exists(&claims.account_id).await {
        Ok(true) => {}
        Ok(false) => return Err("Invalid token: account not found".to_owned()),
        Err(error) => {
            tracing::error!(%error, "a socket could not be checked");
            return Err("The server cannot check the token now; try again".to_owned());
        }
    }
    let agent = shared.db.agent(&claims.email).await.unwrap_or_default();
    let agent = agent.filter(|agent| agent.account_id == claims.account_id).map(|agent| (agent.id, agent.name));
    socket.extensions.insert(Session { account: claims.account_id, agent });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::DatabaseAt;

    #[tokio::test]
    async fn what_happens_while_the_sockets_are_closed_is_told_to_nobody() {
        let (_layer, io) = SocketIo::new_layer();
        let db = Database::open(&DatabaseAt::Memory).await.unwrap();
        let sockets = Sockets::new(io, db, Payloads::new("http://127.0.0.1:1"), Traces::default(), Lab::default());
        sockets.io.ns("/", || async {});
        let told = |asks| Emission::to_everyone("message.received", Value::Null, asks);
        sockets.emit(told(false)).await;
        sockets.close().await;
        sockets.emit(told(false)).await;
        sockets.emit(told(true)).await;
    }
}
