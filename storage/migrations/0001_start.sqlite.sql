-- The first schema. All times are epoch milliseconds UTC; a day is a local date as yyyymmdd.

CREATE TABLE secret (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE contact (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    language TEXT,
    timezone TEXT,
    attributes JSON NOT NULL,
    opted_out_at BIGINT,
    paused_until BIGINT,
    only_channel TEXT
);

-- What business systems call a person: user:<userId>, anon:<anonymousId>.
CREATE TABLE contact_key (
    key TEXT NOT NULL PRIMARY KEY,
    contact_id BIGINT NOT NULL REFERENCES contact (id) ON DELETE CASCADE
);
CREATE INDEX contact_key_contact ON contact_key (contact_id);

CREATE TABLE address (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    channel TEXT NOT NULL,
    value TEXT NOT NULL,
    contact_id BIGINT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    position INT NOT NULL,
    heard_at BIGINT,
    UNIQUE (channel, value)
);
CREATE INDEX address_contact ON address (contact_id);

-- Somebody claimed an address that belongs to somebody else; it was not moved.
CREATE TABLE address_conflict (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    channel TEXT NOT NULL,
    value TEXT NOT NULL,
    owner_id BIGINT NOT NULL,
    claimant_id BIGINT NOT NULL,
    UNIQUE (channel, value, claimant_id)
);

CREATE TABLE consent (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    contact_id BIGINT NOT NULL REFERENCES contact (id) ON DELETE CASCADE,
    granted INT NOT NULL,
    at BIGINT NOT NULL,
    source TEXT NOT NULL
);
CREATE INDEX consent_contact ON consent (contact_id);

CREATE TABLE event (
    message_id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    user_id TEXT,
    anonymous_id TEXT,
    previous_id TEXT,
    group_id TEXT,
    occurred_at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    properties JSON NOT NULL,
    traits JSON NOT NULL,
    language TEXT,
    timezone TEXT,
    verdict TEXT NOT NULL
);
CREATE INDEX event_received ON event (received_at);

CREATE TABLE counter (
    key TEXT NOT NULL PRIMARY KEY,
    value BIGINT NOT NULL
);

CREATE TABLE inbound (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    channel TEXT NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    at BIGINT NOT NULL,
    address TEXT NOT NULL,
    body JSON NOT NULL,
    UNIQUE (channel, event_id)
);

-- The tables that a campaign fills by the hundred thousand (invitation, due, delivery, decision,
-- response, answer) carry no foreign keys: their ids come from rows locked in the same transaction.
CREATE TABLE invitation (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    contact_id BIGINT NOT NULL,
    survey TEXT NOT NULL,
    survey_version TEXT NOT NULL,
    trigger TEXT NOT NULL,
    via JSON NOT NULL,
    all_channels INT NOT NULL,
    state TEXT NOT NULL,
    channel TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    not_after BIGINT,
    weight REAL NOT NULL,
    interaction_id TEXT NOT NULL,
    agent TEXT NOT NULL,
    team TEXT NOT NULL,
    line TEXT NOT NULL,
    population TEXT NOT NULL,
    facts JSON NOT NULL,
    language TEXT NOT NULL,
    asked_at BIGINT,
    delivered INT NOT NULL
);
CREATE INDEX invitation_contact ON invitation (contact_id);
CREATE INDEX invitation_open ON invitation (expires_at) WHERE state IN ('asked', 'started');

-- Everything that waits, clustered by due time. A claim moves `at` to the end of its lease and
-- raises `fence`: a lost claim simply becomes due again. `due_at` keeps the time it was due first.
CREATE TABLE due (
    lane TEXT NOT NULL,
    at BIGINT NOT NULL,
    id TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    invitation_id BIGINT NOT NULL,
    message TEXT,
    attempts INT NOT NULL,
    fence BIGINT NOT NULL,
    PRIMARY KEY (lane, at, id)
) WITHOUT ROWID;

CREATE TABLE delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    due_id TEXT NOT NULL,
    fence BIGINT NOT NULL,
    invitation_id BIGINT NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    state TEXT NOT NULL,
    external_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    settled_at BIGINT
);
CREATE INDEX delivery_invitation ON delivery (invitation_id, id);
CREATE INDEX delivery_external ON delivery (channel, external_id) WHERE external_id <> '';
CREATE INDEX delivery_sending ON delivery (due_id) WHERE state = 'sending';

-- What a provider reported on a message before we had noted its id.
CREATE TABLE early_status (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    channel TEXT NOT NULL,
    external_id TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    UNIQUE (channel, external_id)
);

CREATE TABLE decision (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    invitation_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    verdict TEXT NOT NULL,
    rule TEXT NOT NULL,
    inputs JSON NOT NULL
);
CREATE INDEX decision_invitation ON decision (invitation_id);

CREATE TABLE response (
    invitation_id BIGINT NOT NULL PRIMARY KEY,
    contact_id BIGINT NOT NULL,
    survey TEXT NOT NULL,
    survey_version TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    completed_at BIGINT,
    language TEXT NOT NULL,
    channel TEXT NOT NULL,
    trigger TEXT NOT NULL,
    weight REAL NOT NULL,
    interaction_id TEXT NOT NULL,
    agent TEXT NOT NULL,
    team TEXT NOT NULL,
    line TEXT NOT NULL,
    population TEXT NOT NULL
);
CREATE INDEX response_contact ON response (contact_id);
CREATE INDEX response_started ON response (started_at);

CREATE TABLE answer (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    invitation_id BIGINT NOT NULL,
    question_id TEXT NOT NULL,
    revision INT NOT NULL,
    is_latest INT NOT NULL,
    wording TEXT NOT NULL,
    language TEXT NOT NULL,
    channel TEXT NOT NULL,
    at BIGINT NOT NULL,
    value REAL,
    choices JSON NOT NULL,
    text TEXT NOT NULL,
    skipped INT NOT NULL,
    draft INT NOT NULL,
    metric_id TEXT NOT NULL,
    metric_version TEXT NOT NULL,
    scale_id TEXT NOT NULL,
    satisfied INT,
    UNIQUE (invitation_id, question_id, revision)
);
CREATE UNIQUE INDEX answer_latest ON answer (invitation_id, question_id) WHERE is_latest;

CREATE TABLE comment_card (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    contact_id BIGINT NOT NULL,
    invitation_id BIGINT NOT NULL,
    channel TEXT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX comment_card_contact ON comment_card (contact_id);

-- Counts of answers by value, kept in the transaction of the answer.
CREATE TABLE rollup (
    survey TEXT NOT NULL,
    day INT NOT NULL,
    question TEXT NOT NULL,
    metric TEXT NOT NULL,
    metric_version TEXT NOT NULL,
    scale TEXT NOT NULL,
    population TEXT NOT NULL,
    channel TEXT NOT NULL,
    team TEXT NOT NULL,
    agent TEXT NOT NULL,
    language TEXT NOT NULL,
    value TEXT NOT NULL,
    n BIGINT NOT NULL,
    weight REAL NOT NULL,
    weight_squared REAL NOT NULL,
    PRIMARY KEY (
        survey, day, question, metric, metric_version, scale, population, channel, team, agent,
        language, value
    )
) WITHOUT ROWID;

-- Counts of invitations by stage, on the day they were asked.
CREATE TABLE flow (
    survey TEXT NOT NULL,
    day INT NOT NULL,
    channel TEXT NOT NULL,
    team TEXT NOT NULL,
    agent TEXT NOT NULL,
    language TEXT NOT NULL,
    population TEXT NOT NULL,
    stage TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (survey, day, channel, team, agent, language, population, stage)
) WITHOUT ROWID;
