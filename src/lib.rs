//! Switchboard: a terminal live-chat inbox that routes every message into the right conversation,
//! and says why when it cannot.
//!
//! # One way through the house
//!
//! ```text
//!  terminal keys ─────────────────────────┐                                        ┌─> ui::draw ──> term
//!  socket frame ──> socketio ──┐          │                                        ├─> inspect (verdict, timeline)
//!  REST reply ──> backend ─────┼─> wire::decode (dialect) ─> Msg ─> app::update ───┤
//!  timer ─────────────────────────────────┘      State, Directory::resolve, Thread └─> Effect ─> backend/store/term ─> Msg
//! ```
//!
//! An event goes through once, forward. `ui` never changes state, `backend` never draws, `wire` never decides a
//! route. Nothing in [`text`], [`chat`], [`wire`], [`inspect`], [`app`] and [`ui`] does I/O, reads a clock or spawns
//! a task: time arrives in messages.
//!
//! # The rooms, from the ground up
//!
//! A room imports only rooms above it in this list, never one below.

pub mod text;

pub mod chat;

pub mod config;

pub mod socketio;

pub mod wire;

pub mod store;

pub mod backend;

pub mod inspect;

pub mod app;

pub mod term;

pub mod ui;

pub mod server;

pub mod runtime;

pub mod commands;

pub mod cli;
