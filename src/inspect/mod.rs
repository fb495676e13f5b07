//! Timeline, verdict log, room ledger, diagnosis: consumes what was decided, decides nothing.
