-- Trends: what ended since a time, in all namespaces and in some.
ALTER TABLE episodes ADD COLUMN namespace TEXT NOT NULL DEFAULT '';
UPDATE episodes SET namespace = i.namespace FROM issues i WHERE i.key = episodes.key;
CREATE INDEX episodes_ended ON episodes (end_at, started_at);
CREATE INDEX episodes_ended_in_namespace ON episodes (namespace, end_at, started_at);
