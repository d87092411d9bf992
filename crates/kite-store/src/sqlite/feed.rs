//! Where the feed ends.

use sqlx::Row as _;

use super::dialect::{Db, Id};
use crate::{FeedCursor, Pulse, StoreError};

const END: &str = "SELECT (SELECT epoch FROM meta) AS epoch, coalesce((SELECT max(id) FROM changes), 0) AS id";

/// The end of the feed as of now.
pub async fn end(db: &Db) -> Result<FeedCursor, StoreError> {
    let row = sqlx::query(END).fetch_one(&db.readers).await?;
    let Id(epoch) = row.try_get("epoch")?;
    Ok(FeedCursor { epoch, transaction: 0, id: row.try_get("id")? })
}

/// How the database is doing.
pub async fn pulse(db: &Db) -> Result<Pulse, StoreError> {
    sqlx::query("SELECT 1").execute(&db.readers).await?;
    let idle = db.readers.num_idle() + db.writers.num_idle();
    Ok(Pulse {
        engine: "SQLite",
        open_connections: db.readers.size() + db.writers.size(),
        idle_connections: u32::try_from(idle).unwrap_or(u32::MAX),
        max_connections: db.readers.options().get_max_connections() + db.writers.options().get_max_connections(),
        feed_lag_seconds: 0.0,
    })
}
