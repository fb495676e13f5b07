//! What was written before the demo starts, for the database.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::dice::{Dice, conversation_id};
use super::envelope;
use super::event::{About, Incoming};
use super::fate;
use super::people::{Person, history_wamid};
use super::script::{Content, Conversation, Demo, Past, State};
use crate::server::db::seed::{Seed, SeedAccount, SeedAgent, SeedConversation, SeedCustomer, SeedLine, SeedMessage};
use crate::server::db::status::Direction;
use crate::server::webhook::content;

/// The demo's account, team, lines and history as of `now`. Nobody has a password.
pub fn seed(demo: &Demo, dice: Dice, now: Timestamp) -> Seed {
    Seed {
        accounts: vec![SeedAccount {
            id: demo.account_id.clone(),
            name: demo.account_name.clone(),
            agents: demo
                .agents
                .iter()
                .enumerate()
                .map(|(index, agent)| SeedAgent {
                    email: agent.email.clone(),
                    name: agent.name.clone(),
                    role: if index == 0 { "admin" } else { "agent" }.to_owned(),
                    password: None,
                })
                .collect(),
            lines: demo
                .lines
                .iter()
                .map(|line| SeedLine {
                    phone_number_id: line.id.clone(),
                    waba_id: line.waba.clone(),
                    display_name: line.name.clone(),
                    display_phone: line.phone.clone(),
                })
                .collect(),
            conversations: demo
                .conversations
                .iter()
                .filter_map(|conversation| seed_conversation(demo, dice, conversation, now))
                .collect(),
        }],
    }
}

/// Nothing for a line that the demo does not have.
fn seed_conversation(demo: &Demo, dice: Dice, conversation: &Conversation, now: Timestamp) -> Option<SeedConversation> {
    let customer = &conversation.customer;
    let line = demo.lines.get(customer.line)?;
    let person = Person::with_history(dice, conversation);
    let messages = conversation
        .history
        .iter()
        .enumerate()
        .map(|(index, past)| {
            let at = now.checked_sub(SignedDuration::try_from(past.ago).unwrap_or_default()).unwrap_or(now);
            let target = match &past.said.content {
                Content::Reaction { to, .. } => Some(to),
                _ => past.said.quotes.as_ref(),
            };
            let about = target.and_then(|target| person.find(target, None)).map(|(wamid, mine)| About {
                wamid,
                from: if mine { customer.address.clone() } else { line.digits() },
            });
            let wamid = history_wamid(dice, conversation, index);
            seed_message(demo, conversation, past, wamid, about, at)
        })
        .collect();
    let mut tags = conversation.labels.clone();
    if conversation.state == State::Pending {
        tags.push("pending".to_owned());
    }
    let priority = if tags.iter().any(|tag| tag == "vip") { "high" } else { "normal" };
    Some(SeedConversation {
        id: Some(conversation_id(&line.id, &customer.address)),
        line: line.id.clone(),
        customer: SeedCustomer {
            phone: customer.phone().map(str::to_owned),
            user_id: customer.user_id().map(str::to_owned),
            name: Some(customer.name.clone()).filter(|name| !name.is_empty()),
        },
        open: conversation.state != State::Closed,
        unread: conversation.unread,
        assigned_to: conversation.agent.and_then(|agent| demo.agents.get(agent)).map(|agent| agent.email.clone()),
        priority: priority.to_owned(),
        tags,
        messages,
    })
}

fn seed_message(
    demo: &Demo,
    conversation: &Conversation,
    past: &Past,
    wamid: String,
    about: Option<About>,
    at: Timestamp,
) -> SeedMessage {
    let context = match past.said.content {
        Content::Reaction { .. } => None,
        _ => about.as_ref().map(|about| about.wamid.clone()),
    };
    let incoming = Incoming {
        customer: conversation.customer.clone(),
        wamid: wamid.clone(),
        content: past.said.content.clone(),
        about,
        referral: None,
    };
    let (kind, content) = stored(&incoming);
    SeedMessage {
        wamid: Some(wamid),
        direction: if past.by.is_some() { Direction::Outbound } else { Direction::Inbound },
        agent: past.by.and_then(|agent| demo.agents.get(agent)).map(|agent| agent.email.clone()),
        kind,
        content,
        status: past.status,
        error: past.error.map(|code| (code, format!("(#{code}) {}", fate::title(code)))),
        at,
        context,
    }
}

/// Type and content in the shape in which the webhook would have stored them.
fn stored(message: &Incoming) -> (String, Value) {
    if let Content::Template { name, language, text } = &message.content {
        let content = json!({ "templateName": name, "language": language, "text": text });
        return (message.content.kind().to_owned(), content);
    }
    let stored = content::of_message(&envelope::message_json(message, 0));
    (stored.kind, stored.value)
}
