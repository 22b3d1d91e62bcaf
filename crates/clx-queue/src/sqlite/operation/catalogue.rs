//! Keeps catalogues of sessions that have ended, for searches. Principal types: [`Catalogues`],
//! [`Entry`]; principal function: [`keep`].
//!
//! An index by label would be written by every enqueue all over the file, which triples what an enqueue
//! takes. A session that has ended does not change, so its jobs are packed into one row when there is
//! time, and a search unpacks 400,000 of them in a few milliseconds.
//!
//! An entry is two numbers of one to ten bytes each, seven bits in a byte, the lowest first, the top bit
//! set in all but the last: how much the job's id exceeds that of the entry before, and the row id in
//! `labels` times 16, plus 8 if the job is in trouble, plus the state. They stand in rising order of ids.

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, named_params};

use crate::ids::{JobId, SessionId};
use crate::sqlite::transaction::Tx;
use crate::state::{ErrorClass, JobState};

/// Catalogues written at once; whoever ends a build waits for it.
const AT_ONCE: u32 = 8;

/// Bit of an entry's second number that tells trouble; those below are the state, those above the label.
const TROUBLED: u64 = 8;

/// A job as searches need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) job: JobId,
    /// Row id in `labels`, which tells the type as well.
    pub(super) label: i64,
    pub(super) state: JobState,
    /// Whether it failed, died, or completed in part.
    pub(super) troubled: bool,
}

fn pack(entries: &[Entry]) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut last = 0;
    for entry in entries {
        let job = entry.job.0.cast_unsigned();
        let trouble = if entry.troubled { TROUBLED } else { 0 };
        write(job - last, &mut packed);
        write(entry.label.cast_unsigned() << 4 | trouble | entry.state as u64, &mut packed);
        last = job;
    }
    packed
}

fn write(mut number: u64, into: &mut Vec<u8>) {
    loop {
        let [low, ..] = number.to_le_bytes();
        number >>= 7;
        if number == 0 {
            into.push(low);
            return;
        }
        into.push(low | 0x80);
    }
}

/// Unpacks entries one after the other; ends where a damaged row makes no sense.
pub(super) struct Unpacked<'a> {
    rest: &'a [u8],
    last: u64,
}

impl Unpacked<'_> {
    #[inline]
    fn number(&mut self) -> Option<u64> {
        // Most are short, and 400,000 entries should take no time that people notice.
        match *self.rest {
            [low, ref rest @ ..] if low < 0x80 => {
                self.rest = rest;
                Some(u64::from(low))
            }
            [low, high, ref rest @ ..] if high < 0x80 => {
                self.rest = rest;
                Some(u64::from(low & 0x7f) | u64::from(high) << 7)
            }
            _ => self.long_number(),
        }
    }

    fn long_number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.rest.split_first()?;
            self.rest = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

impl Iterator for Unpacked<'_> {
    type Item = Entry;

    #[inline]
    fn next(&mut self) -> Option<Entry> {
        self.last = self.last.checked_add(self.number()?)?;
        let rest = self.number()?;
        Some(Entry {
            job: JobId(self.last.cast_signed()),
            label: (rest >> 4).cast_signed(),
            state: *JobState::ALL.get((rest & (TROUBLED - 1)) as usize)?,
            troubled: rest & TROUBLED != 0,
        })
    }
}

/// Writes the catalogues of some sessions that have ended and lack one, the newest first.
pub(crate) fn keep(tx: &Tx<'_>) -> rusqlite::Result<()> {
    for session in lacking(tx)? {
        let packed = pack(&entries(tx, session)?);
        tx.prepare("INSERT INTO catalogues(session_id, entries) VALUES (:session, :entries)")?
            .execute(named_params! { ":session": session, ":entries": packed })?;
        // Of each three rows two count nothing, and sums over all sessions read them all.
        tx.prepare("DELETE FROM counters WHERE session_id = :session AND n = 0")?
            .execute(named_params! { ":session": session })?;
    }
    Ok(())
}

fn lacking(tx: &Tx<'_>) -> rusqlite::Result<Vec<SessionId>> {
    let mut statement = tx.prepare(
        "SELECT id
         FROM sessions
         WHERE state IN (2, 3)
           AND NOT EXISTS (SELECT 1 FROM catalogues WHERE catalogues.session_id = sessions.id)
           AND NOT EXISTS (SELECT 1 FROM counters
                           WHERE counters.session_id = sessions.id AND state < 4 AND n <> 0)
         ORDER BY id DESC
         LIMIT :limit",
    )?;
    let rows = statement.query_map(named_params! { ":limit": AT_ONCE }, |row| row.get("id"))?;
    rows.collect()
}

/// Reads the jobs of a session in the order of their ids, and gives new labels a row.
fn entries(tx: &Tx<'_>, session: SessionId) -> rusqlite::Result<Vec<Entry>> {
    let mut statement = tx.prepare(
        "SELECT id, job_type, label, state, error_class
         FROM jobs
         WHERE session_id = :session
         ORDER BY id",
    )?;
    let rows = statement.query_map(named_params! { ":session": session }, |row| entry(tx, row))?;
    rows.collect()
}

fn entry(tx: &Tx<'_>, row: &Row<'_>) -> rusqlite::Result<Entry> {
    let class: Option<ErrorClass> = row.get("error_class")?;
    let label: String = row.get("label")?;
    Ok(Entry {
        job: row.get("id")?,
        label: label_id(tx, row.get("job_type")?, &label)?,
        state: row.get("state")?,
        troubled: !matches!(class, None | Some(ErrorClass::Dependency | ErrorClass::Cancelled)),
    })
}

fn label_id(tx: &Tx<'_>, job_type: i64, label: &str) -> rusqlite::Result<i64> {
    let named = named_params! { ":type": job_type, ":label": label };
    let found = tx
        .prepare("SELECT id FROM labels WHERE job_type = :type AND label = :label")?
        .query_row(named, |row| row.get("id"))
        .optional()?;
    if let Some(id) = found {
        return Ok(id);
    }
    tx.prepare("INSERT INTO labels(job_type, label) VALUES (:type, :label)")?.execute(named)?;
    Ok(tx.connection.last_insert_rowid())
}

/// Forgets the catalogue of a session, because a job of it goes.
pub(super) fn forget(tx: &Tx<'_>, session: SessionId) -> rusqlite::Result<()> {
    tx.prepare("DELETE FROM catalogues WHERE session_id = :session")?
        .execute(named_params! { ":session": session })?;
    Ok(())
}

/// Removes the labels when no catalogue is left that names them.
pub(super) fn forget_labels(tx: &Tx<'_>) -> rusqlite::Result<()> {
    tx.prepare("DELETE FROM labels WHERE NOT EXISTS (SELECT 1 FROM catalogues)")?.execute(())?;
    Ok(())
}

/// The catalogues of a file.
pub(super) struct Catalogues<'c>(CachedStatement<'c>);

impl<'c> Catalogues<'c> {
    pub(super) fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        let sql = "SELECT entries FROM catalogues WHERE session_id = :session";
        Ok(Self(connection.prepare_cached(sql)?))
    }

    /// Looks at the entries of a session, in rising order of ids; `None` if it has no catalogue.
    pub(super) fn read<T>(
        &mut self,
        session: SessionId,
        look: impl FnOnce(Unpacked<'_>) -> T,
    ) -> rusqlite::Result<Option<T>> {
        let look = |row: &Row<'_>| {
            let rest = row.get_ref("entries")?.as_blob()?;
            Ok(look(Unpacked { rest, last: 0 }))
        };
        self.0.query_row(named_params! { ":session": session }, look).optional()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_what_was_packed() {
        let mut entries = Vec::new();
        for (n, state) in (1..).zip(JobState::ALL.iter().copied()) {
            for troubled in [false, true] {
                let job = JobId((n << (5 * n)) + i64::from(troubled));
                entries.push(Entry { job, label: 1 << (6 * n), state, troubled });
            }
        }
        let packed = pack(&entries);
        let unpacked: Vec<_> = Unpacked { rest: &packed, last: 0 }.collect();
        assert_eq!(unpacked, entries);
        let torn = Unpacked { rest: &packed[..packed.len() - 1], last: 0 };
        assert_eq!(torn.count(), entries.len() - 1);
    }

    #[test]
    fn usual_entry_takes_three_bytes() {
        let entry = |n| Entry {
            job: JobId(n),
            label: 100 + n,
            state: JobState::Completed,
            troubled: false,
        };
        let entries: Vec<_> = (1..=100).map(entry).collect();
        assert_eq!(pack(&entries).len(), 300);
    }
}
