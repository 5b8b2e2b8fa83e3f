-- Campaigns: each occurrence is taken once, and enlisted up to a contact id.

CREATE TABLE campaign_run (
    campaign TEXT NOT NULL,
    wall TEXT NOT NULL,
    begins BIGINT NOT NULL,
    cursor BIGINT NOT NULL,
    enlisted BIGINT NOT NULL,
    done INT NOT NULL,
    PRIMARY KEY (campaign, wall)
);

-- When a campaign was first in the file, by its name and schedule: it begins with what comes after.
CREATE TABLE campaign_seen (
    name TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
