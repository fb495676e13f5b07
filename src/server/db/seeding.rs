//! Writing a [`Seed`] into the database.

use sqlx::{Sqlite, Transaction};

use super::conversations::{Customer, conversation_with};
use super::messages::{NewMessage, add_status, insert, touch};
use super::seed::{Seed, SeedAccount, SeedConversation, SeedMessage};
use super::status::{DeliveryStatus, Direction};
use super::{Database, DatabaseError, now_ms, oid};
use crate::server::{passwords, webhook};

impl Database {
    /// Puts accounts, agents, lines, conversations and messages into the database, all or nothing.
    pub async fn seed(&self, seed: Seed) -> Result<(), DatabaseError> {
        let mut tx = self.write().await?;
        for account in &seed.accounts {
            put_account(&mut tx, account).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

async fn put_account(tx: &mut Transaction<'static, Sqlite>, account: &SeedAccount) -> Result<(), DatabaseError> {
    let now = now_ms();
    sqlx::query("INSERT INTO accounts (id, name, created_at) VALUES (?, ?, ?)")
        .bind(&account.id)
        .bind(&account.name)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    for agent in &account.agents {
        let hash = match &agent.password {
            Some(password) => Some(passwords::hash(password)?),
            None => None,
        };
        sqlx::query(
            "INSERT INTO agents (id, account_id, email, name, role, password_hash, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(oid::new(now))
        .bind(&account.id)
        .bind(&agent.email)
        .bind(&agent.name)
        .bind(&agent.role)
        .bind(hash)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    }
    for line in &account.lines {
        sqlx::query(
            "INSERT INTO lines (id, account_id, phone_number_id, waba_id, display_name, display_phone, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
        )
        .bind(oid::new(now))
        .bind(&account.id)
        .bind(&line.phone_number_id)
        .bind(&line.waba_id)
        .bind(&line.display_name)
        .bind(&line.display_phone)
        .bind(now)
        .execute(&mut **tx)
        .await?;
    }
    for conversation in &account.conversations {
        put_conversation(tx, &account.id, conversation, now).await?;
    }
    Ok(())
}

async fn put_conversation(
    tx: &mut Transaction<'static, Sqlite>,
    account: &str,
    conversation: &SeedConversation,
    now: i64,
) -> Result<(), DatabaseError> {
    let customer = Customer {
        phone: conversation.customer.phone.clone(),
        user_id: conversation.customer.user_id.clone(),
        name: conversation.customer.name.clone(),
    };
    let mut messages: Vec<&SeedMessage> = conversation.messages.iter().collect();
    messages.sort_by_key(|message| message.at);
    let began = messages.first().map_or(now, |message| message.at.as_millisecond());
    let mut id = conversation_with(tx, account, &conversation.line, &customer, began).await?;
    if let Some(wanted) = &conversation.id {
        sqlx::query("UPDATE conversations SET id = ? WHERE id = ?").bind(wanted).bind(&id).execute(&mut **tx).await?;
        id.clone_from(wanted);
    }
    let mut unread = conversation.unread;
    let mut read_from = messages.len();
    for (at, message) in messages.iter().enumerate().rev() {
        if unread == 0 {
            break;
        }
        if message.direction == Direction::Inbound && message.kind != "reaction" {
            unread -= 1;
            read_from = at;
        }
    }
    for (at, message) in messages.iter().enumerate() {
        put_message(tx, account, &conversation.line, &id, message, at < read_from).await?;
    }
    let agent = agent_id(tx, account, conversation.assigned_to.as_deref()).await?;
    sqlx::query(
        "UPDATE conversations SET unread = ?2, status = ?3, assigned_agent_id = ?4, tags = ?5, priority = ?6 WHERE id = ?1",
    )
    .bind(&id)
    .bind(conversation.unread)
    .bind(if conversation.open { "open" } else { "closed" })
    .bind(agent)
    .bind(serde_json::Value::from(conversation.tags.clone()).to_string())
    .bind(&conversation.priority)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The id of the account's agent with this e-mail; an e-mail that nobody has is an error.
async fn agent_id(
    tx: &mut Transaction<'static, Sqlite>,
    account: &str,
    email: Option<&str>,
) -> Result<Option<String>, DatabaseError> {
    let Some(email) = email else { return Ok(None) };
    let found: Option<String> =
        sqlx::query_scalar("SELECT id FROM agents WHERE email = ? COLLATE NOCASE AND account_id = ?")
            .bind(email)
            .bind(account)
            .fetch_optional(&mut **tx)
            .await?;
    Ok(Some(found.ok_or_else(|| DatabaseError::Seed(format!("no agent has the e-mail {email}")))?))
}

async fn put_message(
    tx: &mut Transaction<'static, Sqlite>,
    account: &str,
    line: &str,
    conversation: &str,
    seeded: &SeedMessage,
    read: bool,
) -> Result<(), DatabaseError> {
    let at = seeded.at.as_millisecond();
    let id = oid::new(at);
    let inbound = seeded.direction == Direction::Inbound;
    let message = NewMessage {
        wamid: Some(seeded.wamid.clone().unwrap_or_else(|| format!("wamid.{id}"))),
        direction: seeded.direction,
        kind: seeded.kind.clone(),
        content: seeded.content.clone(),
        preview: webhook::content::preview(&seeded.kind, &seeded.content),
        media_id: seeded.content.get("mediaId").and_then(|id| id.as_str()).map(str::to_owned),
        context: seeded.context.clone(),
        agent_id: agent_id(tx, account, seeded.agent.as_deref()).await?,
        // An inbound message says whether an agent has read it; how far it got is clear.
        status: match (inbound, read) {
            (true, true) => DeliveryStatus::Read,
            (true, false) => DeliveryStatus::Delivered,
            (false, _) => seeded.status,
        },
        at,
    };
    insert(tx, &id, account, line, conversation, &message, at).await?;
    touch(tx, conversation, &message, at).await?;
    if !inbound {
        for status in DeliveryStatus::ALL.iter().filter(|one| **one > DeliveryStatus::Queued && **one <= seeded.status)
        {
            add_status(tx, &id, status.as_str(), at).await?;
        }
    }
    if let Some((code, text)) = &seeded.error {
        sqlx::query("UPDATE messages SET failed = 1, failed_at = ?, error_code = ?, error_message = ? WHERE id = ?")
            .bind(at)
            .bind(code)
            .bind(text)
            .bind(&id)
            .execute(&mut **tx)
            .await?;
        add_status(tx, &id, "failed", at).await?;
    }
    Ok(())
}
