//! Where the backend is, who we are to it, and how it says no.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::pointer::Choice;
use super::super::template::{JsonTemplate, TextTemplate};

/// Where REST and the socket are, beside the profile's `url`. What the profile says itself goes first.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct ConnectionSpec {
    /// What goes before every path of this file, such as `/api/v1`.
    pub prefix: Option<TextTemplate>,
    /// The path of the Socket.IO endpoint, where it is not `/socket.io/`.
    pub socket_path: Option<TextTemplate>,
    /// The Socket.IO namespace, where it is not `/`; may name variables: `/{instance}`.
    pub namespace: Option<TextTemplate>,
    /// The transport that the backend insists on.
    pub transport: Option<SocketTransport>,
    /// The version of Engine.IO. Only 4 is spoken here (Socket.IO 3 and later); another number is refused when the
    /// dialect is read.
    pub engine: Option<u8>,
    /// There is no real-time at all: the list is polled.
    pub polling_only: bool,
}

/// The transport that a backend insists on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SocketTransport {
    /// WebSocket alone.
    Websocket,
    /// HTTP polling alone.
    Polling,
}

/// Where a variable's value comes from: the profile's `variables` first, then these in this order.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct VariableSpec {
    /// What it is, for whoever has to give it.
    pub about: Option<String>,
    /// Pointers into the claims of the token, where that is a JWT.
    pub claim: Choice,
    /// Pointers into the answer to the login; kept in the profile.
    pub login: Choice,
    /// The value where nothing else gives one.
    pub default: Option<String>,
}

/// Where a credential stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(in super::super) enum Place {
    #[default]
    None,
    Header,
    Query,
    Cookie,
}

/// Where a REST request carries the token.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct AuthSpec {
    /// Where it stands.
    pub place: Place,
    /// The header's, parameter's or cookie's name.
    #[serde(default)]
    pub name: String,
    /// Its value, with `{token}`.
    pub value: Option<TextTemplate>,
    /// More headers of every request, such as an `X-Tenant-Id`.
    #[serde(default)]
    pub headers: BTreeMap<String, TextTemplate>,
}

/// What a refusal means, in words that the program acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Meaning {
    /// The service window has ended: only a template reaches the customer.
    Window,
    /// Too many requests.
    Rate,
    /// The recipient cannot be reached at all.
    Recipient,
    /// The token is no good.
    Token,
}

/// Where an error answer says what is wrong.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct RefusalSpec {
    /// For programs: capitals, digits and underscores.
    pub code: Choice,
    /// For people.
    pub reason: Choice,
    /// What lies behind the reason.
    pub detail: Choice,
    /// HTTP statuses beside 401 that mean the token, where the reason has one of `socket.token_refusals` in it.
    pub token_statuses: Vec<u16>,
    /// False in an answer with HTTP 200 that is a refusal all the same.
    pub success: Choice,
    /// What the codes mean.
    pub meanings: BTreeMap<String, Meaning>,
}

/// The login: `{email}` and `{password}` in the body.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct LoginSpec {
    /// The HTTP method.
    #[serde(default = "post")]
    pub method: String,
    /// The path.
    pub path: TextTemplate,
    /// The body, with `{email}` and `{password}`.
    pub body: JsonTemplate,
    /// Where the answer has the token.
    #[serde(default)]
    pub token: Choice,
    /// The cookie that is the token, where the answer sets one instead.
    pub cookie: Option<String>,
    /// The tenant.
    #[serde(default)]
    pub account: Choice,
    /// The agent's id.
    #[serde(default)]
    pub id: Choice,
    /// The agent's name.
    #[serde(default)]
    pub person: Choice,
    /// The agent's e-mail address.
    #[serde(default)]
    pub email: Choice,
}

pub(super) fn post() -> String {
    "POST".to_owned()
}

/// Renewing the token: asked for when the backend refuses the present one, once.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct RefreshSpec {
    /// The HTTP method.
    #[serde(default = "post")]
    pub method: String,
    /// The path.
    pub path: TextTemplate,
    /// The body, with `{token}` (the present token) and `{refresh}` (what the login gave to renew it with).
    pub body: Option<JsonTemplate>,
    /// Headers, with the same variables: `Cookie = "jrt={refresh}"`.
    #[serde(default)]
    pub headers: BTreeMap<String, TextTemplate>,
    /// Where the answer has the new token.
    #[serde(default)]
    pub token: Choice,
    /// Where an answer, that of the login too, has what renews it.
    #[serde(default)]
    pub refresh: Choice,
    /// The cookie that renews it, where answers set one.
    pub cookie: Option<String>,
}

/// "Who am I".
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct MeSpec {
    /// The path.
    pub path: TextTemplate,
    /// The tenant.
    #[serde(default)]
    pub account: Choice,
    /// The agent's id.
    #[serde(default)]
    pub id: Choice,
    /// The agent's name.
    #[serde(default)]
    pub person: Choice,
    /// The agent's e-mail address.
    #[serde(default)]
    pub email: Choice,
}

/// The business phone numbers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in super::super) struct LinesSpec {
    /// The path.
    pub path: TextTemplate,
    /// Where the list stands; `.` is the whole answer.
    pub array: Choice,
    /// A line's id.
    pub id: Choice,
    /// Its name.
    #[serde(default)]
    pub title: Choice,
    /// Its number.
    #[serde(default)]
    pub phone: Choice,
    /// False for a line that is switched off: it is left out.
    #[serde(default)]
    pub active: Choice,
}
