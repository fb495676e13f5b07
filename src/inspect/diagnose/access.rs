//! Is the token good, on REST and on the socket, and would a browser be let in?

use super::connection::connected;
use super::{Certainty, Finding, Outcome, Severity, Side};
use crate::backend::{MishapKind, RestError, SessionState};
use crate::inspect::evidence::{CorsTrial, Evidence};

fn socket_refuses(evidence: &Evidence) -> Option<String> {
    if connected(evidence) {
        return None;
    }
    let mishap = evidence.session.mishaps.last().filter(|mishap| mishap.kind == MishapKind::Token);
    match (&evidence.session.state, mishap) {
        (_, Some(mishap)) => Some(mishap.words.to_string()),
        (SessionState::SignedOut { reason }, None) => Some(reason.to_string()),
        _ => None,
    }
}

fn rest_refuses(evidence: &Evidence) -> Option<String> {
    match &evidence.list.failed {
        Some(RestError::SignedOut { reason }) => Some(reason.to_string()),
        _ => None,
    }
}

/// The command that shows what REST says to the token.
fn ask(evidence: &Evidence) -> String {
    let header = evidence.address.credential.as_ref().map(|header| format!(" -H \"{header}\"")).unwrap_or_default();
    format!("curl -i{header} \"{}\"", evidence.address.list_url)
}

pub(super) fn token_refused(evidence: &Evidence) -> Option<Finding> {
    let (socket, rest) = (socket_refuses(evidence), rest_refuses(evidence));
    let fault = |rule| Finding::new(rule, Severity::Fault, Certainty::Certain).outcome(Outcome::Refused);
    Some(match (socket, rest) {
        (Some(socket), Some(rest)) => fault("token-refused")
            .saw(format!("REST says: {rest}; the socket says: {socket}"))
            .means("the token is wrong or has expired; backends of this family do not tell the two apart")
            .todo("sign in again: `switchboard login`")
            .command(ask(evidence))
            .mend(Side::Profile),
        (Some(socket), None) if evidence.list.came => fault("token-refused-by-socket")
            .saw(format!("REST takes the token, the socket refuses it: {socket}"))
            .means(
                "the two check it differently: another secret, another clock, or the socket wants it in another place \
                 or without \"Bearer \"",
            )
            .todo("compare the secret and the expiry check of the backend's `io.use(…)` with those of its REST middleware")
            .todo("if the token has just expired, sign in again: `switchboard login`")
            .mend(Side::BackendSocket),
        (Some(socket), None) => fault("token-refused")
            .saw(format!("the socket says: {socket}"))
            .means("the token is wrong or has expired")
            .todo("sign in again: `switchboard login`")
            .command(ask(evidence))
            .mend(Side::Profile),
        (None, Some(rest)) if connected(evidence) => fault("token-refused-by-rest")
            .saw(format!("the socket takes the token, REST refuses it: {rest}"))
            .means(
                "sockets check a token only when they connect: an expired one goes on receiving while REST refuses it. \
                 Messages are seen, nothing can be sent",
            )
            .todo("sign in again: `switchboard login`")
            .command(ask(evidence))
            .mend(Side::BackendRest),
        (None, Some(rest)) => fault("token-refused")
            .saw(format!("REST says: {rest}"))
            .means("the token is wrong or has expired")
            .todo("sign in again: `switchboard login`")
            .command(ask(evidence))
            .mend(Side::Profile),
        (None, None) => return None,
    })
}

pub(super) fn rest_refused(evidence: &Evidence) -> Option<Finding> {
    let (rule, saw, means, todo, outcome) = match evidence.list.failed.as_ref()? {
        RestError::SignedOut { .. } => return None,
        RestError::Withheld { reason } => (
            "list-not-asked",
            reason.to_string(),
            "the list was not asked for: there is nothing to name in the request, and no conversation to look at",
            "add a business number to the account (on `switchboard serve`: `--line ID,NUMBER,NAME`), or name one as \
             `line` in the profile",
            Outcome::NothingArrived,
        ),
        RestError::Refused { status: 402 | 403, reason, .. } => (
            "not-allowed",
            reason.to_string(),
            "the token is good, the account may not: a subscription, a role",
            "have the account's owner mend it; signing in again does not help",
            Outcome::Refused,
        ),
        RestError::Refused { status: status @ 404, reason, .. } => (
            "rest-not-found",
            format!("{status}: {reason}"),
            "there is no list under this address",
            "check `url` in the profile (a path prefix such as /api belongs to it only if the dialect lacks it)",
            Outcome::Refused,
        ),
        RestError::Refused { status, reason, .. } => (
            "rest-refuses",
            format!("{status}: {reason}"),
            "the backend does not give the list",
            "look at the backend's log; try the command below",
            Outcome::Refused,
        ),
        RestError::Unreadable(error) => (
            "list-unreadable",
            error.to_string(),
            "the answer is not what the dialect expects: another backend, another version, or an error page",
            "compare the answer with the dialect: `switchboard dialect probe URL`",
            Outcome::Mismatch,
        ),
        RestError::Unreachable { reason, .. } if connected(evidence) => (
            "rest-unreachable",
            reason.to_string(),
            "the socket is up, REST does not answer: messages are seen, nothing can be fetched or sent",
            "is REST at another address than the socket? `url` is REST's, `socket_url` the socket's",
            Outcome::Unreachable,
        ),
        RestError::Unreachable { .. } => return None,
    };
    let side = if rule == "list-not-asked" { Side::Profile } else { Side::BackendRest };
    Some(
        Finding::new(rule, Severity::Fault, Certainty::Certain)
            .saw(saw)
            .means(means)
            .todo(todo)
            .mend(side)
            .command(ask(evidence))
            .outcome(outcome),
    )
}

pub(super) fn cors(evidence: &Evidence) -> Option<Finding> {
    let cors = evidence.checks.cors.as_ref()?;
    let bad: Vec<(&CorsTrial, String)> =
        cors.tried.iter().filter_map(|trial| Some((trial, why(trial, &cors.origin)?))).collect();
    if bad.is_empty() {
        return None;
    }
    let saw: Vec<String> = bad.iter().map(|(trial, why)| format!("{}: {why}", trial.what)).collect();
    let sockets_alone = bad.iter().all(|(trial, _)| trial.what.contains("socket"));
    let mut finding = Finding::new("cors-missing", Severity::Fault, Certainty::Certain)
        .saw(saw.join("; "))
        .means(format!(
            "a page from {} is not shown these answers by its browser; programs such as this one are not affected",
            cors.origin
        ))
        .mend(if sockets_alone { Side::BackendSocket } else { Side::BackendRest })
        .outcome(Outcome::Refused);
    if !sockets_alone {
        finding = finding.todo(format!(
            "Express: `app.use(cors({{ origin: \"{}\", allowedHeaders: [\"Authorization\", \"Content-Type\"] }}))` before the routes",
            cors.origin
        ));
    }
    Some(finding.todo(format!("Socket.IO: `new Server(http, {{ cors: {{ origin: \"{}\" }} }})`", cors.origin)).command(
        format!(
            "curl -i -X OPTIONS -H 'Origin: {}' -H 'Access-Control-Request-Method: GET' -H \
             'Access-Control-Request-Headers: authorization' '{}'",
            cors.origin, evidence.address.list_url
        ),
    ))
}

/// Why a browser would refuse, if it would.
fn why(trial: &CorsTrial, origin: &str) -> Option<String> {
    let status = match &trial.status {
        Ok(status) => *status,
        Err(words) => return Some(format!("no answer ({words})")),
    };
    let Some(allowed) = &trial.allow_origin else {
        return Some(format!("{status} without Access-Control-Allow-Origin"));
    };
    if **allowed != *origin && **allowed != *"*" {
        return Some(format!("Access-Control-Allow-Origin is {allowed}"));
    }
    if !trial.needs_headers {
        return None;
    }
    if !(200..300).contains(&status) {
        return Some(format!("the preflight is answered with {status}"));
    }
    let headers = trial.allow_headers.as_deref().unwrap_or_default();
    // a star does not cover `authorization`, by the Fetch standard
    let named = headers.split(',').any(|name| name.trim() == "authorization");
    (!named).then(|| "Access-Control-Allow-Headers does not name authorization".to_owned())
}
