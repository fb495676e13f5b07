//! What becomes of a message to a customer: WhatsApp's rules (window, rates, lengths) and the customer's habits.

use std::time::Duration;

use rand_chacha::ChaCha8Rng;

use super::dice::{between, chance};
use super::event::Step;
use super::script::Delivery;
use crate::server::channel::{ChannelError, MediaKind, Outbound, OutboundContent};
use crate::server::db::status::DeliveryStatus;

/// How long after a customer's last message a business may write freely.
pub const WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// The longest text, in characters.
const TEXT_LIMIT: usize = 4096;

/// How many messages in a row one customer may be sent, and how long each takes to be allowed again.
const BURST: f64 = 45.0;
const PAIR_SECONDS: f64 = 6.0;

/// The Cloud API's words for the codes that the demo uses.
pub fn title(code: i64) -> &'static str {
    match code {
        100 => "Invalid parameter",
        131_026 => "Message undeliverable",
        131_047 => "Re-engagement message",
        131_051 => "Message type unknown",
        131_056 => "(Business Account, Consumer Account) pair rate limit hit",
        _ => "Something went wrong",
    }
}

/// What the Cloud API says beside the title.
pub fn details(code: i64) -> &'static str {
    match code {
        131_026 => "Message failed to send because the recipient's phone number cannot be reached by WhatsApp.",
        131_047 => {
            "Message failed to send because more than 24 hours have passed since the customer last replied to this \
             number."
        }
        131_051 => "Message type is currently not supported.",
        131_056 => {
            "Message failed to send because there were too many messages sent from this phone number to the same \
             phone number in a short period of time."
        }
        _ => "Check the documentation of this error code.",
    }
}

/// A refusal at the door: no wamid, an error at once.
pub fn refusal(code: i64) -> ChannelError {
    ChannelError { code: Some(code), message: title(code).to_owned(), details: Some(details(code).to_owned()) }
}

/// What WhatsApp refuses before it looks at the recipient.
pub fn acceptable(message: &Outbound) -> Result<(), ChannelError> {
    match &message.content {
        OutboundContent::Text { body } if body.is_empty() || body.chars().count() > TEXT_LIMIT => Err(ChannelError {
            code: Some(100),
            message: title(100).to_owned(),
            details: Some(format!("text.body must have between 1 and {TEXT_LIMIT} characters.")),
        }),
        _ => Ok(()),
    }
}

/// How many messages to one customer are still allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowance {
    left: f64,
    at: Duration,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { left: BURST, at: Duration::ZERO }
    }
}

impl Allowance {
    /// Takes one; refused (131056) when none is left. `now` is the time since the start.
    pub fn take(&mut self, now: Duration) -> Result<(), ChannelError> {
        let gained = now.saturating_sub(self.at).as_secs_f64() / PAIR_SECONDS;
        self.left = (self.left + gained).min(BURST);
        self.at = now;
        if self.left < 1.0 {
            return Err(refusal(131_056));
        }
        self.left -= 1.0;
        Ok(())
    }
}

/// The steps of an accepted message, each with the time since it was accepted. `window` says whether the 24 hours
/// were still running.
pub fn steps(
    rng: &mut ChaCha8Rng,
    delivery: Delivery,
    window: bool,
    content: &OutboundContent,
) -> Vec<(Duration, Step)> {
    let template = matches!(content, OutboundContent::Template { .. });
    if let Delivery::Fails(code) = delivery {
        return vec![(between(rng, 600, 1500), Step::Failed(code))];
    }
    if !window && !template {
        return vec![(between(rng, 300, 800), Step::Failed(131_047))];
    }
    let sent = between(rng, 80, 350);
    let delivered = sent + between(rng, 250, 1200);
    let read = delivered + between(rng, 700, 5000);
    let mut steps = vec![(sent, Step::Reached(DeliveryStatus::Sent))];
    let reads = delivery == Delivery::Reads && !matches!(content, OutboundContent::Reaction { .. });
    // A `delivered` may never come: `read` implies it.
    if !(reads && chance(rng, 5)) {
        steps.push((delivered, Step::Reached(DeliveryStatus::Delivered)));
    }
    if reads {
        steps.push((read, Step::Reached(DeliveryStatus::Read)));
        if matches!(content, OutboundContent::Media { kind: MediaKind::Audio, .. }) {
            steps.push((read + between(rng, 1000, 4000), Step::Reached(DeliveryStatus::Played)));
        }
    }
    steps
}
