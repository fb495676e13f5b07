//! Where a key is pressed: what it means depends on what has the focus.

/// A set of bindings that holds while something has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Context {
    /// Everywhere, also while text is typed.
    Global,
    /// Wherever no text is typed.
    Browse,
    /// The list of conversations.
    List,
    /// The open thread.
    Thread,
    /// The details of the contact.
    Details,
    /// The traffic panel.
    Traffic,
    /// The composer of replies and notes.
    Composer,
    /// The composer while it offers an emoji or a canned reply.
    Completion,
    /// A line to type into, with what it finds below: filter, go to, palette.
    Prompt,
    /// The help.
    Help,
    /// A question that wants yes or no.
    Dialog,
}

impl Context {
    /// Every context, in the order in which `switchboard keys` shows them.
    pub const ALL: [Context; 11] = [
        Context::Global,
        Context::Browse,
        Context::List,
        Context::Thread,
        Context::Details,
        Context::Traffic,
        Context::Composer,
        Context::Completion,
        Context::Prompt,
        Context::Help,
        Context::Dialog,
    ];

    /// Its name in the keymap: `[keys.<name>]`.
    pub fn name(self) -> &'static str {
        match self {
            Context::Global => "global",
            Context::Browse => "browse",
            Context::List => "list",
            Context::Thread => "thread",
            Context::Details => "details",
            Context::Traffic => "traffic",
            Context::Composer => "composer",
            Context::Completion => "completion",
            Context::Prompt => "prompt",
            Context::Help => "help",
            Context::Dialog => "dialog",
        }
    }

    /// When it holds, in words.
    pub fn title(self) -> &'static str {
        match self {
            Context::Global => "Everywhere",
            Context::Browse => "Wherever no text is typed",
            Context::List => "In the list",
            Context::Thread => "In the thread",
            Context::Details => "In the details",
            Context::Traffic => "In the traffic panel",
            Context::Composer => "In the composer",
            Context::Completion => "While the composer offers something",
            Context::Prompt => "In a prompt",
            Context::Help => "In the help",
            Context::Dialog => "In a question",
        }
    }

    /// The context of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|context| context.name() == name)
    }

    /// Whether a bare character is text here, and so never a command.
    pub fn takes_text(self) -> bool {
        matches!(self, Context::Global | Context::Composer | Context::Completion | Context::Prompt | Context::Help)
    }

    /// The contexts that hold while this one has the focus, innermost first: the argument of
    /// [`Keymap::lookup`](super::Keymap::lookup).
    pub fn stack(self) -> &'static [Context] {
        match self {
            Context::Global => &[Context::Global],
            Context::Browse => &[Context::Browse, Context::Global],
            Context::List => &[Context::List, Context::Browse, Context::Global],
            Context::Thread => &[Context::Thread, Context::Browse, Context::Global],
            Context::Details => &[Context::Details, Context::Browse, Context::Global],
            Context::Traffic => &[Context::Traffic, Context::Browse, Context::Global],
            Context::Composer => &[Context::Composer, Context::Global],
            Context::Completion => &[Context::Completion, Context::Composer, Context::Global],
            Context::Prompt => &[Context::Prompt, Context::Global],
            Context::Help => &[Context::Help, Context::Global],
            Context::Dialog => &[Context::Dialog, Context::Global],
        }
    }
}
