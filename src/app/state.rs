//! Everything that the program knows and shows.

use std::collections::HashMap;
use std::path::PathBuf;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::composer::Composer;
use super::deed::{Change, Deed};
use super::inbox::Inbox;
use super::pick::Pick;
use super::threads::ThreadView;
use crate::backend::{RestError, Session};
use crate::chat::directory::IdentityRules;
use crate::chat::thread::ParkedStatuses;
use crate::chat::window::{Window, service_window};
use crate::chat::{ConversationKey, Directory, Evidence, Id, Message};
use crate::inspect::evidence::Address;
use crate::inspect::{RoomLedger, Sightings, Timeline};
use crate::text::Clean;
use crate::wire::{Dialect, Identity, Line, Offers, Viewer};

/// The part of the screen that keys go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Hash)]
pub enum Focus {
    /// The list of conversations.
    #[default]
    List,
    /// The open thread.
    Thread,
    /// Where the agent writes.
    Composer,
    /// The filter line of the list.
    Filter,
    /// The details of the contact.
    Details,
    /// The traffic panel.
    Traffic,
}

/// What lies over the screen and takes all keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// The first start: what this is.
    Welcome,
    /// The keys, searchable, scrolled by so many lines.
    Help {
        /// What is searched for.
        search: String,
        /// First line shown.
        scroll: usize,
    },
    /// Every action, found by typing.
    Palette {
        /// What was typed.
        search: String,
        /// The chosen line.
        chosen: usize,
    },
    /// The views of the list, found by typing.
    Views {
        /// What was typed.
        search: String,
        /// The chosen line.
        chosen: usize,
    },
    /// Go to a conversation by typing part of it.
    GoTo {
        /// What was typed.
        search: String,
        /// The chosen line.
        chosen: usize,
    },
    /// The user's profiles, found by typing.
    Profiles {
        /// What was typed.
        search: String,
        /// The chosen line.
        chosen: usize,
    },
    /// The canned replies, found by typing.
    Replies {
        /// What was typed.
        search: String,
        /// The chosen line.
        chosen: usize,
    },
    /// What is done to conversations is chosen.
    Pick(Box<Pick>),
    /// The links of a message or a thread, to choose one.
    Links {
        /// Where they lead.
        links: Vec<Clean>,
        /// The chosen one.
        chosen: usize,
    },
    /// A file to be sent is looked for.
    Attach {
        /// What was typed: a path.
        typed: String,
        /// The chosen line.
        chosen: usize,
        /// The folder that is shown.
        listing: Option<super::files::Listing>,
        /// Why what was chosen cannot be sent.
        problem: Option<Clean>,
    },
    /// The approved templates, found by typing.
    Templates {
        /// To whom.
        key: ConversationKey,
        /// What was typed.
        search: String,
        /// The chosen line.
        chosen: usize,
    },
    /// A template is filled in.
    Template(Box<super::template::Form>),
    /// An emoji to react with, found by typing.
    React {
        /// Whose message.
        key: ConversationKey,
        /// Which.
        message: crate::chat::Id,
        /// What was typed.
        search: String,
        /// The chosen line.
        chosen: usize,
    },
    /// Into whose notes a message is put.
    Forward {
        /// The message, as it will stand there.
        text: String,
        /// What was typed.
        search: String,
        /// The chosen line.
        chosen: usize,
    },
    /// The files of the open conversation, the newest first, to choose one.
    Files {
        /// What is done with it.
        then: super::files::Then,
        /// The chosen one.
        chosen: usize,
    },
    /// A picture.
    Picture {
        /// What it is.
        title: Clean,
        /// The picture, when it is there.
        shown: Option<super::picture::Shown>,
    },
    /// A question that is answered by a line of text.
    Ask {
        /// Which.
        ask: Ask,
        /// What was typed.
        typed: String,
    },
    /// A question about something that is done by a yes.
    Sure {
        /// What.
        sure: Sure,
        /// The question.
        words: Clean,
    },
    /// A large paste waits for a yes.
    Paste {
        /// The text.
        text: String,
    },
    /// Where an unrouted message belongs: the conversation is chosen in the list by Enter.
    Assign {
        /// Which of the unrouted messages.
        index: usize,
        /// What was typed.
        search: String,
        /// The chosen line.
        chosen: usize,
    },
    /// Words in the messages of all conversations, or of one.
    Search {
        /// What was typed.
        search: String,
        /// The chosen line.
        chosen: usize,
        /// In this conversation alone.
        within: Option<ConversationKey>,
        /// What was found for what was typed at that time.
        found: Option<super::finding::Results>,
    },
    /// The themes, to choose one while looking at it.
    Themes {
        /// What there is.
        choices: Vec<ThemeChoice>,
        /// The chosen line.
        chosen: usize,
        /// What was in force, for going back to it.
        before: std::sync::Arc<crate::config::Theme>,
    },
    /// What waits to be sent, in all conversations.
    Queue {
        /// The chosen one.
        chosen: usize,
    },
    /// Throw this away?
    Discard {
        /// Which, of what waits to be sent.
        client: crate::chat::Id,
    },
    /// The messages that could not be routed, with their reasons.
    Unrouted {
        /// The chosen one.
        chosen: usize,
    },
    /// A choice of the traffic panel.
    Menu {
        /// Which.
        menu: super::traffic::Menu,
        /// The chosen line.
        chosen: usize,
    },
    /// The filter of the traffic panel is typed.
    FilterEvents {
        /// What was typed.
        search: String,
        /// Where the cursor of other prompts stands; none here.
        chosen: usize,
    },
    /// Emit a trial join?
    TryJoin {
        /// The id to join by.
        id: crate::chat::Id,
        /// The shape of the argument.
        shape: crate::backend::JoinShape,
    },
    /// Leave although something was not sent?
    Quit {
        /// What would be left behind, in words.
        reason: Clean,
    },
}

/// A theme by its name, or why its file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeChoice {
    /// Its name.
    pub name: Clean,
    /// What it looks like.
    pub theme: Result<std::sync::Arc<crate::config::Theme>, Clean>,
}

/// Columns that the user gave to panes; `None` is the usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Widths {
    /// The list, or what stands in its place.
    pub list: Option<u16>,
    /// The details, where three panes stand side by side.
    pub details: Option<u16>,
}

/// What a line of text is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// The name under which this text is kept as a canned reply.
    ReplyName {
        /// The text.
        text: String,
    },
    /// The file to which the open conversation is written.
    ExportPath,
}

/// What is done by a yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sure {
    /// A canned reply is deleted.
    ForgetReply(String),
    /// What is written is sent although somebody else answered meanwhile.
    Send,
    /// Something is done to several conversations.
    Deed {
        /// To which.
        keys: Vec<ConversationKey>,
        /// What.
        deed: Deed,
    },
}

/// Where this program writes what the user asks it to keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// The canned replies.
    pub replies: Option<PathBuf>,
    /// Where files go that are fetched.
    pub downloads: Option<PathBuf>,
    /// Where pictures go that are only looked at.
    pub pictures: Option<PathBuf>,
    /// It is there when the user has seen the welcome.
    pub welcomed: Option<PathBuf>,
}

/// How much of the screen the traffic panel takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TrafficSize {
    /// None.
    #[default]
    Hidden,
    /// The lower part.
    Half,
    /// All.
    Full,
}

/// Which panels are shown.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Panels {
    /// The details pane: `None` shows it where there is room (120 columns).
    pub details: Option<bool>,
    /// The chosen line of the details, counted among those that can be chosen.
    pub details_chosen: usize,
    /// The details were entered from the list.
    pub details_from_list: bool,
    /// Columns that the user gave.
    pub widths: Widths,
    /// The divider that the mouse holds.
    pub dragged: Option<super::msg::Divider>,
    /// The thread stands alone, without borders and mouse, for the terminal's own selection.
    pub bare: bool,
    /// The traffic panel.
    pub traffic: TrafficSize,
    /// The chosen event, by its number; `None` follows the newest.
    pub traffic_chosen: Option<u64>,
    /// First line of the chosen event's payload that is shown.
    pub traffic_scroll: usize,
    /// What lies over everything.
    pub overlay: Option<Overlay>,
    /// The conversations that were found for what is typed into the overlay, best first: looked for once, when it is
    /// typed, and not each time they are drawn.
    pub hits: Vec<ConversationKey>,
}

/// A line to the user that goes away by itself at the next key, or when it is true no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// In words: what happened, to what, what to do.
    pub text: Clean,
    /// Whether something went wrong.
    pub bad: bool,
    /// When it was said.
    pub at: Timestamp,
    /// What makes an end of it before a key does.
    pub until: Until,
}

/// Until when what is said is true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Until {
    /// It stays true.
    #[default]
    Always,
    /// The session is connected.
    Connected,
    /// This text of ours is sent, or given back.
    Sent(Id),
}

/// A message that could not be routed. It stays until the agent says where it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unrouted {
    /// Its event's number on the timeline.
    pub seq: u64,
    /// When it came.
    pub received: Timestamp,
    /// What it says of its conversation.
    pub evidence: Evidence,
    /// The message, where it could be read.
    pub message: Option<Box<Message>>,
    /// Why it was not routed, in words.
    pub reason: Clean,
}

/// What the configuration decides once.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The profile's name, as the status bar shows it.
    pub profile: Clean,
    /// The only line that the profile shows.
    pub line: Option<Clean>,
    /// The backend is the embedded one with simulated customers.
    pub demo: bool,
    /// Draw with ASCII alone.
    pub ascii: bool,
    /// The zone in which times are shown.
    pub zone: TimeZone,
    /// How dates and times are written.
    pub dates: super::dates::Dates,
    /// Lists say how long ago something was, not when.
    pub relative: bool,
    /// Rows of a list fetch.
    pub list_limit: u32,
    /// Messages of a thread fetch.
    pub thread_limit: u32,
    /// Messages of one thread that are kept in memory.
    pub thread_memory: usize,
    /// What calls for attention.
    pub attention: super::attention::Attention,
    /// Mark as read by itself once the end of the open thread was seen.
    pub mark_read: bool,
    /// Without focus reports: a key within this time shows that somebody is there.
    pub presence: jiff::SignedDuration,
    /// Over SSH: fewer bytes matter more than smoothness.
    pub ssh: bool,
    /// Pictures can be shown.
    pub pictures: bool,
    /// The largest file that is fetched, in bytes.
    pub largest_file: u64,
}

/// Everything that the program knows and shows.
pub struct State {
    /// The time of the last message.
    pub now: Timestamp,
    /// What the configuration decides once.
    pub settings: Settings,
    /// What keys do.
    pub keymap: std::sync::Arc<crate::config::Keymap>,
    /// What things look like.
    pub theme: std::sync::Arc<crate::config::Theme>,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Who we are.
    pub identity: Identity,
    /// The account's lines.
    pub lines: Vec<Line>,
    /// What the backend can do beside messages.
    pub offers: Offers,
    /// The lists that the agent chooses from.
    pub catalogues: super::catalogues::Catalogues,
    /// Which agents have a conversation on the screen, where the backend tells; ourselves among them.
    pub presence: HashMap<ConversationKey, Vec<Viewer>>,
    /// The session.
    pub session: Session,
    /// A recording is being played: nothing goes to a backend.
    pub replaying: Option<super::msg::Replaying>,
    /// Since when the session has been live, first; notifications are only for what came after.
    pub live_since: Option<Timestamp>,
    /// Who is who.
    pub directory: Directory,
    /// The list.
    pub inbox: Inbox,
    /// Where the backend is, for the advice of a diagnosis.
    pub address: Address,
    /// Why the last fetch of the list failed, if it did.
    pub list_failure: Option<RestError>,
    /// Whether the list came, from the backend.
    pub list: super::threads::Loading,
    /// The threads that were opened.
    pub threads: super::threads::Threads,
    /// The open conversation.
    pub open: Option<ConversationKey>,
    /// Where the agent writes.
    pub composer: Composer,
    /// Messages that could not be routed.
    pub unrouted: Vec<Unrouted>,
    /// Every event.
    pub timeline: Timeline,
    /// The last events as the diagnosis looks at them.
    pub sightings: Sightings,
    /// Every room.
    pub rooms: RoomLedger,
    /// What the traffic panel shows, and what it has gathered.
    pub traffic: super::traffic::Traffic,
    /// Where keys go.
    pub focus: Focus,
    /// Which panels are shown.
    pub panels: Panels,
    /// A line to the user.
    pub notice: Option<Notice>,
    /// Keys typed of a chord so far.
    pub pending_keys: Vec<crokey::KeyCombination>,
    /// Whether the terminal has the focus, where it tells.
    pub terminal_focused: Option<bool>,
    /// When the user last pressed a key.
    pub last_key: Option<Timestamp>,
    /// The conversations that were visited, for going back.
    pub visits: super::visits::Visits,
    /// What was sent and is not settled.
    pub outbox: super::outbox::Outbox,
    /// How many messages were sent in this run; part of each one's id.
    pub sent_here: u64,
    /// The agent types here, as last told to the room at this time.
    pub agent_typing: Option<(ConversationKey, Timestamp)>,
    /// What called for attention lately.
    pub calls: super::update::Calls,
    /// Statuses of messages that are not known yet.
    pub parked: ParkedStatuses,
    /// What of this is on disk.
    pub keep: super::keep::Keep,
    /// What was searched for and found.
    pub finding: Option<super::finding::Finding>,
    /// Events that wait for a fetch or for the answer to a send.
    pub waiting: super::update::Waiting,
    /// Unread messages that a row counted before their events came.
    pub unread_owed: HashMap<ConversationKey, u32>,
    /// What the backend was told of reading.
    pub telling: HashMap<ConversationKey, super::update::Telling>,
    /// The canned replies.
    pub replies: crate::config::Replies,
    /// Where they and other things are kept.
    pub files: Files,
    /// Files that are chosen, sent and fetched.
    pub media: super::files::Desk,
    /// The template that was sent last, and to whom: should it come back, its values are still there.
    pub last_template: Option<(ConversationKey, crate::backend::OutgoingTemplate)>,
    /// Reactions on their way, with what stood there before.
    pub reacting: Vec<(ConversationKey, crate::chat::Id, Option<Clean>)>,
    /// The conversations of which it was said that their window closes soon.
    pub warned: std::collections::HashSet<ConversationKey>,
    /// Changes of conversations that can be undone, the last one last.
    pub changes: Vec<Change>,
    /// Where each thread stood when the agent began what is written for it.
    pub begun: HashMap<ConversationKey, super::here::Begun>,
    /// What the backend refused of the last one, in words.
    pub refused: Vec<Clean>,
    /// How many operations are on their way to each conversation.
    pub operating: HashMap<ConversationKey, u32>,
    /// Threads may be fetched without being opened: that marks nothing as read at this backend.
    pub peek: bool,
    /// The threads that were fetched without being opened.
    pub peeked: super::update::Peeked,
    /// What polls found and no event brought.
    pub missed: super::update::Missed,
    /// Join the rooms of the most recent conversations as well: the account's room brings no messages.
    pub join_recent: bool,
    /// It has the screen; otherwise it runs behind another profile.
    pub front: bool,
    /// All profiles of the user, where there is more than one.
    pub profiles: Vec<super::profiles::Profile>,
    /// The mouse is wanted.
    pub mouse: bool,
    /// The terminal reports the mouse.
    pub mouse_told: bool,
    /// Something on the screen changed since the last frame.
    pub dirty: bool,
}

impl State {
    /// The state of a program that has just started and knows nothing yet.
    pub fn new(
        now: Timestamp,
        settings: Settings,
        identity: IdentityRules,
        keymap: std::sync::Arc<crate::config::Keymap>,
        theme: std::sync::Arc<crate::config::Theme>,
    ) -> Self {
        Self {
            now,
            settings,
            keymap,
            theme,
            size: (80, 24),
            identity: Identity::default(),
            lines: Vec::new(),
            offers: Offers::default(),
            catalogues: super::catalogues::Catalogues::default(),
            presence: HashMap::new(),
            session: Session::starting(now),
            replaying: None,
            live_since: None,
            directory: Directory::new(identity),
            inbox: Inbox::default(),
            address: Address::default(),
            list_failure: None,
            list: super::threads::Loading::Asked,
            threads: super::threads::Threads::default(),
            open: None,
            composer: Composer::default(),
            unrouted: Vec::new(),
            timeline: Timeline::default(),
            sightings: Sightings::default(),
            rooms: RoomLedger::default(),
            traffic: super::traffic::Traffic::default(),
            focus: Focus::default(),
            panels: Panels::default(),
            notice: None,
            pending_keys: Vec::new(),
            terminal_focused: None,
            last_key: None,
            visits: super::visits::Visits::default(),
            outbox: super::outbox::Outbox::default(),
            sent_here: 0,
            agent_typing: None,
            calls: super::update::Calls::default(),
            parked: ParkedStatuses::default(),
            keep: super::keep::Keep::default(),
            finding: None,
            waiting: super::update::Waiting::default(),
            unread_owed: HashMap::new(),
            telling: HashMap::new(),
            replies: crate::config::Replies::default(),
            files: Files::default(),
            media: super::files::Desk::default(),
            last_template: None,
            reacting: Vec::new(),
            warned: std::collections::HashSet::new(),
            changes: Vec::new(),
            begun: HashMap::new(),
            refused: Vec::new(),
            operating: HashMap::new(),
            peek: false,
            peeked: super::update::Peeked::default(),
            missed: super::update::Missed::default(),
            join_recent: false,
            front: true,
            profiles: Vec::new(),
            mouse: false,
            mouse_told: false,
            dirty: true,
        }
    }

    /// The backend speaks this dialect: what it offers is offered here.
    pub fn speak(&mut self, dialect: std::sync::Arc<Dialect>) {
        self.offers = dialect.offers();
        // there, fetching a thread marks nothing as read
        self.peek = !dialect.thread_marks_read();
        self.traffic.dialect = Some(dialect);
    }

    /// The service window of a conversation, from what its row and its thread know of the customer's last message.
    pub fn window(&self, key: ConversationKey) -> Window {
        let seen = self.threads.get(key).and_then(|view| view.thread.newest_inbound_at());
        service_window(self.inbox.get(key).and_then(|row| row.last_inbound_at).max(seen), self.now)
    }

    /// A time as lists show it: how long ago, or when.
    pub fn when(&self, at: Timestamp) -> String {
        let Settings { dates, zone, relative, .. } = &self.settings;
        if *relative { dates.ago(at, self.now, zone) } else { dates.when(at, self.now, zone) }
    }

    /// Columns of [`when`](Self::when).
    pub fn when_columns(&self) -> usize {
        if self.settings.relative { 6 } else { self.settings.dates.clock_columns().max(6) }
    }

    /// The time of day.
    pub fn clock(&self, at: Timestamp) -> String {
        self.settings.dates.clock(at, &self.settings.zone)
    }

    /// The open thread.
    pub fn open_thread(&self) -> Option<&ThreadView> {
        self.threads.get(self.open?)
    }
}
