-- What people decided about causes: that all issues of one in a namespace are of another one, or that one issue is.
CREATE TABLE cause_decisions (
    namespace text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    -- zeros: all issues of that cause
    issue_key uuid NOT NULL,
    target text COLLATE "C" NOT NULL,
    decided_by text,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (namespace, source, issue_key)
);
CREATE INDEX cause_decisions_by_target ON cause_decisions (target, namespace);
