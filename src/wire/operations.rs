//! What an agent does to a conversation beside answering it, in a dialect's spelling; and the lists to choose from.
//! Whatever a dialect does not describe is `None` here: the program hides it, or keeps it to itself.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ask::{Request, Target};
use super::decode::{line, list_of, with_json};
use super::dialect::{CatalogueSpec, ConversationWord, Dialect};
use super::encode::query;
use super::event::{Accepted, DecodeError};
use super::json::Json;
use crate::chat::{ConversationFacts, Id, MediaKind, Message, NamedId, Origin};
use crate::text::Clean;

/// Something that is done to a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Operation {
    /// Give it to an agent.
    Assign {
        /// The agent, by the backend's id.
        agent: Id,
    },
    /// Give it to an agent unless somebody has it; where a backend cannot ask for that, give it.
    Take {
        /// The agent, by the backend's id.
        agent: Id,
    },
    /// Take it away from whoever has it.
    Release,
    /// Set all labels.
    Labels {
        /// By the backend's ids or names, as its list of labels gives them.
        labels: Vec<String>,
    },
    /// Add a label.
    AddLabel {
        /// The label.
        label: String,
    },
    /// Take a label away.
    RemoveLabel {
        /// The label.
        label: String,
    },
    /// Write a note to the team.
    Note {
        /// The words.
        text: String,
        /// The id that this program gave the note.
        client: Id,
    },
    /// Set the priority.
    Priority {
        /// In the backend's word.
        priority: String,
    },
    /// Mark it as unread.
    Unread,
    /// Put it off.
    Snooze {
        /// Until then; for good where nothing is said.
        until: Option<Timestamp>,
    },
    /// Send an approved template.
    Template {
        /// Its id, as the list of templates gives it.
        template: String,
        /// Its language, `en_US`.
        language: Option<String>,
        /// What stands for its placeholders, in order.
        parameters: Vec<String>,
        /// The id that this program gave the message.
        client: Id,
    },
    /// React to a message.
    React {
        /// The message.
        message: Id,
        /// With what; empty to take it back.
        emoji: String,
    },
}

/// What a backend can do beside messages; what is false is hidden, or kept by the program itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Offers {
    /// Conversations can be given to an agent.
    pub assign: bool,
    /// They can be taken unless somebody has them; where they cannot, they are simply taken.
    pub take: bool,
    /// They can be taken back.
    pub release: bool,
    /// Labels can be set, or added and taken away.
    pub labels: bool,
    /// Notes to the team.
    pub notes: bool,
    /// Priorities.
    pub priority: bool,
    /// A conversation can be resolved.
    pub resolve: bool,
    /// A conversation can be reopened.
    pub reopen: bool,
    /// A conversation can wait for something.
    pub pending: bool,
    /// A conversation can be put off.
    pub snooze: bool,
    /// A conversation can be marked as unread.
    pub unread: bool,
    /// Approved templates can be sent.
    pub templates: bool,
    /// Messages can be reacted to.
    pub reactions: bool,
    /// There are canned replies.
    pub replies: bool,
    /// The agents can be listed.
    pub agents: bool,
    /// Files can be sent.
    pub upload: bool,
    /// The server searches.
    pub search: bool,
    /// The team is told that the agent types.
    pub typing: bool,
    /// The team is told that the agent is there.
    pub presence: bool,
    /// The team is told which conversation the agent looks at.
    pub viewing: bool,
}

/// A list that an agent chooses from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Catalogue {
    /// The team.
    Agents,
    /// The labels that exist.
    Labels,
    /// Canned replies.
    Replies,
    /// Approved templates.
    Templates,
}

/// One entry of a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What requests name it by.
    pub id: Id,
    /// What people call it.
    pub title: Clean,
    /// A reply's or a template's text.
    pub text: Option<Clean>,
    /// A template's language.
    pub language: Option<Clean>,
}

/// What a backend answers when something was done to a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Operated {
    /// The conversation as it is now, where the answer describes it.
    pub facts: Option<ConversationFacts>,
    /// The message that was made of it: of a note, of a template.
    pub accepted: Accepted,
}

/// A message that the server found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Found {
    /// Every id of its conversation.
    pub ids: Vec<NamedId>,
    /// The message.
    pub message: Message,
}

/// A file on its way to a conversation: one multipart request.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    /// The request; its body is the parts below.
    pub request: Request,
    /// The name of the part that holds the file.
    pub file: String,
    /// The other parts.
    pub fields: Vec<(String, String)>,
}

impl Dialect {
    /// What this backend can do beside messages.
    pub fn offers(&self) -> Offers {
        let operations = &self.operations;
        let moves = |word: ConversationWord| self.status.as_ref().is_some_and(|spec| spec.values.contains_key(&word));
        Offers {
            assign: operations.assign.is_some(),
            take: operations.take.is_some(),
            release: operations.release.is_some(),
            labels: operations.labels.is_some() || operations.add_label.is_some(),
            notes: operations.note.is_some(),
            priority: operations.priority.is_some(),
            resolve: moves(ConversationWord::Resolved),
            reopen: moves(ConversationWord::Open),
            pending: moves(ConversationWord::Pending),
            snooze: moves(ConversationWord::Snoozed),
            unread: operations.unread.is_some(),
            templates: operations.template.is_some() && self.templates.is_some(),
            reactions: operations.react.is_some(),
            replies: self.replies.is_some(),
            agents: self.agents.is_some(),
            upload: self.media.as_ref().is_some_and(|media| media.upload.is_some()),
            search: self.search.is_some(),
            typing: self.socket.typing.is_some(),
            presence: self.socket.presence.is_some(),
            viewing: self.socket.viewing.is_some(),
        }
    }

    /// The backend's priorities, the lowest first; none where the dialect names none.
    pub fn priorities(&self) -> Vec<&str> {
        self.operations.priorities.iter().map(String::as_str).collect()
    }

    /// The request that does it; `None` where the backend cannot.
    pub fn operation_request(&self, target: &Target, operation: &Operation) -> Option<Request> {
        let specs = &self.operations;
        let of = self.of_target(target);
        match operation {
            Operation::Assign { agent } => {
                let variables = of.with("agent", Some(agent.as_str()));
                self.act("an assignment", specs.assign.as_ref()?, target, &variables)
            }
            Operation::Take { agent } => {
                let variables = of.with("agent", Some(agent.as_str()));
                self.act("an assignment", specs.take.as_ref().or(specs.assign.as_ref())?, target, &variables)
            }
            Operation::Release => self.act("a release", specs.release.as_ref()?, target, &of),
            Operation::Labels { labels } => {
                let variables = of.with("labels", Some(labels.clone()));
                self.act("labels", specs.labels.as_ref()?, target, &variables)
            }
            Operation::AddLabel { label } => {
                let variables = of.with("label", Some(label.as_str()));
                self.act("a label", specs.add_label.as_ref()?, target, &variables)
            }
            Operation::RemoveLabel { label } => {
                let variables = of.with("label", Some(label.as_str()));
                self.act("a label", specs.remove_label.as_ref()?, target, &variables)
            }
            Operation::Note { text, client } => {
                let variables = of.with("text", Some(text.as_str())).with("client", Some(client.as_str()));
                self.act("a note", specs.note.as_ref()?, target, &variables)
            }
            Operation::Priority { priority } => {
                let variables = of.with("priority", Some(priority.as_str()));
                self.act("a priority", specs.priority.as_ref()?, target, &variables)
            }
            Operation::Unread => self.act("mark as unread", specs.unread.as_ref()?, target, &of),
            Operation::Snooze { until } => {
                let spec = self.status.as_ref()?;
                let word = spec.values.get(&ConversationWord::Snoozed)?;
                let variables =
                    of.with("status", Some(word.as_str())).with("until", until.map(|at| format!("{at:.3}")));
                let mut request = self.about(target, "a snooze", &spec.method, &spec.path, &spec.ids, &variables)?;
                request.retry_on.clone_from(&spec.retry_on);
                if let Some(body) = &spec.body {
                    request.body = Some(body.fill(&variables)?);
                }
                Some(request)
            }
            Operation::Template { template, language, parameters, client } => {
                let variables = of
                    .with("template", Some(template.as_str()))
                    .with("language", language.as_deref())
                    .with("parameters", Some(parameters.clone()))
                    .with("client", Some(client.as_str()));
                self.act("a template", specs.template.as_ref()?, target, &variables)
            }
            Operation::React { message, emoji } => {
                let variables = of.with("message", Some(message.as_str())).with("emoji", Some(emoji.as_str()));
                self.act("a reaction", specs.react.as_ref()?, target, &variables)
            }
        }
    }

    /// What the answer to an operation says. One that says nothing is no error: it was done all the same.
    ///
    /// # Errors
    /// None now; the shape is that of all readers.
    pub fn operated(&self, body: &[u8]) -> Result<Operated, DecodeError> {
        let pointer = &self.operations.conversation;
        let facts = with_json("an operation", &String::from_utf8_lossy(body), |json| {
            let object = pointer.find(json).filter(|_| !pointer.is_empty());
            Ok(object.map(|object| self.conversation_facts(object, &self.thread.conversation_ids)))
        });
        let facts = facts.ok().flatten().filter(|facts| !facts.ids.is_empty());
        Ok(Operated { facts, accepted: self.accepted(body)? })
    }

    fn catalogue_spec(&self, catalogue: Catalogue) -> Option<&CatalogueSpec> {
        match catalogue {
            Catalogue::Agents => self.agents.as_ref(),
            Catalogue::Labels => self.labels.as_ref(),
            Catalogue::Replies => self.replies.as_ref(),
            Catalogue::Templates => self.templates.as_ref(),
        }
    }

    /// Asks for a catalogue, of one line where that matters; `None` where the backend has none.
    pub fn catalogue_request(&self, catalogue: Catalogue, line: Option<&Id>) -> Option<Request> {
        let spec = self.catalogue_spec(catalogue)?;
        let variables = self.values().with("line", line.map(Id::as_str));
        let mut request = self.plain("a list to choose from", "GET", &spec.path, &variables)?;
        request.query = query(&spec.query, &variables);
        Some(request)
    }

    /// The entries of a catalogue that may be used.
    ///
    /// # Errors
    /// The answer is not what the dialect says.
    pub fn catalogue(&self, catalogue: Catalogue, body: &[u8]) -> Result<Vec<Item>, DecodeError> {
        const WHAT: &str = "a list to choose from";
        let Some(spec) = self.catalogue_spec(catalogue) else { return Ok(Vec::new()) };
        with_json(WHAT, &String::from_utf8_lossy(body), |json| {
            let item = |row: &Json<'_>| {
                let state = spec.state.pointers().iter().map(|pointer| pointer.word(row)).find(|word| !word.is_empty());
                let usable =
                    spec.usable.is_empty() || state.is_none_or(|state| spec.usable.iter().any(|u| *u == state));
                let id = spec.id.id(row).filter(|_| usable)?;
                let title = spec.title.read(row, line).unwrap_or_else(|| id.shown());
                let text = spec.text.read(row, Json::text).map(|text| Clean::text(&text));
                Some(Item { id, title, text, language: spec.language.read(row, line) })
            };
            Ok(list_of(WHAT, &spec.array, json)?.iter().filter_map(item).collect())
        })
    }

    /// Asks the server to search; `None` where it does not.
    pub fn search_request(&self, words: &str, limit: u32, line: Option<&Id>) -> Option<Request> {
        let spec = self.search.as_ref()?;
        let variables =
            self.values().with("query", Some(words)).with("limit", Some(limit)).with("line", line.map(Id::as_str));
        let mut request = self.plain("a search", &spec.method, &spec.path, &variables)?;
        request.query = query(&spec.query, &variables);
        request.idempotent = true;
        Some(request)
    }

    /// What the server found; what cannot be read is left out.
    ///
    /// # Errors
    /// The answer is not what the dialect says.
    pub fn found(&self, body: &[u8]) -> Result<Vec<Found>, DecodeError> {
        const WHAT: &str = "the search";
        let Some(spec) = &self.search else { return Ok(Vec::new()) };
        with_json(WHAT, &String::from_utf8_lossy(body), |json| {
            let found = |row: &Json<'_>| {
                let message = self.message(WHAT, row, Origin::History, None).ok()?;
                let ids = super::pointer::named_ids(&self.message.conversation_ids, row);
                Some(Found { ids, message })
            };
            Ok(list_of(WHAT, &spec.array, json)?.iter().filter_map(found).collect())
        })
    }

    /// The request that sends a file; `None` where the backend takes none. `client` is the id that this program gave
    /// the message, `kind` `image`, `video`, `audio` or `document`.
    pub fn upload(
        &self,
        target: &Target,
        caption: Option<&str>,
        kind: &str,
        client: &Id,
        reply_to: Option<&Id>,
    ) -> Option<Upload> {
        let spec = self.media.as_ref()?.upload.as_ref()?;
        let variables = self
            .of_target(target)
            .with("caption", caption)
            .with("kind", Some(kind))
            .with("client", Some(client.as_str()))
            .with("reply_to", reply_to.map(Id::as_str));
        let mut request = self.plain("a file", &spec.method, &spec.path, &variables)?;
        request.headers = query(&spec.headers, &variables);
        request.idempotent = false;
        Some(Upload { request, file: spec.file.clone(), fields: query(&spec.fields, &variables) })
    }

    /// Asks how large files may be; `None` where the backend does not tell.
    pub fn limits_request(&self) -> Option<Request> {
        self.plain("the limits of files", "GET", &self.media.as_ref()?.limits.as_ref()?.path, &self.values())
    }

    /// How large files may be.
    ///
    /// # Errors
    /// The answer is not what the dialect says.
    pub fn limits(&self, body: &[u8]) -> Result<Vec<(MediaKind, u64)>, DecodeError> {
        const WHAT: &str = "the limits of files";
        let Some(spec) = self.media.as_ref().and_then(|media| media.limits.as_ref()) else { return Ok(Vec::new()) };
        with_json(WHAT, &String::from_utf8_lossy(body), |json| {
            let limit = |row: &Json<'_>| {
                let word = spec.kind.read(row, Json::text)?;
                let kind = MediaKind::ALL.into_iter().find(|kind| kind.name() == word)?;
                let bytes = spec.bytes.read(row, Json::number).filter(|bytes| *bytes >= 1.0)?;
                Some((kind, bytes as u64))
            };
            Ok(list_of(WHAT, &spec.array, json)?.iter().filter_map(limit).collect())
        })
    }

    /// Whether a file that the backend itself serves is fetched with the token.
    pub fn media_wants_token(&self) -> bool {
        self.media.as_ref().is_some_and(|media| media.authenticated)
    }

    /// Where a file is fetched: an address as it stands in the message, or the path that the dialect makes of an id.
    /// The second says whether the token goes along.
    pub fn media_address(&self, media: &str) -> Option<(String, bool)> {
        let authenticated = self.media.as_ref().is_some_and(|media| media.authenticated);
        if media.starts_with("https://") || media.starts_with("http://") || media.starts_with('/') {
            return Some((media.to_owned(), authenticated && media.starts_with('/')));
        }
        let variables = self.values().with("media", Some(Value::from(media)));
        let request = self.plain("a file", "GET", self.media.as_ref()?.download.as_ref()?, &variables)?;
        Some((request.path, authenticated))
    }
}
