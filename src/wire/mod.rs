//! Dialects (data) and what decodes and encodes by them: JSON to chat types and back; no I/O.
//!
//! A [`Dialect`] is a file (`assets/dialects/*.toml`): where a backend's JSON says what, by which paths and with which
//! bodies it is asked, which socket events it knows. Everything that is shown becomes [`Clean`](crate::text::Clean)
//! here; ids stay as they were spelled.

pub mod ask;
mod decode;
pub mod dialect;
mod encode;
pub mod event;
mod json;
pub mod operations;
pub mod patch;
pub mod pointer;
pub mod propose;
pub mod record;
pub mod redact;
mod renew;
mod template;
pub mod traced;

#[cfg(test)]
mod tests;

pub use ask::{
    Credential, Emission, Enclosed, Outgoing, OutgoingFile, OutgoingTemplate, Page, Request, SocketCredentials, Target,
};
pub use decode::{Decoded, Refusal};
pub use dialect::{Dialect, DialectError, Known, Shelf, SocketTransport, StageWord};
pub use event::{Accepted, DecodeError, Event, Identity, Line, ListPage, ThreadPage, Viewer};
pub use operations::{Catalogue, Found, Item, Offers, Operated, Operation, Upload};
pub use patch::{Field, USES};
pub use traced::{Emit, Traced, TracedStage};
