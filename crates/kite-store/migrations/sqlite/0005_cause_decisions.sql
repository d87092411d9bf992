-- What people decided about causes: that all issues of one in a namespace are of another one, or that one issue is.
CREATE TABLE cause_decisions (
    namespace TEXT NOT NULL,
    source TEXT NOT NULL,
    -- zeros: all issues of that cause
    issue_key TEXT NOT NULL,
    target TEXT NOT NULL,
    decided_by TEXT,
    decided_at INTEGER NOT NULL,
    PRIMARY KEY (namespace, source, issue_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX cause_decisions_by_target ON cause_decisions (target, namespace);
