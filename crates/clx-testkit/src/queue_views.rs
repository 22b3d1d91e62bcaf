//! What people see of a queue, the same for every implementation: pages, sums, what went wrong.
//!
//! An implementation gets one test per case by `clx_testkit::queue_views!(make)`, where `make` returns a
//! fresh [`Stage`].

use std::any::Any;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use clx_core::{Clock as _, ManualClock};
use clx_queue::{
    ErrorClass, EventType, JobFilter, JobId, JobRecord, JobState, NewJob, NewSession, NewWorker,
    QueueView, Retention, Seat, SessionFilter, SessionId, WorkerMode,
};

const MINUTE: Duration = Duration::from_secs(60);

/// A fresh, empty queue at a time that stands still.
pub struct Stage<Q> {
    /// The queue.
    pub queue: Q,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// Whatever must live as long: a directory, a server.
    pub keep: Box<dyn Any + Send + Sync>,
}

/// Defines one test per case.
#[macro_export]
macro_rules! queue_views {
    ($make:expr) => {
        $crate::queue_views!(@cases $make;
            job_done_in_part_is_among_those_in_trouble_and_keeps_its_result
            cancelled_job_is_not_in_trouble
            pages_follow_each_other_over_sessions
            filters_narrow_together
            oldest_ready_job_is_found_among_few_and_among_many
            sessions_are_listed_by_the_page
            what_finished_last_comes_first
            jobs_of_all_pages_are_counted
            payload_is_what_was_enqueued
            searches_find_the_same_with_and_without_catalogues
            search_by_time_looks_at_the_jobs_of_catalogues
        );
    };
    (@cases $make:expr; $($case:ident)+) => {
        $(
            #[test]
            fn $case() {
                $crate::queue_views::$case(&$make());
            }
        )+
    };
}

impl<Q: QueueView> Stage<Q> {
    fn session(&self) -> SessionId {
        let new = NewSession::of_this_process(Path::new("/course"), 0, "");
        self.queue.open_session(&new).unwrap()
    }

    fn enqueue(&self, session: SessionId, job_type: &str, labels: &[&str]) -> Vec<JobId> {
        let jobs = labels.iter().map(|label| NewJob::new(job_type, label, vec![])).collect();
        self.queue.enqueue(session, jobs).unwrap()
    }

    /// Claims one job after the other and reports each as its label says.
    fn work(&self, session: SessionId, job_type: &str) {
        let new = NewWorker::new(session, job_type, WorkerMode::InProcess);
        let worker = self.queue.register_worker(&new).unwrap();
        self.queue.activate_worker(worker, None).unwrap();
        let mut seat = Seat::new(worker);
        while let Some(job) = seat.claim(&self.queue, vec![], Duration::ZERO).unwrap().jobs.pop() {
            let report = match job.label.as_str() {
                "wrong" => job.failed(ErrorClass::User, "it is wrong".to_owned()),
                "partial" => job.completed_in_part(b"half".to_vec(), ErrorClass::User),
                _ => job.completed(b"whole".to_vec()),
            };
            seat.report(&self.queue, vec![report]).unwrap();
        }
    }

    fn labels(&self, filter: &JobFilter) -> Vec<String> {
        self.queue.jobs(filter).unwrap().into_iter().map(|job| job.label).collect()
    }
}

macro_rules! cases {
    ($(fn $name:ident($stage:ident) $body:block)+) => {
        $(
            #[doc = concat!("See the name: ", stringify!($name), ".")]
            pub fn $name<Q: QueueView>($stage: &Stage<Q>) $body
        )+
    };
}

cases! {
    fn job_done_in_part_is_among_those_in_trouble_and_keeps_its_result(stage) {
        let session = stage.session();
        let jobs = stage.enqueue(session, "a", &["whole", "partial", "wrong", "needless"]);
        stage.work(session, "a");
        let troubled = JobFilter { troubled: true, ..JobFilter::default() };
        assert_eq!(stage.labels(&troubled), ["wrong", "partial"]);
        assert_eq!(stage.queue.count_jobs(&troubled).unwrap(), 2);
        let partial = stage.queue.job(jobs[1]).unwrap().unwrap();
        assert_eq!((partial.state, partial.error_class), (JobState::Completed, Some(ErrorClass::User)));
        assert_eq!(stage.queue.result(jobs[1]).unwrap().unwrap(), b"half");
        assert_eq!(stage.queue.result(jobs[2]).unwrap(), None);

        let since = stage.clock.now();
        let minutes = stage.queue.minutes(None, since).unwrap();
        let sums: Vec<_> = minutes.iter().map(|minute| (minute.state, minute.n)).collect();
        assert_eq!(sums, [(JobState::Completed, 2), (JobState::Failed, 2)]);
        let totals = stage.queue.totals(Some(session)).unwrap();
        let sums: Vec<_> = totals.iter().map(|total| (total.state, total.n)).collect();
        assert_eq!(sums, [(JobState::Completed, 3), (JobState::Failed, 1)]);

        let events = stage.queue.latest_events(2).unwrap();
        let events: Vec<_> = events.iter().map(|event| (event.event, event.job)).collect();
        assert_eq!(
            events,
            [(EventType::JobFailed, Some(jobs[2])), (EventType::JobPartial, Some(jobs[1]))]
        );
        let again = stage.queue.retry(jobs[1]).unwrap();
        assert_eq!(stage.queue.job(again).unwrap().unwrap().label, "partial");
    }


    fn cancelled_job_is_not_in_trouble(stage) {
        let session = stage.session();
        stage.enqueue(session, "a", &["x"]);
        stage.queue.close_session(session).unwrap();
        let troubled = JobFilter { troubled: true, ..JobFilter::default() };
        assert_eq!(stage.labels(&troubled), Vec::<String>::new());
        assert_eq!(stage.queue.count_jobs(&troubled).unwrap(), 0);
        let cancelled = JobFilter { states: vec![JobState::Cancelled], ..JobFilter::default() };
        assert_eq!(stage.labels(&cancelled), ["x"]);
    }


    fn pages_follow_each_other_over_sessions(stage) {
        let (old, new) = (stage.session(), stage.session());
        stage.enqueue(old, "a", &["1", "2", "3"]);
        stage.enqueue(new, "a", &["4", "5"]);
        // A job of the old session that is newer than those of the new one stays with its session.
        stage.enqueue(old, "b", &["6"]);
        let mut filter = JobFilter { limit: 2, ..JobFilter::default() };
        let mut seen = Vec::new();
        loop {
            let page = stage.queue.jobs(&filter).unwrap();
            let Some(last) = page.last() else { break };
            filter.after = Some(last.id);
            seen.push(page.into_iter().map(|job| job.label).collect::<Vec<_>>());
        }
        assert_eq!(seen, [["5", "4"], ["6", "3"], ["2", "1"]]);
        let gone = JobFilter { after: Some(JobId(99)), ..JobFilter::default() };
        assert_eq!(stage.labels(&gone), Vec::<String>::new());
    }


    fn filters_narrow_together(stage) {
        let first = stage.session();
        stage.enqueue(first, "notebook", &["slides/loops.py", "slides/100%.py"]);
        stage.clock.advance(10 * MINUTE);
        let ten_minutes_later = stage.clock.now();
        let second = stage.session();
        stage.enqueue(second, "notebook", &["slides/Loops_2.py"]);
        stage.enqueue(second, "drawio", &["img/loops.drawio"]);
        let all = JobFilter::default;
        let label = |text: &str| JobFilter { label: Some(text.to_owned()), ..all() };
        assert_eq!(stage.labels(&label("LOOPS")).len(), 3);
        assert_eq!(stage.labels(&label("0%")), ["slides/100%.py"]);
        assert_eq!(stage.labels(&label("s_")), ["slides/Loops_2.py"]);
        let drawio = JobFilter { job_type: Some("drawio".to_owned()), ..all() };
        assert_eq!(stage.labels(&drawio), ["img/loops.drawio"]);
        let late = JobFilter { since: Some(ten_minutes_later), ..all() };
        assert_eq!(stage.labels(&late), ["img/loops.drawio", "slides/Loops_2.py"]);
        let early = JobFilter { until: Some(ten_minutes_later), ..label("loops") };
        assert_eq!(stage.labels(&early), ["slides/loops.py"]);
        let of_first = JobFilter { session: Some(first), ..drawio };
        assert_eq!(stage.labels(&of_first), Vec::<String>::new());
    }


    fn oldest_ready_job_is_found_among_few_and_among_many(stage) {
        assert_eq!(stage.queue.oldest_ready().unwrap(), None);
        let session = stage.session();
        stage.enqueue(session, "a", &["done"]);
        stage.work(session, "a");
        stage.clock.advance(MINUTE);
        let waits_since = stage.clock.now();
        stage.enqueue(session, "b", &["waits"]);
        stage.clock.advance(MINUTE);
        assert_eq!(stage.queue.oldest_ready().unwrap(), Some(waits_since));
        stage.enqueue(session, "b", &vec!["more"; 2000]);
        assert_eq!(stage.queue.oldest_ready().unwrap(), Some(waits_since));
    }


    fn sessions_are_listed_by_the_page(stage) {
        let sessions: Vec<_> = (0..3).map(|_| stage.session()).collect();
        stage.queue.close_session(sessions[2]).unwrap();
        let ids = |filter: &SessionFilter| -> Vec<SessionId> {
            stage.queue.list_sessions(filter).unwrap().iter().map(|session| session.id).collect()
        };
        let open = SessionFilter { open: true, ..SessionFilter::default() };
        assert_eq!(ids(&open), [sessions[1], sessions[0]]);
        let next = SessionFilter { after: Some(sessions[2]), limit: 1, ..SessionFilter::default() };
        assert_eq!(ids(&next), [sessions[1]]);
        let one = SessionFilter { session: Some(sessions[0]), ..SessionFilter::default() };
        assert_eq!(ids(&one), [sessions[0]]);
    }


    fn what_finished_last_comes_first(stage) {
        let session = stage.session();
        stage.enqueue(session, "a", &["1", "2", "3"]);
        stage.work(session, "a");
        let labels: Vec<_> =
            stage.queue.lately_finished(2).unwrap().into_iter().map(|job| job.label).collect();
        assert_eq!(labels, ["3", "2"]);
    }


    fn jobs_of_all_pages_are_counted(stage) {
        let (first, second) = (stage.session(), stage.session());
        let jobs = stage.enqueue(first, "a", &["x", "wrong", "partial", "y"]);
        stage.enqueue(second, "b", &["x", "z"]);
        stage.work(first, "a");
        let check = |filter: JobFilter, expected| {
            assert_eq!(stage.queue.count_jobs(&filter).unwrap(), expected, "{filter:?}");
        };
        let all = JobFilter { limit: 1, after: Some(jobs[0]), ..JobFilter::default() };
        check(all.clone(), 6);
        check(JobFilter { session: Some(first), ..all.clone() }, 4);
        check(JobFilter { job_type: Some("b".to_owned()), ..all.clone() }, 2);
        check(JobFilter { states: vec![JobState::Ready, JobState::Failed], ..all.clone() }, 3);
        check(JobFilter { label: Some("x".to_owned()), ..all.clone() }, 2);
        check(JobFilter { troubled: true, ..all.clone() }, 2);
        check(JobFilter { troubled: true, session: Some(second), ..all }, 0);
    }


    fn payload_is_what_was_enqueued(stage) {
        let job = NewJob::new("a", "x", b"input".to_vec());
        let id = stage.queue.enqueue(stage.session(), vec![job]).unwrap()[0];
        assert_eq!(stage.queue.payload(id).unwrap().unwrap(), b"input");
        assert_eq!(stage.queue.payload(JobId(id.0 + 1)).unwrap(), None);
    }

    fn searches_find_the_same_with_and_without_catalogues(stage) {
        let mut sessions = Vec::new();
        for round in 0..4 {
            let session = stage.session();
            stage.enqueue(session, "a", &["s/a.py", "wrong", "partial", "a_b"]);
            stage.enqueue(session, "b", &["wrong", "img/p.drawio"]);
            stage.work(session, "a");
            if round % 2 == 0 {
                stage.work(session, "b");
            }
            sessions.push(session);
        }
        let all = stage.queue.jobs(&JobFilter::default()).unwrap();
        assert_eq!(all.len(), 24);
        let check = |moment: &str| {
            let all = stage.queue.jobs(&JobFilter::default()).unwrap();
            for filter in searches() {
                let expected = found_by_hand(&all, &filter);
                let count = stage.queue.count_jobs(&filter).unwrap();
                assert_eq!(count, expected.len() as u64, "{moment}: {filter:?}");
                let mut page = JobFilter { limit: 3, ..filter.clone() };
                let mut found = Vec::new();
                loop {
                    let jobs = stage.queue.jobs(&page).unwrap();
                    assert!(jobs.len() <= 3, "{moment}: {filter:?}");
                    found.extend(jobs.iter().map(|job| job.id));
                    page.after = jobs.last().map(|job| job.id);
                    if page.after.is_none() {
                        break;
                    }
                }
                assert_eq!(found, expected, "{moment}: {filter:?}");
            }
        };
        check("all are open");
        for &session in &sessions[..2] {
            stage.queue.close_session(session).unwrap();
        }
        stage.queue.tidy_up().unwrap();
        check("two have catalogues");
        stage.queue.close_session(sessions[2]).unwrap();
        check("one has ended since");
        stage.queue.close_session(sessions[3]).unwrap();
        stage.queue.tidy_up().unwrap();
        check("all have catalogues");
        stage.clock.advance(10 * MINUTE);
        let failures_stay = Retention { completed: MINUTE, cancelled: MINUTE, ..Retention::default() };
        assert!(stage.queue.prune(&failures_stay).unwrap().jobs > 0);
        check("what completed is pruned");
        stage.queue.tidy_up().unwrap();
        check("catalogues are written again");
    }

    fn search_by_time_looks_at_the_jobs_of_catalogues(stage) {
        let old = stage.session();
        stage.enqueue(old, "a", &["x"]);
        stage.clock.advance(MINUTE);
        let later = stage.clock.now();
        stage.enqueue(old, "a", &["x2"]);
        stage.work(old, "a");
        stage.queue.close_session(old).unwrap();
        stage.queue.tidy_up().unwrap();
        let x = JobFilter { label: Some("x".to_owned()), ..JobFilter::default() };
        let late = JobFilter { since: Some(later), ..x.clone() };
        let early = JobFilter { until: Some(later), ..x };
        assert_eq!((stage.labels(&late), stage.labels(&early)), (vec!["x2".into()], vec!["x".into()]));
        assert_eq!(stage.queue.count_jobs(&late).unwrap(), 1);
    }
}

/// The states, kinds and texts that a search may ask for, together with trouble.
fn searches() -> Vec<JobFilter> {
    let states = [vec![], vec![JobState::Failed], vec![JobState::Completed, JobState::Cancelled]];
    let texts = [None, Some("s/a"), Some("WRONG"), Some("p"), Some("_"), Some("nowhere")];
    let mut all = Vec::new();
    for states in states {
        for kind in [None, Some("a"), Some("b"), Some("other")] {
            for text in texts {
                for troubled in [false, true] {
                    all.push(JobFilter {
                        states: states.clone(),
                        job_type: kind.map(str::to_owned),
                        label: text.map(str::to_owned),
                        troubled,
                        ..JobFilter::default()
                    });
                }
            }
        }
    }
    all
}

/// Finds jobs in all jobs, one by one.
fn found_by_hand(all: &[JobRecord], filter: &JobFilter) -> Vec<JobId> {
    let is_wanted = |job: &&JobRecord| {
        let label = job.label.to_lowercase();
        let harmless = [ErrorClass::Cancelled, ErrorClass::Dependency];
        (filter.states.is_empty() || filter.states.contains(&job.state))
            && filter.job_type.as_ref().is_none_or(|kind| *kind == job.job_type)
            && filter.label.as_ref().is_none_or(|text| label.contains(&text.to_lowercase()))
            && (!filter.troubled || job.error_class.is_some_and(|class| !harmless.contains(&class)))
    };
    all.iter().filter(is_wanted).map(|job| job.id).collect()
}
