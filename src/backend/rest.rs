//! REST in the program's words: each call is spelt by the dialect, exchanged, and read by the dialect. A refused token
//! is looked for anew once; pages are followed until there is enough.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use jiff::Timestamp;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Mutex;
use url::Url;

use super::BackendConfig;
use super::command::{Outgoing, OutgoingFile, Page, Target};
use super::http::{Answer, Ask, Http, Limits, broken, never_sent, secret_header, unreadable};
use super::pages::Places;
use super::passage::Passage;
use super::repeated::Repeated;
use super::report::{Exchange, RestError};
use super::reports::{News, NewsSender};
use super::tls::Tls;
use super::token::{Held, Renew, TokenCell};
use crate::chat::{Id, Status};
use crate::config::Profile;
use crate::text::Clean;
use crate::wire::{
    Accepted, Catalogue, Credential, DecodeError, Dialect, Found, Identity, Item, Line, ListPage, Operated, Operation,
    Request, ThreadPage, Traced, Upload,
};

/// So many pages of a list are fetched at most, whatever the backend says of a next one.
const PAGES: usize = 200;
/// Of so many lines the lists are fetched, where the backend wants a line named and the profile names none.
const LINES: usize = 20;
/// Of a body so many bytes are shown.
const TAPPED: usize = 256 << 10;
/// How many messages are fetched with a conversation that was not known.
const FIRST_MESSAGES: u32 = 50;

/// How an exchange ended, and how long it took where there was one.
#[derive(Debug)]
pub(super) struct Reply<T> {
    pub result: Result<T, RestError>,
    pub took: Option<Duration>,
}

/// How a request goes.
pub(super) enum Way<'a> {
    /// With its JSON body.
    Plain,
    /// As a form with a file.
    Upload { upload: &'a Upload, file: &'a OutgoingFile, passage: &'a Passage },
}

/// The REST half of one backend.
#[derive(Debug)]
pub(super) struct Rest {
    config: Arc<BackendConfig>,
    http: Http,
    token: Arc<TokenCell>,
    tell: NewsSender,
    /// The account's lines, once fetched; who needs them waits for the one fetch.
    lines: Mutex<Vec<Line>>,
    /// Where the pages of threads begin, for backends that count them.
    pub places: Places,
}

impl Rest {
    pub fn new(config: Arc<BackendConfig>, token: Arc<TokenCell>, tls: Arc<Tls>, tell: NewsSender) -> Self {
        let http = Http::new(config.profile.clone(), config.limits.clone(), tls);
        Self { config, http, token, tell, lines: Mutex::default(), places: Places::default() }
    }

    pub fn dialect(&self) -> &Dialect {
        &self.config.dialect
    }

    /// Who we are; `None` where the backend has no such question.
    pub async fn identity(&self) -> Reply<Option<Identity>> {
        match self.dialect().identity_request() {
            Some(request) => self.call(request, |dialect, body| dialect.identity(body)).await.map(Some),
            None => Reply { result: Ok(None), took: None },
        }
    }

    /// The account's active lines; fetched until there are some.
    pub async fn lines(&self) -> Reply<Vec<Line>> {
        let mut known = self.lines.lock().await;
        if !known.is_empty() {
            return Reply { result: Ok(known.clone()), took: None };
        }
        let Some(request) = self.dialect().lines_request() else { return Reply { result: Ok(Vec::new()), took: None } };
        let reply = self.call(request, |dialect, body| dialect.lines(body)).await;
        if let Ok(lines) = &reply.result {
            known.clone_from(lines);
        }
        reply
    }

    /// The list: of the profile's line; of every line of the account where the backend wants one named.
    pub async fn list(&self, limit: u32) -> Reply<ListPage> {
        if let Some(line) = &self.config.profile.line {
            return self.list_of(Some(&Id::new(line.as_str())), limit).await;
        }
        if !self.dialect().list_needs_line() {
            return self.list_of(None, limit).await;
        }
        let lines = match self.lines().await.result {
            Ok(lines) if lines.is_empty() => {
                let reason = Clean::line("this account has no active line");
                return Reply { result: Err(RestError::Withheld { reason }), took: None };
            }
            Ok(lines) => lines,
            Err(error) => return Reply { result: Err(error), took: None },
        };
        let lists = lines.iter().take(LINES).map(|line| self.list_of(Some(&line.id), limit));
        let mut lists = join_all(lists).await.into_iter();
        let Some(mut whole) = lists.next() else { return Reply { result: Ok(ListPage::default()), took: None } };
        for other in lists {
            whole = whole.beside(other);
        }
        if let (Ok(page), true) = (&mut whole.result, lines.len() > 1) {
            page.rows.sort_by_key(|row| std::cmp::Reverse(row.last_at));
            page.rows.truncate(limit as usize);
        }
        whole
    }

    /// The list of one line, page after page until there are `limit` rows.
    async fn list_of(&self, line: Option<&Id>, limit: u32) -> Reply<ListPage> {
        let mut whole = ListPage::default();
        let mut asked = HashSet::new();
        let mut cursor: Option<Id> = None;
        loop {
            let missing = limit.saturating_sub(u32::try_from(whole.rows.len()).unwrap_or(u32::MAX));
            let Some(request) = self.dialect().list_request(missing, line, cursor.as_ref()) else {
                return Reply::inexpressible("the list");
            };
            let Reply { result, took } =
                self.call(request, |dialect, body| dialect.list_page(body, cursor.as_ref())).await;
            let page = match result {
                Ok(page) => page,
                Err(error) => return Reply { result: Err(error), took },
            };
            let empty = page.rows.is_empty();
            whole.rows.extend(page.rows);
            whole.unreadable.extend(page.unreadable);
            whole.next = page.next;
            let enough = whole.rows.len() >= limit as usize || asked.len() >= PAGES;
            // A backend that gives the same page or empty ones for ever is left alone.
            match &whole.next {
                Some(next) if !enough && !empty && asked.insert(next.clone()) => cursor = Some(next.clone()),
                _ => return Reply { result: Ok(whole), took },
            }
        }
    }

    /// A stretch of a thread.
    pub async fn thread(&self, target: &Target, page: &Page, limit: u32) -> Reply<ThreadPage> {
        if self.dialect().thread_is_placed() {
            return self.pages_of_thread(target, page, limit).await;
        }
        let Some(request) = self.dialect().thread_request(target, page, limit) else {
            return Reply::inexpressible("older messages");
        };
        self.call(request, |dialect, body| dialect.thread_page(body, None)).await
    }

    /// A conversation by any id that an event named: asked for by itself where the backend can, else with its newest
    /// messages, else looked for in the list.
    pub async fn conversation(&self, id: &Id) -> Reply<ThreadPage> {
        if let Some(request) = self.dialect().one_request(id) {
            let reply = self.call(request, |dialect, body| dialect.one(body)).await;
            return reply.map(|facts| ThreadPage { facts: Some(facts), ..ThreadPage::default() });
        }
        let tells_itself = self.dialect().thread_describes_conversation();
        let mut page = ThreadPage::default();
        // Where fetching marks as read, nobody has read anything yet.
        if tells_itself || !self.dialect().thread_marks_read() {
            let Some(request) = self.dialect().unknown_thread_request(id, FIRST_MESSAGES) else {
                return Reply::inexpressible("one conversation");
            };
            let reply = self.call(request, |dialect, body| dialect.thread_page(body, None)).await;
            match reply.result {
                Ok(found) if !tells_itself => page = found,
                result => return Reply { result, took: reply.took },
            }
        }
        let Reply { result, took } = self.list(self.config.list_limit).await;
        let result = result.map(|list| {
            page.facts = list.rows.into_iter().find(|row| row.ids.iter().any(|named| named.id == *id));
            page
        });
        Reply { result, took }
    }

    /// What became of a message; `None` where the backend does not tell.
    pub async fn trace(&self, message: &Id) -> Option<Reply<Traced>> {
        let request = self.dialect().trace_request(message)?;
        Some(self.call(request, |dialect, body| dialect.traced(body)).await)
    }

    /// Sends a message.
    pub async fn send(&self, client: &Id, target: &Target, body: &Outgoing, reply_to: Option<&Id>) -> Reply<Accepted> {
        let Some(request) = self.dialect().send_request(target, body, client, reply_to) else {
            return Reply::inexpressible("a send to this conversation");
        };
        self.call(request, |dialect, body| dialect.accepted(body)).await
    }

    /// Tells that a conversation was read; nothing happens where the backend wants no word of it.
    pub async fn mark_read(&self, target: &Target, last: Option<&Id>) -> Reply<()> {
        match self.dialect().read_request(target, last) {
            Some(request) => self.call(request, |_, _| Ok(())).await,
            None => Reply { result: Ok(()), took: None },
        }
    }

    /// Moves a conversation to another status.
    pub async fn set_status(&self, target: &Target, status: &Status) -> Reply<()> {
        let Some(request) = self.dialect().status_request(target, status) else {
            return Reply::inexpressible("that status");
        };
        self.call(request, |_, _| Ok(())).await
    }

    /// Does something to a conversation.
    pub async fn operate(&self, target: &Target, operation: &Operation) -> Reply<Operated> {
        match self.dialect().operation_request(target, operation) {
            Some(request) => self.call(request, Dialect::operated).await,
            None => Reply::inexpressible("that"),
        }
    }

    /// A list that the agent chooses from; an empty one where the backend has none.
    pub async fn catalogue(&self, catalogue: Catalogue, line: Option<&Id>) -> Reply<Vec<Item>> {
        match self.dialect().catalogue_request(catalogue, line) {
            Some(request) => self.call(request, |dialect, body| dialect.catalogue(catalogue, body)).await,
            None => Reply { result: Ok(Vec::new()), took: None },
        }
    }

    /// Messages with these words; none where the backend does not search.
    pub async fn search(&self, query: &str, limit: u32) -> Reply<Vec<Found>> {
        let line = self.config.profile.line.as_deref().map(Id::new);
        match self.dialect().search_request(query, limit, line.as_ref()) {
            Some(request) => self.call(request, Dialect::found).await,
            None => Reply { result: Ok(Vec::new()), took: None },
        }
    }

    /// Asks, and once more with a newer token where this one is refused: a refused request was not carried out.
    pub async fn call<T>(
        &self,
        request: Request,
        read: impl FnOnce(&Dialect, &[u8]) -> Result<T, DecodeError>,
    ) -> Reply<T> {
        self.call_by(&Way::Plain, request, read).await
    }

    /// The same by another way.
    pub async fn call_by<T>(
        &self,
        way: &Way<'_>,
        request: Request,
        read: impl FnOnce(&Dialect, &[u8]) -> Result<T, DecodeError>,
    ) -> Reply<T> {
        let mut held = match self.token.get().await {
            Ok(held) => held,
            Err(reason) => return Reply { result: Err(RestError::SignedOut { reason }), took: None },
        };
        let mut answer = self.exchange(way, &request, &held).await;
        if matches!(&answer, Ok(answer) if self.dialect().refuses_token(answer.status.as_u16(), &answer.body))
            && let Some(newer) = self.renewed(&held).await
        {
            held = newer;
            answer = self.exchange(way, &request, &held).await;
        }
        let took = answer.as_ref().ok().map(|answer| answer.took);
        let result = answer.and_then(|answer| understood(self.dialect(), &request, &answer, read));
        let result = result.map_err(|error| self.repeated(&held).out_of_error(error));
        if took.is_some() && !matches!(result, Err(RestError::SignedOut { .. })) {
            self.token.accepted(held.number);
        }
        Reply { result, took }
    }

    async fn exchange(&self, way: &Way<'_>, request: &Request, held: &Held) -> Result<Answer, RestError> {
        let credential = self.credential_of(held);
        let at = Timestamp::now();
        let started = Instant::now();
        let answer = match way {
            Way::Plain => exchange(&self.http, self.dialect(), &self.config.profile.url, request, &credential).await,
            Way::Upload { upload, file, passage } => self.put(upload, file, &credential, passage).await,
        };
        let mut tapped = self.tapped(at, started.elapsed(), request, &answer, &self.repeated(held));
        if let Way::Upload { upload, file, .. } = way {
            let form = serde_json::json!({ "file": file.name, "bytes": file.size, "fields": upload.fields });
            tapped.sent = Some(form.to_string().into());
        }
        let _ = self.tell.send(News::Tapped(Box::new(tapped)));
        answer
    }

    /// What is secret of ours in an exchange.
    fn repeated<'a>(&'a self, held: &'a Held) -> Repeated<'a> {
        Repeated::of(&self.config.profile, held.secret.as_ref())
    }

    /// Where a token goes.
    pub fn credential_of(&self, held: &Held) -> Credential {
        held.secret.as_ref().map_or(Credential::None, |token| self.dialect().credential(token))
    }

    /// The token in use.
    pub async fn held(&self) -> Result<Held, RestError> {
        self.token.get().await.map_err(|reason| RestError::SignedOut { reason })
    }

    /// The token was refused: a newer one, where there is one.
    pub async fn renewed(&self, refused: &Held) -> Option<Held> {
        let newer = self.token.renew(refused.number).await.ok()?;
        let _ = self.tell.send(News::NewToken);
        Some(newer)
    }

    /// The profile.
    pub fn profile(&self) -> &Profile {
        &self.config.profile
    }

    /// The client.
    pub fn http(&self) -> &Http {
        &self.http
    }

    /// The exchange as it is shown: with the address and the bodies, without the credential.
    fn tapped(
        &self,
        at: Timestamp,
        took: Duration,
        request: &Request,
        answer: &Result<Answer, RestError>,
        repeated: &Repeated<'_>,
    ) -> Exchange {
        let base = self.config.profile.url.as_str().trim_end_matches('/');
        let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        let body = answer.as_ref().map_or(&[][..], |answer| &answer.body);
        Exchange {
            at,
            took: answer.as_ref().map_or(took, |answer| answer.took),
            what: request.what.into(),
            method: request.method.as_str().into(),
            url: format!("{base}{}{mark}{}", request.path, query.join("&")).into(),
            sent: request.body.as_ref().map(|body| body.to_string().into()),
            status: answer.as_ref().ok().map(|answer| answer.status.as_u16()),
            failure: answer.as_ref().err().map(|error| Clean::line(&error.to_string())),
            bytes: body.len(),
            body: repeated
                .out_of(String::from_utf8_lossy(body.get(..body.len().min(TAPPED)).unwrap_or_default()))
                .into(),
        }
    }
}

impl<T> Reply<T> {
    /// The dialect has no word for it.
    pub fn inexpressible(what: &str) -> Self {
        let reason = format!("this backend's dialect cannot ask for {what}");
        Self { result: Err(never_sent(reason)), took: None }
    }

    fn map<U>(self, change: impl FnOnce(T) -> U) -> Reply<U> {
        Reply { result: self.result.map(change), took: self.took }
    }
}

impl Reply<ListPage> {
    /// This page and another line's; one failure is the failure of both.
    fn beside(self, other: Self) -> Self {
        let took = self.took.max(other.took);
        let result = self.result.and_then(|mut page| {
            let other = other.result?;
            page.rows.extend(other.rows);
            page.unreadable.extend(other.unreadable);
            page.next = None;
            Ok(page)
        });
        Self { result, took }
    }
}

/// Signs in: the token, and who we are.
pub(super) async fn login(
    profile: &Profile,
    dialect: &Dialect,
    email: &str,
    password: &SecretString,
) -> Result<(SecretString, Identity), RestError> {
    let Some(request) = dialect.login_request(email, password) else {
        return Err(never_sent("this backend's dialect has no login; set `token_command` or `token_env`".to_owned()));
    };
    let http = Http::new(profile.clone(), Limits::default(), Arc::default());
    let answer = exchange(&http, dialect, &profile.url, &request, &Credential::None).await?;
    let cookie = dialect.login_cookie().and_then(|name| answer.cookie(name));
    let renewing = dialect.renewal_cookie().and_then(|name| answer.cookie(name));
    let read = |dialect: &Dialect, body: &[u8]| dialect.login(body, cookie.as_deref(), renewing.as_deref());
    let repeated = Repeated::of(profile, Some(password));
    understood(dialect, &request, &answer, read).map_err(|error| match repeated.out_of_error(error) {
        // There is nobody to be signed out yet: the password is wrong.
        RestError::SignedOut { reason } => RestError::Refused { status: 401, code: None, reason, retry_after: None },
        other => other,
    })
}

/// Whether the backend says that it is Switchboard's own server.
pub(super) async fn is_our_own(profile: &Profile) -> bool {
    let http = Http::new(profile.clone(), Limits::default(), Arc::default());
    let mut url = profile.url.clone();
    url.set_path(&format!("{}/health", profile.url.path().trim_end_matches('/')));
    let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static("application/json"))]);
    let ask = Ask { what: "which server it is", method: Method::GET, url, headers, body: None };
    let answer = http.exchange(ask).await;
    let said = answer.ok().filter(|answer| answer.status.is_success());
    let said = said.and_then(|answer| serde_json::from_slice::<serde_json::Value>(&answer.body).ok());
    said.is_some_and(|said| said.get("service").and_then(serde_json::Value::as_str) == Some("switchboard"))
}

/// What renews the tokens of a backend that can.
pub(super) fn renewal(config: &BackendConfig, tls: &Arc<Tls>) -> Renew {
    let (profile, dialect) = (config.profile.clone(), Arc::clone(&config.dialect));
    let (limits, tls) = (config.limits.clone(), Arc::clone(tls));
    Arc::new(move |secret: SecretString| {
        let (profile, dialect) = (profile.clone(), Arc::clone(&dialect));
        let http = Http::new(profile.clone(), limits.clone(), Arc::clone(&tls));
        Box::pin(async move {
            let request = dialect.renewal_request(&secret).ok_or_else(|| "nothing renews this token".to_owned())?;
            let answer = exchange(&http, &dialect, &profile.url, &request, &Credential::None).await;
            let repeated = Repeated::of(&profile, Some(&secret));
            let in_words = |error| repeated.out_of_error(error).to_string();
            let answer = answer.map_err(in_words)?;
            let cookie = dialect.renewal_cookie().and_then(|name| answer.cookie(name));
            let read = |dialect: &Dialect, body: &[u8]| dialect.renewed(body, cookie.as_deref(), &secret);
            understood(&dialect, &request, &answer, read).map_err(in_words)
        })
    })
}

/// Asks by the conversation's first name, and by its others while the backend does not know it.
async fn exchange(
    http: &Http,
    dialect: &Dialect,
    base: &Url,
    request: &Request,
    credential: &Credential,
) -> Result<Answer, RestError> {
    let standing = dialect.standing_headers();
    let mut others = request.or_paths.iter();
    let mut path = &request.path;
    loop {
        let answer = http.exchange(ask(base, path, request, &standing, credential)?).await?;
        let unknown = request.retry_on.contains(&answer.status.as_u16());
        match others.next() {
            Some(other) if unknown => path = other,
            _ => return Ok(answer),
        }
    }
}

/// A request with its address and credentials.
pub(super) fn ask(
    base: &Url,
    path: &str,
    request: &Request,
    standing: &[(String, SecretString)],
    credential: &Credential,
) -> Result<Ask, RestError> {
    let bad = |what: &str| never_sent(format!("{}: {what}; correct the dialect", request.what));
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url.set_query(None);
    url.set_fragment(None);
    if !request.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&request.query);
    }
    let mut headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static("application/json"))]);
    let mut put = |name: &str, value: Option<HeaderValue>| {
        let name = HeaderName::from_bytes(name.as_bytes()).ok().zip(value);
        name.map(|(name, value)| headers.insert(name, value)).map(|_| ()).ok_or_else(|| bad("a header cannot be sent"))
    };
    for (name, value) in standing {
        put(name, secret_header(value.expose_secret()))?;
    }
    for (name, value) in &request.headers {
        put(name, HeaderValue::from_str(value).ok())?;
    }
    match credential {
        Credential::None => {}
        Credential::Header { name, value } => put(name, secret_header(value.expose_secret()))?,
        Credential::Cookie { name, value } => {
            put("cookie", secret_header(&format!("{name}={}", value.expose_secret())))?;
        }
        Credential::Query { name, value } => {
            url.query_pairs_mut().append_pair(name, value.expose_secret());
        }
    }
    let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| bad("the method is none"))?;
    let body = request.body.as_ref().map(ToString::to_string);
    Ok(Ask { what: request.what, method, url, headers, body })
}

/// What an answer says: read if it is a success, a refusal in words otherwise.
fn understood<T>(
    dialect: &Dialect,
    request: &Request,
    answer: &Answer,
    read: impl FnOnce(&Dialect, &[u8]) -> Result<T, DecodeError>,
) -> Result<T, RestError> {
    let status = answer.status;
    if status.is_success() && !dialect.says_no(&answer.body) {
        if !answer.json && !answer.body.is_empty() {
            let kind = if answer.content_type.is_empty() { "no content type" } else { &answer.content_type };
            return Err(unreadable(request.what, format!("expected JSON, got {kind}: is that the backend's address?")));
        }
        return read(dialect, &answer.body).map_err(RestError::Unreadable);
    }
    let refusal = dialect.refusal(&answer.body);
    let reason =
        refusal.reason.unwrap_or_else(|| Clean::line(status.canonical_reason().unwrap_or("refused without a reason")));
    // Something on the way answered in the backend's place: what the backend did is not known.
    let gateway =
        matches!(status, StatusCode::BAD_GATEWAY | StatusCode::GATEWAY_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE);
    if gateway && !answer.json && !request.idempotent {
        return Err(broken(format!("a proxy answered HTTP {} in the backend's place: {reason}", status.as_u16())));
    }
    if dialect.refuses_token(status.as_u16(), &answer.body) {
        return Err(RestError::SignedOut { reason });
    }
    let retry_after = answer.retry_after;
    Err(RestError::Refused { status: status.as_u16(), code: refusal.code, reason, retry_after })
}
