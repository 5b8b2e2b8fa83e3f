-- Limits on asking: who is being asked at this moment, so that two lanes do not ask one person at once.

CREATE TABLE ask_hold (
    invitation_id BIGINT NOT NULL PRIMARY KEY,
    contact_id BIGINT NOT NULL,
    survey TEXT NOT NULL,
    channel TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX ask_hold_contact ON ask_hold (contact_id);
