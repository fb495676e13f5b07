//! The fault laboratory: what goes wrong in backends of this family, on purpose.
//!
//! `registry` is the table of all faults: a name, a sentence, and where it takes hold. The rest of the server asks at a
//! few places only, and each place asks for all faults at once:
//!
//! | place | asked by |
//! |---|---|
//! | an event on its way to a room (`events`) | `sockets` |
//! | a request, and its JSON answer (`requests`, `answers`) | `door`, around all routes |
//! | a handshake, a join (`joins`) | `sockets` |
//! | a TCP connection, a moment (`wires`, `moments`) | `run`, `sockets::rooms` |
//!
//! A server without a laboratory asks too, and hears "nothing" at the price of one load.

mod answers;
mod door;
mod events;
mod joins;
mod json;
mod lab;
mod moments;
mod registry;
mod requests;
mod wires;

pub(in crate::server) use door::{door, reach};
pub(in crate::server) use joins::Join;
pub use lab::{Lab, UnknownFault};
pub use registry::{FAULTS, Fault, Setting, find};
pub(in crate::server) use wires::{Doorway, WireTag};

/// The namespace that sockets live in while `wrong-namespace` is on.
pub const OTHER_NAMESPACE: &str = "/inbox";

/// The path that sockets are reached under while `wrong-path` is on.
pub const OTHER_PATH: &str = "/realtime/";
