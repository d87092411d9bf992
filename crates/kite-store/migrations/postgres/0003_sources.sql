-- Who reports, and when each was heard last. A source without a namespace reports for several.

CREATE TABLE sources (
    -- 0: operator, 1: webhook, 2: anything else
    kind smallint NOT NULL,
    name text COLLATE "C" NOT NULL,
    cluster text COLLATE "C" NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    version text NOT NULL,
    first_heard_at timestamptz NOT NULL,
    last_heard_at timestamptz NOT NULL,
    reports bigint NOT NULL,
    PRIMARY KEY (kind, name, cluster, namespace)
) WITH (fillfactor = 50);
CREATE INDEX sources_in_namespace ON sources (namespace);
