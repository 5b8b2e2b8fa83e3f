-- Who is waiting for a colleague, or talking to one: they are asked nothing in between.
CREATE TABLE human_talk (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    contact_id BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX human_talk_contact ON human_talk (contact_id);

-- The channel is still to be chosen among those of ``via``, by what people answered on each.
ALTER TABLE invitation ADD COLUMN best INT NOT NULL DEFAULT 0;

-- How many were asked on a channel first, by the day they were asked (yyyymmdd), and how many of
-- them completed the survey there. Numbers only: who is erased stays counted.
CREATE TABLE channel_standing (
    survey TEXT NOT NULL,
    trigger TEXT NOT NULL,
    day INT NOT NULL,
    channel TEXT NOT NULL,
    asked BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    PRIMARY KEY (survey, trigger, day, channel)
);
