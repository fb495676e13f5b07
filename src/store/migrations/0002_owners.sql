-- Each running program has its own draft of a conversation; '' is nobody's, and taken over by the next that starts.
CREATE TABLE drafts_by_owner (
    conversation TEXT NOT NULL,
    owner TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (conversation, owner)
) STRICT, WITHOUT ROWID;
INSERT INTO drafts_by_owner (conversation, owner, text) SELECT conversation, '', text FROM drafts;
DROP TABLE drafts;
ALTER TABLE drafts_by_owner RENAME TO drafts;

-- The newest stored message that was known when a row was put on the wire.
ALTER TABLE outbox ADD COLUMN after TEXT;
