-- Who reports, and when each was heard last. A source without a namespace reports for several.

CREATE TABLE sources (
    -- 0: operator, 1: webhook, 2: anything else
    kind INTEGER NOT NULL,
    name TEXT NOT NULL,
    cluster TEXT NOT NULL,
    namespace TEXT NOT NULL,
    version TEXT NOT NULL,
    first_heard_at INTEGER NOT NULL,
    last_heard_at INTEGER NOT NULL,
    reports INTEGER NOT NULL,
    PRIMARY KEY (kind, name, cluster, namespace)
) STRICT;
CREATE INDEX sources_in_namespace ON sources (namespace);
