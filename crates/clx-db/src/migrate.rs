//! Brings a file to the newest schema, one IMMEDIATE transaction per numbered step, and refuses
//! files that are not ours. Principal types: [`Schema`], [`Migration`].

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::DbError;

/// The schema of one kind of database file.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// Word for messages, such as `jobs`.
    pub name: &'static str,
    /// `application_id` of the file, never 0.
    pub application_id: i32,
    /// Steps in rising order of version, starting at 1. Never edited after a release.
    pub migrations: &'static [Migration],
}

/// One step of a schema; `version` is the `user_version` of the file afterwards.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// Version that this step leads to.
    pub version: i32,
    /// The statements.
    pub sql: &'static str,
}

impl Schema {
    /// Returns the newest version.
    #[must_use]
    pub fn newest(&self) -> i32 {
        self.migrations.last().map_or(0, |step| step.version)
    }

    /// Fails if the file belongs to somebody else or to a newer version; changes nothing.
    pub(crate) fn check(&self, connection: &Connection, path: &Path) -> Result<i32, DbError> {
        let number = |name| {
            connection
                .pragma_query_value(None, name, |row| row.get::<_, i32>(0))
                .map_err(DbError::sqlite(path))
        };
        let application_id = number("application_id")?;
        // Read once more if there are tables: another process may have made file and tables between
        // the first two looks.
        if application_id != self.application_id
            && !is_empty(connection, path)?
            && number("application_id")? != self.application_id
        {
            return Err(DbError::ForeignFile {
                path: path.to_owned(),
                expected: self.name,
                found: describe_foreign(connection, application_id),
            });
        }
        let version = number("user_version")?;
        if version > self.newest() {
            return Err(DbError::NewerSchema {
                path: path.to_owned(),
                found: version,
                supported: self.newest(),
            });
        }
        Ok(version)
    }

    /// Runs the missing steps. Another process may do the same at the same time: the version is
    /// read again inside each step's transaction.
    pub(crate) fn migrate(&self, connection: &mut Connection, path: &Path) -> Result<(), DbError> {
        if self.check(connection, path)? == self.newest() {
            return Ok(());
        }
        for step in self.migrations {
            let transaction = connection
                .transaction_with_behavior(TransactionBehavior::Immediate)
                .map_err(DbError::sqlite(path))?;
            if self.check(&transaction, path)? < step.version {
                transaction
                    .execute_batch(step.sql)
                    .and_then(|()| {
                        transaction.pragma_update(None, "application_id", self.application_id)?;
                        transaction.pragma_update(None, "user_version", step.version)
                    })
                    .map_err(DbError::sqlite(path))?;
            }
            transaction.commit().map_err(DbError::sqlite(path))?;
        }
        Ok(())
    }
}

fn is_empty(connection: &Connection, path: &Path) -> Result<bool, DbError> {
    connection
        .query_row("SELECT count(*) = 0 FROM sqlite_schema", (), |row| row.get(0))
        .map_err(DbError::sqlite(path))
}

fn describe_foreign(connection: &Connection, application_id: i32) -> String {
    let has_table = |name| {
        connection
            .query_row(
                "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?",
                [name],
                |_| Ok(()),
            )
            .is_ok()
    };
    if has_table("schema_version") && has_table("jobs") {
        "a jobs database of the Python clx; it cannot be taken over, choose another path".to_owned()
    } else if has_table("processed_files") {
        "a cache database of the Python clx; it cannot be taken over, choose another path"
            .to_owned()
    } else {
        format!("application id {application_id:#x}")
    }
}
