//! Decides which session gets a worker. Principal functions: [`place`], [`relief`], [`diversion`].
//!
//! Every session that has jobs is due a part of the workers of a kind in proportion to its weight; what
//! one cannot use, because it has too few jobs or has reached its bound, goes to the others. Parts are
//! fractions, workers are not, so a session has the whole number above or below its part, and what it
//! lacks or has too much is kept as a debt that adds up with time. Where the debt is large enough, a
//! worker changes sides: so two builds take turns at a single worker.
//!
//! A worker leaves only a session that has more than its part, for one that has less. After the move
//! neither is true the other way round, unless a debt has grown: nobody moves to and fro.

use clx_queue::SessionId;

/// What one session owes another before a worker changes sides where whole numbers cannot be fairer, in
/// workers times seconds. A change costs three small transactions, thus a thousandth of it.
pub(super) const TURN: f64 = 1.0;

/// No debt grows larger: what happened long ago does not matter for ever.
const MOST_OWED: f64 = 10.0;

/// Parts are computed, so they are compared with this much tolerance.
const TOLERANCE: f64 = 1e-6;

/// A session and what it has of the workers of one kind.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Share {
    pub(super) session: SessionId,
    /// As in its terms.
    pub(super) weight: u32,
    /// Workers that it has from this pool.
    pub(super) lent: u32,
    /// Workers that it may have from this pool, `None` for any number: less those that other pools had
    /// lent it when that was last looked at.
    pub(super) bound: Option<u32>,
    /// What `bound` is if other pools lend it none.
    pub(super) most: Option<u32>,
    /// Whether it has jobs that no worker has yet.
    pub(super) is_ready: bool,
    /// What it got too little so far, in workers times seconds; negative if too much.
    pub(super) owed: f64,
}

impl Share {
    fn weight(&self) -> f64 {
        f64::from(self.weight.clamp(1, 1000))
    }

    fn lent(&self) -> f64 {
        f64::from(self.lent)
    }

    /// Returns how many workers it can use.
    fn use_of(&self) -> f64 {
        let jobs = if self.is_ready { f64::INFINITY } else { self.lent() };
        self.bound.map_or(f64::INFINITY, f64::from).min(jobs)
    }

    /// Tells whether another worker would find a job.
    fn has_room(&self) -> bool {
        self.is_ready && self.bound.is_none_or(|bound| self.lent < bound)
    }
}

/// Returns the part of each session of `n` workers.
pub(super) fn parts(shares: &[Share], n: u32) -> Vec<f64> {
    let mut parts = vec![0.0; shares.len()];
    let mut rest = f64::from(n);
    let mut open: Vec<usize> = (0..shares.len()).collect();
    loop {
        let per_weight = rest / open.iter().map(|&i| shares[i].weight()).sum::<f64>();
        // Those that can use no more than their part leave what is over to the others.
        let (full, left): (Vec<_>, Vec<_>) =
            open.into_iter().partition(|&i| shares[i].use_of() <= shares[i].weight() * per_weight);
        for &i in &full {
            parts[i] = shares[i].use_of();
            rest -= parts[i];
        }
        if full.is_empty() {
            for &i in &left {
                parts[i] = shares[i].weight() * per_weight;
            }
        }
        if full.is_empty() || left.is_empty() {
            return parts;
        }
        open = left;
    }
}

/// Returns the session for a worker without post: of those with jobs the one that lacks most of its
/// part of `n` workers, else one where it can wait for jobs.
pub(super) fn place(shares: &[Share], n: u32) -> Option<SessionId> {
    let parts = parts(shares, n);
    let lacks = |i: usize| parts[i] - shares[i].lent() + shares[i].owed;
    let at_work = greatest(shares, |i| shares[i].has_room().then(|| lacks(i)));
    let waiting = || {
        let rich = |share: &Share| share.lent() / share.weight();
        greatest(shares, |i| shares[i].bound.is_none().then(|| -rich(&shares[i])))
    };
    at_work.or_else(waiting)
}

/// Returns the session to which a worker goes from the session `from` when it has done a job there.
pub(super) fn relief(shares: &[Share], n: u32, from: SessionId) -> Option<SessionId> {
    let parts = parts(shares, n);
    let lacks = |i: usize| parts[i] - shares[i].lent();
    // A session that borrows no longer has no part.
    let Some(own) = shares.iter().position(|share| share.session == from) else {
        return greatest(shares, |i| shares[i].has_room().then(|| lacks(i) + shares[i].owed));
    };
    let over = -lacks(own);
    if over < TOLERANCE {
        return None;
    }
    greatest(shares, |i| {
        let is_fairer = over > 1.0 - TOLERANCE || lacks(i) > 1.0 - TOLERANCE;
        let is_due = shares[i].owed - shares[own].owed > TURN - TOLERANCE;
        let gains = shares[i].has_room() && lacks(i) > TOLERANCE && (is_fairer || is_due);
        gains.then(|| lacks(i) + shares[i].owed)
    })
}

/// Returns the session to which a worker goes that finds no job at the session `from`.
pub(super) fn diversion(shares: &[Share], n: u32, from: SessionId) -> Option<SessionId> {
    let parts = parts(shares, n);
    let lacks = |i: usize| parts[i] - shares[i].lent() + shares[i].owed;
    greatest(shares, |i| (shares[i].session != from && shares[i].has_room()).then(|| lacks(i)))
}

/// Tells whether [`relief`] could return a session if all had jobs, had no workers of other pools and were
/// owed a turn; if not, nobody needs to look which have.
pub(super) fn may_relieve(shares: &[Share], n: u32, from: SessionId) -> bool {
    let at_best = |share: &Share| match share.session == from {
        true => Share { is_ready: true, owed: 0.0, ..share.clone() },
        false => Share { is_ready: true, owed: MOST_OWED, bound: share.most, ..share.clone() },
    };
    let shares: Vec<_> = shares.iter().map(at_best).collect();
    relief(&shares, n, from).is_some()
}

/// Returns what a session is owed after it had its share of `n` workers for some seconds more, or
/// `None` if it wants nothing any more.
pub(super) fn owed(share: &Share, part: f64, seconds: f64) -> Option<f64> {
    let owed = share.owed + (part - share.lent()) * seconds;
    (share.is_ready || share.lent > 0).then(|| owed.clamp(-MOST_OWED, MOST_OWED))
}

/// Returns the session with the greatest rank, the first of equals; those without one do not count.
fn greatest(shares: &[Share], rank: impl Fn(usize) -> Option<f64>) -> Option<SessionId> {
    let mut best: Option<(f64, SessionId)> = None;
    for (i, share) in shares.iter().enumerate() {
        if let Some(rank) = rank(i)
            && best.is_none_or(|(greatest, _)| rank > greatest + TOLERANCE)
        {
            best = Some((rank, share.session));
        }
    }
    best.map(|(_, session)| session)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(session: i64, weight: u32, lent: u32, is_ready: bool) -> Share {
        let session = SessionId(session);
        Share { session, weight, lent, bound: None, most: None, is_ready, owed: 0.0 }
    }

    fn bounded(share: Share, bound: u32) -> Share {
        Share { bound: Some(bound), most: Some(bound), ..share }
    }

    fn check_parts(shares: &[Share], n: u32, expected: &[f64]) {
        let parts = parts(shares, n);
        let is_close = |(a, b): (&f64, &f64)| (a - b).abs() < TOLERANCE;
        assert_eq!(parts.len(), expected.len());
        assert!(parts.iter().zip(expected).all(is_close), "{parts:?} instead of {expected:?}");
    }

    #[test]
    fn parts_are_in_proportion_to_weights() {
        check_parts(&[], 4, &[]);
        check_parts(&[share(1, 100, 0, true)], 4, &[4.0]);
        check_parts(&[share(1, 100, 0, true), share(2, 300, 0, true)], 4, &[1.0, 3.0]);
        let three = [share(1, 100, 0, true), share(2, 100, 0, true), share(3, 200, 0, true)];
        check_parts(&three, 2, &[0.5, 0.5, 1.0]);
        check_parts(&[share(1, 0, 0, true), share(2, 9999, 0, true)], 1001, &[1.0, 1000.0]);
    }

    #[test]
    fn what_one_cannot_use_goes_to_the_others() {
        // Without more jobs it can use what it has.
        check_parts(&[share(1, 100, 1, false), share(2, 100, 3, true)], 6, &[1.0, 5.0]);
        check_parts(&[share(1, 100, 5, false), share(2, 100, 0, true)], 6, &[3.0, 3.0]);
        let two = [bounded(share(1, 900, 0, true), 1), share(2, 100, 0, true)];
        check_parts(&two, 4, &[1.0, 3.0]);
        let all_bounded = two.map(|share| bounded(share, 1));
        check_parts(&all_bounded, 4, &[1.0, 1.0]);
    }

    #[test]
    fn free_worker_goes_where_most_is_lacking() {
        let check = |shares: &[Share], expected: Option<i64>| {
            assert_eq!(place(shares, 4), expected.map(SessionId), "{shares:?}");
        };
        check(&[], None);
        check(&[share(1, 100, 2, true), share(2, 100, 1, true)], Some(2));
        check(&[share(1, 100, 1, true), share(2, 300, 2, true)], Some(2));
        // Where nobody has jobs it waits with the one that has the fewest for its weight, but not where
        // it would use up a bound.
        check(&[share(1, 100, 1, false), share(2, 300, 2, false)], Some(2));
        check(&[bounded(share(1, 100, 0, false), 2)], None);
        check(&[bounded(share(1, 100, 2, true), 2)], None);
        check(&[bounded(share(1, 100, 1, true), 2)], Some(1));
        check(&[share(1, 100, 0, false), share(2, 100, 3, true)], Some(2));
    }

    #[test]
    fn worker_leaves_only_for_a_fairer_place() {
        let check = |shares: &[Share], n: u32, expected: Option<i64>| {
            let next = relief(shares, n, SessionId(1));
            assert_eq!(next, expected.map(SessionId), "{shares:?}");
            assert!(next.is_none() || may_relieve(shares, n, SessionId(1)), "{shares:?}");
        };
        check(&[share(1, 100, 4, true)], 4, None);
        check(&[share(1, 100, 4, true), share(2, 100, 0, true)], 4, Some(2));
        check(&[share(1, 100, 4, true), share(2, 100, 0, false)], 4, None);
        check(&[share(1, 100, 2, true), share(2, 100, 2, true)], 4, None);
        // Whole numbers cannot be fairer.
        check(&[share(1, 100, 2, true), share(2, 100, 1, true)], 3, None);
        check(&[share(1, 100, 1, true), share(2, 100, 0, true)], 1, None);
        // A debt can.
        let owed = Share { owed: TURN, ..share(2, 100, 0, true) };
        check(&[share(1, 100, 1, true), owed.clone()], 1, Some(2));
        check(&[share(1, 100, 2, true), Share { lent: 2, ..owed }], 4, None);
        // A bound holds.
        check(&[share(1, 100, 4, true), bounded(share(2, 100, 0, true), 0)], 4, None);
        // It borrows no longer.
        check(&[share(2, 100, 3, true)], 4, Some(2));
    }

    #[test]
    fn it_is_looked_whether_other_pools_still_lend_what_they_did() {
        let taken = Share { most: Some(3), ..bounded(share(2, 100, 0, true), 0) };
        let shares = [share(1, 100, 4, true), taken];
        assert_eq!(relief(&shares, 4, SessionId(1)), None);
        assert!(may_relieve(&shares, 4, SessionId(1)));
        // Its bound holds whatever the others do.
        let full = Share { most: Some(1), ..bounded(share(2, 100, 1, true), 1) };
        assert!(!may_relieve(&[share(1, 100, 3, true), full], 4, SessionId(1)));
    }

    #[test]
    fn worker_without_jobs_goes_to_any_session_that_has_some() {
        let full = [share(1, 100, 1, false), share(2, 100, 3, true)];
        assert_eq!(diversion(&full, 4, SessionId(1)), Some(SessionId(2)));
        assert_eq!(diversion(&full, 4, SessionId(2)), None);
        let bounded = [share(1, 100, 1, false), bounded(share(2, 100, 3, true), 3)];
        assert_eq!(diversion(&bounded, 4, SessionId(1)), None);
    }

    /// A pool whose workers have jobs that end one after the other, in an order that numbers give.
    struct Pool {
        shares: Vec<Share>,
        /// The place of each worker in `shares`.
        workers: Vec<Option<usize>>,
        moves: u32,
        number: u64,
    }

    impl Pool {
        fn new(shares: Vec<Share>, n_workers: usize, seed: u64) -> Self {
            Self { shares, workers: vec![None; n_workers], moves: 0, number: seed }
        }

        /// Returns a number below `limit`, by the generator of Knuth's MMIX.
        fn below(&mut self, limit: usize) -> usize {
            self.number =
                self.number.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            usize::try_from(self.number >> 33).unwrap() % limit
        }

        fn n(&self) -> u32 {
            u32::try_from(self.workers.len()).unwrap()
        }

        fn put(&mut self, worker: usize, session: Option<SessionId>) {
            if let Some(old) = self.workers[worker] {
                self.shares[old].lent -= 1;
            }
            let place = |session| self.shares.iter().position(|share| share.session == session);
            self.workers[worker] = session.and_then(place);
            if let Some(new) = self.workers[worker] {
                self.shares[new].lent += 1;
                let share = &self.shares[new];
                assert!(share.bound.is_none_or(|bound| share.lent <= bound), "{share:?}");
            }
        }

        /// Lets a worker end its job, or take its first.
        fn step(&mut self, worker: usize) {
            let Some(place) = self.workers[worker] else {
                let next = super::place(&self.shares, self.n());
                return self.put(worker, next);
            };
            let from = self.shares[place].session;
            let next = if self.shares[place].is_ready {
                relief(&self.shares, self.n(), from)
            } else {
                diversion(&self.shares, self.n(), from)
            };
            if next.is_some() {
                self.moves += 1;
                self.put(worker, next);
            }
        }

        /// Lets each worker end a job.
        fn round(&mut self) {
            for first in (1..self.workers.len()).rev() {
                let other = self.below(first + 1);
                self.workers.swap(first, other);
            }
            (0..self.workers.len()).for_each(|worker| self.step(worker));
        }

        fn check(&self) {
            let parts = parts(&self.shares, self.n());
            for (share, part) in self.shares.iter().zip(&parts) {
                let off = share.lent() - part;
                assert!(
                    off.abs() < 1.0 || !share.is_ready,
                    "{share:?} is due {part} of {:?}",
                    self.shares
                );
            }
            let has_room = self.shares.iter().any(Share::has_room);
            let is_idle =
                |worker: &Option<usize>| worker.is_none_or(|at| !self.shares[at].is_ready);
            assert!(!has_room || !self.workers.iter().any(is_idle), "{:?}", self.shares);
        }

        fn wait(&mut self, seconds: f64) {
            let parts = parts(&self.shares, self.n());
            for (share, part) in self.shares.iter_mut().zip(parts) {
                share.owed = owed(share, part, seconds).unwrap_or(0.0);
            }
        }
    }

    /// Makes pools of many sizes with sessions of many kinds.
    fn pools() -> impl Iterator<Item = Pool> {
        (0..2000).map(|seed| {
            let mut pool = Pool::new(Vec::new(), 1, seed);
            let n_workers = 1 + pool.below(12);
            for session in 0..=pool.below(5) {
                let weight = [1, 50, 100, 100, 300, 1000][pool.below(6)];
                let is_ready = pool.below(4) > 0;
                let mut share = share(i64::try_from(session).unwrap(), weight, 0, is_ready);
                share.bound = [None, None, Some(1), Some(3)][pool.below(4)];
                pool.shares.push(share);
            }
            pool.workers = vec![None; n_workers];
            pool
        })
    }

    #[test]
    fn shares_are_fair_soon_after_any_change_and_then_nobody_moves() {
        for mut pool in pools() {
            pool.round();
            pool.check();
            for _ in 0..3 {
                // Some sessions run out of jobs, others get some.
                let changed = pool.below(pool.shares.len());
                pool.shares[changed].is_ready ^= true;
                if !pool.shares[changed].is_ready {
                    // Its workers find nothing any more: those are shared out first.
                    pool.round();
                }
                pool.round();
                pool.check();
                let moves = pool.moves;
                pool.round();
                assert_eq!(pool.moves, moves, "{:?}", pool.shares);
            }
        }
    }

    #[test]
    fn sessions_that_outnumber_the_workers_take_turns_by_weight() {
        let weights = [100, 100, 300];
        for n_workers in 1..=4 {
            let shares = weights.iter().zip(0..).map(|(&weight, id)| share(id, weight, 0, true));
            let mut pool = Pool::new(shares.collect(), n_workers, 7);
            let mut had = [0.0; 3];
            let rounds = 3000_u32;
            for _ in 0..rounds {
                pool.round();
                pool.wait(0.2);
                pool.check();
                for (had, share) in had.iter_mut().zip(&pool.shares) {
                    *had += share.lent();
                }
            }
            for (had, due) in had.iter().zip(parts(&pool.shares, pool.n())) {
                let mean = had / f64::from(rounds);
                assert!((mean - due).abs() < 0.02, "{mean} of {n_workers} instead of {due}");
            }
            // A turn is a second at least, so at most one worker changes sides in five rounds.
            assert!(pool.moves <= rounds / 5 * pool.n(), "{} moves", pool.moves);
        }
    }
}
