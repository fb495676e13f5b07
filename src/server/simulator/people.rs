//! What the plan keeps of each customer while it runs.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::dice::Dice;
use super::fate::{Allowance, WINDOW};
use super::script::{Content, Conversation, Customer, Delivery, Said, State, Target};
use crate::server::db::status::Direction;

/// How likely a customer is the one who writes next, against the others: with something to say, new, or with nothing
/// but small talk left.
const EAGER: u32 = 6;
const NEW: u32 = 2;
const DONE: u32 = 1;

/// One customer on one line.
#[derive(Debug)]
pub struct Person {
    /// Who they are.
    pub customer: Customer,
    /// What becomes of messages to them.
    pub delivery: Delivery,
    /// How likely they are the next to write when their script has run out.
    idle: u32,
    /// Whether their conversation is closed.
    closed: bool,
    /// What they will write of their own accord.
    pub next: VecDeque<Said>,
    /// What they will answer.
    pub replies: VecDeque<Said>,
    /// How many messages of this run came from them.
    pub received: u64,
    /// How many messages of this run went to them.
    pub sent: u64,
    /// How many more may go to them now.
    pub allowance: Allowance,
    /// The agent's latest message to them.
    pub last_agent: Option<String>,
    /// Whether the backend has a conversation with them.
    pub known: bool,
    /// Until when they are busy with what they write already.
    pub busy_until: Duration,
    /// The messages of the history that have a name: their wamid, and whether the customer wrote them.
    named: BTreeMap<String, (String, bool)>,
    /// When they wrote last.
    heard: Heard,
}

/// When a customer wrote last.
#[derive(Debug, Clone, Copy)]
enum Heard {
    Never,
    /// So long before the start.
    Before(Duration),
    /// So long after it.
    After(Duration),
}

impl Person {
    /// The customer of a conversation with a history.
    pub fn with_history(dice: Dice, conversation: &Conversation) -> Self {
        let mut person = Self::silent(conversation.customer.clone());
        person.delivery = conversation.delivery;
        // Whoever cannot be reached is not there.
        person.idle = if matches!(conversation.delivery, Delivery::Fails(_)) { 0 } else { DONE };
        person.closed = conversation.state == State::Closed;
        person.next = conversation.next.iter().cloned().collect();
        person.replies = conversation.replies.iter().cloned().collect();
        person.known = true;
        for (index, past) in conversation.history.iter().enumerate() {
            let inbound = past.by.is_none();
            let wamid = history_wamid(dice, conversation, index);
            if let Some(name) = &past.id {
                person.named.insert(name.clone(), (wamid.clone(), inbound));
            }
            if inbound {
                if !matches!(past.said.content, Content::System { .. }) {
                    person.heard = Heard::Before(past.ago);
                }
            } else if past.error.is_none() {
                person.last_agent = Some(wamid);
            }
        }
        person
    }

    /// Somebody who writes for the first time.
    pub fn newcomer(customer: Customer) -> Self {
        Self { idle: NEW, ..Self::silent(customer) }
    }

    /// Somebody who has never written, and only answers.
    pub fn silent(customer: Customer) -> Self {
        Self {
            customer,
            delivery: Delivery::Reads,
            idle: 0,
            closed: false,
            next: VecDeque::new(),
            replies: VecDeque::new(),
            received: 0,
            sent: 0,
            allowance: Allowance::default(),
            last_agent: None,
            known: false,
            busy_until: Duration::ZERO,
            named: BTreeMap::new(),
            heard: Heard::Never,
        }
    }

    /// How likely they are the next to write, as a weight.
    pub fn eager(&self) -> u32 {
        if self.next.is_empty() || self.closed { self.idle } else { EAGER }
    }

    /// Notes that they wrote at `at` after the start.
    pub fn wrote(&mut self, at: Duration) {
        self.heard = Heard::After(at);
    }

    /// Whether the 24 hours in which a business may write freely are running at `now` after the start.
    pub fn window_open(&self, now: Duration) -> bool {
        match self.heard {
            Heard::Never => false,
            Heard::Before(ago) => ago + now < WINDOW,
            Heard::After(at) => now.saturating_sub(at) < WINDOW,
        }
    }

    /// Whether what it refers to is there.
    pub fn can_say(&self, said: &Said) -> bool {
        match &said.content {
            Content::Reaction { to, .. } => self.find(to, None).is_some(),
            _ => true,
        }
    }

    /// The message that a target means, and whether the customer wrote it. `answers` is the agent's message that
    /// is being answered, if one is.
    pub fn find(&self, target: &Target, answers: Option<&str>) -> Option<(String, bool)> {
        match target {
            Target::Agent => answers.map(str::to_owned).or_else(|| self.last_agent.clone()).map(|wamid| (wamid, false)),
            Target::Named(name) => self.named.get(name).cloned(),
        }
    }
}

/// The id of a conversation's `index`th message of the history.
pub fn history_wamid(dice: Dice, conversation: &Conversation, index: usize) -> String {
    let customer = &conversation.customer;
    let direction = match conversation.history.get(index) {
        Some(past) if past.by.is_some() => Direction::Outbound,
        _ => Direction::Inbound,
    };
    let count = u64::try_from(index).unwrap_or(u64::MAX);
    dice.wamid(&format!("history {}", customer.line), &customer.address, direction, count)
}
