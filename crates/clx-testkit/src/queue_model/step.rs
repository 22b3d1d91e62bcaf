//! What can be asked of a queue. Principal types: [`Step`], [`JobPlan`].
//!
//! A [`Pick`] stands for one of those that are there when the step is done.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;

use clx_queue::{ErrorClass, OnConflict, OnFailure};

/// A number that picks one of a list by its remainder, so that any list may have any length.
pub(super) type Pick = u8;

/// A call, and what is to be called with.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// Enqueues a batch.
    Enqueue { session: Pick, batch: Vec<JobPlan> },
    /// Registers a worker and makes it live.
    Register { session: Pick },
    /// A worker reports what it has, the first `n_done` of its jobs, and claims.
    Claim { worker: Pick, n_done: usize, ending: Ending, free: u32 },
    /// A worker repeats its last claim, as if the answer had been lost.
    Repeat { worker: Pick },
    /// A worker reports a job that somebody claimed at any time.
    Late { worker: Pick, job: Pick },
    /// Cancels jobs of a session.
    Cancel { session: Pick, target: Target },
    /// A worker stops, or vanishes.
    Remove { worker: Pick, is_lost: bool },
    /// Time passes.
    Advance { seconds: u64 },
    /// Pauses or resumes the type.
    Pause { paused: bool },
    /// Bounds the type.
    Bound { limit: Option<u32> },
    /// Tries a job again.
    Retry { job: Pick },
    /// Closes a session.
    Close { session: Pick },
}

/// How a worker ends a job.
#[derive(Debug, Clone, Copy)]
pub(super) enum Ending {
    Completed,
    CompletedInPart,
    Failed(ErrorClass),
    Cancelled,
    Returned,
}

/// Which jobs to cancel.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    All,
    Job(Pick),
    Key(u8),
}

/// A job to be enqueued.
#[derive(Debug, Clone)]
pub(super) struct JobPlan {
    pub(super) priority: i32,
    pub(super) expected_seconds: Option<u64>,
    pub(super) delay_seconds: Option<u64>,
    pub(super) max_failures: u32,
    pub(super) max_losses: u32,
    /// One of two keys.
    pub(super) unique: Option<(u8, OnConflict)>,
    /// Jobs of the session, or of the batch before this one.
    pub(super) needs: Vec<(Pick, OnFailure)>,
}

fn job() -> impl Strategy<Value = JobPlan> {
    let conflict =
        prop_oneof![Just(OnConflict::Join), Just(OnConflict::Replace), Just(OnConflict::Supersede)];
    let failure = prop_oneof![Just(OnFailure::Cancel), Just(OnFailure::Run)];
    (
        -1..=1_i32,
        option::of(0..3_u64),
        option::weighted(0.2, 1..90_u64),
        0..=3_u32,
        0..=2_u32,
        option::weighted(0.3, (0..2_u8, conflict)),
        vec((any::<Pick>(), failure), 0..3),
    )
        .prop_map(
            |(
                priority,
                expected_seconds,
                delay_seconds,
                max_failures,
                max_losses,
                unique,
                needs,
            )| {
                JobPlan {
                    priority,
                    expected_seconds,
                    delay_seconds,
                    max_failures,
                    max_losses,
                    unique,
                    needs,
                }
            },
        )
}

fn ending() -> impl Strategy<Value = Ending> {
    let class = prop_oneof![
        Just(ErrorClass::User),
        Just(ErrorClass::Transient),
        Just(ErrorClass::Timeout),
        Just(ErrorClass::Internal),
    ];
    prop_oneof![
        3 => Just(Ending::Completed),
        1 => Just(Ending::CompletedInPart),
        3 => class.prop_map(Ending::Failed),
        1 => Just(Ending::Cancelled),
        1 => Just(Ending::Returned),
    ]
}

/// Any step; what happens more often in life comes more often.
pub(super) fn steps() -> impl Strategy<Value = Step> {
    let pick = any::<Pick>;
    let target = prop_oneof![
        1 => Just(Target::All),
        3 => pick().prop_map(Target::Job),
        1 => (0..2_u8).prop_map(Target::Key),
    ];
    prop_oneof![
        6 => (pick(), vec(job(), 1..4)).prop_map(|(session, batch)| Step::Enqueue { session, batch }),
        2 => pick().prop_map(|session| Step::Register { session }),
        9 => (pick(), 0..3_usize, ending(), 0..3_u32)
            .prop_map(|(worker, n_done, ending, free)| Step::Claim { worker, n_done, ending, free }),
        1 => pick().prop_map(|worker| Step::Repeat { worker }),
        1 => (pick(), pick()).prop_map(|(worker, job)| Step::Late { worker, job }),
        2 => (pick(), target).prop_map(|(session, target)| Step::Cancel { session, target }),
        2 => (pick(), any::<bool>()).prop_map(|(worker, is_lost)| Step::Remove { worker, is_lost }),
        3 => (0..100_u64).prop_map(|seconds| Step::Advance { seconds }),
        1 => any::<bool>().prop_map(|paused| Step::Pause { paused }),
        1 => option::of(0..3_u32).prop_map(|limit| Step::Bound { limit }),
        1 => pick().prop_map(|job| Step::Retry { job }),
        1 => pick().prop_map(|session| Step::Close { session }),
    ]
}
