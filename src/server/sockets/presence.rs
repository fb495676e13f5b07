//! Who else has a conversation on the screen.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use socketioxide::socket::Sid;

use crate::server::db::now_ms;

/// Which sockets look at which conversations; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(in crate::server) struct Presence(Arc<Mutex<Looks>>);

/// By conversation (24 hex id), then by socket.
type Looks = HashMap<String, HashMap<Sid, Viewer>>;

/// An agent who looks at a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::server) struct Viewer {
    /// The agent's 24 hex id.
    pub agent: String,
    /// The agent's name.
    pub name: String,
    /// Since when, in milliseconds since 1970.
    pub since: i64,
    /// Whether the agent is typing.
    pub typing: bool,
}

impl Presence {
    /// A socket's agent looks at a conversation; gives whether that is news.
    pub fn enter(&self, conversation: &str, sid: Sid, agent: &str, name: &str) -> bool {
        let mut looks = self.looks();
        let viewers = looks.entry(conversation.to_owned()).or_default();
        let viewer = Viewer { agent: agent.to_owned(), name: name.to_owned(), since: now_ms(), typing: false };
        let news = !viewers.contains_key(&sid);
        viewers.entry(sid).or_insert(viewer);
        news
    }

    /// A socket's agent types, or stops; gives whether that is news. Who does not look at it is not noted.
    pub fn typing(&self, conversation: &str, sid: Sid, typing: bool) -> bool {
        let mut looks = self.looks();
        let Some(viewer) = looks.get_mut(conversation).and_then(|viewers| viewers.get_mut(&sid)) else { return false };
        std::mem::replace(&mut viewer.typing, typing) != typing
    }

    /// A socket's agent looks elsewhere; gives whether that is news.
    pub fn leave(&self, conversation: &str, sid: Sid) -> bool {
        let mut looks = self.looks();
        let Some(viewers) = looks.get_mut(conversation) else { return false };
        let gone = viewers.remove(&sid).is_some();
        if viewers.is_empty() {
            looks.remove(conversation);
        }
        gone
    }

    /// A socket is gone; gives the conversations that it looked at.
    pub fn gone(&self, sid: Sid) -> Vec<String> {
        let conversations: Vec<String> = {
            let looks = self.looks();
            looks.iter().filter(|(_, viewers)| viewers.contains_key(&sid)).map(|(id, _)| id.clone()).collect()
        };
        conversations.into_iter().filter(|conversation| self.leave(conversation, sid)).collect()
    }

    /// The agents who look at a conversation, each once, in order of their names' ids.
    pub fn viewers(&self, conversation: &str) -> Vec<Viewer> {
        let looks = self.looks();
        let mut agents: BTreeMap<String, Viewer> = BTreeMap::new();
        for viewer in looks.get(conversation).into_iter().flat_map(HashMap::values) {
            let known = agents.entry(viewer.agent.clone()).or_insert_with(|| viewer.clone());
            known.since = known.since.min(viewer.since);
            known.typing |= viewer.typing;
        }
        agents.into_values().collect()
    }

    /// It is never left half changed.
    fn looks(&self) -> MutexGuard<'_, Looks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
