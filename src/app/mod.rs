//! State, messages, effects and the pure `update` between them.
