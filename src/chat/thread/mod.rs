//! The messages of one conversation: ordered, each once, with gaps where some may be missing.
