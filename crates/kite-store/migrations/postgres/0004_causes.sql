-- Causes: what issues have in common, and by when they must be fixed.
SET LOCAL statement_timeout = 0;
ALTER TABLE issues ADD COLUMN cause text COLLATE "C" NOT NULL DEFAULT '', ADD COLUMN due_at timestamptz;
UPDATE issues SET cause = coalesce(details::json ->> 'cause', ''), due_at = (details::json ->> 'due_at')::timestamptz
    WHERE details LIKE '%"cause":%' OR details LIKE '%"due_at":%';
-- The issues of a cause, worst first.
CREATE INDEX issues_of_cause ON issues (cause, state, severity DESC, detected_at DESC, id DESC) INCLUDE (namespace, key)
    WHERE state > 0 AND cause <> '';
-- The causes in a namespace, with all that they are ranked by.
CREATE INDEX issues_causes ON issues (namespace, cause) INCLUDE (severity, component, resource_name, detected_at, due_at, key)
    WHERE state = 1 AND cause <> '';
CREATE INDEX issues_to_be_fixed ON issues (due_at) INCLUDE (namespace) WHERE state = 1 AND due_at IS NOT NULL;
