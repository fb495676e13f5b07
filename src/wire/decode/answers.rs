//! What REST answers mean.

use secrecy::SecretString;

use super::super::ask::Emission;
use super::super::dialect::{Dialect, Order, SendSpec};
use super::super::event::{Accepted, DecodeError, Identity, Line, ListPage, ThreadPage};
use super::super::json::{Json, prepare};
use super::super::pointer::Choice;
use super::{body_text, error, line, with_json};
use crate::chat::Origin;
use crate::text::Clean;

/// What an error answer says.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Refusal {
    /// For programs, such as `SESSION_EXPIRED`.
    pub code: Option<Clean>,
    /// For people, with what lies behind it.
    pub reason: Option<Clean>,
}

impl Dialect {
    /// A page of the conversation list.
    pub fn list_page(&self, body: &[u8]) -> Result<ListPage, DecodeError> {
        const WHAT: &str = "the conversation list";
        with_json(WHAT, &body_text(body), |json| {
            let mut page = ListPage { next: self.list.next.id(json), ..ListPage::default() };
            for (at, row) in array(WHAT, &self.list.array, json)?.iter().enumerate() {
                let mut facts = self.conversation_facts(row, &self.conversation.ids);
                if facts.ids.is_empty() {
                    let pointer = format!("{}/{at}", self.list.array.shown());
                    page.unreadable.push(error(WHAT, &pointer, "a row without an id"));
                    continue;
                }
                facts.page_id = self.page_id(row);
                page.rows.push(facts);
            }
            Ok(page)
        })
    }

    /// A page of a thread, oldest message first.
    pub fn thread_page(&self, body: &[u8]) -> Result<ThreadPage, DecodeError> {
        const WHAT: &str = "the thread";
        with_json(WHAT, &body_text(body), |json| {
            let header = self.thread.conversation.find(json);
            let facts = header.map(|header| self.conversation_facts(header, &self.thread.conversation_ids));
            let mut page = ThreadPage { facts: facts.filter(|facts| !facts.ids.is_empty()), ..ThreadPage::default() };
            for (at, message) in array(WHAT, &self.thread.array, json)?.iter().enumerate() {
                match self.message(WHAT, message, Origin::History, None) {
                    Ok(message) => page.messages.push(message),
                    Err(mut problem) => {
                        problem.pointer = format!("{}/{at}{}", self.thread.array.shown(), problem.pointer);
                        page.unreadable.push(problem);
                    }
                }
            }
            if self.thread.order == Order::Descending {
                page.messages.reverse();
            }
            Ok(page)
        })
    }

    /// The ids of a message that the backend accepted. An answer that says nothing is no error: the message was
    /// accepted all the same.
    pub fn accepted(&self, body: &[u8]) -> Result<Accepted, DecodeError> {
        let text = body_text(body);
        let prepared = prepare(&text);
        let Ok(json) = Json::parse(&prepared) else { return Ok(Accepted::default()) };
        let find = |choice: fn(&SendSpec) -> &Choice| self.send.iter().find_map(|way| choice(way).id(&json));
        Ok(Accepted { id: find(|way| &way.accepted.id), wa: find(|way| &way.accepted.channel_id) })
    }

    /// The token and the person that a login gives.
    pub fn login(&self, body: &[u8]) -> Result<(SecretString, Identity), DecodeError> {
        const WHAT: &str = "the login";
        let Some(spec) = &self.login else { return Err(error(WHAT, "", "the dialect describes no login")) };
        with_json(WHAT, &body_text(body), |json| {
            let token = spec.token.read(json, Json::text);
            let token = token.ok_or_else(|| error(WHAT, &spec.token.shown(), "no token"))?;
            Ok((SecretString::from(token.into_owned()), identity(json, &spec.account, &spec.person, &spec.email)))
        })
    }

    /// Who we are.
    pub fn identity(&self, body: &[u8]) -> Result<Identity, DecodeError> {
        const WHAT: &str = "who am I";
        let Some(spec) = &self.me else { return Err(error(WHAT, "", "the dialect has no such request")) };
        with_json(WHAT, &body_text(body), |json| Ok(identity(json, &spec.account, &spec.person, &spec.email)))
    }

    /// The account's active lines.
    pub fn lines(&self, body: &[u8]) -> Result<Vec<Line>, DecodeError> {
        const WHAT: &str = "the lines";
        let Some(spec) = &self.lines else { return Err(error(WHAT, "", "the dialect has no such request")) };
        with_json(WHAT, &body_text(body), |json| {
            let lines = array(WHAT, &spec.array, json)?.iter().filter_map(|row| {
                let active = spec.active.read(row, Json::truth).unwrap_or(true);
                let id = spec.id.id(row).filter(|_| active)?;
                Some(Line { id, name: spec.title.read(row, line), phone: spec.phone.read(row, line) })
            });
            Ok(lines.collect())
        })
    }

    /// What an error answer says; nothing where the body is no JSON.
    pub fn refusal(&self, body: &[u8]) -> Refusal {
        let text = body_text(body);
        let prepared = prepare(&text);
        let Ok(json) = Json::parse(&prepared) else { return Refusal::default() };
        let is_code = |text: &Clean| {
            text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_-.".contains(&byte))
        };
        let code = self.refusal.code.read(&json, |json| line(json).filter(is_code));
        let reason = self.refusal.reason.read(&json, line);
        let detail = self.refusal.detail.read(&json, line);
        let reason = match (reason, detail) {
            (Some(reason), Some(detail)) if !reason.contains(&*detail) => {
                Some(Clean::line(&format!("{reason} {detail}")))
            }
            (reason, detail) => reason.or(detail),
        };
        Refusal { code, reason }
    }
}

impl Emission {
    /// What the server's ack says; `args` is the JSON of its argument array.
    ///
    /// # Errors
    /// The server's words when it said no.
    pub fn answer(&self, args: &str) -> Result<(), Clean> {
        let prepared = prepare(args);
        let Ok(json) = Json::parse(&prepared) else { return Ok(()) };
        match self.reading.good.read(&json, Json::truth) {
            Some(false) => Err(self.reading.reason.read(&json, line).unwrap_or_else(|| Clean::line("refused"))),
            _ => Ok(()),
        }
    }
}

fn identity(json: &Json<'_>, account: &Choice, person: &Choice, email: &Choice) -> Identity {
    Identity { account: account.id(json), name: person.read(json, line), email: email.read(json, line) }
}

fn array<'j, 'a>(what: &str, choice: &Choice, json: &'j Json<'a>) -> Result<&'j [Json<'a>], DecodeError> {
    match choice.find(json) {
        Some(Json::Array(elements)) => Ok(elements),
        Some(other) => Err(error(what, &choice.shown(), format!("{} where a list should be", other.kind()))),
        None => Err(error(what, &choice.shown(), "no list")),
    }
}
