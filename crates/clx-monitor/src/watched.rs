//! A queue that may not be there yet, or be replaced. Principal type: [`Watched`].

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clx_core::{Clock, Timestamp};
use clx_queue::{QueueError, QueueView};
use clx_status::IsDead;

use crate::model::Source;
use crate::read::Reader;

/// Health depends on time as well, such as on leases that run out: while builds are open, even an
/// unchanged queue is read again after this time.
const AGAIN: Duration = Duration::from_secs(10);

/// The same while none is: what ended in the last hour becomes less.
const AGAIN_AT_REST: Duration = Duration::from_secs(60);

/// Opens a queue without making it; `None` while there is none.
pub type Open<'a> = &'a dyn Fn() -> Result<Option<Box<dyn QueueView>>, QueueError>;

/// A queue that is opened as soon as it is there.
pub(crate) struct Watched<'a> {
    open_it: Open<'a>,
    clock: Arc<dyn Clock>,
    is_dead: IsDead<'a>,
    pub(crate) reader: Reader,
    open: Option<(Box<dyn QueueView>, Option<Seen>)>,
}

/// What is known of a queue that was read.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// Its change counter.
    counter: u64,
    /// When to read it again although nothing changed.
    until: Timestamp,
}

impl<'a> Watched<'a> {
    /// Takes a queue that need not be there yet.
    pub(crate) fn new(
        open_it: Open<'a>,
        logs: PathBuf,
        clock: Arc<dyn Clock>,
        is_dead: IsDead<'a>,
    ) -> Self {
        Self { open_it, clock, is_dead, reader: Reader::new(logs), open: None }
    }

    /// Returns the queue while it is open.
    pub(crate) fn queue(&self) -> Option<&dyn QueueView> {
        self.open.as_ref().map(|(queue, _)| &**queue)
    }

    /// Reads the queue if it changed; `None` if it did not. One that can no longer be read is opened
    /// again at the next look.
    pub(crate) fn look(&mut self) -> Option<Source> {
        match self.try_look() {
            Ok(found) => found,
            Err(error) => {
                self.open = None;
                Some(Source::Waits(error.to_string()))
            }
        }
    }

    fn try_look(&mut self) -> Result<Option<Source>, QueueError> {
        if self.open.is_none() {
            let Some(queue) = (self.open_it)()? else {
                return Ok(Some(Source::Waits(
                    "no builds yet here; run `clx build SPEC` in another terminal".to_owned(),
                )));
            };
            self.open = Some((queue, None));
        }
        let Some((queue, seen)) = &mut self.open else { return Ok(None) };
        // Before the reading, so that what changes meanwhile is read the next time.
        let counter = queue.change_counter()?;
        let now = self.clock.now();
        if seen.is_some_and(|seen| seen.counter == counter && now < seen.until) {
            return Ok(None);
        }
        let snapshot = self.reader.snapshot(&**queue, now, self.is_dead)?;
        let is_at_rest = snapshot.overview.builds.is_empty();
        let until = now.plus(if is_at_rest { AGAIN_AT_REST } else { AGAIN });
        *seen = Some(Seen { counter, until });
        Ok(Some(Source::Open(Box::new(snapshot))))
    }
}

#[cfg(test)]
mod tests {
    use clx_core::ManualClock;
    use clx_queue::{NewJob, NewSession, Queue, SqliteOptions, SqliteQueue};

    use super::*;

    /// Says what a look finds.
    fn found(queue: &mut Watched<'_>) -> String {
        match queue.look() {
            None => "unchanged".to_owned(),
            Some(Source::Waits(why)) => why,
            Some(Source::Open(snapshot)) => format!("{} builds", snapshot.builds.len()),
        }
    }

    #[test]
    fn file_is_awaited_read_when_it_changes_and_awaited_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("jobs.db");
        let clock = Arc::new(ManualClock::at(Timestamp::from_us(1_800_000_000_000_000)));
        let open = || -> Result<Option<Box<dyn QueueView>>, _> {
            if !path.exists() {
                return Ok(None);
            }
            Ok(Some(Box::new(SqliteQueue::open(&path, &SqliteOptions::default())?)))
        };
        let mut file = Watched::new(&open, dir.path().join("logs"), clock.clone(), &|_| false);
        let waits = "no builds yet here; run `clx build SPEC` in another terminal";
        assert_eq!(found(&mut file), waits);
        assert!(!path.exists(), "looking creates nothing");

        let queue = SqliteQueue::open(&path, &SqliteOptions::default()).unwrap();
        assert_eq!(found(&mut file), "0 builds");
        assert_eq!(found(&mut file), "unchanged");
        let build = queue.open_session(&NewSession::of_this_process(dir.path(), 0, "")).unwrap();
        assert_eq!(found(&mut file), "1 builds");
        queue.enqueue(build, vec![NewJob::new("a", "x", vec![])]).unwrap();
        assert_eq!(found(&mut file), "1 builds");
        assert_eq!(found(&mut file), "unchanged");
        clock.advance(AGAIN);
        assert_eq!(found(&mut file), "1 builds", "health depends on time");
        queue.close_session(build).unwrap();
        assert_eq!(found(&mut file), "1 builds");
        clock.advance(AGAIN);
        assert_eq!(found(&mut file), "unchanged", "at rest");

        drop(queue);
        let elsewhere = dir.path().join("old");
        std::fs::rename(&path, elsewhere).unwrap();
        SqliteQueue::open(&path, &SqliteOptions::default()).map(drop).unwrap();
        assert!(found(&mut file).ends_with("was deleted or replaced while clx was using it"));
        assert_eq!(found(&mut file), "0 builds");
    }
}
