-- Who asked the bot for what, and whether they might. Rows are added and never changed: the hash of
-- each covers the one before (surveys/audit.py). ``line`` has its addresses and names masked.
CREATE TABLE audit (
    number BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    person TEXT NOT NULL,
    role TEXT NOT NULL,
    channel TEXT NOT NULL,
    command TEXT NOT NULL,
    line TEXT NOT NULL,
    verdict TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX audit_person ON audit (person, number);
CREATE INDEX audit_command ON audit (command, number);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is not changed'); END;

-- What a colleague is asked to confirm: the last thing, for five minutes, once.
CREATE TABLE confirmation (
    who TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    line TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- Triggers, journeys and campaigns that staff paused; '*' is all of them.
CREATE TABLE paused (
    name TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- What is told to other systems: each endpoint has a row of its own for each event.
CREATE TABLE webhook_call (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    endpoint TEXT NOT NULL,
    message_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    contact_id BIGINT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    due_at BIGINT,
    attempts INT NOT NULL,
    fence BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    UNIQUE (endpoint, message_id)
);
CREATE INDEX webhook_call_due ON webhook_call (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_call_at ON webhook_call (at);
CREATE INDEX webhook_call_contact ON webhook_call (contact_id);

-- What staff look into: few rows of a large table.
CREATE INDEX delivery_in_doubt ON delivery (id) WHERE state = 'uncertain';
