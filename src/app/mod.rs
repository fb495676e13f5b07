//! State, messages, effects and the pure `update` between them.
//!
//! [`update`](update::update) is the only place where [`State`] changes. Time comes in with each message.

pub mod attention;
pub mod catalogues;
pub mod composer;
pub mod dates;
pub mod deed;
pub mod details;
pub mod effect;
pub mod evidence;
pub mod export;
pub mod files;
pub mod finding;
pub mod help;
pub mod here;
pub mod inbox;
pub mod keep;
pub mod layout;
pub mod msg;
pub mod offering;
pub mod outbox;
pub mod phrases;
pub mod pick;
pub mod picture;
pub mod profiles;
pub mod rows;
pub mod snooze;
pub mod state;
pub mod template;
pub mod threads;
pub mod times;
pub mod traffic;
pub mod update;
pub mod visits;
pub mod writing;

pub use composer::{Along, Composer, Mode, Quote};
pub use deed::{Agent, Change, Deed};
pub use effect::{Effect, Saving};
pub use evidence::evidence;
pub use finding::Finding;
pub use inbox::{BuiltIn, Inbox, Sort, View, Wait};
pub use keep::{Keep, Stage};
pub use msg::{Divider, Input, Msg, ReplayPace, Replaying, Timer, Under};
pub use offering::offered;
pub use phrases::Phrase;
pub use pick::{Pick, PickLine, Picking};
pub use state::{
    Ask, Files, Focus, Notice, Overlay, Panels, Settings, State, Sure, ThemeChoice, TrafficSize, Unrouted, Until,
    Widths,
};
pub use threads::{Anchor, Loading, ThreadView, Threads};
pub use update::{intents, repeat, update};
