//! A dialect file out of one pointer: the user shows where a value stands, and what it is.

use toml::{Table, Value};

/// What a pointer can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// An id of the conversation, the first to be tried.
    ConversationId,
    /// What a web page compares with the contact that it shows.
    Broadcast,
    /// The message inside the payload.
    Message,
    /// The message's own id.
    MessageId,
    /// The channel's id of the message.
    ChannelId,
    /// The customer's phone.
    Phone,
    /// The message's text.
    Text,
    /// When the message was made.
    CreatedAt,
    /// When the event was emitted.
    Emitted,
}

/// One use, with its words.
#[derive(Clone, Copy, Debug)]
pub struct Use {
    /// What for.
    pub field: Field,
    /// In words.
    pub about: &'static str,
}

/// Every use, in the order in which they are offered.
pub const USES: [Use; 9] = [
    Use { field: Field::ConversationId, about: "the id of the conversation" },
    Use { field: Field::Broadcast, about: "the id that a web page compares (broadcastConversationId)" },
    Use { field: Field::Message, about: "the message inside this event" },
    Use { field: Field::MessageId, about: "the id of the message" },
    Use { field: Field::ChannelId, about: "the channel's id of the message" },
    Use { field: Field::Phone, about: "the customer's phone" },
    Use { field: Field::Text, about: "the text of the message" },
    Use { field: Field::CreatedAt, about: "the time of the message" },
    Use { field: Field::Emitted, about: "the time of the event" },
];

/// The name of the dialect that mends another one.
pub fn mended_name(base: &str) -> String {
    if base.ends_with("-mended") { base.to_owned() } else { format!("{base}-mended") }
}

/// The text of a dialect file that extends `base`, whose whole text is `text`, by one use of one pointer (seen from the
/// event's payload). `before` is the file as it stands, if there is one: what it says stays.
///
/// # Errors
/// One of the texts is no TOML, or the pointer cannot be used so; in words.
pub fn patch(
    base: &str,
    text: &str,
    before: Option<&str>,
    event: &str,
    field: Field,
    pointer: &str,
) -> Result<String, String> {
    let whole: Table = text.parse().map_err(|error| format!("the dialect {base} cannot be read: {error}"))?;
    let mut mended: Table = match before {
        Some(before) => before.parse().map_err(|error| format!("the file as it stands cannot be read: {error}"))?,
        None => Table::new(),
    };
    mended.entry("name").or_insert_with(|| Value::from(mended_name(base)));
    mended.entry("about").or_insert_with(|| Value::from(format!("{base}, mended from the traffic panel")));
    if mended_name(base) != base {
        mended.entry("extends").or_insert_with(|| Value::from(base));
    }
    match field {
        Field::ConversationId => {
            first_of(event_table(&whole, &mut mended, event)?, "ids", pointer);
        }
        Field::Broadcast => prefer(event_table(&whole, &mut mended, event)?, "broadcast", pointer),
        Field::Message => prefer(event_table(&whole, &mut mended, event)?, "message", pointer),
        Field::Emitted => prefer(event_table(&whole, &mut mended, event)?, "emitted", pointer),
        Field::MessageId => in_message(&whole, &mut mended, event, &["message", "id"], pointer)?,
        Field::ChannelId => in_message(&whole, &mut mended, event, &["message", "channel_id"], pointer)?,
        Field::Phone => in_message(&whole, &mut mended, event, &["message", "phone"], pointer)?,
        Field::Text => in_message(&whole, &mut mended, event, &["message", "content", "text"], pointer)?,
        Field::CreatedAt => in_message(&whole, &mut mended, event, &["message", "created_at"], pointer)?,
    }
    toml::to_string_pretty(&mended).map_err(|error| error.to_string())
}

/// The event's description in the file: as it stands there, or copied from the dialect, or a new one.
fn event_table<'m>(whole: &Table, mended: &'m mut Table, event: &str) -> Result<&'m mut Table, String> {
    let names = |table: &Table| {
        let names = table.get("names").and_then(Value::as_array);
        names.is_some_and(|names| names.iter().any(|name| name.as_str() == Some(event)))
    };
    let known = whole.get("events").and_then(Value::as_array).into_iter().flatten();
    let copy = known.filter_map(Value::as_table).find(|table| names(table)).cloned();
    let fresh = copy.unwrap_or_else(|| {
        let mut table = Table::new();
        table.insert("kind".to_owned(), Value::from("message"));
        table.insert("message".to_owned(), Value::from("/message || ."));
        table
    });
    let events = mended.entry("events").or_insert_with(|| Value::Array(Vec::new()));
    let events = events.as_array_mut().ok_or("`events` in the file is no list")?;
    if !events.iter().filter_map(Value::as_table).any(names) {
        let mut table = fresh;
        table.insert("names".to_owned(), Value::Array(vec![Value::from(event)]));
        events.push(Value::Table(table));
    }
    events.iter_mut().filter_map(Value::as_table_mut).find(|table| names(table)).ok_or_else(String::new)
}

/// Puts a pointer first into a list.
fn first_of(table: &mut Table, key: &str, pointer: &str) {
    let list = table.entry(key).or_insert_with(|| Value::Array(Vec::new()));
    if let Some(list) = list.as_array_mut() {
        list.retain(|known| known.as_str() != Some(pointer));
        list.insert(0, Value::from(pointer));
    }
}

/// Puts a pointer before the alternatives: `/new || /old`.
fn prefer(table: &mut Table, key: &str, pointer: &str) {
    let old = table.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let others = old.split("||").map(str::trim).filter(|known| !known.is_empty() && *known != pointer);
    let all: Vec<&str> = std::iter::once(pointer).chain(others).collect();
    table.insert(key.to_owned(), Value::from(all.join(" || ")));
}

/// The same for a field of messages, which is seen from the message.
fn in_message(whole: &Table, mended: &mut Table, event: &str, path: &[&str], pointer: &str) -> Result<(), String> {
    let places = event_table(whole, &mut mended.clone(), event)?
        .get("message")
        .and_then(Value::as_str)
        .unwrap_or(".")
        .split("||")
        .map(|place| place.trim().to_owned())
        .collect::<Vec<_>>();
    let inside = places.iter().find_map(|place| match place.as_str() {
        "." => Some(pointer),
        place => pointer.strip_prefix(place).filter(|rest| rest.starts_with('/')),
    });
    let Some(inside) = inside else {
        return Err(format!("{pointer} does not lie in the message of {event}, which is at {}", places.join(" or ")));
    };
    let (last, above) = path.split_last().ok_or("no field")?;
    let mut old = Some(whole);
    let mut table = mended;
    for step in above {
        old = old.and_then(|table| table.get(*step)).and_then(Value::as_table);
        let next = table.entry((*step).to_owned()).or_insert_with(|| Value::Table(Table::new()));
        table = next.as_table_mut().ok_or("the file has something else in that place")?;
    }
    if !table.contains_key(*last)
        && let Some(known) = old.and_then(|table| table.get(*last))
    {
        table.insert((*last).to_owned(), known.clone());
    }
    prefer(table, last, inside);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = include_str!("../../assets/dialects/reference.toml");

    fn mended(before: Option<&str>, event: &str, field: Field, pointer: &str) -> (String, Table) {
        let text = patch("reference", BASE, before, event, field, pointer).unwrap();
        let table = text.parse().unwrap();
        (text, table)
    }

    #[test]
    fn a_pointer_becomes_the_first_choice_and_the_others_stay() {
        let (text, table) = mended(None, "new_message", Field::ConversationId, "/data/threadId");
        assert_eq!(table["name"].as_str(), Some("reference-mended"));
        assert_eq!(table["extends"].as_str(), Some("reference"));
        let event = &table["events"][0];
        assert_eq!(event["names"].as_array().unwrap().len(), 1);
        assert_eq!(event["ids"][0].as_str(), Some("/data/threadId"));
        assert_eq!(event["ids"][1].as_str(), Some("/conversationId"));
        assert_eq!(event["kind"].as_str(), Some("message"), "the rest of its description goes along");
        let (text, table) = mended(Some(&text), "new_message", Field::Text, "/message/body/words");
        assert_eq!(table["message"]["content"]["text"].as_str(), Some("/body/words || /content/text || /content/body"));
        assert_eq!(table["events"].as_array().unwrap().len(), 1, "what was there stays, and stands once");
        let (_, table) = mended(Some(&text), "conversation_update", Field::Emitted, "/at");
        assert_eq!(table["events"].as_array().unwrap().len(), 2);
        assert_eq!(table["events"][1]["emitted"].as_str(), Some("/at || /timestamp"));
    }

    #[test]
    fn an_event_that_the_dialect_does_not_know_becomes_a_message() {
        let (_, table) = mended(None, "chat:in", Field::ConversationId, "/chat");
        assert_eq!(table["events"][0]["names"][0].as_str(), Some("chat:in"));
        assert_eq!(table["events"][0]["kind"].as_str(), Some("message"));
    }

    #[test]
    fn a_value_outside_the_message_is_no_field_of_it() {
        let error = patch("reference", BASE, None, "new_message", Field::Phone, "/from").unwrap_err();
        assert_eq!(error, "/from does not lie in the message of new_message, which is at /message");
    }
}
