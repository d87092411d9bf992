-- The counters without their applications: few rows for what is asked most often, how many there are in all.
CREATE TABLE totals (
    namespace TEXT NOT NULL,
    state INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    issue_type INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (namespace, state, severity, issue_type, slot)
) STRICT, WITHOUT ROWID;
INSERT INTO totals (namespace, state, severity, issue_type, slot, count)
SELECT namespace, state, severity, issue_type, 0, sum(count) FROM counters GROUP BY namespace, state, severity, issue_type;
