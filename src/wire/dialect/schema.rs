//! The documentation of dialect files, made of the types that read them: a JSON Schema, and a page to read.

use serde_json::{Map, Value};

use super::Dialect;

/// The JSON Schema of a dialect file.
pub fn schema() -> Value {
    schemars::schema_for!(Dialect).to_value()
}

/// The page to read: every table with its keys.
pub fn markdown() -> String {
    let schema = schema();
    let mut page = String::from(
        "# Dialect files\n\n\
         <!-- Made by `switchboard dialect schema --format md`. -->\n\n\
         A dialect says how one backend spells all that an inbox needs. It is a TOML file: \
         `<config directory>/dialects/NAME.toml` adds the dialect `NAME`, or goes before the shipped one of that name. \
         `switchboard dialect show reference` prints one to begin with, `switchboard dialect check FILE` says what is \
         wrong with one and where, `switchboard dialect probe URL` proposes one.\n\n\
         With `extends`, a file says only what differs: its tables go over those of the other dialect, lists replace \
         lists (`events` are replaced name by name), and `table = false` takes a table away. What is required below is \
         required of the whole.\n\n\
         Values in quotes that begin with a slash are JSON pointers; `/a || /b` takes the first that is there; `.` is \
         the whole. Ids are texts, always: a number keeps all its digits.\n",
    );
    let definitions = schema.get("$defs").and_then(Value::as_object).cloned().unwrap_or_default();
    section(&mut page, "The file", &schema);
    for (name, definition) in &definitions {
        section(&mut page, name, definition);
    }
    page
}

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// One table, or one set of words.
fn section(page: &mut String, name: &str, definition: &Value) {
    page.push_str(&format!("\n## {name}\n\n"));
    let about = one_line(text(definition, "description"));
    if !about.is_empty() {
        page.push_str(&format!("{about}\n"));
    }
    if let Some(fields) = definition.get("properties").and_then(Value::as_object) {
        table(page, definition, fields);
        return;
    }
    let words = words(definition);
    if !words.is_empty() {
        page.push_str(&format!("\nOne of: {}.\n", words.join("; ")));
    }
}

fn table(page: &mut String, definition: &Value, fields: &Map<String, Value>) {
    let required: Vec<&str> = definition
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    page.push_str("\n| key | value | meaning |\n|---|---|---|\n");
    for (name, field) in fields {
        let must = if required.contains(&name.as_str()) { " (required)" } else { "" };
        let about = one_line(text(field, "description")).replace('|', "\\|");
        page.push_str(&format!("| `{name}` | {}{must} | {about} |\n", kind(field)));
    }
}

/// The words of an enumeration, each with its meaning where it has one.
fn words(definition: &Value) -> Vec<String> {
    let said = |value: &Value| value.as_str().map(|word| format!("`{word}`"));
    let mut words: Vec<String> =
        definition.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(said).collect();
    for one in definition.get("oneOf").and_then(Value::as_array).into_iter().flatten() {
        if let Some(word) = one.get("const").and_then(said) {
            words.push(format!("{word} ({})", one_line(text(one, "description")).trim_end_matches('.')));
        }
        words.extend(one.get("enum").and_then(Value::as_array).into_iter().flatten().filter_map(said));
    }
    words
}

/// What a field holds, with a link to the table that explains it.
fn kind(field: &Value) -> String {
    if let Some(name) = text(field, "$ref").rsplit('/').next().filter(|name| !name.is_empty()) {
        return format!("[{name}](#{})", name.to_lowercase());
    }
    for several in ["anyOf", "oneOf", "allOf"] {
        if let Some(kinds) = field.get(several).and_then(Value::as_array) {
            let kinds: Vec<String> =
                kinds.iter().filter(|kind| text(kind, "type") != "null").map(kind_of_one).collect();
            return kinds.join(" or ");
        }
    }
    kind_of_one(field)
}

fn kind_of_one(field: &Value) -> String {
    if field.get("$ref").is_some() {
        return kind(field);
    }
    let name = match field.get("type") {
        Some(Value::String(name)) => name.as_str(),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).find(|name| *name != "null").unwrap_or(""),
        _ => "",
    };
    match name {
        "array" => format!("list of {}", field.get("items").map(kind).unwrap_or_default()),
        "object" => match field.get("additionalProperties") {
            Some(values @ Value::Object(_)) => format!("table of {}", kind(values)),
            _ => "table".to_owned(),
        },
        "integer" => "number".to_owned(),
        "boolean" => "true or false".to_owned(),
        "string" => "text".to_owned(),
        other => other.to_owned(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
