//! The domain, no I/O: ids, conversation, message, directory, routing, thread, service window.
//!
//! A conversation is known by many names on the wire; in the process it has one [`ConversationKey`]. The
//! [`directory`] maps every name that a backend uses to that key, or says why it will not.

pub mod attachment;
pub mod codes;
pub mod conversation;
pub mod delivery;
pub mod directory;
pub mod ids;
pub mod message;
pub mod routing;
pub mod thread;
pub mod window;

pub use conversation::{Conversation, ConversationFacts, Status};
pub use delivery::{Delivery, DeliveryState, DeliveryUpdate, Failure, Rank};
pub use directory::{Conflict, Directory, IdentityRules, Learned, NameOrigin, NativeForm, NearMiss};
pub use ids::{Composite, ConversationKey, Id, Phone};
pub use message::{Content, Direction, Media, MediaKind, Message, MessageIds, Origin, Reaction};
pub use routing::{Evidence, NamedId, Outcome, Resolution, Rule, Verdict, VerdictKind, naive_match};
pub use thread::{Gap, Inserted, PageEdge, Paged, ParkedStatuses, Thread};
pub use window::{Window, service_window, waiting_since};
