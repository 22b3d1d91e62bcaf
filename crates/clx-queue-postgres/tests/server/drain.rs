//! Many workers on several handles.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use clx_queue::{JobState, Queue as _, QueueView as _};
use clx_testkit::postgres::PostgresServer;

use super::{LIMIT, jobs, open, seat, session};

#[test]
fn every_job_is_accepted_once_by_many_workers_on_several_handles() {
    const N_JOBS: usize = 2_000;
    let url = PostgresServer::shared().url() + "&schema=drain";
    let handles: Vec<_> = (0..4).map(|_| open(&url)).collect();
    let owner = &handles[0];
    let session = session(owner);
    let mut ids = BTreeSet::new();
    let mut ledger = Vec::new();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..16)
            .map(|n| {
                let queue = &handles[n % handles.len()];
                scope.spawn(move || {
                    let mut seat = seat(queue, session);
                    let mut accepted = Vec::new();
                    let mut report = Vec::new();
                    let end = Instant::now() + LIMIT;
                    while Instant::now() < end {
                        let reported: Vec<_> = report.iter().map(job_of).collect();
                        let wait = Duration::from_secs(2);
                        let claim = seat.claim(queue, std::mem::take(&mut report), wait).unwrap();
                        accepted
                            .extend(reported.into_iter().filter(|job| !claim.lost.contains(job)));
                        if claim.jobs.is_empty()
                            && queue
                                .counts(Some(session))
                                .unwrap()
                                .keys()
                                .all(|state| state.is_final())
                        {
                            break;
                        }
                        report.extend(claim.jobs.into_iter().map(|job| {
                            let payload = job.payload.clone();
                            job.completed(payload)
                        }));
                    }
                    accepted
                })
            })
            .collect();
        for _ in 0..20 {
            ids.extend(owner.enqueue(session, jobs(N_JOBS / 20)).unwrap());
        }
        for worker in workers {
            ledger.extend(worker.join().unwrap());
        }
    });
    assert_eq!(ledger.len(), N_JOBS);
    assert_eq!(ledger.into_iter().collect::<BTreeSet<_>>(), ids);
    let mut collected = Vec::new();
    while collected.len() < N_JOBS {
        let after = i64::try_from(collected.len()).unwrap();
        let some = handles[3].finished(session, after, 300, Duration::ZERO).unwrap();
        assert!(!some.is_empty());
        collected.extend(some);
    }
    let positions: Vec<_> = collected.iter().map(|job| usize::try_from(job.seq).unwrap()).collect();
    assert_eq!(positions, (1..=N_JOBS).collect::<Vec<_>>());
    assert_eq!(collected.iter().map(|job| job.id).collect::<BTreeSet<_>>(), ids);
    let counts = owner.counts(None).unwrap();
    assert_eq!(counts, [(JobState::Completed, N_JOBS as u64)].into());
    let minutes = owner.minutes(None, clx_core::Timestamp::default()).unwrap();
    assert_eq!(minutes.iter().map(|minute| minute.n).sum::<u64>(), N_JOBS as u64);
}

fn job_of(completion: &clx_queue::Completion) -> clx_queue::JobId {
    completion.job
}
