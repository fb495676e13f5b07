//! What agents send again and again: canned replies, and WhatsApp templates.

use super::{Database, DatabaseError, now_ms, oid};

/// A reply that the whole team can use.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct CannedReply {
    /// 24 hex digits.
    pub id: String,
    /// What is typed to find it.
    pub shortcut: String,
    /// Its text, with placeholders as the inbox knows them: `{name}`.
    pub text: String,
    /// Milliseconds since 1970.
    pub updated_at: i64,
}

/// A template as WhatsApp knows it.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Template {
    /// 24 hex digits.
    pub id: String,
    /// Its name, `order_update`.
    pub name: String,
    /// Its language, `en_US`.
    pub language: String,
    /// `utility`, `marketing` or `authentication`.
    pub category: String,
    /// `approved`, `pending`, `rejected` or `paused`; only an approved one can be sent.
    pub status: String,
    /// Why it is rejected or paused.
    pub reason: Option<String>,
    /// Its text, with `{{1}}`, `{{2}}` … to be filled.
    pub body: String,
    /// Milliseconds since 1970.
    pub updated_at: i64,
}

impl Template {
    /// How many values it wants.
    pub fn params(&self) -> usize {
        (1..=64).rev().find(|number| self.body.contains(&format!("{{{{{number}}}}}"))).unwrap_or_default()
    }

    /// Its text with the values filled in.
    pub fn filled(&self, params: &[String]) -> String {
        // Values are put in one after the other from the text's start, so that a value is never taken for a place.
        let mut filled = String::new();
        let mut rest = self.body.as_str();
        while let Some((before, after)) = rest.split_once("{{") {
            filled.push_str(before);
            let place = after.split_once("}}").and_then(|(number, after)| Some((number.parse::<usize>().ok()?, after)));
            match place.and_then(|(number, after)| Some((params.get(number.checked_sub(1)?)?, after))) {
                Some((value, after)) => {
                    filled.push_str(value);
                    rest = after;
                }
                None => {
                    filled.push_str("{{");
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        filled
    }
}

impl Database {
    /// An account's canned replies, by shortcut.
    pub async fn canned_replies(&self, account: &str) -> Result<Vec<CannedReply>, DatabaseError> {
        let all = sqlx::query_as(
            "SELECT id, shortcut, text, updated_at FROM canned_replies WHERE account_id = ? ORDER BY shortcut",
        );
        Ok(all.bind(account).fetch_all(&self.pool).await?)
    }

    /// Keeps a canned reply under its shortcut, in the place of the one that has it.
    pub async fn put_canned_reply(
        &self,
        account: &str,
        shortcut: &str,
        text: &str,
    ) -> Result<CannedReply, DatabaseError> {
        let now = now_ms();
        let put = sqlx::query_as(
            "INSERT INTO canned_replies (id, account_id, shortcut, text, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?5)
             ON CONFLICT (account_id, shortcut) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at
             RETURNING id, shortcut, text, updated_at",
        );
        Ok(put.bind(oid::new(now)).bind(account).bind(shortcut).bind(text).bind(now).fetch_one(&self.pool).await?)
    }

    /// Removes a canned reply; false if there is none such.
    pub async fn remove_canned_reply(&self, account: &str, id: &str) -> Result<bool, DatabaseError> {
        let gone = sqlx::query("DELETE FROM canned_replies WHERE account_id = ? AND id = ?");
        Ok(gone.bind(account).bind(id).execute(&self.pool).await?.rows_affected() > 0)
    }

    /// An account's templates, by name and language.
    pub async fn templates(&self, account: &str) -> Result<Vec<Template>, DatabaseError> {
        let all = sqlx::query_as("SELECT * FROM templates WHERE account_id = ? ORDER BY name, language");
        Ok(all.bind(account).fetch_all(&self.pool).await?)
    }

    /// Keeps a template, in the place of the one with this name and language.
    pub async fn put_template(&self, account: &str, template: &Template) -> Result<(), DatabaseError> {
        let now = now_ms();
        sqlx::query(
            "INSERT INTO templates (id, account_id, name, language, category, status, reason, body, updated_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (account_id, name, language) DO UPDATE SET category = excluded.category,
                 status = excluded.status, reason = excluded.reason, body = excluded.body,
                 updated_at = excluded.updated_at",
        )
        .bind(oid::new(now))
        .bind(account)
        .bind(&template.name)
        .bind(&template.language)
        .bind(&template.category)
        .bind(&template.status)
        .bind(template.reason.as_deref())
        .bind(&template.body)
        .bind(now)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_from_left_to_right_and_once() {
        let template = Template {
            id: String::new(),
            name: "x".into(),
            language: "en".into(),
            category: "utility".into(),
            status: "approved".into(),
            reason: None,
            body: "Hi {{1}}, {{2}} of {{1}} {{x}} {{".into(),
            updated_at: 0,
        };
        assert_eq!(template.params(), 2);
        assert_eq!(template.filled(&["{{2}}".into(), "b".into()]), "Hi {{2}}, b of {{2}} {{x}} {{");
    }
}
