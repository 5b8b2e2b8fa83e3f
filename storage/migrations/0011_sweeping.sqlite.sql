-- When a counter was first seen to be idle, 0 while it is counted on: passing ones are dropped then.
ALTER TABLE counter ADD COLUMN idle_since BIGINT NOT NULL DEFAULT 0;
