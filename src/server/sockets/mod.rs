//! Socket.IO: who may connect, which rooms they may join, and what is broadcast to whom.
//!
//! | event | room | asks for an ack |
//! |---|---|---|
//! | `conversation_update` | `user:<account>` | yes |
//! | `message.received`, `message.sent` | `user:<account>` | no |
//! | `new_message`, `message_status` | `conversation:<24 hex id>` | yes |
//! | `typing` | `conversation:<24 hex id>` | no |
//!
//! Nobody waits for the acks: they are asked for because clients of the reference have to cope with them.

mod rooms;

use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use serde_json::Value;
use socketioxide::extract::{SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::{AckError, SocketError, SocketIo};

use super::db::conversations::Conversation;
use super::db::messages::Message;
use super::db::{Database, DatabaseError};
use super::payload::Payloads;
use super::shared::Shared;
use super::tokens::strip_bearer;

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
}

/// Who is behind a socket.
#[derive(Debug, Clone)]
struct Session {
    account: String,
}

impl Sockets {
    pub fn new(io: SocketIo, db: Database, payloads: Payloads) -> Self {
        Self { io, db, payloads }
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
        self.io.ns("/", connected.with(authenticate));
    }

    /// A customer wrote.
    pub async fn received(&self, conversation: &Conversation, message: &Message) {
        let account = account_room(&conversation.account_id);
        // A reaction changes nothing of the row.
        if message.kind != "reaction" {
            self.updated(conversation).await;
        }
        self.tell(account, "message.received", &self.payloads.message_received(message)).await;
        self.ask(conversation_room(&conversation.id), "new_message", &self.payloads.new_message(message)).await;
    }

    /// An agent wrote, here or elsewhere.
    pub async fn sent(&self, conversation: &Conversation, message: &Message) {
        let history = self.db.histories(&[&message.id]).await.unwrap_or_default();
        let history = history.get(&message.id).map(Vec::as_slice).unwrap_or_default();
        let payload = self.payloads.message_sent(message, history);
        self.tell(account_room(&conversation.account_id), "message.sent", &payload).await;
        self.updated(conversation).await;
    }

    /// The row of a conversation changed.
    pub async fn updated(&self, conversation: &Conversation) {
        let payload = self.payloads.conversation_update(conversation);
        self.ask(account_room(&conversation.account_id), "conversation_update", &payload).await;
    }

    /// The row of a conversation changed: read it again and tell.
    pub async fn changed(&self, id: &str) -> Result<(), DatabaseError> {
        if let Some(conversation) = self.db.any_conversation(id).await? {
            self.updated(&conversation).await;
        }
        Ok(())
    }

    /// A message got further, or failed.
    pub async fn status(&self, message: &Message) {
        let payload = self.payloads.message_status(message);
        self.ask(conversation_room(&message.conversation_id), "message_status", &payload).await;
    }

    /// The customer of a conversation began or stopped to type.
    pub async fn customer_typing(&self, conversation: &Conversation, typing: bool) {
        let who = conversation.phone.as_deref().or(conversation.user_id.as_deref()).unwrap_or_default();
        self.tell(conversation_room(&conversation.id), "typing", &self.payloads.typing(who, typing)).await;
    }

    /// Closes every socket.
    pub async fn close(&self) {
        self.io.close().await;
    }

    async fn tell(&self, room: String, event: &'static str, payload: &Value) {
        let Some(everyone) = self.io.of("/") else { return }; // the server stops and has closed its sockets
        if let Err(error) = everyone.to(room).emit(event, payload).await {
            tracing::warn!(event, %error, "an event did not reach every socket");
        }
    }

    /// Broadcasts with an ack id. Nobody waits for the answers: the stream is only asked what went wrong at once.
    ///
    /// A socket that is so far behind that it cannot take the event is closed: it comes back and fetches what it
    /// missed, instead of missing it unawares.
    async fn ask(&self, room: String, event: &'static str, payload: &Value) {
        let Some(everyone) = self.io.of("/") else { return }; // as in `tell`
        let answers = match everyone.to(room).emit_with_ack::<Value, Value>(event, payload).await {
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
    let token = match auth.as_ref().and_then(|auth| auth.get("token")) {
        None | Some(Value::Null) => return Err("Authentication error - no token".to_owned()),
        Some(Value::String(token)) if token.is_empty() => return Err("Authentication error - no token".to_owned()),
        Some(Value::String(token)) => strip_bearer(token),
        Some(_) => return Err("Invalid token: jwt malformed".to_owned()),
    };
    let claims = shared.tokens.check(token).map_err(|error| format!("Invalid token: {error}"))?;
    match shared.db.account_exists(&claims.account_id).await {
        Ok(true) => {}
        Ok(false) => return Err("Invalid token: account not found".to_owned()),
        Err(error) => {
            tracing::error!(%error, "a socket could not be checked");
            return Err("The server cannot check the token now; try again".to_owned());
        }
    }
    socket.extensions.insert(Session { account: claims.account_id });
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
        let sockets = Sockets::new(io, db, Payloads::new("http://127.0.0.1:1"));
        sockets.io.ns("/", || async {});
        sockets.tell("user:1".to_owned(), "message.received", &Value::Null).await;
        sockets.close().await;
        sockets.tell("user:1".to_owned(), "message.received", &Value::Null).await;
        sockets.ask("user:1".to_owned(), "conversation_update", &Value::Null).await;
    }
}
