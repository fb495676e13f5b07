//! What REST answers mean.

use secrecy::SecretString;

use super::super::ask::Emission;
use super::super::dialect::{AcceptedSpec, Dialect, Order, PagingKind, PagingSpec};
use super::super::event::{Accepted, DecodeError, Identity, Line, ListPage, ThreadPage};
use super::super::json::{Json, prepare};
use super::super::pointer::Choice;
use super::{body_text, error, line, with_json};
use crate::chat::{ConversationFacts, Id, Origin};
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
    /// A page of the conversation list, which was asked for by `place` (`None`: the first).
    pub fn list_page(&self, body: &[u8], place: Option<&Id>) -> Result<ListPage, DecodeError> {
        const WHAT: &str = "the conversation list";
        with_json(WHAT, &body_text(body), |json| {
            let mut page = ListPage::default();
            let rows = list_of(WHAT, &self.list.array, json)?;
            let is_wanted = |row: &Json<'_>| {
                self.list.only.iter().all(|(pointer, words)| {
                    let word = pointer.word(row);
                    if words.is_empty() { !word.is_empty() } else { words.iter().any(|wanted| *wanted == word) }
                })
            };
            for (at, row) in rows.iter().enumerate().filter(|(_, row)| is_wanted(row)) {
                let mut facts = self.conversation_facts(row, &self.conversation.ids);
                if facts.ids.is_empty() {
                    let pointer = format!("{}/{at}", self.list.array.shown());
                    page.unreadable.push(error(WHAT, &pointer, "a row without an id"));
                    continue;
                }
                facts.page_id = self.page_id(row);
                page.rows.push(facts);
            }
            let last = page.rows.last().and_then(|row| row.ids.first()).map(|named| named.id.clone());
            page.next = turn(&self.list.paging, json, rows.len(), place, last).next;
            Ok(page)
        })
    }

    /// A page of a thread, oldest message first, which was asked for by `place` (`None`: the newest).
    pub fn thread_page(&self, body: &[u8], place: Option<&Id>) -> Result<ThreadPage, DecodeError> {
        const WHAT: &str = "the thread";
        with_json(WHAT, &body_text(body), |json| {
            let header = self.thread.conversation.find(json);
            let facts = header.map(|header| self.conversation_facts(header, &self.thread.conversation_ids));
            let mut page = ThreadPage { facts: facts.filter(|facts| !facts.ids.is_empty()), ..ThreadPage::default() };
            let rows = list_of(WHAT, &self.thread.array, json)?;
            for (at, message) in rows.iter().enumerate() {
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
            let turn = turn(&self.thread.paging, json, rows.len(), place, None);
            (page.next, page.start, page.newest) = (turn.next, turn.end, turn.newest);
            Ok(page)
        })
    }

    /// One conversation that was asked for by itself.
    pub fn one(&self, body: &[u8]) -> Result<ConversationFacts, DecodeError> {
        const WHAT: &str = "the conversation";
        let Some(spec) = &self.one else { return Err(error(WHAT, "", "the dialect has no such request")) };
        with_json(WHAT, &body_text(body), |json| {
            let object = spec.object.find(json).ok_or_else(|| error(WHAT, &spec.object.shown(), "no conversation"))?;
            let mut facts = self.conversation_facts(object, &self.conversation.ids);
            facts.page_id = self.page_id(object);
            Ok(facts)
        })
    }

    /// The ids of a message that the backend accepted. An answer that says nothing is no error: the message was
    /// accepted all the same.
    pub fn accepted(&self, body: &[u8]) -> Result<Accepted, DecodeError> {
        let text = body_text(body);
        let prepared = prepare(&text);
        let Ok(json) = Json::parse(&prepared) else { return Ok(Accepted::default()) };
        let uploaded = self.media.as_ref().and_then(|media| media.upload.as_ref()).map(|upload| &upload.accepted);
        let ways: Vec<&AcceptedSpec> = self.send.iter().map(|way| &way.accepted).chain(uploaded).collect();
        let find = |choice: fn(&AcceptedSpec) -> &Choice| ways.iter().find_map(|way| choice(way).id(&json));
        Ok(Accepted { id: find(|way| &way.id), wa: find(|way| &way.channel_id) })
    }

    /// The token and the person that a login gives; `cookie` is the value of the one that [`Dialect::login_cookie`]
    /// names, where the answer sets it, and `renewing` that of the one that [`Dialect::renewal_cookie`] names.
    pub fn login(
        &self,
        body: &[u8],
        cookie: Option<&str>,
        renewing: Option<&str>,
    ) -> Result<(SecretString, Identity), DecodeError> {
        const WHAT: &str = "the login";
        let Some(spec) = &self.login else { return Err(error(WHAT, "", "the dialect describes no login")) };
        with_json(WHAT, &body_text(body), |json| {
            let token = match (&spec.cookie, cookie) {
                (Some(_), Some(value)) => self.secret_of(json, value, renewing),
                (Some(name), None) if spec.token.is_empty() => {
                    return Err(error(WHAT, "", format!("the answer sets no cookie `{name}`")));
                }
                _ => {
                    let token = spec.token.read(json, Json::text);
                    let token = token.ok_or_else(|| error(WHAT, &spec.token.shown(), "no token"))?;
                    self.secret_of(json, &token, renewing)
                }
            };
            let mut identity = identity(json, [&spec.account, &spec.id, &spec.person, &spec.email]);
            for (name, variable) in &self.variables {
                if let Some(value) = variable.login.id(json) {
                    identity.variables.insert(name.clone(), value.as_str().to_owned());
                }
            }
            Ok((token, identity))
        })
    }

    /// Who we are.
    pub fn identity(&self, body: &[u8]) -> Result<Identity, DecodeError> {
        const WHAT: &str = "who am I";
        let Some(spec) = &self.me else { return Err(error(WHAT, "", "the dialect has no such request")) };
        with_json(WHAT, &body_text(body), |json| {
            Ok(identity(json, [&spec.account, &spec.id, &spec.person, &spec.email]))
        })
    }

    /// The account's active lines.
    pub fn lines(&self, body: &[u8]) -> Result<Vec<Line>, DecodeError> {
        const WHAT: &str = "the lines";
        let Some(spec) = &self.lines else { return Err(error(WHAT, "", "the dialect has no such request")) };
        with_json(WHAT, &body_text(body), |json| {
            let lines = list_of(WHAT, &spec.array, json)?.iter().filter_map(|row| {
                let active = spec.active.read(row, Json::truth).unwrap_or(true);
                let id = spec.id.id(row).filter(|_| active)?;
                Some(Line { id, name: spec.title.read(row, line), phone: spec.phone.read(row, line) })
            });
            Ok(lines.collect())
        })
    }

    /// Whether an answer that HTTP calls a success is a refusal all the same.
    pub fn says_no(&self, body: &[u8]) -> bool {
        if self.refusal.success.is_empty() {
            return false;
        }
        let text = body_text(body);
        let prepared = prepare(&text);
        Json::parse(&prepared).is_ok_and(|json| self.refusal.success.read(&json, Json::truth) == Some(false))
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

fn identity(json: &Json<'_>, [account, id, person, email]: [&Choice; 4]) -> Identity {
    let (name, email) = (person.read(json, line), email.read(json, line));
    Identity { account: account.id(json), id: id.id(json), name, email, ..Identity::default() }
}

/// Where a page leads.
#[derive(Default)]
struct Turn {
    /// The place of the next page.
    next: Option<Id>,
    /// Whether there is none, where the answer tells.
    end: Option<bool>,
    /// The page that holds the newest, where pages begin with the oldest and this is not it.
    newest: Option<Id>,
}

/// What the answer to a page says of the next one.
fn turn(paging: &PagingSpec, json: &Json<'_>, rows: usize, place: Option<&Id>, last: Option<Id>) -> Turn {
    let count = |choice: &Choice| choice.read(json, |json| json.number().map(|count| count.max(0.0) as u64));
    let (total, pages) = (count(&paging.total), count(&paging.pages));
    let number = |first: u32| place.and_then(|place| place.as_str().parse::<u64>().ok()).unwrap_or(first.into());
    let rows = rows as u64;
    let more = paging.more.read(json, Json::truth);
    let number_id = |number: u64| Id::new(number.to_string());
    if paging.oldest_first {
        let (first, here) = (u64::from(paging.first()), number(paging.first()));
        let size = u64::from(paging.limit(0)).max(1);
        let pages = pages.or(total.map(|total| total.div_ceil(size)));
        let newest = pages.map(|pages| (first + pages).saturating_sub(1)).filter(|newest| *newest > first);
        let next = (here > first).then(|| number_id(here - 1));
        return Turn { end: Some(next.is_none()), next, newest: newest.filter(|_| place.is_none()).map(number_id) };
    }
    let (more, next) = match paging.kind {
        PagingKind::None => return Turn::default(),
        PagingKind::Before if last.is_none() => return Turn { end: more.map(|more| !more), ..Turn::default() },
        PagingKind::Before => (more.unwrap_or(rows > 0), last),
        PagingKind::Cursor => {
            let next = paging.next.id(json);
            (more.unwrap_or(true) && next.is_some(), next)
        }
        PagingKind::Page => {
            let (here, size) = (number(paging.first()), u64::from(paging.limit(0)));
            let done = here.saturating_sub(paging.first().into()) + 1;
            let by_count = pages.map(|pages| done < pages).or(total.map(|total| done * size < total));
            (more.or(by_count).unwrap_or(rows >= size), Some(number_id(here + 1)))
        }
        PagingKind::Offset => {
            let here = number(0) + rows;
            (more.or(total.map(|total| here < total)).unwrap_or(rows > 0), Some(number_id(here)))
        }
    };
    Turn { end: Some(!more || rows == 0), next: next.filter(|_| more && rows > 0), newest: None }
}

/// The list that a choice points to.
pub(in super::super) fn list_of<'j, 'a>(
    what: &str,
    choice: &Choice,
    json: &'j Json<'a>,
) -> Result<&'j [Json<'a>], DecodeError> {
    match choice.find(json) {
        Some(Json::Array(elements)) => Ok(elements),
        Some(other) => Err(error(what, &choice.shown(), format!("{} where a list should be", other.kind()))),
        None => Err(error(what, &choice.shown(), "no list")),
    }
}
