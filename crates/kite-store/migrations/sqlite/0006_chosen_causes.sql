-- What a person chose, beside where all decisions together lead: taking one back undoes that one and no other.
ALTER TABLE cause_decisions ADD COLUMN chosen TEXT NOT NULL DEFAULT '';
UPDATE cause_decisions SET chosen = target;
