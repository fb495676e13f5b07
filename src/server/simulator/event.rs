//! What happens in a run: the plan yields these, `envelope` turns them into what WhatsApp would post.

use super::script::{Content, Customer, Referral};
use crate::server::db::status::DeliveryStatus;

/// One thing that happens.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A customer begins or stops to type.
    Typing {
        /// Who.
        customer: Customer,
        /// Begins, or stops.
        typing: bool,
    },
    /// A customer sent a message.
    Message(Box<Incoming>),
    /// A message to a customer got further, or failed.
    Status(Progress),
}

/// A message from a customer.
#[derive(Debug, Clone, PartialEq)]
pub struct Incoming {
    /// Who sent it.
    pub customer: Customer,
    /// Its id.
    pub wamid: String,
    /// What it carries.
    pub content: Content,
    /// The message that it quotes or, for a reaction, is about.
    pub about: Option<About>,
    /// The advertisement that it came by.
    pub referral: Option<Referral>,
}

/// An earlier message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its id.
    pub wamid: String,
    /// The digits of whoever wrote it.
    pub from: String,
}

/// How a message to a customer fares.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Which of the demo's lines sent it.
    pub line: usize,
    /// Where the customer is reached, see [`Customer::address`].
    pub address: String,
    /// Its id.
    pub wamid: String,
    /// What happened to it.
    pub step: Step,
}

/// One step of a message on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It got this far.
    Reached(DeliveryStatus),
    /// It failed with this code of the Cloud API.
    Failed(i64),
}
