-- How far the invitations of a campaign or a milestone came, for /campaigns and /journeys.
CREATE INDEX invitation_rule ON invitation (trigger, due_at);

-- Reports that were sent, each occurrence once: by name and what the clock on the wall showed.
CREATE TABLE report_run (
    report TEXT NOT NULL,
    wall TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (report, wall)
);
