-- Every channel: what respondents ask of us, who may be asked, who came by themselves.

-- What was seen at an invitation's links that tells machines from people; forgotten after a day.
CREATE TABLE link_signal (
    invitation_id BIGINT NOT NULL PRIMARY KEY,
    opened JSON NOT NULL,
    machine_at BIGINT,
    reason TEXT NOT NULL,
    seen_at BIGINT NOT NULL
);
CREATE INDEX link_signal_seen ON link_signal (seen_at);

-- Presses that may be a machine's: counted nowhere, one row a question, the latest press in it.
CREATE TABLE held_press (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    invitation_id BIGINT NOT NULL,
    question_id TEXT NOT NULL,
    metric_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    chosen JSON NOT NULL,
    text TEXT NOT NULL,
    reason TEXT NOT NULL,
    hints JSON NOT NULL,
    presses INT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (invitation_id, question_id)
);
CREATE INDEX held_press_at ON held_press (at);

-- When a person asked to be forgotten; they have an hour to confirm it.
ALTER TABLE contact ADD COLUMN forget_asked_at BIGINT;

-- A person's own events, to say since when we know them and to forget them.
CREATE INDEX event_anonymous ON event (anonymous_id) WHERE anonymous_id IS NOT NULL;
CREATE INDEX event_previous ON event (previous_id) WHERE previous_id IS NOT NULL;
CREATE INDEX inbound_address ON inbound (channel, address);
CREATE INDEX delivery_note ON delivery (channel, address) WHERE invitation_id = 0;

-- What stays of who was forgotten, or said stop before we knew them: a keyed hash of each address
-- and key, and where it came from ("erased", or the channel of the stop).
CREATE TABLE suppression (
    hash TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    source TEXT NOT NULL
);

-- Mail addresses are kept in lower case from now on. Of those that differ only in case the oldest
-- stays; where they were of different people, the others' claims are noted.
CREATE TEMPORARY TABLE mail AS
SELECT id, contact_id, lower(value) AS value,
    FIRST_VALUE(id) OVER same AS kept_id,
    FIRST_VALUE(contact_id) OVER same AS owner_id,
    MAX(CASE WHEN status = 'ok' THEN '' ELSE status END) OVER alike AS trouble,
    MAX(heard_at) OVER alike AS heard_at
FROM address WHERE channel = 'email'
WINDOW same AS (PARTITION BY lower(value) ORDER BY id), alike AS (PARTITION BY lower(value));
INSERT INTO address_conflict (channel, value, owner_id, claimant_id)
SELECT DISTINCT 'email', value, owner_id, contact_id FROM mail WHERE contact_id <> owner_id
ON CONFLICT (channel, value, claimant_id) DO NOTHING;
DELETE FROM address WHERE id IN (SELECT id FROM mail WHERE id <> kept_id);
UPDATE address SET value = mail.value, heard_at = mail.heard_at,
    status = CASE WHEN mail.trouble = '' THEN 'ok' ELSE mail.trouble END
FROM mail WHERE address.id = mail.kept_id AND mail.id = mail.kept_id;
DROP TABLE mail;
INSERT INTO address_conflict (channel, value, owner_id, claimant_id)
SELECT channel, lower(value), owner_id, claimant_id FROM address_conflict
WHERE channel = 'email' AND value <> lower(value)
ON CONFLICT (channel, value, claimant_id) DO NOTHING;
DELETE FROM address_conflict WHERE channel = 'email' AND value <> lower(value);
UPDATE delivery SET address = lower(address) WHERE channel = 'email' AND address <> lower(address);
UPDATE inbound SET address = lower(address) WHERE channel = 'email' AND address <> lower(address);

-- A mail that an address refused for now (mailbox full). Some within a month and it is given up.
CREATE TABLE soft_bounce (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    address_id BIGINT NOT NULL REFERENCES address (id) ON DELETE CASCADE,
    delivery_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    UNIQUE (address_id, delivery_id)
);

-- A message that was refused because of us: our standing, our signature. No fault of the person.
CREATE TABLE refusal (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    channel TEXT NOT NULL,
    delivery_id BIGINT NOT NULL UNIQUE,
    at BIGINT NOT NULL
);
CREATE INDEX refusal_at ON refusal (channel, at);

-- Comment cards: from pages and strangers too, with what they are and whom they concern.
ALTER TABLE comment_card ADD COLUMN praise INT;
ALTER TABLE comment_card ADD COLUMN source TEXT NOT NULL DEFAULT '';
ALTER TABLE comment_card ADD COLUMN email TEXT NOT NULL DEFAULT '';
ALTER TABLE comment_card ADD COLUMN language TEXT NOT NULL DEFAULT '';
ALTER TABLE comment_card ADD COLUMN team TEXT NOT NULL DEFAULT '';
ALTER TABLE comment_card ADD COLUMN quiet INT NOT NULL DEFAULT 0;
CREATE INDEX comment_card_at ON comment_card (at);

-- Which contact one became that was merged away: old links carry its number. Always one step long.
CREATE TABLE contact_merged (
    gone_id BIGINT NOT NULL PRIMARY KEY,
    keep_id BIGINT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    at BIGINT NOT NULL
);
CREATE INDEX contact_merged_keep ON contact_merged (keep_id);

-- Consent by purpose and channel, each with its basis; '' is all of them. History is kept.
ALTER TABLE consent ADD COLUMN purpose TEXT NOT NULL DEFAULT '';
ALTER TABLE consent ADD COLUMN channel TEXT NOT NULL DEFAULT '';
ALTER TABLE consent ADD COLUMN basis TEXT NOT NULL DEFAULT 'consent';
ALTER TABLE consent ADD COLUMN is_latest INT NOT NULL DEFAULT 1;
UPDATE consent SET is_latest = 0 WHERE EXISTS
    (SELECT 1 FROM consent AS o WHERE o.contact_id = consent.contact_id AND o.id > consent.id);
CREATE INDEX consent_latest ON consent (contact_id, purpose, channel) WHERE is_latest;

-- Claims of others' addresses: how often, who was told, and how staff settled them.
ALTER TABLE address_conflict ADD COLUMN first_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE address_conflict ADD COLUMN last_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE address_conflict ADD COLUMN times INT NOT NULL DEFAULT 1;
ALTER TABLE address_conflict ADD COLUMN told_at BIGINT;
ALTER TABLE address_conflict ADD COLUMN settled TEXT NOT NULL DEFAULT '';
ALTER TABLE address_conflict ADD COLUMN settled_by TEXT NOT NULL DEFAULT '';
ALTER TABLE address_conflict ADD COLUMN settled_at BIGINT;
UPDATE address_conflict SET first_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000, last_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000;
CREATE INDEX address_conflict_told ON address_conflict (told_at);
