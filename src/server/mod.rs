//! The embedded backend: webhook, REST, sockets, database, simulated customers.
