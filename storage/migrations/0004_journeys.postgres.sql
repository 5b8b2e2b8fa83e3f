-- How far people are on their journeys. The origin is the contact it was begun as; see surveys/progress.py.

CREATE TABLE journey_progress (
    journey TEXT NOT NULL,
    contact_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    origin BIGINT NOT NULL,
    entered_at BIGINT,
    ended_at BIGINT,
    counts JSONB NOT NULL,
    reached JSONB NOT NULL,
    first_seen JSONB,
    seen JSONB NOT NULL,
    PRIMARY KEY (journey, contact_id, key)
);
CREATE INDEX journey_progress_contact ON journey_progress (contact_id);

-- What the service notes about itself.
CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
