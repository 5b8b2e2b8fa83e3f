-- Sums of whole months that are over, so that years are read in a few thousand rows. They are made
-- from `rollup` and `flow`, which stay the truth; a change to a month that is over raises `version`,
-- and its sums count again once `built` has come up to it.
CREATE TABLE month_sum (
    month BIGINT NOT NULL PRIMARY KEY,
    announced_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    built BIGINT NOT NULL
);

-- `dim` names what `grp` is: channel, agent or language; "" for sums over all of them.
CREATE TABLE rollup_month (
    dim TEXT NOT NULL,
    month BIGINT NOT NULL,
    survey TEXT NOT NULL,
    question TEXT NOT NULL,
    metric TEXT NOT NULL,
    metric_version TEXT NOT NULL,
    scale TEXT NOT NULL,
    population TEXT NOT NULL,
    team TEXT NOT NULL,
    grp TEXT NOT NULL,
    value TEXT NOT NULL,
    n BIGINT NOT NULL,
    weight REAL NOT NULL,
    weight_squared REAL NOT NULL,
    PRIMARY KEY (
        dim, month, survey, question, metric, metric_version, scale, population, team, grp, value
    )
) WITHOUT ROWID;
CREATE TABLE flow_month (
    dim TEXT NOT NULL,
    month BIGINT NOT NULL,
    survey TEXT NOT NULL,
    population TEXT NOT NULL,
    team TEXT NOT NULL,
    grp TEXT NOT NULL,
    stage TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (dim, month, survey, population, team, grp, stage)
) WITHOUT ROWID;
