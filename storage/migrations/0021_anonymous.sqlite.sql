-- Answers to anonymous surveys, for as long as the person may change them; `body` is '' and
-- `ready_at` null once they have parted (storage/anonymous.py): that somebody answered stays here,
-- what they answered stands in `response` and `answer` under a number of its own, as contact 0.
CREATE TABLE anonymous_reply (
    invitation_id BIGINT NOT NULL PRIMARY KEY,
    contact_id BIGINT NOT NULL,
    survey TEXT NOT NULL,
    population TEXT NOT NULL,
    channel TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    completed_at BIGINT,
    ready_at BIGINT,
    body TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX anonymous_reply_contact ON anonymous_reply (contact_id);
CREATE INDEX anonymous_reply_ready ON anonymous_reply (survey, ready_at);
