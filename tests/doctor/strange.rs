//! Misspellings that the laboratory does not have, on the official socket.io: the words must fit all the same.

use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::json;
use switchboard::backend::{BackendConfig, TokenSource};
use switchboard::commands::doctor::{Plan, examine};
use switchboard::config::Profile;
use switchboard::inspect::diagnose::outcome;
use switchboard::wire::Dialect;

use crate::contract::{Contract, TOKEN};

/// The customer who writes.
const CUSTOMER: &str = "923001234560";

/// The misspelling (see `MANGLES` in contract_server.mjs), what must be named first, and words of what was seen.
const STRANGE: &[(&str, &str, &str)] = &[
    ("buffer", "no-conversation-id", "an object where the conversation's id should be"),
    ("renamed", "no-conversation-id", "the conversation's id at /chat_ref"),
    ("upper", "id-misspelt", "equal but for upper and lower case"),
    ("blank", "id-misspelt", "\u{27e8}LF\u{27e9}"),
    ("jid", "ids-differ", "923001234560@s.whatsapp.net"),
    ("text", "undecodable", "encoded twice"),
    ("apart", "undecodable", "2 arguments came"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn misspellings_of_other_backends_are_said_in_words_that_fit() {
    let runs = futures_util::future::join_all(STRANGE.iter().map(wrong)).await;
    let wrong: Vec<String> = runs.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong about the words for one of them; `None` too where there is no Node.
async fn wrong((mangle, rule, words): &(&str, &str, &str)) -> Option<String> {
    let peer = Contract::start(&json!({ "era": "current", "conversations": 5, "clock": "real" }))?;
    // the customer's row is the newest: the doctor opens it
    peer.inbound(CUSTOMER, "first").await;
    peer.control("set", json!({ "mangle": mangle })).await;
    let profile = Profile::new(peer.url.parse().expect("a URL"));
    let token = TokenSource::fixed(SecretString::from(TOKEN));
    let config = BackendConfig::new(profile, Arc::new(Dialect::reference()), token);
    let plan = Plan { wait: Duration::from_secs(8), ..Plan::new(config).expect("a plan") };
    let mut examination = tokio::spawn(examine(plan));
    let examination = loop {
        tokio::select! {
            done = &mut examination => break done.expect("an examination"),
            () = tokio::time::sleep(Duration::from_millis(400)) => {
                peer.inbound(CUSTOMER, "again").await;
            }
        }
    };
    let first = examination.findings.first();
    let fits = first.is_some_and(|first| first.rule == *rule && first.saw.contains(words));
    let code = outcome(&examination.findings).exit_code();
    let said = || examination.findings.iter().map(|finding| format!("{}: {}", finding.rule, finding.saw));
    (!fits || code != 2).then(|| format!("{mangle}: exit {code}, {}", said().collect::<Vec<_>>().join("\n    ")))
}
