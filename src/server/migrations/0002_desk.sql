-- An agent's working day: snoozing, waiting, canned replies, templates. Notes are messages of the direction `note`.

ALTER TABLE conversations ADD COLUMN snoozed_until INTEGER;
-- The customer's first message that nobody has answered.
ALTER TABLE conversations ADD COLUMN waiting_since INTEGER;
CREATE INDEX conversations_snoozed ON conversations (snoozed_until) WHERE snoozed_until IS NOT NULL;

UPDATE conversations SET waiting_since = (
    SELECT min(m.created_at) FROM messages m
    WHERE m.conversation_id = conversations.id AND m.direction = 'inbound' AND m.kind <> 'reaction'
      AND m.created_at > coalesce((SELECT max(o.created_at) FROM messages o
          WHERE o.conversation_id = conversations.id AND o.direction = 'outbound'), 0))
WHERE status <> 'closed';

CREATE TABLE canned_replies (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    shortcut   TEXT NOT NULL COLLATE NOCASE,
    text       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (account_id, shortcut)
) STRICT;

CREATE TABLE templates (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name       TEXT NOT NULL,
    language   TEXT NOT NULL,
    category   TEXT NOT NULL,
    status     TEXT NOT NULL,                        -- approved, pending, rejected, paused
    reason     TEXT,
    body       TEXT NOT NULL,                        -- with {{1}}, {{2}} …
    updated_at INTEGER NOT NULL,
    UNIQUE (account_id, name, language)
) STRICT;
