//! Working off one stored delivery: messages and statuses into the database, then out to the sockets.

use super::envelope::{self, Change, Incoming};
use crate::server::db::deliveries::Delivery;
use crate::server::db::messages::NewMessage;
use crate::server::db::status::{DeliveryStatus, Direction};
use crate::server::db::statuses::{ReportedStatus, StatusOutcome};
use crate::server::db::{DatabaseError, now_ms};
use crate::server::shared::Shared;

/// Processes a raw delivery. Gives what of it could not be used, in words; a database error means: try again later,
/// what was stored already will be known by its wamid.
pub(in crate::server) async fn delivery(shared: &Shared, delivery: &Delivery) -> Result<Option<String>, DatabaseError> {
    let changes = match envelope::parse(&delivery.raw) {
        Ok(changes) => changes,
        Err(error) => return Ok(Some(error.to_string())),
    };
    let mut unused = Vec::new();
    for change in &changes {
        for wamid in change.messages.iter().filter_map(|message| message.wamid.as_deref()) {
            shared.traces.received(&change.line, wamid, delivery.received_at);
        }
        apply(shared, change, &mut unused).await?;
    }
    Ok((!unused.is_empty()).then(|| unused.join("; ")))
}

async fn apply(shared: &Shared, change: &Change, unused: &mut Vec<String>) -> Result<(), DatabaseError> {
    for error in &change.errors {
        tracing::warn!(line = %change.line, error = %error.escape_debug(), "WhatsApp reports an error");
        unused.push(format!("WhatsApp reports an error: {error}"));
    }
    if change.messages.is_empty() && change.statuses.is_empty() {
        return Ok(());
    }
    let Some(account) = shared.db.account_of_line(&change.line).await? else {
        tracing::warn!(line = %change.line.escape_debug(), "no account has this line: its messages are left out");
        let why = format!("no account has the line {}", change.line);
        for wamid in change.messages.iter().filter_map(|message| message.wamid.as_deref()) {
            shared.traces.not_stored(None, wamid, &why);
        }
        unused.push(why);
        return Ok(());
    };
    for message in &change.messages {
        receive(shared, &account, &change.line, message).await?;
    }
    for status in &change.statuses {
        report(shared, &change.line, status).await?;
    }
    Ok(())
}

#[tracing::instrument(name = "inbound message", level = "info", skip_all, fields(wamid = incoming.wamid.as_deref()))]
async fn receive(shared: &Shared, account: &str, line: &str, incoming: &Incoming) -> Result<(), DatabaseError> {
    let wamid = incoming.wamid.as_deref().unwrap_or("?");
    let (direction, status) = if incoming.echo {
        (Direction::Outbound, DeliveryStatus::Sent)
    } else {
        (Direction::Inbound, DeliveryStatus::Delivered)
    };
    let message = NewMessage {
        wamid: incoming.wamid.clone(),
        direction,
        kind: incoming.content.kind.clone(),
        content: incoming.content.value.clone(),
        preview: incoming.content.preview.clone(),
        media_id: incoming.content.media_id.clone(),
        context: incoming.context.clone(),
        agent_id: None,
        status,
        // A clock that runs ahead at the other end must not keep a conversation on top for ever.
        at: incoming.at.unwrap_or_else(now_ms).min(now_ms()),
    };
    if let Some(why) = shared.lab.storing() {
        tracing::warn!(stage = "stored", wamid, why, "not stored");
        shared.traces.not_stored(Some(account), wamid, why);
        return Ok(());
    }
    let Some((conversation, id)) = shared.db.receive(account, line, &incoming.customer, &message).await? else {
        tracing::debug!(stage = "stored", wamid, "known already");
        shared.traces.repeated(wamid);
        return Ok(());
    };
    tracing::info!(stage = "stored", wamid, message = %id, conversation = %conversation);
    shared.traces.stored(account, &conversation, &id, incoming.wamid.as_deref());
    let (Some(conversation), Some(message)) =
        (shared.db.any_conversation(&conversation).await?, shared.db.message(&id).await?)
    else {
        return Ok(());
    };
    if incoming.echo {
        shared.sockets.sent(&conversation, &message).await;
    } else {
        shared.sockets.received(&conversation, &message).await;
    }
    Ok(())
}

#[tracing::instrument(name = "status", level = "debug", skip_all, fields(wamid = %reported.wamid))]
async fn report(shared: &Shared, line: &str, reported: &ReportedStatus) -> Result<(), DatabaseError> {
    let outcome = shared.db.apply_status(line, reported).await?;
    tracing::debug!(stage = "stored", wamid = %reported.wamid, status = %reported.status, outcome = outcome.word());
    if let StatusOutcome::Changed(message) = outcome {
        shared.sockets.status(&message).await?;
        tracing::debug!(stage = "broadcast", wamid = %reported.wamid, status = %reported.status);
    }
    Ok(())
}
