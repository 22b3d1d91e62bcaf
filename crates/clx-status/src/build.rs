//! A build as its session shows it. Principal type: [`Build`].

use clx_core::Timestamp;
use clx_queue::{
    JobFilter, JobState, QueueError, QueueView, SessionFilter, SessionId, SessionRecord,
    SessionRole, SessionState, Total,
};
use serde::{Deserialize, Serialize};

use crate::{IsDead, seconds_between, unix_seconds};

/// What a build writes down about itself when it opens its session.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BuildNote {
    /// The course spec, relative to the course root.
    pub spec: String,
    /// English name of the course, or the first.
    pub course: String,
    /// Its part of a pool's workers in proportion to the weights of other builds, 1 to 1000, if it asks
    /// for another one than 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// Workers of pools that it has at the same time at most, of all kinds and pools together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most_workers: Option<u32>,
}

impl BuildNote {
    /// Writes it as the note of a session.
    #[must_use]
    pub fn to_note(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads the note of a session; that of another program says nothing.
    #[must_use]
    pub fn from_note(note: &str) -> Self {
        serde_json::from_str(note).unwrap_or_default()
    }
}

/// Where a build is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BuildState {
    /// Its process works.
    Running,
    /// It came to its end, well or not.
    Ended,
    /// Its process is dead and nobody has tidied up after it.
    Died,
    /// Its process died; another one tidied up after it.
    Abandoned,
}

impl BuildState {
    /// Returns the word that people see.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Ended => "ended",
            Self::Died => "died",
            Self::Abandoned => "abandoned",
        }
    }
}

/// A session that has jobs: a build, a watch, or a pool for builds.
#[derive(Debug, Clone, Serialize)]
pub struct Build {
    /// Number of the session.
    pub id: SessionId,
    /// What it is about.
    #[serde(flatten)]
    pub note: BuildNote,
    /// The course root.
    pub root: std::path::PathBuf,
    /// Whether it keeps workers for others and has no jobs of its own.
    pub is_pool: bool,
    /// Where it is in its life.
    pub state: BuildState,
    /// Process id of its owner.
    pub pid: u32,
    /// When it began, in seconds since 1970-01-01 UTC.
    pub started: i64,
    /// How long it has run, or ran.
    pub elapsed_seconds: f64,
    /// Jobs in all.
    pub jobs: u64,
    /// Jobs in a final state.
    pub done: u64,
    /// Jobs that a worker has.
    pub running: u64,
    /// Jobs that failed, died, or completed in part.
    pub failed: u64,
    /// Jobs that were cancelled.
    pub cancelled: u64,
}

impl Build {
    /// Lists builds, the newest first.
    ///
    /// # Errors
    /// [`QueueError::Database`].
    pub fn list(
        queue: &dyn QueueView,
        filter: &SessionFilter,
        now: Timestamp,
        is_dead: IsDead<'_>,
    ) -> Result<Vec<Self>, QueueError> {
        let sessions = queue.list_sessions(filter)?;
        sessions.into_iter().map(|session| Self::of(queue, session, now, is_dead)).collect()
    }

    /// Finds one build.
    ///
    /// # Errors
    /// [`QueueError::Database`].
    pub fn find(
        queue: &dyn QueueView,
        id: SessionId,
        now: Timestamp,
        is_dead: IsDead<'_>,
    ) -> Result<Option<Self>, QueueError> {
        let filter = SessionFilter { session: Some(id), ..SessionFilter::default() };
        Ok(Self::list(queue, &filter, now, is_dead)?.pop())
    }

    /// Says what it is about: the spec, or the directory where the session has no note of ours.
    #[must_use]
    pub fn about(&self) -> String {
        match (self.is_pool, self.note.spec.as_str()) {
            (true, _) => "a pool for builds".to_owned(),
            (false, "") => self.root.display().to_string(),
            (false, spec) => spec.to_owned(),
        }
    }

    fn of(
        queue: &dyn QueueView,
        session: SessionRecord,
        now: Timestamp,
        is_dead: IsDead<'_>,
    ) -> Result<Self, QueueError> {
        let totals = queue.totals(Some(session.id))?;
        let sum = |wanted: &dyn Fn(JobState) -> bool| {
            totals.iter().filter(|total| wanted(total.state)).map(|total| total.n).sum()
        };
        Ok(Self {
            note: BuildNote::from_note(&session.note),
            is_pool: session.role == SessionRole::Pool,
            state: state_of(&session, is_dead),
            pid: session.owner.pid,
            started: unix_seconds(session.created),
            elapsed_seconds: seconds_between(session.created, session.closed.unwrap_or(now)),
            jobs: sum(&|_| true),
            done: sum(&JobState::is_final),
            running: sum(&|state| state == JobState::Running),
            failed: failures(queue, session.id, &totals)?,
            cancelled: sum(&|state| state == JobState::Cancelled),
            root: session.root,
            id: session.id,
        })
    }
}

fn state_of(session: &SessionRecord, is_dead: IsDead<'_>) -> BuildState {
    match session.state {
        SessionState::Open if is_dead(&session.owner) => BuildState::Died,
        SessionState::Open => BuildState::Running,
        SessionState::Closed => BuildState::Ended,
        SessionState::Abandoned => BuildState::Abandoned,
    }
}

/// Counts what went wrong; nothing can have gone wrong where nothing has ended.
fn failures(
    queue: &dyn QueueView,
    session: SessionId,
    totals: &[Total],
) -> Result<u64, QueueError> {
    if !totals.iter().any(|total| total.state.is_final()) {
        return Ok(0);
    }
    let troubled = JobFilter { session: Some(session), troubled: true, ..JobFilter::default() };
    queue.count_jobs(&troubled)
}
