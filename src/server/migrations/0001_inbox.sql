-- Times are milliseconds since 1970; ids are 24 hex digits unless said otherwise; JSON is text.

CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

CREATE TABLE accounts (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE agents (
    id            TEXT PRIMARY KEY,
    account_id    TEXT NOT NULL REFERENCES accounts (id),
    email         TEXT NOT NULL UNIQUE COLLATE NOCASE,
    name          TEXT NOT NULL,
    role          TEXT NOT NULL,
    password_hash TEXT,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE lines (
    id              TEXT PRIMARY KEY,
    account_id      TEXT NOT NULL REFERENCES accounts (id),
    phone_number_id TEXT NOT NULL UNIQUE,
    waba_id         TEXT NOT NULL,
    display_name    TEXT NOT NULL,
    display_phone   TEXT NOT NULL,
    is_active       INTEGER NOT NULL DEFAULT 1,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT;

-- A customer has a phone, a business-scoped user id, or both.
CREATE TABLE contacts (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    phone      TEXT,
    user_id    TEXT,
    name       TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    CHECK (phone IS NOT NULL OR user_id IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX contacts_phone ON contacts (account_id, phone) WHERE phone IS NOT NULL;
CREATE UNIQUE INDEX contacts_user ON contacts (account_id, user_id) WHERE user_id IS NOT NULL;

CREATE TABLE conversations (
    id                TEXT PRIMARY KEY,
    account_id        TEXT NOT NULL REFERENCES accounts (id),
    phone_number_id   TEXT NOT NULL REFERENCES lines (phone_number_id),
    contact_id        TEXT NOT NULL REFERENCES contacts (id),
    composite         TEXT NOT NULL UNIQUE,          -- account_line_customer
    status            TEXT NOT NULL DEFAULT 'open',
    unread            INTEGER NOT NULL DEFAULT 0,
    priority          TEXT NOT NULL DEFAULT 'normal',
    assigned_agent_id TEXT REFERENCES agents (id),
    tags              TEXT NOT NULL DEFAULT '[]',
    last_at           INTEGER,
    last_preview      TEXT,
    last_type         TEXT,
    last_inbound_at   INTEGER,
    last_read_at      INTEGER,
    last_replied_at   INTEGER,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    UNIQUE (phone_number_id, contact_id)
) STRICT;
CREATE INDEX conversations_recent ON conversations (account_id, coalesce(last_at, 0) DESC, id DESC);

CREATE TABLE messages (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    account_id      TEXT NOT NULL,
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    phone_number_id TEXT NOT NULL,
    wamid           TEXT,
    direction       TEXT NOT NULL,
    kind            TEXT NOT NULL,
    content         TEXT NOT NULL,
    body            TEXT,                            -- what a search looks at
    media_id        TEXT,
    context         TEXT,                            -- the wamid that is quoted
    agent_id        TEXT,
    status          INTEGER NOT NULL,                -- 0 queued, 1 sent, 2 delivered, 3 read, 4 played
    failed          INTEGER NOT NULL DEFAULT 0,
    error_code      INTEGER,
    error_message   TEXT,
    sent_at         INTEGER,
    delivered_at    INTEGER,
    read_at         INTEGER,
    failed_at       INTEGER,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX messages_wamid ON messages (phone_number_id, wamid) WHERE wamid IS NOT NULL;
CREATE INDEX messages_thread ON messages (conversation_id, created_at, seq);
CREATE INDEX messages_line ON messages (phone_number_id, direction);
CREATE INDEX messages_media ON messages (media_id) WHERE media_id IS NOT NULL;
CREATE INDEX messages_unsent ON messages (status) WHERE status = 0 AND failed = 0;

CREATE TABLE message_statuses (
    id         TEXT PRIMARY KEY,
    message_id TEXT NOT NULL REFERENCES messages (id),
    status     TEXT NOT NULL,
    at         INTEGER NOT NULL
) STRICT;
CREATE INDEX message_statuses_message ON message_statuses (message_id, at);

-- Statuses that came before the message that they are about was stored.
CREATE TABLE parked_statuses (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    phone_number_id TEXT NOT NULL,
    wamid           TEXT NOT NULL,
    status          TEXT NOT NULL,
    at              INTEGER NOT NULL,
    error_code      INTEGER,
    error_message   TEXT,
    parked_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX parked_statuses_wamid ON parked_statuses (phone_number_id, wamid);

-- Raw webhook bodies, kept until they are processed and some days longer.
CREATE TABLE deliveries (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    raw         BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    done_at     INTEGER,
    attempts    INTEGER NOT NULL DEFAULT 0,
    error       TEXT
) STRICT;
CREATE INDEX deliveries_waiting ON deliveries (id) WHERE done_at IS NULL;

-- Files that agents sent.
CREATE TABLE media (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    mime       TEXT NOT NULL,
    filename   TEXT,
    bytes      BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- First answers to sends that carried an Idempotency-Key.
CREATE TABLE answered_keys (
    account_id TEXT NOT NULL,
    key        TEXT NOT NULL,
    status     INTEGER,                              -- absent while the first request is being worked on
    body       TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (account_id, key)
) STRICT;
