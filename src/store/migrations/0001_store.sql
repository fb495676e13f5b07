-- The local store of one profile. Times in INTEGER columns are milliseconds since 1970; times in TEXT columns are
-- RFC 3339. `json` is the row as src/chat spells it.

CREATE TABLE conversations (
    id TEXT PRIMARY KEY NOT NULL,
    last_at INTEGER NOT NULL,
    json TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX conversations_by_time ON conversations (last_at DESC);

-- `at` is the message's time, never later than when it was stored: a date in the future must not keep a row for ever.
-- `print` stands for the ids where a message has none. `words` is the text as a search compares it.
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY,
    conversation TEXT NOT NULL,
    wa TEXT,
    id TEXT,
    client TEXT,
    print TEXT,
    at INTEGER NOT NULL,
    words TEXT,
    json TEXT NOT NULL
) STRICT;
CREATE INDEX messages_of ON messages (conversation, at);
CREATE INDEX messages_by_time ON messages (at);
CREATE UNIQUE INDEX messages_by_wa ON messages (conversation, wa) WHERE wa IS NOT NULL;
CREATE UNIQUE INDEX messages_by_id ON messages (conversation, id) WHERE id IS NOT NULL;
CREATE UNIQUE INDEX messages_by_client ON messages (conversation, client) WHERE client IS NOT NULL;
CREATE UNIQUE INDEX messages_by_print ON messages (conversation, print) WHERE print IS NOT NULL;

-- Any three characters in a row are found, whatever the script. The words are folded before they come here.
CREATE VIRTUAL TABLE found USING fts5 (
    words, content = 'messages', content_rowid = 'seq', tokenize = 'trigram case_sensitive 1'
);
-- What is deleted leaves the index at once: the file shrinks, and nothing of it stays to be read.
INSERT INTO found (found, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER messages_come AFTER INSERT ON messages WHEN new.words IS NOT NULL BEGIN
    INSERT INTO found (rowid, words) VALUES (new.seq, new.words);
END;
CREATE TRIGGER messages_go AFTER DELETE ON messages WHEN old.words IS NOT NULL BEGIN
    INSERT INTO found (found, rowid, words) VALUES ('delete', old.seq, old.words);
END;
CREATE TRIGGER messages_lose AFTER UPDATE OF words ON messages
    WHEN old.words IS NOT NULL AND old.words IS NOT new.words
BEGIN
    INSERT INTO found (found, rowid, words) VALUES ('delete', old.seq, old.words);
END;
CREATE TRIGGER messages_gain AFTER UPDATE OF words ON messages
    WHEN new.words IS NOT NULL AND old.words IS NOT new.words
BEGIN
    INSERT INTO found (rowid, words) VALUES (new.seq, new.words);
END;

CREATE TABLE drafts (
    conversation TEXT PRIMARY KEY NOT NULL,
    text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `owner` and `lease` are set while a row is being sent: by which running program, and until when it answers for it.
CREATE TABLE outbox (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    client TEXT NOT NULL UNIQUE,
    conversation TEXT NOT NULL,
    text TEXT NOT NULL,
    written TEXT NOT NULL,
    attempted TEXT,
    fate TEXT NOT NULL CHECK (fate IN ('queued', 'sending', 'unconfirmed')),
    note TEXT,
    owner TEXT,
    lease INTEGER
) STRICT;

CREATE TABLE positions (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
