-- Cases: what went wrong for one customer, its story, and where colleagues see it.

CREATE TABLE customer_case (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    contact_id BIGINT NOT NULL,
    invitation_id BIGINT NOT NULL,
    survey TEXT NOT NULL,
    interaction_id TEXT NOT NULL,
    agent TEXT NOT NULL,
    team TEXT NOT NULL,
    line TEXT NOT NULL,
    population TEXT NOT NULL,
    state TEXT NOT NULL,
    owner TEXT NOT NULL,
    cause TEXT NOT NULL,
    steps JSON NOT NULL,
    opened_at BIGINT NOT NULL,
    respond_by BIGINT,
    escalate_at BIGINT,
    escalate_to TEXT NOT NULL,
    claimed_at BIGINT,
    contacted_at BIGINT,
    closed_at BIGINT,
    talk_channel TEXT NOT NULL,
    talk_address TEXT NOT NULL,
    talk_at BIGINT,
    recovery JSON NOT NULL,
    recovery_id BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX customer_case_contact ON customer_case (contact_id, state);
CREATE INDEX customer_case_invitation ON customer_case (invitation_id);
CREATE INDEX customer_case_recovery ON customer_case (recovery_id);
CREATE INDEX customer_case_team ON customer_case (team, opened_at);
CREATE INDEX customer_case_state ON customer_case (state, opened_at);
CREATE INDEX customer_case_late ON customer_case (escalate_at);

CREATE TABLE case_entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    case_id BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    who TEXT NOT NULL,
    text TEXT NOT NULL,
    channel TEXT NOT NULL
);
CREATE INDEX case_entry_case ON case_entry (case_id, id);

-- Messages whose fate matters: to colleagues about a case or an alert, and to the customer of a case.
-- todo: wait (not out yet), edit (not out yet, and the case has moved on since), show (out, to be
-- edited), alarm (lost, to be told to the next in line), late (not out for too long, which was told),
-- and nothing.
CREATE TABLE staff_post (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    case_id BIGINT NOT NULL,
    due_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    lane TEXT NOT NULL,
    address TEXT NOT NULL,
    name TEXT NOT NULL,
    at BIGINT NOT NULL,
    external_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    todo TEXT NOT NULL
);
CREATE UNIQUE INDEX staff_post_due ON staff_post (due_id);
CREATE INDEX staff_post_case ON staff_post (case_id);
CREATE INDEX staff_post_message ON staff_post (lane, external_id);
CREATE INDEX staff_post_todo ON staff_post (todo, at);
