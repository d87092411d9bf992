-- The counters without their applications: few rows for what is asked most often, how many there are in all.
CREATE TABLE totals (
    namespace text COLLATE "C" NOT NULL,
    state smallint NOT NULL,
    severity smallint NOT NULL,
    issue_type smallint NOT NULL,
    slot smallint NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (namespace, state, severity, issue_type, slot)
) WITH (fillfactor = 50);
INSERT INTO totals (namespace, state, severity, issue_type, slot, count)
SELECT namespace, state, severity, issue_type, 0, sum(count) FROM counters GROUP BY namespace, state, severity, issue_type;
