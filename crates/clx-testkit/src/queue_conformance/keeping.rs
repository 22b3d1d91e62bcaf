//! Counters, limits, pauses and pruning.

use std::time::Duration;

use clx_queue::{CancelTarget, ErrorClass, JobFilter, JobState, OnFailure, Retention};

use super::{KIND, Subject, after, cases, job};

cases! {
    fn counters_equal_the_rows(s) {
        let session = s.session();
        let a = s.enqueue(session, job("a"));
        s.queue.enqueue(session, vec![after("b", &[a], OnFailure::Cancel), job("c"), job("d")])
            .unwrap();
        let mut seat = s.worker(session);
        let mut other = s.worker(session);
        let first = s.claim(&mut seat).unwrap();
        let second = s.claim(&mut other).unwrap();
        s.complete(&mut seat, first);
        s.fail(&mut other, second, ErrorClass::User);
        s.claim(&mut seat).unwrap();
        let counts = s.queue.counts(Some(session)).unwrap();
        for &state in JobState::ALL {
            let filter =
                JobFilter { session: Some(session), states: vec![state], ..JobFilter::default() };
            let rows = s.queue.jobs(&filter).unwrap().len() as u64;
            assert_eq!(counts.get(&state).copied().unwrap_or(0), rows, "{state}");
        }
    }

    fn limit_bounds_running_jobs_over_all_workers(s) {
        let session = s.session();
        s.queue.enqueue(session, vec![job("a"), job("b"), job("c")]).unwrap();
        s.queue.set_max_running(KIND, Some(2)).unwrap();
        let mut seats: Vec<_> = (0..3).map(|_| s.worker(session)).collect();
        let first = s.claim(&mut seats[0]).unwrap();
        s.claim(&mut seats[1]).unwrap();
        assert!(s.claim(&mut seats[2]).is_none());
        s.complete(&mut seats[0], first);
        s.claim(&mut seats[2]).unwrap();
        s.queue.set_max_running(KIND, None).unwrap();
    }

    fn old_rows_are_pruned_and_new_ones_kept(s) {
        let (old, open) = (s.session(), s.session());
        s.queue.enqueue(old, (0..600).map(|n| job(&n.to_string())).collect()).unwrap();
        s.enqueue(open, job("kept"));
        s.queue.close_session(old).unwrap();
        s.queue.cancel(open, &CancelTarget::All, "a test").unwrap();
        assert_eq!(s.queue.prune(&Retention::default()).unwrap().jobs, 0);
        s.clock.advance(Duration::from_secs(40 * 24 * 60 * 60));
        let pruned = s.queue.prune(&Retention::default()).unwrap();
        assert_eq!((pruned.jobs, pruned.sessions), (600, 1));
        assert_eq!(s.queue.jobs(&JobFilter::default()).unwrap().len(), 1);
        assert_eq!(s.queue.counts(None).unwrap()[&JobState::Cancelled], 1);
    }

    fn paused_type_is_not_claimed(s) {
        let session = s.session();
        s.enqueue(session, job("a"));
        let mut seat = s.worker(session);
        s.queue.set_paused(KIND, true).unwrap();
        assert!(s.claim(&mut seat).is_none());
        std::thread::scope(|scope| {
            let waiting =
                scope.spawn(|| seat.claim(&*s.queue, vec![], Duration::from_secs(60)).unwrap());
            s.queue.set_paused(KIND, false).unwrap();
            assert_eq!(waiting.join().unwrap().jobs[0].label, "a");
        });
    }
}
