-- Rows that are due at the same instant come up in the order of their ids. They are named by what
-- is the same in a copy of the store, when the invitation was due first and its key, and no longer
-- by its number.
UPDATE due SET id = rtrim(replace(id || ':', ':' || invitation_id || ':', ':' || (
        SELECT i.due_at || ':' || i.key FROM invitation i WHERE i.id = due.invitation_id
    ) || ':'), ':')
WHERE kind IN ('ask', 'remind', 'fallback')
    AND EXISTS (SELECT 1 FROM invitation i WHERE i.id = due.invitation_id);
UPDATE delivery SET due_id = rtrim(replace(due_id || ':', ':' || invitation_id || ':', ':' || (
        SELECT i.due_at || ':' || i.key FROM invitation i WHERE i.id = delivery.invitation_id
    ) || ':'), ':')
WHERE state = 'sending'
    AND (due_id LIKE 'ask:%' OR due_id LIKE 'remind:%' OR due_id LIKE 'fallback:%')
    AND EXISTS (SELECT 1 FROM invitation i WHERE i.id = delivery.invitation_id);

-- Where the row of a question waits that is held back, so that it is found when its date changes.
ALTER TABLE invitation ADD COLUMN held_on TEXT NOT NULL DEFAULT '';
ALTER TABLE invitation ADD COLUMN held_until BIGINT;
