//! On disk: the cache of conversations and messages, drafts, outbox, recordings.
