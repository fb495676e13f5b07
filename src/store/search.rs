//! Words in the cached messages, in any script.
//!
//! Text and query are folded alike (`text::search_fold`). Words of three characters or more are looked up in the index
//! of three-character pieces; shorter ones (most words of Chinese or Japanese, an emoji) have no piece of their own and
//! are looked for in the texts themselves, newest first.

use std::collections::HashMap;

use sqlx::{AssertSqlSafe, SqliteConnection};

use super::command::Hit;
use super::{StoredConversation, cache, snippet};
use crate::chat::{Id, Message};
use crate::text::search_fold;

/// More words than anybody types.
const MOST_TERMS: usize = 16;

/// The shortest word that the index knows, in characters.
const PIECE: usize = 3;

/// The messages in which every word of the query stands, newest first.
pub(super) async fn find(
    conn: &mut SqliteConnection,
    query: &str,
    within: Option<&Id>,
    limit: u32,
) -> Result<Vec<Hit>, sqlx::Error> {
    let terms: Vec<String> =
        search_fold(query).replace('\0', " ").split_whitespace().take(MOST_TERMS).map(str::to_owned).collect();
    let (long, short): (Vec<&String>, Vec<&String>) =
        terms.iter().partition(|term| term.chars().nth(PIECE - 1).is_some());
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = "SELECT m.conversation, m.json FROM messages m".to_owned();
    if long.is_empty() {
        sql.push_str(" WHERE m.words IS NOT NULL");
    } else {
        sql.push_str(" JOIN found ON found.rowid = m.seq WHERE found MATCH ?");
    }
    for _ in &short {
        sql.push_str(" AND instr(m.words, ?) > 0");
    }
    if within.is_some() {
        sql.push_str(" AND m.conversation = ?");
    }
    sql.push_str(" ORDER BY m.at DESC, m.seq DESC LIMIT ?");
    let mut rows = sqlx::query_as::<_, (String, String)>(AssertSqlSafe(sql));
    if !long.is_empty() {
        let quoted: Vec<String> = long.iter().map(|term| format!("\"{}\"", term.replace('"', "\"\""))).collect();
        rows = rows.bind(quoted.join(" "));
    }
    for term in short {
        rows = rows.bind(term.clone());
    }
    if let Some(within) = within {
        rows = rows.bind(within.as_str().to_owned());
    }
    let found = rows.bind(limit).fetch_all(&mut *conn).await?;
    let mut known: HashMap<Id, Option<StoredConversation>> = HashMap::new();
    let mut hits = Vec::with_capacity(found.len());
    for (conversation, json) in found {
        let Some(mut hit) = hit(conversation, &json, &terms) else { continue };
        if !known.contains_key(&hit.conversation) {
            known.insert(hit.conversation.clone(), cache::one(conn, &hit.conversation).await?);
        }
        hit.row = known.get(&hit.conversation).cloned().flatten().map(Box::new);
        hits.push(hit);
    }
    Ok(hits)
}

fn hit(conversation: String, json: &str, terms: &[String]) -> Option<Hit> {
    let message: Message = serde_json::from_str(json).ok()?;
    Some(Hit {
        conversation: Id::new(conversation),
        row: None,
        direction: message.direction,
        at: message.created_at.or(message.sent_at),
        snippet: snippet::around(&message.text().unwrap_or_default(), terms),
        ids: message.ids,
    })
}
