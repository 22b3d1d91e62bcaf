//! Works on a list on several threads. Principal function: [`in_parallel`].

use std::num::NonZero;
use std::thread;

/// Items for which another thread pays: writing a file takes some 30 µs, starting a thread as much.
const ITEMS_PER_THREAD: usize = 24;

/// More writers than this stand in each other's way in the directories.
const MOST_THREADS: usize = 4;

/// Returns what `work` makes of each item, in order.
///
/// # Panics
/// If `work` does.
pub(super) fn in_parallel<T: Send, R: Send>(
    mut items: Vec<T>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let n_cores = thread::available_parallelism().map_or(1, NonZero::get);
    let n_threads = (items.len() / ITEMS_PER_THREAD).clamp(1, n_cores.min(MOST_THREADS));
    let share = items.len().div_ceil(n_threads);
    let work = &work;
    let on_each = |items: Vec<T>| items.into_iter().map(work).collect::<Vec<R>>();
    thread::scope(|scope| {
        let mut others = Vec::new();
        while items.len() > share {
            let tail = items.split_off(items.len() - share);
            others.push(scope.spawn(move || on_each(tail)));
        }
        let mut results = on_each(items);
        for other in others.into_iter().rev() {
            results.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        results
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept_whatever_the_length() {
        for length in [0, 1, 47, 48, 49, 1000] {
            let doubled = in_parallel((0..length).collect(), |n| n * 2);
            assert_eq!(doubled, (0..length).map(|n| n * 2).collect::<Vec<_>>());
        }
    }
}
