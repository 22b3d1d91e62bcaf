//! A line of a ledger. Principal type: [`Entry`].

use std::fmt;
use std::str::FromStr;

/// What a worker process did; written as one line by one call, so that lines never mix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it did: `begun`, `done`, `children`, `session`.
    pub event: String,
    /// Who: a worker, or the session of an owner.
    pub who: i64,
    /// The job, 0 if none.
    pub job: i64,
    /// Number of the attempt, 0 if none.
    pub attempt: u32,
    /// The job's label, without blanks; `-` if none.
    pub label: String,
    /// Pids of processes that it started.
    pub pids: Vec<u32>,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { event, who, job, attempt, label, pids } = self;
        write!(f, "{event} {who} {job} {attempt} {label}")?;
        pids.iter().try_for_each(|pid| write!(f, " {pid}"))
    }
}

/// A line that is no entry.
#[derive(Debug, PartialEq, Eq)]
pub struct ParseEntryError;

impl FromStr for Entry {
    type Err = ParseEntryError;

    fn from_str(line: &str) -> Result<Self, Self::Err> {
        let mut words = line.split(' ');
        let mut next = || words.next().ok_or(ParseEntryError);
        let (event, who, job, attempt, label) = (next()?, next()?, next()?, next()?, next()?);
        Ok(Self {
            event: event.to_owned(),
            who: who.parse().map_err(|_| ParseEntryError)?,
            job: job.parse().map_err(|_| ParseEntryError)?,
            attempt: attempt.parse().map_err(|_| ParseEntryError)?,
            label: label.to_owned(),
            pids: words.map(str::parse).collect::<Result<_, _>>().map_err(|_| ParseEntryError)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_read_back() {
        for line in ["done 3 17 1 a-17", "children 3 17 1 a-17 500 501", "session 2 0 0 -"] {
            assert_eq!(line.parse::<Entry>().unwrap().to_string(), line);
        }
        for torn in ["", "done 3", "done 3 17 x a-17", "children 3 17 1 a-17 5x"] {
            assert_eq!(torn.parse::<Entry>(), Err(ParseEntryError));
        }
    }
}
