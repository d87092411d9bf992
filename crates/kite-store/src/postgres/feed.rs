//! Where the feed ends, and how far it lags.

use sqlx::Row as _;

use super::dialect::{Db, Id};
use crate::{FeedCursor, Pulse, StoreError};

/// The newest place of the feed that is visible to everyone.
const END: &str = "SELECT (SELECT epoch FROM meta) AS epoch, \
     coalesce((SELECT max(xact) FROM changes WHERE xact < pg_snapshot_xmin(pg_current_snapshot())::text::bigint), 0) AS xact";
const LAG: &str = "SELECT coalesce(extract(epoch FROM clock_timestamp() - (SELECT at FROM changes \
     WHERE xact >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint ORDER BY xact, id LIMIT 1)), 0)::float8 AS lag";

/// The end of the feed as of now.
pub async fn end(db: &Db) -> Result<FeedCursor, StoreError> {
    let row = sqlx::query(END).fetch_one(&db.readers).await?;
    let Id(epoch) = row.try_get("epoch")?;
    Ok(FeedCursor { epoch, transaction: row.try_get::<i64, _>("xact")?.unsigned_abs(), id: i64::MAX })
}

/// How the database is doing.
pub async fn pulse(db: &Db) -> Result<Pulse, StoreError> {
    let lag: f64 = sqlx::query(LAG).fetch_one(&db.readers).await?.try_get("lag")?;
    let idle = db.readers.num_idle() + db.writers.num_idle();
    Ok(Pulse {
        engine: "PostgreSQL",
        open_connections: db.readers.size() + db.writers.size(),
        idle_connections: u32::try_from(idle).unwrap_or(u32::MAX),
        max_connections: db.readers.options().get_max_connections() + db.writers.options().get_max_connections(),
        feed_lag_seconds: lag.max(0.0),
    })
}
