//! The keymap as a table for people and programs: `switchboard keys`, and the README.

use std::fmt::Write as _;

use super::{Action, Context, Keymap};

/// How to write the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeysFormat {
    /// Plain columns.
    Text,
    /// Markdown tables.
    Markdown,
    /// One JSON array of `{context, keys, action, description}`.
    Json,
}

impl Keymap {
    /// The whole keymap in `format`, with a newline at its end.
    pub fn to_table(&self, format: KeysFormat) -> String {
        if format == KeysFormat::Json {
            return self.to_json();
        }
        let mut out = String::new();
        for context in Context::ALL {
            let rows: Vec<(Action, Vec<String>)> = self.rows(context);
            if rows.is_empty() {
                continue;
            }
            if !out.is_empty() {
                out.push('\n');
            }
            // Writing to a String cannot fail.
            let _ = match format {
                KeysFormat::Markdown => write!(
                    out,
                    "**{}** (`[keys.{}]`)\n\n| key | action | what it does |\n|---|---|---|\n",
                    context.title(),
                    context.name()
                ),
                _ => writeln!(out, "{} [keys.{}]", context.title(), context.name()),
            };
            for (action, keys) in rows {
                let _ = match format {
                    KeysFormat::Markdown => {
                        let keys: Vec<String> =
                            keys.iter().map(|key| format!("`{}`", key.replace('|', "\\|"))).collect();
                        writeln!(out, "| {} | `{}` | {} |", keys.join(" "), action.name(), action.description())
                    }
                    _ => writeln!(out, "  {:<22} {:<22} {}", keys.join("  "), action.name(), action.description()),
                };
            }
        }
        out
    }

    fn rows(&self, context: Context) -> Vec<(Action, Vec<String>)> {
        Action::ALL
            .iter()
            .map(|action| {
                let held = self.bindings().iter().filter(|held| held.context == context && held.action == *action);
                (*action, held.map(|held| held.keys.to_string()).collect::<Vec<_>>())
            })
            .filter(|(_, keys)| !keys.is_empty())
            .collect()
    }

    fn to_json(&self) -> String {
        let rows: Vec<serde_json::Value> = Context::ALL
            .into_iter()
            .flat_map(|context| self.rows(context).into_iter().map(move |row| (context, row)))
            .map(|(context, (action, keys))| {
                serde_json::json!({
                    "context": context.name(),
                    "keys": keys,
                    "action": action.name(),
                    "description": action.description(),
                })
            })
            .collect();
        format!("{:#}\n", serde_json::Value::Array(rows))
    }
}
