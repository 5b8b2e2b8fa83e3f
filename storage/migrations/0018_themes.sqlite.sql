-- What comments speak of and how they sound, read from their words beside the conversation, so that
-- a summary reads narrow rows and no texts. `kind` is 'answer' or 'card'; `ref` the invitation's or
-- the card's number; `question_id` which answer. `themes` are ids between blanks: ' waiting staff '.
-- `question` to `weight` are the score given with it. `read_as` is the version of the lists of words.
CREATE TABLE comment_gist (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    kind TEXT NOT NULL,
    ref BIGINT NOT NULL,
    question_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    invitation_id BIGINT NOT NULL,
    survey TEXT NOT NULL,
    channel TEXT NOT NULL,
    team TEXT NOT NULL,
    agent TEXT NOT NULL,
    language TEXT NOT NULL,
    themes TEXT NOT NULL,
    tone TEXT NOT NULL,
    question TEXT NOT NULL,
    metric TEXT NOT NULL,
    metric_version TEXT NOT NULL,
    scale TEXT NOT NULL,
    population TEXT NOT NULL,
    value REAL,
    weight REAL NOT NULL,
    read_as TEXT NOT NULL
);
CREATE INDEX idx_gist_at ON comment_gist (at, tone, themes);
CREATE INDEX idx_gist_ref ON comment_gist (ref, kind);
CREATE INDEX idx_gist_contact ON comment_gist (contact_id);
CREATE INDEX idx_gist_invitation ON comment_gist (invitation_id);
CREATE INDEX idx_gist_read_as ON comment_gist (read_as);

-- Comments that are new or changed since they were read.
CREATE TABLE comment_unread (
    kind TEXT NOT NULL,
    ref BIGINT NOT NULL,
    marks BIGINT NOT NULL,
    PRIMARY KEY (kind, ref)
) WITHOUT ROWID;
INSERT INTO comment_unread (kind, ref, marks)
    SELECT DISTINCT 'answer', invitation_id, 1 FROM answer
    WHERE is_latest AND NOT draft AND NOT skipped AND text <> '';
INSERT INTO comment_unread (kind, ref, marks)
    SELECT 'card', id, 1 FROM comment_card WHERE text <> '' AND NOT quiet;
