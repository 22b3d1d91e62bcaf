//! Results of actions, beside the jobs that made them. Principal type: [`PostgresResults`].

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use clx_core::{ActionResult, ContentHash};
use clx_queue::QueueError;
use clx_store::{ResultIndex, StoreError, result_from_json, result_to_json};

use crate::PostgresQueue;
use crate::server::Server;
use crate::value::{Columns, p};

/// How exact the date of last use is.
const USE_PRECISION: Duration = Duration::from_secs(24 * 60 * 60);

/// Results that nobody has used for so long go.
const KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// Results removed in one transaction.
const REMOVED_AT_ONCE: i64 = 1000;

/// The results that all hosts of a queue share.
#[derive(Debug, Clone)]
pub struct PostgresResults {
    server: Arc<Server>,
}

impl PostgresQueue {
    /// Returns the results beside the queue; they use its connections.
    #[must_use]
    pub fn results(&self) -> PostgresResults {
        PostgresResults { server: Arc::clone(&self.server) }
    }
}

impl PostgresResults {
    /// Removes results that nobody has used for 90 days.
    pub(crate) fn prune(&self) -> Result<(), QueueError> {
        loop {
            let (removed, _) = self.server.write(|tx| {
                let oldest = tx.now.as_us().saturating_sub(us(KEPT));
                Ok(tx.execute(
                    "DELETE FROM results WHERE key IN
                       (SELECT key FROM results WHERE used_us < $1 ORDER BY key LIMIT $2)",
                    &[p(&oldest), p(&REMOVED_AT_ONCE)],
                )?)
            })?;
            if removed == 0 {
                return Ok(());
            }
        }
    }

    fn failed(&self, error: &QueueError) -> StoreError {
        StoreError::Remote {
            store: format!("the table of results at {}", self.server.address),
            message: clx_core::with_causes(error),
        }
    }
}

impl ResultIndex for PostgresResults {
    fn lookup(&self, keys: &[ContentHash]) -> Result<Vec<Option<ActionResult>>, StoreError> {
        apart(|| self.look_up(keys))
    }

    fn record(&self, results: &[(ContentHash, &ActionResult)]) -> Result<(), StoreError> {
        apart(|| self.write(results))
    }
}

/// Makes a call where it may block: handlers look results up within the tasks that run their kernels.
fn apart<T: Send>(call: impl FnOnce() -> T + Send) -> T {
    if tokio::runtime::Handle::try_current().is_err() {
        return call();
    }
    let called = std::thread::scope(|scope| scope.spawn(call).join());
    called.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl PostgresResults {
    fn look_up(&self, keys: &[ContentHash]) -> Result<Vec<Option<ActionResult>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let bytes: Vec<&[u8]> = keys.iter().map(|key| key.as_bytes().as_slice()).collect();
        let mut is_old = false;
        let read = self.server.read(|tx| {
            let oldest = tx.now.as_us().saturating_sub(us(USE_PRECISION));
            let rows = tx.query(
                "SELECT key, result, used_us FROM results WHERE key = ANY($1)",
                &[p(&bytes)],
            )?;
            let mut found = HashMap::new();
            for row in rows {
                is_old |= row.int("used_us")? < oldest;
                let key = row.opt_bytes("key")?.unwrap_or_default();
                found.insert(key, result_from_json(&row.text("result")?));
            }
            Ok(found)
        });
        let found = read.map_err(|error| self.failed(&error))?;
        if is_old {
            self.use_now(&bytes).map_err(|error| self.failed(&error))?;
        }
        Ok(bytes.iter().map(|key| found.get(*key).cloned().flatten()).collect())
    }

    fn write(&self, results: &[(ContentHash, &ActionResult)]) -> Result<(), StoreError> {
        // In the order of the keys, so that two who record the same wait for each other and no longer.
        let mut rows = BTreeMap::new();
        for (key, result) in results {
            let json = result_to_json(result)
                .map_err(|source| StoreError::Encode { key: *key, source })?;
            rows.insert(key.as_bytes().as_slice(), json);
        }
        let keys: Vec<&[u8]> = rows.keys().copied().collect();
        let texts: Vec<&str> = rows.values().map(String::as_str).collect();
        let written = self.server.write(|tx| {
            let now = tx.now.as_us();
            tx.execute(
                "INSERT INTO results(key, result, used_us)
                 SELECT key, result, $3 FROM unnest($1, $2) AS new(key, result)
                 ON CONFLICT (key) DO UPDATE
                 SET result = excluded.result, used_us = excluded.used_us",
                &[p(&keys), p(&texts), p(&now)],
            )?;
            Ok(())
        });
        written.map(drop).map_err(|error| self.failed(&error))
    }

    fn use_now(&self, keys: &Vec<&[u8]>) -> Result<(), QueueError> {
        let used = self.server.write(|tx| {
            let now = tx.now.as_us();
            // Whoever else writes one of them knows as well that it was used.
            tx.execute(
                "UPDATE results SET used_us = $2 WHERE key IN
                   (SELECT key FROM results WHERE key = ANY($1) ORDER BY key
                    FOR NO KEY UPDATE SKIP LOCKED)",
                &[p(keys), p(&now)],
            )?;
            Ok(())
        });
        used.map(drop)
    }
}

fn us(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}
