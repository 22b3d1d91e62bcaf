//! Makes and updates the tables. Principal function: [`migrate`].

use clx_queue::QueueError;
use postgres::Client;

use crate::error::Failure;
use crate::options::PostgresOptions;

/// Version history of the schema; steps are never edited after a release.
const STEPS: &[(i64, &str)] = &[
    (1, include_str!("migrations/0001_queue.sql")),
    (2, include_str!("migrations/0002_calls.sql")),
    (3, include_str!("migrations/0003_hosts.sql")),
    (4, include_str!("migrations/0004_enqueue.sql")),
];

/// The oldest server that is known to do: 15.
const OLDEST_SERVER: i64 = 150_000;

/// Brings the schema to the newest version, in one transaction. Many may do so at once: the first makes
/// the tables, the others wait and find them.
///
/// # Errors
/// [`QueueError::Server`], also if the server is too old, or the schema newer than this program.
pub(crate) fn migrate(client: &mut Client, options: &PostgresOptions) -> Result<(), QueueError> {
    let refused = |message: String| QueueError::Server {
        message: format!("the queue at {} {message}", options.address),
        is_transient: false,
        source: None,
    };
    let failed = |error: postgres::Error| Failure::Postgres(error).at(&options.address);
    let schema = &options.schema;
    let newest = STEPS.last().map_or(0, |(version, _)| *version);

    let server =
        number(client, "SELECT current_setting('server_version_num')::bigint").map_err(failed)?;
    if server < OLDEST_SERVER {
        return Err(refused(format!(
            "is served by PostgreSQL {}; it needs 15 or newer",
            server / 10_000
        )));
    }
    let found = version(client, schema).map_err(failed)?;
    if found == newest {
        return Ok(());
    }
    let found =
        if found > newest { found } else { update(client, schema, newest).map_err(failed)? };
    if found > newest {
        return Err(refused(format!(
            "has schema `{schema}` in version {found}, and this clx knows {newest} at most; update \
             clx, or name another schema by `schema=NAME` in the address"
        )));
    }
    Ok(())
}

/// Makes the missing steps unless somebody else did; returns the version that is there then.
fn update(client: &mut Client, schema: &str, newest: i64) -> Result<i64, postgres::Error> {
    let mut transaction = client.transaction()?;
    // Waits until others are done, and ends with the transaction.
    transaction.batch_execute(&format!(
        "SET LOCAL statement_timeout = '10min';
         SET LOCAL synchronous_commit = on;
         SELECT pg_advisory_xact_lock(6515832, hashtext('{schema}'))"
    ))?;
    let exists = format!("SELECT (to_regnamespace('{schema}') IS NOT NULL)::int::bigint");
    if number(&mut transaction, &exists)? == 0 {
        transaction.batch_execute(&format!("CREATE SCHEMA {schema}"))?;
    }
    let found = version(&mut transaction, schema)?;
    if found > newest {
        return Ok(found);
    }
    transaction.batch_execute(&format!(
        "SET LOCAL search_path = {schema};
         CREATE TABLE IF NOT EXISTS {schema}.migrations(
           version bigint PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())"
    ))?;
    for (version, sql) in STEPS.iter().filter(|(version, _)| *version > found) {
        transaction.batch_execute(sql)?;
        transaction.batch_execute(&format!("INSERT INTO migrations VALUES ({version})"))?;
    }
    transaction.commit()?;
    Ok(newest)
}

/// Returns the version of a schema, 0 if it has none.
fn version(
    client: &mut impl postgres::GenericClient,
    schema: &str,
) -> Result<i64, postgres::Error> {
    let exists = format!("SELECT (to_regclass('{schema}.migrations') IS NOT NULL)::int::bigint");
    if number(client, &exists)? == 0 {
        return Ok(0);
    }
    number(client, &format!("SELECT coalesce(max(version), 0)::bigint FROM {schema}.migrations"))
}

fn number(client: &mut impl postgres::GenericClient, sql: &str) -> Result<i64, postgres::Error> {
    client.query_typed(sql, &[])?.first().map_or(Ok(0), |row| row.try_get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbered_without_gaps() {
        let versions: Vec<_> = STEPS.iter().map(|(version, _)| *version).collect();
        assert_eq!(versions, (1..=i64::try_from(STEPS.len()).unwrap()).collect::<Vec<_>>());
    }
}
