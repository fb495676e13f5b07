//! From what the program wants to what a backend is asked, in a dialect's spelling. No I/O.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

use super::ask::{Credential, Emission, Outgoing, Page, Request, SocketCredentials, Target};
use super::dialect::{
    ActionSpec, ConversationWord, Dialect, EmissionSpec, Name, PagingKind, PagingSpec, Place, SocketTransport,
};
use super::operations::Operation;
use super::template::{TextTemplate, Variables};
use crate::chat::{Composite, Id, Phone, Status};

impl Dialect {
    /// Where the token goes in a REST request.
    pub fn credential(&self, token: &SecretString) -> Credential {
        let variables = self.values().with("token", Some(self.token_of(token.expose_secret())));
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

    /// Headers that every request carries, beside the token.
    pub fn standing_headers(&self) -> Vec<(String, SecretString)> {
        let filled = query(&self.auth.headers, &self.values());
        filled.into_iter().map(|(name, value)| (name, SecretString::from(value))).collect()
    }

    /// The login; `None` where the dialect describes none. The body holds the password.
    pub fn login_request(&self, email: &str, password: &SecretString) -> Option<Request> {
        let spec = self.login.as_ref()?;
        let variables = self.values().with("email", Some(email)).with("password", Some(password.expose_secret()));
        let mut request = self.plain("a login", &spec.method, &spec.path, &variables)?;
        request.body = Some(spec.body.fill(&variables)?);
        Some(request)
    }

    /// The cookie that a login sets as the token, where the dialect says so.
    pub fn login_cookie(&self) -> Option<&str> {
        self.login.as_ref()?.cookie.as_deref()
    }

    /// "Who am I"; `None` where the dialect describes no such request.
    pub fn identity_request(&self) -> Option<Request> {
        self.plain("who am I", "GET", &self.me.as_ref()?.path, &self.values())
    }

    /// The lines; `None` where the dialect describes no such request.
    pub fn lines_request(&self) -> Option<Request> {
        self.plain("the lines", "GET", &self.lines.as_ref()?.path, &self.values())
    }

    /// Whether the list is asked for by line: such a backend refuses a request without one.
    pub fn list_needs_line(&self) -> bool {
        !self.values.contains_key("line")
            && self.list.query.values().chain(self.list.headers.values()).any(|value| value.names().contains(&"line"))
    }

    /// The conversation list: at most `limit` rows, of one line, from `place` on (the `next` of the page before).
    pub fn list_request(&self, limit: u32, line: Option<&Id>, place: Option<&Id>) -> Option<Request> {
        let spec = &self.list;
        let variables = self.values().with("limit", Some(spec.paging.limit(limit))).with("line", line.map(Id::as_str));
        let variables = self.placed(variables, &spec.paging, place);
        let mut request = self.plain("the list", &spec.method, &spec.path, &variables)?;
        request.query = query(&spec.query, &variables);
        request.headers = query(&spec.headers, &variables);
        if let Some(body) = &spec.body {
            request.body = Some(body.fill(&variables)?);
        }
        request.idempotent = true;
        Some(request)
    }

    /// A stretch of a thread, where the backend pages back by a message or not at all.
    pub fn thread_request(&self, target: &Target, page: &Page, limit: u32) -> Option<Request> {
        let (before, at) = match page {
            Page::Latest => (None, None),
            Page::Before { message, at } => (Some(message.as_str()), *at),
        };
        let variables = self
            .of_target(target)
            .with("before", before)
            .with("before_at", at.map(|at| format!("{at:.3}")))
            .with("before_ms", at.map(|at| at.as_millisecond()));
        self.thread_with(target, variables, limit)
    }

    /// A page of a thread by its place: the `next` of the page before it.
    pub fn thread_request_at(&self, target: &Target, place: Option<&Id>, limit: u32) -> Option<Request> {
        let variables = self.placed(self.of_target(target), &self.thread.paging, place);
        self.thread_with(target, variables, limit)
    }

    fn thread_with(&self, target: &Target, variables: Variables<'_>, limit: u32) -> Option<Request> {
        let spec = &self.thread;
        let variables = variables.with("limit", Some(spec.paging.limit(limit)));
        let mut request = self.about(target, "the thread", &spec.method, &spec.path, &spec.ids, &variables)?;
        request.retry_on.clone_from(&spec.retry_on);
        request.query = query(&spec.query, &variables);
        if let Some(body) = &spec.body {
            request.body = Some(body.fill(&variables)?);
        }
        request.idempotent = true;
        Some(request)
    }

    /// Whether a thread's older pages are found by their place, not by a message.
    pub fn thread_is_placed(&self) -> bool {
        matches!(self.thread.paging.kind, PagingKind::Page | PagingKind::Offset | PagingKind::Cursor)
    }

    /// The thread of a conversation of which only one id is known.
    pub fn unknown_thread_request(&self, id: &Id, limit: u32) -> Option<Request> {
        let spec = &self.thread;
        let variables = self.values().with("id", Some(id.as_str())).with("limit", Some(spec.paging.limit(limit)));
        let variables = self.placed(variables, &spec.paging, None);
        let mut request = self.plain("a conversation", &spec.method, &spec.path, &variables)?;
        request.query = query(&spec.query, &variables);
        if let Some(body) = &spec.body {
            request.body = Some(body.fill(&variables)?);
        }
        request.idempotent = true;
        Some(request)
    }

    /// One conversation by an id; `None` where the dialect knows no such request.
    pub fn one_request(&self, id: &Id) -> Option<Request> {
        self.plain("a conversation", "GET", &self.one.as_ref()?.path, &self.values().with("id", Some(id.as_str())))
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
        let operation = match body {
            Outgoing::Text { .. } => None,
            // a file goes by an upload
            Outgoing::File { .. } => return None,
            Outgoing::Note { body } => Some(Operation::Note { text: body.clone(), client: client.clone() }),
            Outgoing::Template { template, .. } => Some(Operation::Template {
                template: template.template.clone(),
                language: template.language.clone(),
                parameters: template.parameters.clone(),
                client: client.clone(),
            }),
        };
        if let Some(operation) = operation {
            let mut request = self.operation_request(target, &operation)?;
            request.or_paths.clear();
            request.idempotent = false;
            return Some(request);
        }
        let Outgoing::Text { body: text } = body else { return None };
        let variables = self
            .of_target(target)
            .with("text", Some(text.as_str()))
            .with("client", Some(client.as_str()))
            .with("reply_to", reply_to.map(Id::as_str));
        self.send.iter().find_map(|way| {
            let mut request = self.about(target, "a send", &way.method, &way.path, &way.ids, &variables)?;
            request.body = Some(way.body.fill(&variables)?);
            request.headers = query(&way.headers, &variables);
            request.or_paths.clear();
            request.idempotent = false;
            Some(request)
        })
    }

    /// Tells that a conversation was read; `None` where the backend has no such request.
    pub fn read_request(&self, target: &Target, last: Option<&Id>) -> Option<Request> {
        let variables = self.of_target(target).with("last", last.map(Id::as_str));
        self.act("mark as read", self.read.as_ref()?, target, &variables)
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
        let variables = self.of_target(target).with("status", Some(word));
        let mut request = self.about(target, "a change of status", &spec.method, &spec.path, &spec.ids, &variables)?;
        request.retry_on.clone_from(&spec.retry_on);
        if let Some(body) = &spec.body {
            request.body = Some(body.fill(&variables)?);
        }
        Some(request)
    }

    /// What the socket's handshake carries. Without a token, only what needs none.
    pub fn socket_credentials(&self, token: Option<&str>) -> SocketCredentials {
        let variables = self.values().with("token", token.map(|token| self.token_of(token)));
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
        let authenticated = self.socket.authenticate.as_ref().map(|spec| spec.success.as_str());
        self.socket.ready.as_deref().or(authenticated)
    }

    /// The event by which the server refuses a token that came in an event.
    pub fn token_refusal_event(&self) -> Option<&str> {
        self.socket.authenticate.as_ref()?.failure.as_deref()
    }

    /// The first event, where that carries the token.
    pub fn authenticate(&self, token: Option<&str>) -> Option<Emission> {
        let spec = self.socket.authenticate.as_ref()?;
        let argument = spec.argument.fill(&self.values().with("token", Some(self.token_of(token?))))?;
        let reading = self.socket.ack.clone();
        Some(Emission { event: spec.event.clone(), args: vec![argument], ack: false, reading })
    }

    /// The path of the Socket.IO endpoint, where it is not the usual one.
    pub fn socket_path(&self) -> Option<String> {
        self.connection.socket_path.as_ref()?.fill_path(&self.values())
    }

    /// The Socket.IO namespace, where it is not `/`.
    pub fn namespace(&self) -> Option<String> {
        self.connection.namespace.as_ref()?.fill(&self.values())
    }

    /// The transport that the backend insists on.
    pub fn socket_transport(&self) -> Option<SocketTransport> {
        self.connection.transport
    }

    /// Whether a thread's answer describes the conversation that it belongs to.
    pub fn thread_describes_conversation(&self) -> bool {
        !self.thread.conversation.is_empty()
    }

    /// Whether there is a socket at all.
    pub fn has_socket(&self) -> bool {
        !self.connection.polling_only
    }

    /// Joins the account's rooms: one emission, or several, or none.
    pub fn subscriptions(&self) -> Vec<Emission> {
        let variables = self.values();
        self.socket.subscribe.as_slice().iter().filter_map(|spec| self.emission(spec, &variables)).collect()
    }

    /// Joins the room of a conversation by one of its names; `None` where rooms are not joined.
    pub fn join(&self, id: &Id) -> Option<Emission> {
        self.emission(self.socket.join.as_ref()?, &self.values().with("id", Some(id.as_str())))
    }

    /// Leaves the room of a conversation.
    pub fn leave(&self, id: &Id) -> Option<Emission> {
        self.emission(self.socket.leave.as_ref()?, &self.values().with("id", Some(id.as_str())))
    }

    /// Tells a conversation's room that the agent types, or stopped.
    pub fn typing(&self, target: &Target, typing: bool) -> Option<Emission> {
        let stopped = self.socket.typing_stopped.as_ref().filter(|_| !typing);
        let variables = self.of_target(target).with("typing", Some(typing));
        self.emission(stopped.or(self.socket.typing.as_ref())?, &variables)
    }

    /// Tells whether the agent is there.
    pub fn presence(&self, online: bool) -> Option<Emission> {
        self.emission(self.socket.presence.as_ref()?, &self.values().with("online", Some(online)))
    }

    /// Tells that the agent looks at a conversation, or not any more.
    pub fn viewing(&self, target: &Target, viewing: bool) -> Option<Emission> {
        self.emission(self.socket.viewing.as_ref()?, &self.of_target(target).with("viewing", Some(viewing)))
    }

    /// What is emitted; `None` rather than a null or missing argument.
    fn emission(&self, spec: &EmissionSpec, variables: &Variables<'_>) -> Option<Emission> {
        let args = spec.argument.iter().chain(&spec.more);
        let args = args.map(|argument| argument.fill(variables).filter(|argument| !argument.is_null()));
        let event = spec.event.fill(variables)?;
        Some(Emission { event, args: args.collect::<Option<_>>()?, ack: spec.ack, reading: self.socket.ack.clone() })
    }

    /// The session's values and what is known of one conversation.
    pub(super) fn of_target<'v>(&'v self, target: &'v Target) -> Variables<'v> {
        self.values()
            .with("id", Some(target.id.as_str()))
            .with("line", target.line.as_ref().map(Id::as_str))
            .with("phone", target.phone.as_ref().map(Phone::digits))
    }

    /// With the paging's variable for a place; the first page has a number, but no cursor.
    fn placed<'v>(&self, variables: Variables<'v>, paging: &PagingSpec, place: Option<&'v Id>) -> Variables<'v> {
        let number = |first: u32| place.and_then(|place| place.as_str().parse::<u32>().ok()).unwrap_or(first);
        match paging.kind {
            PagingKind::None => variables,
            PagingKind::Page => variables.with("page", Some(number(paging.first()))),
            PagingKind::Offset => variables.with("offset", Some(number(0))),
            PagingKind::Cursor => variables.with("cursor", place.map(Id::as_str)),
            PagingKind::Before => variables.with("before", place.map(Id::as_str)),
        }
    }

    /// A request without a conversation.
    pub(super) fn plain(
        &self,
        what: &'static str,
        method: &str,
        path: &TextTemplate,
        variables: &Variables<'_>,
    ) -> Option<Request> {
        let prefix = match &self.connection.prefix {
            Some(prefix) => prefix.fill_path(variables)?,
            None => String::new(),
        };
        Some(Request {
            method: method.to_owned(),
            // Putting or patching a value twice leaves the same value; a POST may do its work twice.
            idempotent: method != "POST",
            ..Request::get(what, &format!("{prefix}{}", path.fill_path(variables)?))
        })
    }

    /// A request whose path names a conversation, with its other names to fall back to.
    pub(super) fn about(
        &self,
        target: &Target,
        what: &'static str,
        method: &str,
        path: &TextTemplate,
        names: &[Name],
        variables: &Variables<'_>,
    ) -> Option<Request> {
        let mut ids: Vec<&Id> = Vec::new();
        for name in names {
            let id = match name {
                Name::Primary => Some(&target.id),
                Name::Composite => target.aliases.iter().find(|id| Composite::parse(id.as_str()).is_some()),
            };
            ids.extend(id.filter(|id| !ids.contains(id)));
        }
        let mut requests = ids.iter().map(|id| {
            let variables = variables.clone().with("id", Some(id.as_str()));
            self.plain(what, method, path, &variables)
        });
        let mut request = requests.next()??;
        request.or_paths = requests.map(|other| other.map(|other| other.path)).collect::<Option<_>>()?;
        request.or_paths.retain(|other| *other != request.path);
        Some(request)
    }

    /// Something that is done to a conversation.
    pub(super) fn act(
        &self,
        what: &'static str,
        spec: &ActionSpec,
        target: &Target,
        variables: &Variables<'_>,
    ) -> Option<Request> {
        let mut request = self.about(target, what, &spec.method, &spec.path, &spec.ids, variables)?;
        request.retry_on.clone_from(&spec.retry_on);
        request.query = query(&spec.query, variables);
        if let Some(body) = &spec.body {
            request.body = Some(body.fill(variables)?);
        }
        request.idempotent |= spec.idempotent;
        Some(request)
    }
}

/// Filled parameters; one whose variable is not known is left out.
pub(super) fn query(templates: &BTreeMap<String, TextTemplate>, variables: &Variables<'_>) -> Vec<(String, String)> {
    templates.iter().filter_map(|(name, value)| Some((name.clone(), value.fill(variables)?))).collect()
}
