-- What commands look into where there are millions: found by an index, or read from one.

-- Somebody's names as they are looked for, so that a search reads no JSON.
ALTER TABLE contact ADD COLUMN names TEXT GENERATED ALWAYS AS (
    lower(COALESCE(attributes ->> 'first_name', '') || ' ' || COALESCE(attributes ->> 'last_name', '')
        || ' ' || COALESCE(attributes ->> 'name', ''))
) VIRTUAL;
CREATE INDEX contact_names ON contact (names);
CREATE INDEX address_value ON address (value);

-- What closes by itself, planned invitations too: looked at every minute.
DROP INDEX invitation_open;
CREATE INDEX invitation_open ON invitation (expires_at)
    WHERE state IN ('planned', 'asked', 'started');

-- How far campaigns and milestones came is read from the index alone.
DROP INDEX invitation_rule;
CREATE INDEX invitation_rule ON invitation (trigger, due_at, state, asked_at, delivered, team);

-- Customers' words in answers, the newest first.
CREATE INDEX answer_said ON answer (at)
    WHERE is_latest AND NOT draft AND NOT skipped AND text <> '';
