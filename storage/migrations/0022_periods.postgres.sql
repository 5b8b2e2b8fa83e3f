-- Sums of whole months and of whole days that are over: a period is yyyymm or yyyymmdd. They take the
-- place of those of months alone, and are made anew from `rollup` and `flow`, which stay the truth.
-- `source` is one of the two: a change to what it counts in a period raises `version`, and the
-- period's sums of it count again once `built` has come up to that.
DROP TABLE rollup_month;
DROP TABLE flow_month;
DROP TABLE month_sum;
CREATE TABLE period_sum (
    source TEXT NOT NULL,
    period BIGINT NOT NULL,
    announced_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    built BIGINT NOT NULL,
    PRIMARY KEY (source, period)
);

-- `dim` names what `grp` is: channel, agent or language; "" for sums over all of them.
CREATE TABLE rollup_period (
    dim TEXT NOT NULL,
    period BIGINT NOT NULL,
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
    weight DOUBLE PRECISION NOT NULL,
    weight_squared DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (
        dim, period, survey, question, metric, metric_version, scale, population, team, grp, value
    )
);
CREATE TABLE flow_period (
    dim TEXT NOT NULL,
    period BIGINT NOT NULL,
    survey TEXT NOT NULL,
    population TEXT NOT NULL,
    team TEXT NOT NULL,
    grp TEXT NOT NULL,
    stage TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (dim, period, survey, population, team, grp, stage)
);
