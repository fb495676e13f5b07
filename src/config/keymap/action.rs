//! Everything that a key can do, each with the words that help, the palette and `switchboard keys` show.

use std::fmt;

/// Declares the actions once: variant, its group, its name in TOML and its description (the doc comment).
macro_rules! actions {
    ($( $group:ident { $( #[doc = $doc:literal] $variant:ident = $name:literal, )* } )*) => {
        /// One thing that a key, the palette or a mouse click can ask for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Action {
            $($( #[doc = $doc] $variant, )*)*
        }

        impl Action {
            /// Every action, in the order in which help shows them.
            pub const ALL: &'static [Action] = &[ $($( Action::$variant, )*)* ];

            /// Its name in the keymap: kebab-case.
            pub fn name(self) -> &'static str {
                match self { $($( Action::$variant => $name, )*)* }
            }

            /// What it does, in one line.
            pub fn description(self) -> &'static str {
                match self { $($( Action::$variant => $doc, )*)* }.trim()
            }

            /// The heading under which help shows it.
            pub fn group(self) -> Group {
                match self { $($( Action::$variant => Group::$group, )*)* }
            }
        }
    };
}

actions! {
    Move {
        /// Move down by one
        Down = "down",
        /// Move up by one
        Up = "up",
        /// Move down by a page
        PageDown = "page-down",
        /// Move up by a page
        PageUp = "page-up",
        /// Move down by half a page
        HalfPageDown = "half-page-down",
        /// Move up by half a page
        HalfPageUp = "half-page-up",
        /// Go to the first
        Top = "top",
        /// Go to the last
        Bottom = "bottom",
        /// Focus the next pane
        FocusNext = "focus-next",
        /// Focus the previous pane
        FocusPrevious = "focus-previous",
        /// Open what is selected, or go into it
        Open = "open",
        /// Leave, close or cancel; a draft is kept
        Back = "back",
        /// Open the next conversation with unread messages
        NextUnread = "next-unread",
        /// Go back to the conversation that was open before
        VisitBack = "visit-back",
        /// Go forward again after going back
        VisitForward = "visit-forward",
    }
    Find {
        /// Filter the list; in a thread, search in it
        Filter = "filter",
        /// Search in the messages of all conversations
        Search = "search",
        /// Go to the next hit
        SearchNext = "search-next",
        /// Go to the previous hit
        SearchPrevious = "search-previous",
        /// Go to any conversation by name or phone
        GoTo = "go-to",
        /// Choose a view of the list
        Views = "views",
        /// Show every conversation
        ViewAll = "view-all",
        /// Show my conversations
        ViewMine = "view-mine",
        /// Show what nobody answers
        ViewUnassigned = "view-unassigned",
        /// Show what is unread
        ViewUnread = "view-unread",
        /// Show who waits for an answer, the longest first
        ViewWaiting = "view-waiting",
        /// Show the next view
        ViewNext = "view-next",
        /// Show the previous view
        ViewPrevious = "view-previous",
        /// Sort the list by last message, waiting time or priority
        Sort = "sort",
        /// Mark the selected conversation for what is done with several at once
        Mark = "mark",
        /// Mark every conversation that the list shows
        MarkAll = "mark-all",
        /// Take all marks away
        Unmark = "unmark",
        /// Show every command with its key
        Palette = "palette",
        /// Switch to another profile; this one runs on behind it
        Profiles = "profiles",
    }
    Read {
        /// Load older messages
        LoadOlder = "load-older",
        /// Fetch again what a gap may have missed
        FetchGap = "fetch-gap",
        /// Show or hide the details of the contact
        ToggleDetails = "toggle-details",
        /// Copy the text of the selected message
        CopyText = "copy-text",
        /// Select the message above
        MessageUp = "message-up",
        /// Select the message below
        MessageDown = "message-down",
        /// Copy the id of the selected message
        CopyMessageId = "copy-message-id",
        /// Copy the id of the conversation
        CopyConversationId = "copy-conversation-id",
        /// Copy the customer's phone
        CopyPhone = "copy-phone",
        /// Open a link of the selected message, or of the conversation
        OpenLink = "open-link",
        /// Write the conversation to a file: text, Markdown or JSON
        Export = "export",
        /// Keep the file of this message
        SaveFile = "save-file",
        /// Open the file of this message
        OpenFile = "open-file",
        /// Look at the picture of this message
        ViewPicture = "view-picture",
        /// Mark the conversation as unread
        MarkUnread = "mark-unread",
        /// Say that the selected unrouted message belongs to the open conversation
        BelongsHere = "belongs-here",
    }
    Answer {
        /// Reply to the customer
        Reply = "reply",
        /// Write a note to the team; the customer never sees it
        Note = "note",
        /// Send what is written
        Send = "send",
        /// Begin a new line
        NewLine = "new-line",
        /// Write in your editor ($VISUAL or $EDITOR)
        Editor = "editor",
        /// Take the emoji or canned reply that is offered
        Complete = "complete",
        /// Send a WhatsApp template
        Templates = "templates",
        /// Quote the selected message in the reply
        Quote = "quote",
        /// React to the selected message with an emoji, or take it back
        React = "react",
        /// Put this message into a note
        ForwardToNote = "forward-to-note",
        /// Send a file
        Attach = "attach",
        /// Take the file or the quote out of the reply, or stop an upload or download
        DropOrStop = "drop-or-stop",
        /// Choose, change or delete a canned reply
        Replies = "replies",
        /// Keep what is written as a canned reply
        KeepReply = "keep-reply",
        /// Send a waiting or unconfirmed reply again
        RetrySend = "retry-send",
        /// Take a waiting or unconfirmed reply back into the composer
        TakeBack = "take-back",
        /// Throw a waiting or unconfirmed reply away; asks first
        DiscardSend = "discard-send",
        /// Show what waits to be sent, in all conversations
        Queue = "queue",
    }
    Handle {
        /// Resolve (this or the marked ones)
        Resolve = "resolve",
        /// Reopen (this or the marked ones)
        Reopen = "reopen",
        /// Set to pending (this or the marked)
        SetPending = "set-pending",
        /// Snooze until a time (this or the marked)
        Snooze = "snooze",
        /// Assign to an agent (this or the marked)
        Assign = "assign",
        /// Take, unless somebody has it
        Take = "take",
        /// Release: nobody has it then
        Release = "release",
        /// Put labels on, or take them off
        Labels = "labels",
        /// Set the priority
        Priority = "priority",
        /// Undo the last of these changes
        UndoChange = "undo-change",
        /// Mute, or let it ring again
        Mute = "mute",
    }
    Edit {
        /// Go to the beginning of the line
        LineStart = "line-start",
        /// Go to the end of the line
        LineEnd = "line-end",
        /// Delete what is chosen
        Delete = "delete",
        /// Delete the word before the cursor
        DeleteWord = "delete-word",
        /// Delete to the beginning of the line
        DeleteToLineStart = "delete-to-line-start",
        /// Delete to the end of the line
        DeleteToLineEnd = "delete-to-line-end",
        /// Put back what was deleted last
        PutBack = "put-back",
        /// Undo the last change of the text
        Undo = "undo",
        /// Redo what was undone
        Redo = "redo",
    }
    Look {
        /// Show or hide the traffic panel: each event, and why it was routed where it was
        Traffic = "traffic",
        /// Show the traffic panel on the whole screen, or as a panel again
        TrafficFullScreen = "traffic-full-screen",
        /// Show in lists how long ago something was, or when
        RelativeTimes = "relative-times",
        /// Show the keys
        Help = "help",
        /// Choose a theme while looking at it
        Themes = "themes",
        /// Make the pane with the focus wider
        Widen = "widen",
        /// Make the pane with the focus narrower
        Narrow = "narrow",
        /// Show the thread alone, without borders and mouse, to select text
        BareView = "bare-view",
        /// Use the mouse, or leave it to the terminal
        ToggleMouse = "toggle-mouse",
        /// Draw the screen anew
        Redraw = "redraw",
    }
    Traffic {
        /// Show the events of the traffic panel
        ViewEvents = "view-events",
        /// Show the rooms: wanted, join sent, acknowledged, proved by traffic
        ViewRooms = "view-rooms",
        /// Show the handshakes, and what the token says of itself
        ViewHandshake = "view-handshake",
        /// Show what REST has and no event brought, and the opposite
        ViewDrift = "view-drift",
        /// Show the messages that came more than once
        ViewRepeats = "view-repeats",
        /// Show how long each step of the way takes
        ViewLatency = "view-latency",
        /// Show counts and rates
        ViewCounts = "view-counts",
        /// Show the diagnosis in words
        ViewFindings = "view-findings",
        /// Show the next view of the traffic panel
        NextView = "next-view",
        /// Show the previous view of the traffic panel
        PreviousView = "previous-view",
        /// Inspect the payload of the chosen event value by value, or stop that
        InspectPayload = "inspect-payload",
        /// Pause the events; they gather meanwhile
        PauseEvents = "pause-events",
        /// Mark the chosen event, or take the mark away
        MarkEvent = "mark-event",
        /// Go to the next marked event
        NextMarked = "next-marked-event",
        /// Show only events of the chosen one's name, or all again
        OnlyName = "only-this-event",
        /// Show only events of the chosen one's conversation, or all again
        OnlyConversation = "only-this-conversation",
        /// Show only events of the chosen one's verdict, or all again
        OnlyVerdict = "only-this-verdict",
        /// Show all events again
        ShowAll = "show-all-events",
        /// Copy the JSON pointer of the chosen value
        CopyPointer = "copy-pointer",
        /// Use the pointer of the chosen value for something: writes a dialect file
        UsePointer = "use-pointer",
        /// Write the shown events to a file: NDJSON, HAR or a report
        ExportTraffic = "export-traffic",
        /// Put an event in, or try a join
        InjectEvent = "inject-event",
    }
    Program {
        /// Connect again at once and fetch what was missed
        Reconnect = "reconnect",
        /// Answer the question with yes
        Confirm = "confirm",
        /// Answer the question with no
        Decline = "decline",
        /// In a replay: let the next thing happen
        ReplayStep = "replay-step",
        /// In a replay: stop, or go on
        ReplayPause = "replay-pause",
        /// Suspend the program; `fg` brings it back
        Suspend = "suspend",
        /// Leave the program; asks first if a text would be lost
        Quit = "quit",
    }
}

/// The headings of the help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Moving about.
    Move,
    /// Finding conversations, messages and commands.
    Find,
    /// Reading a conversation.
    Read,
    /// Answering the customer.
    Answer,
    /// What becomes of a conversation.
    Handle,
    /// Editing text in the composer and in prompts.
    Edit,
    /// Changing what the screen shows.
    Look,
    /// The traffic panel.
    Traffic,
    /// The program and its connection.
    Program,
}

impl Group {
    /// Every group, in the order of the help.
    pub const ALL: [Group; 9] = [
        Group::Move,
        Group::Find,
        Group::Read,
        Group::Answer,
        Group::Handle,
        Group::Edit,
        Group::Look,
        Group::Traffic,
        Group::Program,
    ];

    /// Its heading.
    pub fn title(self) -> &'static str {
        match self {
            Group::Move => "Moving",
            Group::Find => "Finding",
            Group::Read => "Reading",
            Group::Answer => "Answering",
            Group::Handle => "The conversation",
            Group::Edit => "Editing text",
            Group::Look => "The screen",
            Group::Traffic => "The traffic panel",
            Group::Program => "The program",
        }
    }
}

impl Action {
    /// The action of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
