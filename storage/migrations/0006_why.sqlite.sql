-- What became of a customer's events, for /why.
CREATE INDEX event_user ON event (user_id, received_at) WHERE user_id IS NOT NULL;
