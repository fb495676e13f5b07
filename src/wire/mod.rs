//! Dialects (data) and what decodes and encodes by them: JSON to chat types and back; no I/O.

pub mod event;

pub use event::{Accepted, DecodeError, Event, Identity, Line, ListPage, ThreadPage};
