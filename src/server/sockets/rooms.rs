//! What sockets ask for: to subscribe, to join and leave rooms, to say that they type.
//!
//! Every request is answered: by its ack where one was asked for, and else, where it was refused, by an event `error`
//! `{event, message}`. No argument, however odd, does harm.

use std::convert::Infallible;
use std::sync::Arc;

use serde_json::{Value, json};
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, Event, SocketRef};
use socketioxide::handler::FromMessageParts;
use socketioxide::socket::Socket;

use super::{Emission, Session, account_room, conversation_room};
use crate::server::db::conversations::Conversation;
use crate::server::faults::Join;
use crate::server::shared::Shared;

/// Why a request was refused, in words for whoever wrote the client.
type Refusal = String;

/// The events that clients may send.
const EVENTS: [&str; 5] = ["subscribe_conversations", "join_conversation", "leave_conversation", "typing", "viewing"];

/// One event of a client: its first argument, and the way to answer it.
struct Request {
    event: String,
    data: Option<Value>,
    socket: SocketRef,
    session: Option<Session>,
    ack: AckSender,
    wants_ack: bool,
}

impl FromMessageParts<LocalAdapter> for Request {
    type Error = Infallible;

    fn from_message_parts(
        socket: &Arc<Socket<LocalAdapter>>,
        packet: &mut socketioxide::handler::Value,
        ack_id: &Option<i64>,
    ) -> Result<Self, Infallible> {
        let Ok(ack) = AckSender::from_message_parts(socket, packet, ack_id);
        let event = Event::from_message_parts(socket, packet, ack_id).map(|event| event.0).unwrap_or_default();
        let data = socketioxide::extract::Data::from_message_parts(socket, packet, ack_id).map(|data| data.0).ok();
        Ok(Self {
            event,
            data,
            socket: SocketRef::from(socket.clone()),
            session: socket.extensions.get(),
            ack,
            wants_ack: ack_id.is_some(),
        })
    }
}

impl Request {
    fn answer(self, done: Result<Value, Refusal>) {
        let sent = match done {
            Ok(done) => self.ack.send(&done),
            Err(message) => {
                tracing::debug!(event = %self.event.escape_debug(), %message, "a socket's request was refused");
                if self.wants_ack {
                    self.ack.send(&json!({ "success": false, "message": message }))
                } else {
                    self.socket.emit("error", &json!({ "event": self.event, "message": message }))
                }
            }
        };
        if let Err(error) = sent {
            tracing::debug!(%error, "a socket went before its answer");
        }
    }
}

/// Registers the handlers of one socket.
pub(super) fn listen(socket: &SocketRef, shared: &Shared) {
    let leaving = shared.clone();
    socket.on_disconnect(move |socket: SocketRef| {
        let shared = leaving.clone();
        async move { shared.sockets.gone(socket.id).await }
    });
    for event in EVENTS {
        let shared = shared.clone();
        socket.on(event, move |request: Request| {
            let shared = shared.clone();
            async move {
                if let Some(done) = handle(&shared, &request).await {
                    request.answer(done);
                }
            }
        });
    }
    socket.on_fallback(async |request: Request| {
        request.answer(Err(format!("There is no such event; this server knows {}", EVENTS.join(", "))));
    });
}

/// Does what was asked; gives nothing where a fault leaves it unanswered.
async fn handle(shared: &Shared, request: &Request) -> Option<Result<Value, Refusal>> {
    let Some(session) = &request.session else { return Some(Err("This socket is not logged in".to_owned())) };
    if request.event == "subscribe_conversations" {
        let room = account_room(&session.account);
        request.socket.join(room.clone());
        return Some(Ok(json!({ "success": true, "room": room })));
    }
    match shared.lab.join(request.data.as_ref()) {
        Join::Ignored => None,
        Join::Instead(data) => Some(in_conversation(shared, request, session, Some(&data), false).await),
        Join::AsUsual => Some(in_conversation(shared, request, session, request.data.as_ref(), false).await),
        Join::Literal => Some(in_conversation(shared, request, session, request.data.as_ref(), true).await),
    }
}

/// Joins, leaves, types. `literal`: the room has the very id that was sent.
async fn in_conversation(
    shared: &Shared,
    request: &Request,
    session: &Session,
    data: Option<&Value>,
    literal: bool,
) -> Result<Value, Refusal> {
    let (conversation, named) = conversation(shared, session, data).await?;
    let room = conversation_room(if literal { named } else { &conversation.id });
    match request.event.as_str() {
        "join_conversation" => {
            request.socket.join(room.clone());
            shared.lab.joined(&shared.sockets);
        }
        "leave_conversation" => request.socket.leave(room.clone()),
        "viewing" => return viewing(shared, request, session, &conversation).await,
        _ => typing_in(shared, request, session, &conversation).await?,
    }
    Ok(json!({ "success": true, "conversationId": conversation.id, "room": room }))
}

/// To everyone in the room but the one who types.
async fn typing_in(
    shared: &Shared,
    request: &Request,
    session: &Session,
    conversation: &Conversation,
) -> Result<(), Refusal> {
    let typing = flag(request, "isTyping")?;
    let sockets = &shared.sockets;
    let payload = sockets.payloads().agent_typing(conversation, session.agent(), typing);
    sockets.emit(Emission::to_conversation(conversation, "typing", payload).from(request.socket.clone())).await;
    if sockets.presence.typing(&conversation.id, request.socket.id, typing) {
        sockets.tell_presence(conversation).await;
    }
    Ok(())
}

/// The agent has the conversation on the screen, or has not any more. The answer says who looks at it.
async fn viewing(
    shared: &Shared,
    request: &Request,
    session: &Session,
    conversation: &Conversation,
) -> Result<Value, Refusal> {
    let presence = &shared.sockets.presence;
    let news = match (flag(request, "viewing")?, session.agent()) {
        (true, Some((agent, name))) => presence.enter(&conversation.id, request.socket.id, agent, name),
        (true, None) => return Err("The agent of this token does not exist any more".to_owned()),
        (false, _) => presence.leave(&conversation.id, request.socket.id),
    };
    if news {
        shared.sockets.tell_presence(conversation).await;
    }
    let viewers = shared.sockets.payloads().viewers(&presence.viewers(&conversation.id));
    Ok(json!({ "success": true, "conversationId": conversation.id, "viewers": viewers }))
}

/// A field that says yes or no, and yes if it is absent.
fn flag(request: &Request, name: &str) -> Result<bool, Refusal> {
    match request.data.as_ref().and_then(|data| data.get(name)) {
        Some(Value::Bool(flag)) => Ok(*flag),
        None => Ok(true),
        Some(_) => Err(format!("{name} must be true or false")),
    }
}

/// The conversation that an argument names, if it is one of the session's account. The argument is an object with
/// `conversationId`, or that id alone; the id is the 24 hex one or the composite. Gives the id as it was sent beside it.
async fn conversation<'a>(
    shared: &Shared,
    session: &Session,
    data: Option<&'a Value>,
) -> Result<(Conversation, &'a str), Refusal> {
    let id = match data {
        Some(Value::String(id)) => id,
        Some(Value::Object(fields)) => match fields.get("conversationId") {
            Some(Value::String(id)) => id,
            Some(_) => return Err("conversationId must be a string".to_owned()),
            None => return Err("conversationId is missing".to_owned()),
        },
        _ => return Err("An object {conversationId} is expected".to_owned()),
    };
    match shared.db.conversation(&session.account, id).await {
        Ok(Some(conversation)) => Ok((conversation, id)),
        Ok(None) => Err("Conversation not found".to_owned()),
        Err(error) => {
            tracing::error!(%error, "a conversation could not be looked up for a socket");
            Err("The server cannot look the conversation up now; try again".to_owned())
        }
    }
}
