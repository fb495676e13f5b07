//! What talks to a backend: REST, the supervised socket session, resync, outbox.
