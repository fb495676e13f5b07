//! From the TOML of `assets/demo/` to a [`Demo`].

mod said;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::script::{
    Agent, Conversation, Customer, Delivery, Demo, Line, Newcomer, Phrases, Referral, State, is_user_id,
};
use crate::server::db::phrases::Template;
use said::RawSaid;

/// The scripts that are part of the program, each with its name.
const FILES: [(&str, &str); 9] = [
    ("shop.toml", include_str!("../../../assets/demo/shop.toml")),
    ("english.toml", include_str!("../../../assets/demo/english.toml")),
    ("europe.toml", include_str!("../../../assets/demo/europe.toml")),
    ("middle-east.toml", include_str!("../../../assets/demo/middle-east.toml")),
    ("asia.toml", include_str!("../../../assets/demo/asia.toml")),
    ("africa.toml", include_str!("../../../assets/demo/africa.toml")),
    ("awkward.toml", include_str!("../../../assets/demo/awkward.toml")),
    ("newcomers.toml", include_str!("../../../assets/demo/newcomers.toml")),
    ("small-talk.toml", include_str!("../../../assets/demo/small-talk.toml")),
];

/// A script says something that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the demo script {file} cannot be used: {what}")]
pub struct ScriptError {
    /// Which file.
    pub file: String,
    /// What is wrong with it.
    pub what: String,
}

/// The demo that is part of the program.
pub fn embedded() -> Result<Demo, ScriptError> {
    demo(&FILES)
}

/// A demo from TOML files, each with a name for error messages. Lines and agents must be declared before the
/// conversations that name them.
pub fn demo(files: &[(&str, &str)]) -> Result<Demo, ScriptError> {
    let mut demo = Demo::default();
    for (file, text) in files {
        let fail = |what: String| ScriptError { file: (*file).to_owned(), what };
        let raw: RawFile = toml::from_str(text).map_err(|error| fail(error.to_string()))?;
        raw.add_to(&mut demo).map_err(fail)?;
    }
    Ok(demo)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    account: Option<RawAccount>,
    #[serde(default)]
    line: Vec<RawLine>,
    #[serde(default)]
    agent: Vec<RawAgent>,
    labels: Option<RawLabels>,
    #[serde(default)]
    canned: Vec<RawCanned>,
    #[serde(default)]
    template: Vec<RawTemplate>,
    colleagues: Option<RawColleagues>,
    #[serde(default)]
    conversation: Vec<RawConversation>,
    #[serde(default)]
    newcomer: Vec<RawNewcomer>,
    #[serde(default)]
    language: BTreeMap<String, RawPhrases>,
    #[serde(default)]
    odd: Vec<RawOdd>,
    people: Option<RawPeople>,
}

impl RawFile {
    fn add_to(self, demo: &mut Demo) -> Result<(), String> {
        if let Some(account) = self.account {
            demo.account_id = account.id;
            demo.account_name = account.name;
        }
        demo.lines.extend(self.line.into_iter().map(|raw| Line {
            key: raw.key,
            id: raw.id,
            waba: raw.waba,
            name: raw.name,
            phone: raw.phone,
        }));
        demo.agents.extend(self.agent.into_iter().map(|raw| Agent { key: raw.key, name: raw.name, email: raw.email }));
        if let Some(labels) = self.labels {
            demo.labels.extend(labels.known);
        }
        demo.canned.extend(self.canned.into_iter().map(|raw| (raw.shortcut, raw.text)));
        demo.templates.extend(self.template.into_iter().map(|raw| Template {
            id: String::new(),
            name: raw.name,
            language: raw.language,
            category: raw.category,
            status: raw.status,
            reason: raw.reason,
            body: raw.body,
            updated_at: 0,
        }));
        if let Some(colleagues) = self.colleagues {
            demo.notes.extend(colleagues.notes);
        }
        for raw in self.conversation {
            let name = raw.name.clone();
            let conversation = raw.conversation(demo).map_err(|what| format!("conversation {name:?}: {what}"))?;
            demo.conversations.push(conversation);
        }
        for raw in self.newcomer {
            let name = raw.name.clone();
            let newcomer = raw.newcomer(demo).map_err(|what| format!("newcomer {name:?}: {what}"))?;
            demo.newcomers.push(newcomer);
        }
        let talk = &mut demo.small_talk;
        talk.languages.extend(
            self.language
                .into_iter()
                .map(|(name, raw)| (name, Phrases { hello: raw.hello, more: raw.more, thanks: raw.thanks })),
        );
        for raw in self.odd {
            talk.odd.push((raw.weight, raw.said.said()?));
        }
        if let Some(people) = self.people {
            talk.first_names.extend(people.first);
            talk.last_names.extend(people.last);
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCanned {
    shortcut: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTemplate {
    name: String,
    language: String,
    category: String,
    status: String,
    reason: Option<String>,
    body: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawColleagues {
    notes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAccount {
    id: String,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLine {
    key: String,
    id: String,
    waba: String,
    name: String,
    phone: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAgent {
    key: String,
    name: String,
    email: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLabels {
    known: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPhrases {
    hello: Vec<String>,
    more: Vec<String>,
    thanks: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOdd {
    weight: u32,
    said: RawSaid,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPeople {
    first: Vec<String>,
    last: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConversation {
    name: String,
    phone: Option<String>,
    user_id: Option<String>,
    language: String,
    line: String,
    agent: Option<String>,
    #[serde(default)]
    status: RawState,
    #[serde(default)]
    unread: u32,
    #[serde(default)]
    labels: Vec<String>,
    delivery: Option<RawDelivery>,
    history: Vec<RawSaid>,
    #[serde(default)]
    next: Vec<RawSaid>,
    #[serde(default)]
    replies: Vec<RawSaid>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum RawState {
    #[default]
    Open,
    Pending,
    Closed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum RawDelivery {
    Fails(i64),
    NeverReads(bool),
}

impl RawConversation {
    fn conversation(self, demo: &Demo) -> Result<Conversation, String> {
        let customer = customer(demo, self.name, (self.phone, self.user_id), self.language, &self.line)?;
        if let Some(label) = self.labels.iter().find(|label| !demo.labels.contains(label)) {
            return Err(format!("no such label: {label}"));
        }
        let history = self.history.into_iter().map(|raw| raw.past(demo)).collect::<Result<Vec<_>, _>>()?;
        Ok(Conversation {
            customer,
            agent: self.agent.map(|key| agent(demo, &key)).transpose()?,
            state: match self.status {
                RawState::Open => State::Open,
                RawState::Pending => State::Pending,
                RawState::Closed => State::Closed,
            },
            unread: self.unread,
            labels: self.labels,
            delivery: match self.delivery {
                Some(RawDelivery::Fails(code)) => Delivery::Fails(code),
                Some(RawDelivery::NeverReads(true)) => Delivery::NeverReads,
                Some(RawDelivery::NeverReads(false)) | None => Delivery::Reads,
            },
            history,
            next: self.next.into_iter().map(RawSaid::said).collect::<Result<_, _>>()?,
            replies: self.replies.into_iter().map(RawSaid::said).collect::<Result<_, _>>()?,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNewcomer {
    name: String,
    phone: Option<String>,
    user_id: Option<String>,
    language: String,
    line: String,
    referral: Option<RawReferral>,
    opens: Vec<RawSaid>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReferral {
    headline: String,
    url: String,
}

impl RawNewcomer {
    fn newcomer(self, demo: &Demo) -> Result<Newcomer, String> {
        Ok(Newcomer {
            customer: customer(demo, self.name, (self.phone, self.user_id), self.language, &self.line)?,
            referral: self.referral.map(|raw| Referral { headline: raw.headline, url: raw.url }),
            opens: self.opens.into_iter().map(RawSaid::said).collect::<Result<_, _>>()?,
        })
    }
}

fn customer(
    demo: &Demo,
    name: String,
    (phone, user_id): (Option<String>, Option<String>),
    language: String,
    line: &str,
) -> Result<Customer, String> {
    let address = match (phone, user_id) {
        (Some(phone), None) => phone,
        (None, Some(user_id)) if is_user_id(&user_id) => user_id,
        (None, Some(user_id)) => return Err(format!("no user id like GB.4af09c: {user_id}")),
        _ => return Err("a customer has either a phone or a user_id".to_owned()),
    };
    let line = demo.lines.iter().position(|known| known.key == line).ok_or_else(|| format!("no such line: {line}"))?;
    Ok(Customer { name, address, language, line })
}

fn agent(demo: &Demo, key: &str) -> Result<usize, String> {
    demo.agents.iter().position(|known| known.key == key).ok_or_else(|| format!("no such agent: {key}"))
}
