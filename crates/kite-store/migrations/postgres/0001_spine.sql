-- The spine: scopes, reports, issues with their texts and episodes, changes, counters, relations.
-- `key` columns are hashes of names (see src/keys.rs); one issues row per identity, ever.

CREATE TABLE meta (
    epoch uuid NOT NULL
);
INSERT INTO meta VALUES (gen_random_uuid());

CREATE TABLE scopes (
    key uuid PRIMARY KEY,
    scope text NOT NULL,
    -- raised by every writer that locks the scope
    version bigint NOT NULL,
    stamped_at timestamptz NOT NULL,
    horizon text,
    swept_at timestamptz,
    sweeps text NOT NULL DEFAULT '[]'
) WITH (fillfactor = 70);

CREATE TABLE reports (
    target_key uuid NOT NULL,
    run_id text COLLATE "C" NOT NULL,
    kind smallint NOT NULL,
    scope_key uuid NOT NULL,
    issue_type smallint,
    variant text,
    occurred_at timestamptz NOT NULL,
    sweep_run text,
    ended_at timestamptz,
    expires_at timestamptz,
    anchor_key uuid,
    said text NOT NULL,
    received_at timestamptz NOT NULL,
    PRIMARY KEY (target_key, run_id, kind)
);
CREATE INDEX reports_by_time ON reports (scope_key, occurred_at);
CREATE INDEX reports_decisions ON reports (target_key) WHERE kind IN (4, 5, 6, 7);
CREATE INDEX reports_sweeps ON reports (anchor_key) WHERE anchor_key IS NOT NULL;
CREATE INDEX reports_clears ON reports (received_at) WHERE kind IN (1, 2, 3);

CREATE TABLE issues (
    key uuid PRIMARY KEY,
    scope_key uuid NOT NULL,
    id uuid NOT NULL UNIQUE,
    cluster text NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    resource_type text NOT NULL,
    resource_name text NOT NULL,
    resource_namespace text NOT NULL,
    reported_type smallint NOT NULL,
    variant text NOT NULL,
    -- 0: there is no issue (deleted, or only decisions are known), 1: active, 2: resolved
    state smallint NOT NULL,
    severity smallint NOT NULL,
    issue_type smallint NOT NULL,
    application text COLLATE "C" NOT NULL,
    component text COLLATE "C" NOT NULL,
    detected_at timestamptz NOT NULL,
    resolved_at timestamptz,
    expires_at timestamptz,
    settled_at timestamptz,
    ledger text NOT NULL,
    details text NOT NULL,
    related boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    text_hash uuid NOT NULL
) WITH (fillfactor = 75);
CREATE INDEX issues_by_scope ON issues (scope_key);
CREATE INDEX issues_in_namespace ON issues (namespace, detected_at DESC, id DESC) WHERE state > 0;
CREATE INDEX issues_newest ON issues (detected_at DESC, id DESC) WHERE state > 0;
CREATE INDEX issues_worst ON issues (severity DESC, detected_at DESC, id DESC) WHERE state = 1;
CREATE INDEX issues_of_application ON issues (application, detected_at DESC, id DESC) WHERE state > 0 AND application <> '';
CREATE INDEX issues_of_component ON issues (component, detected_at DESC, id DESC) WHERE state > 0 AND component <> '';
CREATE INDEX issues_due ON issues (expires_at) WHERE state = 1 AND expires_at IS NOT NULL;
CREATE INDEX issues_resolved ON issues (resolved_at) WHERE state = 2;

CREATE TABLE texts (
    key uuid PRIMARY KEY,
    namespace text COLLATE "C" NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    search text NOT NULL
) WITH (fillfactor = 75);
-- New texts wait in a list (kB) that a task empties every second, so that no writer has to.
CREATE INDEX texts_search ON texts USING gin (namespace, search gin_trgm_ops) WITH (gin_pending_list_limit = 16384);

CREATE TABLE episodes (
    key uuid NOT NULL,
    number bigint NOT NULL,
    started_at timestamptz NOT NULL,
    count bigint NOT NULL,
    count_so_far bigint NOT NULL,
    end_at timestamptz NOT NULL,
    end_run text NOT NULL,
    end_code smallint NOT NULL,
    ending smallint NOT NULL,
    ended_by text,
    clean boolean NOT NULL,
    PRIMARY KEY (key, number)
);

CREATE TABLE changes (
    id bigint GENERATED ALWAYS AS IDENTITY,
    xact bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    at timestamptz NOT NULL,
    issue_id uuid NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    change text NOT NULL,
    PRIMARY KEY (xact, id)
);
CREATE INDEX changes_of_issue ON changes (issue_id, id);

CREATE TABLE counters (
    namespace text COLLATE "C" NOT NULL,
    application text COLLATE "C" NOT NULL,
    state smallint NOT NULL,
    severity smallint NOT NULL,
    issue_type smallint NOT NULL,
    slot smallint NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (namespace, application, state, severity, issue_type, slot)
) WITH (fillfactor = 50);

CREATE TABLE relations (
    id uuid PRIMARY KEY,
    source uuid NOT NULL,
    target uuid NOT NULL
);
CREATE UNIQUE INDEX relations_pair ON relations (least(source, target), greatest(source, target));
CREATE INDEX relations_source ON relations (source);
CREATE INDEX relations_target ON relations (target);
