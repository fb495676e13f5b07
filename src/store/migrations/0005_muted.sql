-- Conversations that may not call for attention.
CREATE TABLE muted (
    conversation TEXT PRIMARY KEY NOT NULL
) STRICT, WITHOUT ROWID;
