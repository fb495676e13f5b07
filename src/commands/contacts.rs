//! The conversations of a backend, and the one that an argument names. Never a guess: a message in the wrong
//! customer's thread is the worst that can happen.

use crate::backend::{Errand, Page, RestError, Target};
use crate::chat::directory::NameOrigin;
use crate::chat::{
    Conversation, ConversationFacts, ConversationKey, Directory, Evidence, Id, IdentityRules, NamedId, Outcome, Phone,
};
use crate::store::StoredConversation;
use crate::wire::ThreadPage;

use super::{Failure, complain};

/// How many rows are fetched to look for a phone number among them.
const LOOKED_THROUGH: u32 = 200;

/// What the list said, by key.
pub(super) struct Contacts {
    directory: Directory,
    /// In the backend's order.
    rows: Vec<Conversation>,
}

impl Contacts {
    /// Fetches the list.
    pub async fn fetch(errand: &Errand, limit: u32) -> Result<Self, Failure> {
        let mut contacts = Self { directory: Directory::new(errand.identity_rules()), rows: Vec::new() };
        let page = errand.list(limit).await.map_err(refusal)?;
        for facts in &page.rows {
            contacts.learn(facts);
        }
        for error in &page.unreadable {
            complain(format_args!("a row of the list could not be read: {error}"));
        }
        Ok(contacts)
    }

    /// What is kept of a list.
    pub fn kept(rules: IdentityRules, rows: &[StoredConversation]) -> Self {
        let account = rules.account.clone();
        let foreign = |row: &&StoredConversation| {
            account.as_ref().is_some_and(|ours| row.account.as_ref().is_some_and(|theirs| theirs != ours))
        };
        let mut contacts = Self { directory: Directory::new(rules), rows: Vec::new() };
        for row in rows.iter().filter(|row| !foreign(row)) {
            contacts.learn(&row.facts());
        }
        contacts
    }

    /// The rows, in the backend's order.
    pub fn rows(&self) -> &[Conversation] {
        &self.rows
    }

    /// The conversation that an argument names: by one of its ids, or by its phone number where exactly one row has
    /// it. One that is not in the list is asked for by its id.
    pub async fn find(errand: &Errand, argument: &str) -> Result<(Self, ConversationKey), Failure> {
        let mut contacts = Self::fetch(errand, LOOKED_THROUGH).await?;
        if let Some(key) = contacts.named(argument)? {
            return Ok((contacts, key));
        }
        let id = Id::from_wire(argument).ok_or_else(|| Failure::Usage("the id is empty".to_owned()))?;
        let nobody = || Failure::Refused(format!("the backend knows no conversation {}", id.shown()));
        let page = errand.conversation(&id).await.map_err(|error| match error {
            RestError::Refused { status: 400 | 404 | 422 | 500, .. } => nobody(),
            error => refusal(error),
        })?;
        contacts.learn(&page.facts.ok_or_else(nobody)?);
        match contacts.named(argument)? {
            Some(key) => Ok((contacts, key)),
            None => Err(nobody()),
        }
    }

    /// The conversation of these that an argument names, by one of its ids or by its phone number.
    pub fn named(&self, argument: &str) -> Result<Option<ConversationKey>, Failure> {
        let id = Id::from_wire(argument).map(|id| NamedId { pointer: "/argument".into(), id });
        let evidence = Evidence { ids: id.into_iter().collect(), ..Evidence::default() };
        match self.directory.resolve(&evidence).outcome {
            Outcome::Known(key) => return Ok(Some(key)),
            Outcome::Ambiguous(keys) => return Err(self.several(argument, &keys)),
            _ => {}
        }
        let Some(phone) = Phone::parse(argument) else { return Ok(None) };
        let keys: Vec<ConversationKey> =
            self.rows.iter().filter(|row| row.phone.as_ref() == Some(&phone)).map(|row| row.key).collect();
        match keys.as_slice() {
            [] => Ok(None),
            [key] => Ok(Some(*key)),
            several => Err(self.several(argument, several)),
        }
    }

    fn several(&self, argument: &str, keys: &[ConversationKey]) -> Failure {
        let ids: Vec<String> =
            keys.iter().filter_map(|key| self.row(*key)).map(|row| row.id.shown().to_string()).collect();
        Failure::Usage(format!("several conversations answer to {argument}; name one by its id: {}", ids.join(", ")))
    }

    /// The row of a conversation.
    pub fn row(&self, key: ConversationKey) -> Option<&Conversation> {
        self.rows.iter().find(|row| row.key == key)
    }

    /// The newest messages of a conversation, oldest first.
    pub async fn thread(&self, errand: &Errand, key: ConversationKey, limit: u32) -> Result<ThreadPage, Failure> {
        let target = self.target(key).ok_or_else(lost)?;
        let page = errand.thread(&target, &Page::Latest, limit).await.map_err(refusal)?;
        for error in &page.unreadable {
            complain(format_args!("a message could not be read: {error}"));
        }
        Ok(page)
    }

    /// A conversation as requests name it.
    pub fn target(&self, key: ConversationKey) -> Option<Target> {
        let row = self.row(key)?;
        let id = row.id.clone();
        let aliases = self.directory.declared_ids(key).into_iter().filter(|alias| *alias != id).collect();
        Some(Target { key, id, aliases, line: row.line.clone(), phone: row.phone.clone() })
    }

    fn learn(&mut self, facts: &ConversationFacts) {
        let learned = self.directory.learn(facts, NameOrigin::Declared);
        for (gone, _) in &learned.merged {
            self.rows.retain(|row| row.key != *gone);
        }
        match self.rows.iter_mut().find(|row| row.key == learned.key) {
            Some(row) => row.absorb(facts),
            None => self.rows.extend(Conversation::from_facts(learned.key, facts)),
        }
    }
}

/// A key without a row: two rows were merged in between.
pub(super) fn lost() -> Failure {
    Failure::Other("the conversation is not in the list any more; try again".to_owned())
}

/// Why a request got no good answer, as an exit code.
pub(super) fn refusal(error: RestError) -> Failure {
    match error {
        RestError::Unreachable { .. } => Failure::Unreachable(error.to_string()),
        RestError::SignedOut { .. } => Failure::Refused(format!("{error}; sign in again with `switchboard login`")),
        RestError::Refused { .. } => Failure::Refused(error.to_string()),
        RestError::Withheld { .. } => Failure::Usage(error.to_string()),
        RestError::Unreadable(_) => Failure::Other(format!("the answer could not be read: {error}")),
    }
}
