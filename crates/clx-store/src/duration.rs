//! How long each subject's last run took, so that the longest can be started first.

use std::time::Duration;

use rusqlite::{OptionalExtension, named_params};

use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// Remembers how long the last runs of subjects took, in one transaction.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn remember_durations(&self, durations: &[(&str, Duration)]) -> Result<(), StoreError> {
        if durations.is_empty() {
            return Ok(());
        }
        self.write(|transaction| {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO durations (subject, duration_us)
                 VALUES (:subject, :duration_us)
                 ON CONFLICT (subject) DO UPDATE SET duration_us = excluded.duration_us",
            )?;
            for (subject, duration) in durations {
                let duration_us = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
                statement
                    .execute(named_params! { ":subject": subject, ":duration_us": duration_us })?;
            }
            Ok(())
        })
    }

    /// Returns how long the last runs of the subjects took, in order; `None` if one never ran.
    ///
    /// # Errors
    /// [`StoreError::Database`].
    pub fn expected_durations(
        &self,
        subjects: &[&str],
    ) -> Result<Vec<Option<Duration>>, StoreError> {
        self.read(|transaction| {
            let mut statement = transaction
                .prepare_cached("SELECT duration_us FROM durations WHERE subject = :subject")?;
            subjects
                .iter()
                .map(|subject| {
                    statement
                        .query_row(named_params! { ":subject": subject }, |row| {
                            row.get("duration_us").map(Duration::from_micros)
                        })
                        .optional()
                })
                .collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::TestStore;

    #[test]
    fn last_run_counts() {
        let fixture = TestStore::new();
        let store = &fixture.store;
        let seconds = Duration::from_secs;
        store.remember_durations(&[("a", seconds(3)), ("b", seconds(1))]).unwrap();
        store.remember_durations(&[("a", seconds(2))]).unwrap();
        let expected = store.expected_durations(&["b", "never", "a"]).unwrap();
        assert_eq!(expected, [Some(seconds(1)), None, Some(seconds(2))]);
    }
}
