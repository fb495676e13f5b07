//! One event on its way to a room.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;
use socketioxide::SocketIo;
use socketioxide::extract::SocketRef;
use socketioxide::operators::BroadcastOperators;

use super::{account_room, conversation_room};
use crate::server::db::conversations::Conversation;
use crate::server::db::messages::Message;

/// One event on its way to a room.
#[derive(Clone)]
pub(in crate::server) struct Emission {
    /// The room; none is every socket.
    pub room: Option<String>,
    /// Its name.
    pub event: &'static str,
    /// Its only argument.
    pub payload: Value,
    /// Whether it carries an ack id.
    pub asks: bool,
    /// The 24 hex id of the message that it brings.
    pub message: Option<String>,
    /// The conversation that it is about.
    pub subject: Option<Subject>,
    /// The socket that does not hear it: it caused it.
    pub sender: Option<SocketRef>,
    /// It waits so long before it goes.
    pub after: Duration,
    /// A last change to its JSON.
    pub edit: Option<fn(String) -> String>,
}

/// A payload as it goes out.
#[derive(Serialize)]
#[serde(untagged)]
pub(in crate::server) enum Payload<'a> {
    Plain(&'a Value),
    Edited(Box<RawValue>),
}

/// What a conversation is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) struct Subject {
    pub account: String,
    pub conversation: String,
    pub composite: String,
}

impl Emission {
    /// To all sockets of the conversation's account.
    pub fn to_account(conversation: &Conversation, event: &'static str, payload: Value) -> Self {
        Self::to(account_room(&conversation.account_id), conversation, event, payload)
    }

    /// To all sockets of an account, about no conversation.
    pub fn to_team(account: &str, event: &'static str, payload: Value) -> Self {
        Self::bare(Some(account_room(account)), event, payload)
    }

    /// To the sockets that joined the conversation.
    pub fn to_conversation(conversation: &Conversation, event: &'static str, payload: Value) -> Self {
        Self::to(conversation_room(&conversation.id), conversation, event, payload)
    }

    /// To every socket there is.
    #[cfg(test)]
    pub fn to_everyone(event: &'static str, payload: Value, asks: bool) -> Self {
        Self { asks, ..Self::bare(None, event, payload) }
    }

    fn to(room: String, conversation: &Conversation, event: &'static str, payload: Value) -> Self {
        let subject = Subject {
            account: conversation.account_id.clone(),
            conversation: conversation.id.clone(),
            composite: conversation.composite.clone(),
        };
        Self { subject: Some(subject), ..Self::bare(Some(room), event, payload) }
    }

    fn bare(room: Option<String>, event: &'static str, payload: Value) -> Self {
        Self {
            room,
            event,
            payload,
            asks: false,
            message: None,
            subject: None,
            sender: None,
            after: Duration::ZERO,
            edit: None,
        }
    }

    /// The sockets of a namespace that hear it; none once the server has closed it.
    pub fn audience(&self, io: &SocketIo, namespace: &'static str) -> Option<BroadcastOperators> {
        if let Some(sender) = self.sender.clone().filter(|sender| sender.ns() == namespace) {
            return Some(match &self.room {
                Some(room) => sender.to(room.clone()),
                None => sender.broadcast(),
            });
        }
        let everyone = io.of(namespace)?;
        Some(match &self.room {
            Some(room) => everyone.to(room.clone()),
            None => everyone,
        })
    }

    /// Its payload, with the last change made.
    pub fn payload(&self) -> Payload<'_> {
        let edited = self.edit.map(|edit| RawValue::from_string(edit(self.payload.to_string())));
        match edited {
            Some(Ok(raw)) => Payload::Edited(raw),
            Some(Err(_)) | None => Payload::Plain(&self.payload),
        }
    }

    /// The message that it brings.
    pub fn about(mut self, message: &Message) -> Self {
        self.message = Some(message.id.clone());
        self
    }

    /// To everyone but this socket, which caused it.
    pub fn from(mut self, sender: SocketRef) -> Self {
        self.sender = Some(sender);
        self
    }

    /// With an ack id.
    pub fn asking(mut self) -> Self {
        self.asks = true;
        self
    }
}
