//! What a dialect must not say, though every value in it is of the right kind.

use std::collections::HashMap;

use super::super::template::{JsonTemplate, NULL, TextTemplate};
use super::{ActionSpec, Dialect, EmissionSpec, EventKind, PagingKind, PagingSpec, Place};

/// Where, and what is wrong.
pub(super) type Problem = (Vec<String>, String);

/// The first thing that is wrong.
pub(super) fn check(dialect: &Dialect) -> Result<(), Problem> {
    Checker { dialect }.all()
}

struct Checker<'d> {
    dialect: &'d Dialect,
}

fn at(path: &[&str]) -> Vec<String> {
    path.iter().map(|step| (*step).to_owned()).collect()
}

fn wrong(path: &[&str], problem: impl Into<String>) -> Result<(), Problem> {
    Err((at(path), problem.into()))
}

const PAGING: &[&str] = &["limit", "page", "offset", "cursor", "before"];
const TARGET: &[&str] = &["id", "phone"];

impl Checker<'_> {
    fn all(&self) -> Result<(), Problem> {
        self.connection()?;
        self.access()?;
        self.reading()?;
        self.doing()?;
        self.socket()?;
        self.events()
    }

    fn connection(&self) -> Result<(), Problem> {
        let connection = &self.dialect.connection;
        if let Some(engine) = connection.engine.filter(|engine| *engine != 4) {
            let problem = format!("Engine.IO {engine} is not spoken here, only 4 (Socket.IO 3 and later)");
            return wrong(&["connection", "engine"], problem);
        }
        for (name, template) in [("prefix", &connection.prefix), ("socket_path", &connection.socket_path)] {
            self.text(&["connection", name], template.as_ref(), &[])?;
        }
        self.text(&["connection", "namespace"], connection.namespace.as_ref(), &[])
    }

    fn access(&self) -> Result<(), Problem> {
        let dialect = self.dialect;
        let auth = &dialect.auth;
        if auth.place != Place::None && (auth.name.is_empty() || auth.value.is_none()) {
            return wrong(&["auth", "place"], "a token that stands somewhere needs `name` and `value`");
        }
        self.text(&["auth", "value"], auth.value.as_ref(), &["token"])?;
        for (name, value) in &auth.headers {
            self.text(&["auth", "headers", name], Some(value), &["token"])?;
        }
        if let Some(own) = &dialect.message.own {
            own.is.iter().try_for_each(|id| self.text(&["message", "own", "is"], Some(id), &[]))?;
        }
        if let Some(login) = &dialect.login {
            if login.token.is_empty() && login.cookie.is_none() {
                return wrong(&["login"], "name where the token is: `token`, or `cookie`");
            }
            self.text(&["login", "path"], Some(&login.path), &[])?;
            self.json(&["login", "body"], Some(&login.body), &["email", "password"])?;
        }
        if let Some(refresh) = &dialect.refresh {
            const RENEWING: &[&str] = &["token", "refresh"];
            if refresh.token.is_empty() {
                return wrong(&["refresh"], "name where the new token is: `token`");
            }
            self.text(&["refresh", "path"], Some(&refresh.path), &[])?;
            self.json(&["refresh", "body"], refresh.body.as_ref(), RENEWING)?;
            for (name, value) in &refresh.headers {
                self.text(&["refresh", "headers", name], Some(value), RENEWING)?;
            }
        }
        self.text(&["me", "path"], dialect.me.as_ref().map(|me| &me.path), &[])?;
        self.text(&["lines", "path"], dialect.lines.as_ref().map(|lines| &lines.path), &[])
    }

    fn reading(&self) -> Result<(), Problem> {
        let dialect = self.dialect;
        if dialect.conversation.ids.is_empty() {
            return wrong(&["conversation", "ids"], "a conversation needs at least one pointer to its id");
        }
        let list = &dialect.list;
        self.text(&["list", "path"], Some(&list.path), PAGING)?;
        for (name, value) in list.query.iter().chain(&list.headers) {
            self.text(&["list", "query", name], Some(value), PAGING)?;
        }
        self.json(&["list", "body"], list.body.as_ref(), PAGING)?;
        let mut named: Vec<&str> = list.path.names();
        named.extend(list.query.values().chain(list.headers.values()).flat_map(TextTemplate::names));
        named.extend(list.body.iter().flat_map(JsonTemplate::names));
        Self::paging("list", &list.paging, &named)?;
        let thread = &dialect.thread;
        let names: Vec<&str> = [PAGING, TARGET, &["before_at", "before_ms"]].concat();
        self.text(&["thread", "path"], Some(&thread.path), &names)?;
        for (name, value) in &thread.query {
            self.text(&["thread", "query", name], Some(value), &names)?;
        }
        self.json(&["thread", "body"], thread.body.as_ref(), &names)?;
        let mut named: Vec<&str> = thread.path.names();
        named.extend(thread.query.values().flat_map(TextTemplate::names));
        named.extend(thread.body.iter().flat_map(JsonTemplate::names));
        Self::paging("thread", &thread.paging, &named)?;
        self.text(&["one", "path"], dialect.one.as_ref().map(|one| &one.path), TARGET)?;
        for (name, spec) in [
            ("agents", &dialect.agents),
            ("labels", &dialect.labels),
            ("replies", &dialect.replies),
            ("templates", &dialect.templates),
        ] {
            let Some(spec) = spec else { continue };
            self.text(&[name, "path"], Some(&spec.path), &[])?;
            for (parameter, value) in &spec.query {
                self.text(&[name, "query", parameter], Some(value), &[])?;
            }
        }
        if let Some(trace) = &dialect.trace {
            let mut named = trace.path.names();
            named.extend(trace.query.values().flat_map(TextTemplate::names));
            if !named.contains(&"message") {
                return wrong(&["trace", "path"], "name the message that is asked for: `{message}`");
            }
            self.text(&["trace", "path"], Some(&trace.path), &["message"])?;
            for (name, value) in &trace.query {
                self.text(&["trace", "query", name], Some(value), &["message"])?;
            }
        }
        if let Some(search) = &dialect.search {
            self.text(&["search", "path"], Some(&search.path), &["query", "limit"])?;
            for (name, value) in &search.query {
                self.text(&["search", "query", name], Some(value), &["query", "limit"])?;
            }
        }
        Ok(())
    }

    fn paging(table: &str, paging: &PagingSpec, named: &[&str]) -> Result<(), Problem> {
        let wanted = match paging.kind {
            PagingKind::None => return Ok(()),
            PagingKind::Page => &["page"][..],
            PagingKind::Offset => &["offset"],
            PagingKind::Cursor => &["cursor"],
            PagingKind::Before => &["before", "before_at", "before_ms"],
        };
        if !wanted.iter().any(|name| named.contains(name)) {
            let problem = format!(
                "paging of this kind needs `{{{}}}` in the path, the query or the body",
                wanted.first().unwrap_or(&"page")
            );
            return wrong(&[table, "paging", "kind"], problem);
        }
        if paging.kind == PagingKind::Cursor && paging.next.is_empty() {
            return wrong(&[table, "paging", "kind"], "a cursor needs `next`, a pointer to the next one");
        }
        if paging.oldest_first
            && (paging.kind != PagingKind::Page || (paging.pages.is_empty() && paging.total.is_empty()))
        {
            let problem = "needs `kind = \"page\"`, and `pages` or `total` to know the last one by";
            return wrong(&[table, "paging", "oldest_first"], problem);
        }
        Ok(())
    }

    fn doing(&self) -> Result<(), Problem> {
        let dialect = self.dialect;
        const SEND: &[&str] = &["id", "phone", "text", "client", "reply_to"];
        for (place, way) in dialect.send.iter().enumerate() {
            let place = place.to_string();
            self.text(&["send", &place, "path"], Some(&way.path), SEND)?;
            self.json(&["send", &place, "body"], Some(&way.body), SEND)?;
            for (name, value) in &way.headers {
                self.text(&["send", &place, "headers", name], Some(value), SEND)?;
            }
        }
        self.action(&["read"], dialect.read.as_ref(), &["last"])?;
        if let Some(status) = &dialect.status {
            self.text(&["status", "path"], Some(&status.path), &["id", "phone", "status"])?;
            self.json(&["status", "body"], status.body.as_ref(), &["id", "phone", "status", "until"])?;
        }
        let operations = &dialect.operations;
        for (name, spec, brings) in [
            ("assign", &operations.assign, &["agent"][..]),
            ("take", &operations.take, &["agent"]),
            ("release", &operations.release, &[]),
            ("labels", &operations.labels, &["labels"]),
            ("add_label", &operations.add_label, &["label"]),
            ("remove_label", &operations.remove_label, &["label"]),
            ("note", &operations.note, &["text", "client"]),
            ("priority", &operations.priority, &["priority"]),
            ("unread", &operations.unread, &[]),
            ("template", &operations.template, &["template", "language", "parameters", "client"]),
            ("react", &operations.react, &["message", "emoji"]),
        ] {
            self.action(&["operations", name], spec.as_ref(), brings)?;
        }
        if let Some(media) = &dialect.media {
            self.text(&["media", "download"], media.download.as_ref(), &["media"])?;
            if let Some(upload) = &media.upload {
                self.text(&["media", "upload", "path"], Some(&upload.path), &["id", "phone"])?;
                for (name, value) in &upload.fields {
                    let names = &["id", "phone", "caption", "client", "kind", "reply_to"];
                    self.text(&["media", "upload", "fields", name], Some(value), names)?;
                }
                for (name, value) in &upload.headers {
                    self.text(&["media", "upload", "headers", name], Some(value), &["client"])?;
                }
            }
            self.text(&["media", "limits", "path"], media.limits.as_ref().map(|limits| &limits.path), &[])?;
        }
        Ok(())
    }

    fn action(&self, path: &[&str], spec: Option<&ActionSpec>, brings: &[&str]) -> Result<(), Problem> {
        let Some(spec) = spec else { return Ok(()) };
        let names = [TARGET, brings].concat();
        self.text(&[path, &["path"]].concat(), Some(&spec.path), &names)?;
        self.json(&[path, &["body"]].concat(), spec.body.as_ref(), &names)?;
        for (name, value) in &spec.query {
            self.text(&[path, &["query", name]].concat(), Some(value), &names)?;
        }
        Ok(())
    }

    fn socket(&self) -> Result<(), Problem> {
        let socket = &self.dialect.socket;
        self.json(&["socket", "auth"], socket.auth.as_ref(), &["token"])?;
        for (table, entries) in [("query", &socket.query), ("headers", &socket.headers)] {
            for (name, value) in entries {
                self.text(&["socket", table, name], Some(value), &["token"])?;
            }
        }
        if let Some(spec) = &socket.authenticate {
            self.json(&["socket", "authenticate", "argument"], Some(&spec.argument), &["token"])?;
        }
        for spec in socket.subscribe.as_slice() {
            self.emission("subscribe", Some(spec), &["token"], false)?;
        }
        self.emission("join", socket.join.as_ref(), TARGET, true)?;
        self.emission("leave", socket.leave.as_ref(), TARGET, true)?;
        self.emission("typing", socket.typing.as_ref(), &["id", "phone", "typing"], true)?;
        self.emission("typing_stopped", socket.typing_stopped.as_ref(), &["id", "phone", "typing"], true)?;
        self.emission("presence", socket.presence.as_ref(), &["online"], false)?;
        self.emission("viewing", socket.viewing.as_ref(), &["id", "phone", "viewing"], true)
    }

    fn emission(
        &self,
        name: &str,
        spec: Option<&EmissionSpec>,
        brings: &[&str],
        argument: bool,
    ) -> Result<(), Problem> {
        let Some(spec) = spec else { return Ok(()) };
        if argument && spec.argument.is_none() {
            let problem = format!("{name} has no argument; give one with {{id}}: a missing one stops some servers");
            return wrong(&["socket", name], problem);
        }
        self.text(&["socket", name, "event"], Some(&spec.event), &[])?;
        for template in spec.argument.iter().chain(&spec.more) {
            self.json(&["socket", name, "argument"], Some(template), brings)?;
        }
        Ok(())
    }

    fn events(&self) -> Result<(), Problem> {
        let mut seen: HashMap<&str, bool> = HashMap::new();
        for (place, event) in self.dialect.events.iter().enumerate() {
            let place = place.to_string();
            let missing = |what: &str| wrong(&["events", &place], format!("an event of this kind needs {what}"));
            match event.kind {
                EventKind::Status if event.message_ids.is_empty() || event.value.is_empty() => {
                    missing("`message_ids` and `value`")?;
                }
                EventKind::Typing if event.value.is_empty() && event.typing.is_none() => {
                    missing("`value`, or `typing = true`")?;
                }
                EventKind::Merged if event.ids.is_empty() || event.gone.is_empty() => missing("`ids` and `gone`")?,
                _ => {}
            }
            if event.names.is_empty() {
                missing("a name")?;
            }
            for name in &event.names {
                for variable in TextTemplate::names_of(name) {
                    self.known(&["events", &place, "names"], variable, &[])?;
                }
                // An entry without a condition leaves nothing for those behind it.
                if seen.insert(name, event.when.is_empty()) == Some(true) {
                    let problem = format!("the event {name} is described twice; remove one, or tell them by `when`");
                    return wrong(&["events", &place, "names"], problem);
                }
            }
        }
        Ok(())
    }

    fn text(&self, path: &[&str], template: Option<&TextTemplate>, names: &[&str]) -> Result<(), Problem> {
        template.iter().flat_map(|template| template.names()).try_for_each(|name| self.known(path, name, names))
    }

    fn json(&self, path: &[&str], template: Option<&JsonTemplate>, names: &[&str]) -> Result<(), Problem> {
        template.iter().flat_map(|template| template.names()).try_for_each(|name| self.known(path, name, names))
    }

    /// Whether a variable has a value there.
    fn known(&self, path: &[&str], name: &str, names: &[&str]) -> Result<(), Problem> {
        // A null in an emission stops some servers.
        let null = name == NULL && path.last() == Some(&"body");
        let session = null || ["account", "line"].contains(&name) || self.dialect.variables.contains_key(name);
        if session || names.contains(&name) {
            return Ok(());
        }
        let mut there: Vec<&str> = names.to_vec();
        there.extend(["account", "line"]);
        there.extend(self.dialect.variables.keys().map(String::as_str));
        let there: Vec<String> = there.iter().map(|name| format!("{{{name}}}")).collect();
        wrong(path, format!("nothing is called {{{name}}} here; there is {}", there.join(", ")))
    }
}
