//! The rest of the team: now and then somebody takes a conversation, labels one, or leaves a note.
//!
//! Colleagues leave alone what belongs to the first agent, for whom the demo's inbox is opened.

use std::sync::Arc;
use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use tokio_util::sync::CancellationToken;

use super::dice::{Dice, between, chance, pick};
use super::script::Demo;
use crate::server::db::accounts::Agent;
use crate::server::db::conversations::{Conversation, ListQuery};
use crate::server::db::{Database, DatabaseError};
use crate::server::desk::Desk;

/// At rate 1 a colleague does something every two to five minutes.
const LEAST_MS: u64 = 120_000;
const MOST_MS: u64 = 300_000;

/// How far down the list colleagues look.
const LOOKED_AT: u32 = 40;

/// Lets the colleagues work until `stop` is cancelled; at rate 0 they do nothing.
pub(super) async fn run(demo: Arc<Demo>, dice: Dice, rate: f64, desk: Desk, db: Database, stop: CancellationToken) {
    if rate <= 0.0 || rate.is_nan() {
        return;
    }
    let mut rng = dice.stream("colleagues", "", 0);
    loop {
        let wait = between(&mut rng, LEAST_MS, MOST_MS).as_secs_f64() / rate;
        let wait = Duration::try_from_secs_f64(wait).unwrap_or(Duration::MAX);
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        if let Err(error) = act(&demo, &mut rng, &desk, &db).await {
            tracing::warn!(%error, "a simulated colleague could not do what they wanted");
        }
    }
}

/// One colleague does one thing.
async fn act(demo: &Demo, rng: &mut ChaCha8Rng, desk: &Desk, db: &Database) -> Result<(), DatabaseError> {
    let agents = db.agents(&demo.account_id).await?;
    let Some((first, colleagues)) = agents.split_first() else { return Ok(()) };
    let Some(colleague) = pick(rng, colleagues) else { return Ok(()) };
    let query = ListQuery { status: Some("open".to_owned()), limit: LOOKED_AT, ..ListQuery::default() };
    let open = db.conversations(&demo.account_id, &query).await?;
    let theirs: Vec<&Conversation> =
        open.iter().filter(|one| one.assigned_agent_id.as_ref() != Some(&first.id)).collect();
    let Some(conversation) = pick(rng, &theirs) else { return Ok(()) };
    do_one_thing(demo, rng, desk, conversation, colleague).await
}

async fn do_one_thing(
    demo: &Demo,
    rng: &mut ChaCha8Rng,
    desk: &Desk,
    conversation: &Conversation,
    colleague: &Agent,
) -> Result<(), DatabaseError> {
    let free = conversation.assigned_agent_id.is_none();
    if free && chance(rng, 40) {
        tracing::debug!(agent = %colleague.name, conversation = %conversation.id, "a simulated colleague takes over");
        desk.assign(&conversation.id, Some(&colleague.id), true).await?;
    } else if chance(rng, 50) {
        if let Some(label) = pick(rng, &demo.labels) {
            desk.label(&conversation.id, std::slice::from_ref(label), &[]).await?;
        }
    } else if let Some(note) = pick(rng, &demo.notes) {
        desk.note(conversation, colleague, note).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Simulator, SimulatorConfig};
    use super::*;
    use crate::server::{Server, ServerConfig};

    #[tokio::test]
    async fn colleagues_work_and_leave_the_first_agents_conversations_alone() {
        let config = SimulatorConfig { rate: 0.0, ..SimulatorConfig::default() };
        let server = Server::start(ServerConfig { simulator: Some(config.clone()), ..ServerConfig::default() });
        let running = server.await.unwrap();
        let simulator = Simulator::new(config).unwrap();
        let demo = Arc::clone(&simulator.shared.demo);
        let me = running.db().first_agent().await.unwrap().unwrap();
        let mine = ListQuery { assigned: Some(me.id.clone()), ..ListQuery::default() };
        let before = running.db().conversations(&demo.account_id, &mine).await.unwrap();
        let counts = running.db().counts(&demo.account_id, &me.id).await.unwrap();
        let mut rng = simulator.dice.stream("colleagues", "", 0);
        for _ in 0..40 {
            act(&demo, &mut rng, &running.desk(), running.db()).await.unwrap();
        }
        assert_eq!(running.db().conversations(&demo.account_id, &mine).await.unwrap(), before);
        let after = running.db().counts(&demo.account_id, &me.id).await.unwrap();
        assert!(after.unassigned < counts.unassigned, "somebody took something");
        let notes = running.db().search(&demo.account_id, &demo.notes[0], None, 50).await.unwrap();
        assert!(notes.iter().all(|note| note.direction == "note"));
        running.shutdown().await;
    }
}
