//! From what the program wants to what a backend is asked, in a dialect's spelling. No I/O.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

use super::ask::{Credential, Emission, Outgoing, Page, Request, SocketCredentials, Target};
use super::dialect::{ConversationWord, Dialect, EmissionSpec, Name, Place};
use super::template::{TextTemplate, Variables};
use crate::chat::{Composite, Id, Phone, Status};

impl Dialect {
    /// Where the token goes in a REST request.
    pub fn credential(&self, token: &SecretString) -> Credential {
        let variables = Variables::default().with("token", Some(token.expose_secret()));
        let filled = self.auth.value.as_ref().and_then(|value| value.fill(&variables));
        let Some(value) = filled.map(SecretString::from) else { return Credential::None };
        let name = self.auth.name.clone();
        match self.auth.place {
            Place::None => Credential::None,
            Place::Header => Credential::Header { name, value },
            Place::Query => Credential::Query { name, value },
            Place::Cookie => Credential::Cookie { name, value },
        }
    }

    /// The login; `None` where the dialect describes none. The body holds the password.
    pub fn login_request(&self, email: &str, password: &SecretString) -> Option<Request> {
        let spec = self.login.as_ref()?;
        let variables =
            Variables::default().with("email", Some(email)).with("password", Some(password.expose_secret()));
        let mut request = plain("a login", &spec.method, spec.path.fill_path(&variables)?);
        request.body = Some(spec.body.fill(&variables)?);
        Some(request)
    }

    /// "Who am I"; `None` where the dialect describes no such request.
    pub fn identity_request(&self) -> Option<Request> {
        let path = self.me.as_ref()?.path.fill_path(&Variables::default())?;
        Some(plain("who am I", "GET", path))
    }

    /// The lines; `None` where the dialect describes no such request.
    pub fn lines_request(&self) -> Option<Request> {
        let path = self.lines.as_ref()?.path.fill_path(&Variables::default())?;
        Some(plain("the lines", "GET", path))
    }

    /// Whether the list is asked for by line: such a backend refuses a request without one.
    pub fn list_needs_line(&self) -> bool {
        let (with, without) = (Variables::default().with("line", Some("1")), Variables::default());
        self.list.query.values().any(|value| value.fill(&with).is_some() && value.fill(&without).is_none())
    }

    /// The conversation list: at most `limit` rows, of one line, from `cursor` on (the `next` of the page before).
    pub fn list_request(&self, limit: u32, line: Option<&Id>, cursor: Option<&Id>) -> Option<Request> {
        let variables = Variables::default()
            .with("limit", Some(limit))
            .with("line", line.map(Id::as_str))
            .with("cursor", cursor.map(Id::as_str));
        let mut request = plain("the list", "GET", self.list.path.fill_path(&variables)?);
        request.query = query(&self.list.query, &variables);
        Some(request)
    }

    /// A stretch of a thread.
    pub fn thread_request(&self, target: &Target, page: &Page, limit: u32) -> Option<Request> {
        let spec = &self.thread;
        let (before, at) = match page {
            Page::Latest => (None, None),
            Page::Before { message, at } => (Some(message.as_str()), *at),
        };
        let variables = Variables::default()
            .with("limit", Some(limit))
            .with("before", before)
            .with("before_at", at.map(|at| format!("{at:.3}")))
            .with("before_ms", at.map(|at| at.as_millisecond()));
        let mut request = self.about(target, "the thread", "GET", &spec.path, &spec.ids)?;
        request.retry_on.clone_from(&spec.retry_on);
        request.query = query(&spec.query, &variables);
        Some(request)
    }

    /// The thread of a conversation of which only one id is known.
    pub fn unknown_thread_request(&self, id: &Id, limit: u32) -> Option<Request> {
        let variables = Variables::default().with("id", Some(id.as_str())).with("limit", Some(limit));
        let mut request = plain("a conversation", "GET", self.thread.path.fill_path(&variables)?);
        request.query = query(&self.thread.query, &variables);
        Some(request)
    }

    /// A send, by the first way whose needs are met; `None` when none is (no phone and no line, say). `client` is the
    /// id that this program gave the message; it is also the key under which a backend that can answers once.
    pub fn send_request(
        &self,
        target: &Target,
        body: &Outgoing,
        client: &Id,
        reply_to: Option<&Id>,
    ) -> Option<Request> {
        let Outgoing::Text { body: text } = body;
        let variables = Variables::default()
            .with("id", Some(target.id.as_str()))
            .with("line", target.line.as_ref().map(Id::as_str))
            .with("phone", target.phone.as_ref().map(Phone::digits))
            .with("text", Some(text.as_str()))
            .with("client", Some(client.as_str()))
            .with("reply_to", reply_to.map(Id::as_str));
        self.send.iter().find_map(|way| {
            let mut request = self.about(target, "a send", &way.method, &way.path, &way.ids)?;
            request.body = Some(way.body.fill(&variables)?);
            request.headers = query(&way.headers, &variables);
            request.or_paths.clear();
            request.idempotent = false;
            Some(request)
        })
    }

    /// Tells that a conversation was read; `None` where the backend has no such request.
    pub fn read_request(&self, target: &Target, last: Option<&Id>) -> Option<Request> {
        let spec = self.read.as_ref()?;
        let variables = Variables::default().with("id", Some(target.id.as_str())).with("last", last.map(Id::as_str));
        let mut request = self.about(target, "mark as read", &spec.method, &spec.path, &spec.ids)?;
        request.retry_on.clone_from(&spec.retry_on);
        if let Some(body) = &spec.body {
            request.body = Some(body.fill(&variables)?);
        }
        Some(request)
    }

    /// Moves a conversation to another status; `None` where the backend does not know that status.
    pub fn status_request(&self, target: &Target, status: &Status) -> Option<Request> {
        let spec = self.status.as_ref()?;
        let word = match status {
            Status::Open => spec.values.get(&ConversationWord::Open)?.clone(),
            Status::Pending => spec.values.get(&ConversationWord::Pending)?.clone(),
            Status::Snoozed => spec.values.get(&ConversationWord::Snoozed)?.clone(),
            Status::Resolved => spec.values.get(&ConversationWord::Resolved)?.clone(),
            Status::Other(word) => spec.values.values().find(|known| ***known == **word)?.clone(),
        };
        let mut request = self.about(target, "a change of status", &spec.method, &spec.path, &spec.ids)?;
        request.retry_on.clone_from(&spec.retry_on);
        request.body = Some(spec.body.fill(&Variables::default().with("status", Some(word)))?);
        Some(request)
    }

    /// What the socket's handshake carries. Without a token, only what needs none.
    pub fn socket_credentials(&self, token: Option<&str>) -> SocketCredentials {
        let variables = Variables::default().with("token", token);
        let secret = |map: &BTreeMap<String, TextTemplate>| {
            query(map, &variables).into_iter().map(|(name, value)| (name, SecretString::from(value))).collect()
        };
        SocketCredentials {
            auth: self.socket.auth.as_ref().and_then(|auth| auth.fill(&variables)),
            query: secret(&self.socket.query),
            headers: secret(&self.socket.headers),
        }
    }

    /// Whether the words of a refused handshake mean the token.
    pub fn is_token_refusal(&self, message: &str) -> bool {
        let message = message.to_lowercase();
        self.socket.token_refusals.iter().any(|word| message.contains(&word.to_lowercase()))
    }

    /// The event that the server sends when it is ready for ours; `None` when it is from the start.
    pub fn ready_event(&self) -> Option<&str> {
        self.socket.ready.as_deref()
    }

    /// Joins the account's room.
    pub fn subscribe(&self) -> Option<Emission> {
        let spec = self.socket.subscribe.as_ref()?;
        self.emission(spec, &Variables::default())
    }

    /// Joins the room of a conversation by one of its names; `None` where rooms are not joined.
    pub fn join(&self, id: &Id) -> Option<Emission> {
        self.emission(self.socket.join.as_ref()?, &Variables::default().with("id", Some(id.as_str())))
    }

    /// Leaves the room of a conversation.
    pub fn leave(&self, id: &Id) -> Option<Emission> {
        self.emission(self.socket.leave.as_ref()?, &Variables::default().with("id", Some(id.as_str())))
    }

    /// Tells a conversation's room that the agent types, or stopped.
    pub fn typing(&self, target: &Target, typing: bool) -> Option<Emission> {
        let variables = Variables::default().with("id", Some(target.id.as_str())).with("typing", Some(typing));
        self.emission(self.socket.typing.as_ref()?, &variables)
    }

    fn emission(&self, spec: &EmissionSpec, variables: &Variables<'_>) -> Option<Emission> {
        let args = match &spec.argument {
            None => Vec::new(),
            Some(argument) => vec![argument.fill(variables).filter(|argument| !argument.is_null())?],
        };
        Some(Emission { event: spec.event.clone(), args, ack: spec.ack, reading: self.socket.ack.clone() })
    }

    /// A request whose path names a conversation, with its other names to fall back to.
    fn about(
        &self,
        target: &Target,
        what: &'static str,
        method: &str,
        path: &TextTemplate,
        names: &[Name],
    ) -> Option<Request> {
        let mut ids: Vec<&Id> = Vec::new();
        for name in names {
            let id = match name {
                Name::Primary => Some(&target.id),
                Name::Composite => target.aliases.iter().find(|id| Composite::parse(id.as_str()).is_some()),
            };
            ids.extend(id.filter(|id| !ids.contains(id)));
        }
        let mut paths = ids.iter().map(|id| path.fill_path(&Variables::default().with("id", Some(id.as_str()))));
        let mut request = plain(what, method, paths.next()??);
        request.or_paths = paths.collect::<Option<_>>()?;
        Some(request)
    }
}

fn plain(what: &'static str, method: &str, path: String) -> Request {
    Request {
        what,
        method: method.to_owned(),
        path,
        or_paths: Vec::new(),
        retry_on: Vec::new(),
        query: Vec::new(),
        headers: Vec::new(),
        body: None,
        // Putting or patching a value twice leaves the same value; a POST may do its work twice.
        idempotent: method != "POST",
    }
}

/// Filled parameters; one whose variable is not known is left out.
fn query(templates: &BTreeMap<String, TextTemplate>, variables: &Variables<'_>) -> Vec<(String, String)> {
    templates.iter().filter_map(|(name, value)| Some((name.clone(), value.fill(variables)?))).collect()
}
