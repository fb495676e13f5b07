//! One event on its way to a room.

use serde_json::Value;

use super::{account_room, conversation_room};
use crate::server::db::conversations::Conversation;
use crate::server::db::messages::Message;

/// One event on its way to a room.
#[derive(Debug, Clone, PartialEq)]
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

    /// To the sockets that joined the conversation.
    pub fn to_conversation(conversation: &Conversation, event: &'static str, payload: Value) -> Self {
        Self::to(conversation_room(&conversation.id), conversation, event, payload)
    }

    /// To every socket there is.
    #[cfg(test)]
    pub fn to_everyone(event: &'static str, payload: Value, asks: bool) -> Self {
        Self { room: None, event, payload, asks, message: None, subject: None }
    }

    fn to(room: String, conversation: &Conversation, event: &'static str, payload: Value) -> Self {
        let subject = Subject {
            account: conversation.account_id.clone(),
            conversation: conversation.id.clone(),
            composite: conversation.composite.clone(),
        };
        Self { room: Some(room), event, payload, asks: false, message: None, subject: Some(subject) }
    }

    /// The message that it brings.
    pub fn about(mut self, message: &Message) -> Self {
        self.message = Some(message.id.clone());
        self
    }

    /// With an ack id.
    pub fn asking(mut self) -> Self {
        self.asks = true;
        self
    }
}
