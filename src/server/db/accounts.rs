//! Accounts, the agents who log in, and the business lines.

use secrecy::SecretString;

use super::{Database, DatabaseError, now_ms, oid};
use crate::server::passwords;

/// One agent, with the account's name.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Agent {
    /// 24 hex digits.
    pub id: String,
    /// The tenant.
    pub account_id: String,
    /// The login name.
    pub email: String,
    /// The name that colleagues see.
    pub name: String,
    /// `admin` or `agent`.
    pub role: String,
    /// The argon2 hash in PHC form; none if only tokens can be made for this agent.
    pub password_hash: Option<String>,
}

/// One business line.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Line {
    /// 24 hex digits.
    pub id: String,
    /// The tenant.
    pub account_id: String,
    /// The Cloud API's id.
    pub phone_number_id: String,
    /// The WhatsApp business account.
    pub waba_id: String,
    /// What it is called.
    pub display_name: String,
    /// As people write it.
    pub display_phone: String,
    /// Whether it may send.
    pub is_active: bool,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// Milliseconds since 1970.
    pub updated_at: i64,
    /// Messages sent on it.
    pub sent: i64,
    /// Messages received on it.
    pub received: i64,
}

impl Database {
    /// Whether there is any account.
    pub async fn has_accounts(&self) -> Result<bool, DatabaseError> {
        Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM accounts)").fetch_one(&self.pool).await?)
    }

    /// Whether this account exists.
    pub async fn account_exists(&self, id: &str) -> Result<bool, DatabaseError> {
        let exists = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM accounts WHERE id = ?)").bind(id);
        Ok(exists.fetch_one(&self.pool).await?)
    }

    /// The agent with this e-mail, in any letter case.
    pub async fn agent(&self, email: &str) -> Result<Option<Agent>, DatabaseError> {
        let agent = sqlx::query_as(
            "SELECT id, account_id, email, name, role, password_hash FROM agents WHERE email = ? COLLATE NOCASE",
        );
        Ok(agent.bind(email.trim()).fetch_optional(&self.pool).await?)
    }

    /// An account's agents, the oldest first.
    pub async fn agents(&self, account: &str) -> Result<Vec<Agent>, DatabaseError> {
        let agents = sqlx::query_as(
            "SELECT id, account_id, email, name, role, password_hash FROM agents WHERE account_id = ? ORDER BY rowid",
        );
        Ok(agents.bind(account).fetch_all(&self.pool).await?)
    }

    /// Makes another agent of an account (role `admin` or `agent`), who may log in with this password; `None` if the
    /// e-mail is taken.
    pub async fn create_agent(
        &self,
        account: &str,
        name: &str,
        email: &str,
        role: &str,
        password: &SecretString,
    ) -> Result<Option<Agent>, DatabaseError> {
        let hash = passwords::hash(password)?;
        let now = now_ms();
        let agent = sqlx::query_as(
            "INSERT INTO agents (id, account_id, email, name, role, password_hash, created_at)
             VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (email) DO NOTHING
             RETURNING id, account_id, email, name, role, password_hash",
        );
        let agent = agent.bind(oid::new(now)).bind(account).bind(email.trim()).bind(name.trim()).bind(role);
        Ok(agent.bind(hash).bind(now).fetch_optional(&self.pool).await?)
    }

    /// The first agent of the database: the one whom the demo opens its inbox for.
    pub async fn first_agent(&self) -> Result<Option<Agent>, DatabaseError> {
        let agent = sqlx::query_as(
            "SELECT id, account_id, email, name, role, password_hash FROM agents ORDER BY rowid LIMIT 1",
        );
        Ok(agent.fetch_optional(&self.pool).await?)
    }

    /// Makes an account with one agent of role `admin`, who may log in with this password; gives the account's id.
    pub async fn create_account(
        &self,
        name: &str,
        email: &str,
        password: &SecretString,
    ) -> Result<String, DatabaseError> {
        let hash = passwords::hash(password)?;
        let now = now_ms();
        let account = oid::new(now);
        let mut tx = self.write().await?;
        sqlx::query("INSERT INTO accounts (id, name, created_at) VALUES (?, ?, ?)")
            .bind(&account)
            .bind(name)
            .bind(now)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "INSERT INTO agents (id, account_id, email, name, role, password_hash, created_at)
             VALUES (?, ?, ?, ?, 'admin', ?, ?)",
        )
        .bind(oid::new(now))
        .bind(&account)
        .bind(email.trim())
        .bind(name)
        .bind(hash)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(account)
    }

    /// Gives an agent another password; false if there is no such agent.
    pub async fn set_password(&self, email: &str, password: &SecretString) -> Result<bool, DatabaseError> {
        let hash = passwords::hash(password)?;
        let done = sqlx::query("UPDATE agents SET password_hash = ? WHERE email = ? COLLATE NOCASE")
            .bind(hash)
            .bind(email.trim())
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Adds a business line to an account, or renames the one with this `phone_number_id`; false if that is another
    /// account's.
    pub async fn put_line(
        &self,
        account: &str,
        phone_number_id: &str,
        waba_id: &str,
        display_name: &str,
        display_phone: &str,
    ) -> Result<bool, DatabaseError> {
        let now = now_ms();
        let put = sqlx::query(
            "INSERT INTO lines (id, account_id, phone_number_id, waba_id, display_name, display_phone, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)
             ON CONFLICT (phone_number_id) DO UPDATE SET waba_id = excluded.waba_id,
                 display_name = excluded.display_name, display_phone = excluded.display_phone,
                 updated_at = excluded.updated_at
             WHERE account_id = excluded.account_id",
        )
        .bind(oid::new(now))
        .bind(account)
        .bind(phone_number_id)
        .bind(waba_id)
        .bind(display_name)
        .bind(display_phone)
        .bind(now)
        .execute(&self.pool)
        .await?;
        Ok(put.rows_affected() > 0)
    }

    /// An account's lines, the oldest first.
    pub async fn lines(&self, account: &str) -> Result<Vec<Line>, DatabaseError> {
        let lines = sqlx::query_as(
            "SELECT l.*,
                 (SELECT count(*) FROM messages m WHERE m.phone_number_id = l.phone_number_id AND m.direction = 'outbound') AS sent,
                 (SELECT count(*) FROM messages m WHERE m.phone_number_id = l.phone_number_id AND m.direction = 'inbound') AS received
             FROM lines l WHERE l.account_id = ? ORDER BY l.created_at, l.id",
        );
        Ok(lines.bind(account).fetch_all(&self.pool).await?)
    }

    /// The line that an account sends from: the one named, or its first active one; `None` if there is none such.
    pub async fn sending_line(&self, account: &str, named: Option<&str>) -> Result<Option<String>, DatabaseError> {
        let line = sqlx::query_scalar(
            "SELECT phone_number_id FROM lines
             WHERE account_id = ?1 AND is_active = 1 AND (?2 IS NULL OR phone_number_id = ?2) ORDER BY created_at, id",
        );
        Ok(line.bind(account).bind(named).fetch_optional(&self.pool).await?)
    }

    /// The account that a line belongs to.
    pub async fn account_of_line(&self, phone_number_id: &str) -> Result<Option<String>, DatabaseError> {
        let account = sqlx::query_scalar("SELECT account_id FROM lines WHERE phone_number_id = ?");
        Ok(account.bind(phone_number_id).fetch_optional(&self.pool).await?)
    }
}
