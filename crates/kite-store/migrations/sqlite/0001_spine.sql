-- The spine: scopes, reports, issues with their texts and episodes, changes, counters, relations.
-- Times are microseconds since 1970; `key` columns are hashes of names (see src/keys.rs); one issues row per identity, ever.

CREATE TABLE meta (
    epoch TEXT NOT NULL
) STRICT;
INSERT INTO meta VALUES (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6))));

CREATE TABLE scopes (
    key TEXT NOT NULL PRIMARY KEY,
    scope TEXT NOT NULL,
    stamped_at INTEGER NOT NULL,
    horizon TEXT,
    swept_at INTEGER,
    sweeps TEXT NOT NULL DEFAULT '[]'
) STRICT;

CREATE TABLE reports (
    target_key TEXT NOT NULL,
    run_id TEXT NOT NULL,
    kind INTEGER NOT NULL,
    scope_key TEXT NOT NULL,
    issue_type INTEGER,
    variant TEXT,
    occurred_at INTEGER NOT NULL,
    sweep_run TEXT,
    ended_at INTEGER,
    expires_at INTEGER,
    anchor_key TEXT,
    said TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (target_key, run_id, kind)
) STRICT;
CREATE INDEX reports_by_time ON reports (scope_key, occurred_at);
CREATE INDEX reports_decisions ON reports (target_key) WHERE kind IN (4, 5, 6, 7);
CREATE INDEX reports_sweeps ON reports (anchor_key) WHERE anchor_key IS NOT NULL;
CREATE INDEX reports_clears ON reports (received_at) WHERE kind IN (1, 2, 3);

CREATE TABLE issues (
    key TEXT NOT NULL PRIMARY KEY,
    scope_key TEXT NOT NULL,
    id TEXT NOT NULL UNIQUE,
    cluster TEXT NOT NULL,
    namespace TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_name TEXT NOT NULL,
    resource_namespace TEXT NOT NULL,
    reported_type INTEGER NOT NULL,
    variant TEXT NOT NULL,
    -- 0: there is no issue (deleted, or only decisions are known), 1: active, 2: resolved
    state INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    issue_type INTEGER NOT NULL,
    application TEXT NOT NULL,
    component TEXT NOT NULL,
    detected_at INTEGER NOT NULL,
    resolved_at INTEGER,
    expires_at INTEGER,
    settled_at INTEGER,
    ledger TEXT NOT NULL,
    details TEXT NOT NULL,
    related INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    text_hash TEXT NOT NULL
) STRICT;
CREATE INDEX issues_by_scope ON issues (scope_key);
CREATE INDEX issues_in_namespace ON issues (namespace, detected_at DESC, id DESC) WHERE state > 0;
CREATE INDEX issues_newest ON issues (detected_at DESC, id DESC) WHERE state > 0;
CREATE INDEX issues_worst ON issues (severity DESC, detected_at DESC, id DESC) WHERE state = 1;
CREATE INDEX issues_of_application ON issues (application, detected_at DESC, id DESC) WHERE state > 0 AND application <> '';
CREATE INDEX issues_of_component ON issues (component, detected_at DESC, id DESC) WHERE state > 0 AND component <> '';
CREATE INDEX issues_due ON issues (expires_at) WHERE state = 1 AND expires_at IS NOT NULL;
CREATE INDEX issues_resolved ON issues (resolved_at) WHERE state = 2;

CREATE TABLE texts (
    row INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    namespace TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    search TEXT NOT NULL
) STRICT;
CREATE INDEX texts_in_namespace ON texts (namespace);
CREATE VIRTUAL TABLE texts_search USING fts5 (
    search, content = 'texts', content_rowid = 'row', tokenize = 'trigram case_sensitive 1'
);
CREATE TRIGGER texts_insert AFTER INSERT ON texts BEGIN
    INSERT INTO texts_search (rowid, search) VALUES (new.row, new.search);
END;
CREATE TRIGGER texts_delete AFTER DELETE ON texts BEGIN
    INSERT INTO texts_search (texts_search, rowid, search) VALUES ('delete', old.row, old.search);
END;
CREATE TRIGGER texts_update AFTER UPDATE ON texts BEGIN
    INSERT INTO texts_search (texts_search, rowid, search) VALUES ('delete', old.row, old.search);
    INSERT INTO texts_search (rowid, search) VALUES (new.row, new.search);
END;

CREATE TABLE episodes (
    key TEXT NOT NULL,
    number INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    count INTEGER NOT NULL,
    count_so_far INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    end_run TEXT NOT NULL,
    end_code INTEGER NOT NULL,
    ending INTEGER NOT NULL,
    ended_by TEXT,
    clean INTEGER NOT NULL,
    PRIMARY KEY (key, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    xact INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL,
    issue_id TEXT NOT NULL,
    namespace TEXT NOT NULL,
    change TEXT NOT NULL
) STRICT;
CREATE INDEX changes_of_issue ON changes (issue_id, id);

CREATE TABLE counters (
    namespace TEXT NOT NULL,
    application TEXT NOT NULL,
    state INTEGER NOT NULL,
    severity INTEGER NOT NULL,
    issue_type INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (namespace, application, state, severity, issue_type, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE relations (
    id TEXT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    target TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX relations_pair ON relations (min(source, target), max(source, target));
CREATE INDEX relations_source ON relations (source);
CREATE INDEX relations_target ON relations (target);
