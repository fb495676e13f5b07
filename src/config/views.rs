//! Views of the inbox that the user has written down: `[view.<name>]`.

use serde::{Deserialize, Serialize};

/// A view. What is not named is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct SavedView {
    /// Only conversations of one of these statuses: "open", "pending", "snoozed", "resolved", or a backend's own word.
    pub status: Vec<String>,
    /// Whose: "me", "nobody", "somebody", or an agent's name.
    pub assigned: Option<String>,
    /// Only with unread messages.
    pub unread: bool,
    /// Only where the customer waits for an answer.
    pub waiting: bool,
    /// Only on this line (phoneNumberId).
    pub line: Option<String>,
    /// Only with all of these labels.
    pub labels: Vec<String>,
    /// Only of one of these priorities.
    pub priority: Vec<String>,
    /// Only where this is found, as if it were typed into the filter.
    pub filter: Option<String>,
    /// The order.
    pub sort: ViewSort,
}

/// The order of a view.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ViewSort {
    /// The last message first.
    #[default]
    Latest,
    /// Who waits longest first.
    Waiting,
    /// Urgent first.
    Priority,
}
