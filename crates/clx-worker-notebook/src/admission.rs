//! Starts no kernel for which there is no memory while others run. Principal types: [`Admission`],
//! [`Admitted`].

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clx_kernel::{Memory, available_memory, group_memory};
use tokio::sync::Notify;

/// What a kernel is taken to need until one of its name has run: Python with pandas and Matplotlib
/// takes some 250 MB.
pub(crate) const USUAL_NEED: u64 = 256 << 20;

/// What is left to everybody else.
pub(crate) const RESERVE: u64 = 256 << 20;

/// Memory of others may become free any time.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Tells how many bytes processes can still take; `None` if nobody knows.
type Available = dyn Fn() -> Option<u64> + Send + Sync;

/// Counts the kernels of this process, and what they need.
pub(crate) struct Admission {
    available: Box<Available>,
    state: Mutex<State>,
    /// A kernel has ended.
    ended: Notify,
}

#[derive(Debug, Default)]
struct State {
    running: Vec<Running>,
    /// The most that kernels of a name ever took, in bytes.
    peaks: HashMap<String, u64>,
    next: u64,
}

#[derive(Debug)]
struct Running {
    number: u64,
    kernel: String,
    /// The number of its process group; `None` while it starts.
    group: Option<u32>,
}

/// A kernel that may run; dropping this lets others in.
#[derive(Debug)]
pub(crate) struct Admitted<'a> {
    admission: &'a Admission,
    number: u64,
    /// Whether there is room for one more.
    pub(crate) has_more_room: bool,
}

impl Admission {
    /// Goes by the memory of this machine.
    pub(crate) fn new() -> Self {
        Self::by(available_memory)
    }

    /// Goes by another source of memory.
    pub(crate) fn by(available: impl Fn() -> Option<u64> + Send + Sync + 'static) -> Self {
        let (available, state) = (Box::new(available), Mutex::default());
        Self { available, state, ended: Notify::new() }
    }

    /// Waits until there is memory for a kernel of this name, or none runs; `on_wait` is called once if
    /// it has to wait.
    pub(crate) async fn admit(&self, kernel: &str, on_wait: impl FnOnce()) -> Admitted<'_> {
        let mut on_wait = Some(on_wait);
        loop {
            // Asked for before the look, so that nobody ends unnoticed in between.
            let ended = self.ended.notified();
            if let Some(admitted) = self.try_admit(kernel) {
                return admitted;
            }
            if let Some(on_wait) = on_wait.take() {
                on_wait();
            }
            tokio::select! {
                () = ended => {}
                () = tokio::time::sleep(LOOK_AGAIN) => {}
            }
        }
    }

    fn try_admit(&self, kernel: &str) -> Option<Admitted<'_>> {
        let mut state = self.lock();
        let room = (self.available)().map(|bytes| state.rooms(kernel, bytes));
        if !state.running.is_empty() && room == Some(0) {
            return None;
        }
        state.next += 1;
        let number = state.next;
        state.running.push(Running { number, kernel: kernel.to_owned(), group: None });
        Some(Admitted { admission: self, number, has_more_room: room.is_none_or(|n| n > 1) })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A count is whole whenever a thread can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Returns for how many more kernels of a name there is memory, beside what those that run have not
    /// taken yet.
    fn rooms(&self, kernel: &str, available: u64) -> u64 {
        let outstanding: u64 = self
            .running
            .iter()
            .map(|running| {
                let taken = running.memory().map_or(0, |memory| memory.present);
                self.need(&running.kernel).saturating_sub(taken)
            })
            .sum();
        available.saturating_sub(RESERVE + outstanding) / self.need(kernel)
    }

    fn need(&self, kernel: &str) -> u64 {
        self.peaks.get(kernel).copied().unwrap_or(USUAL_NEED).max(1)
    }
}

impl Running {
    fn memory(&self) -> Option<Memory> {
        group_memory(self.group?).ok()
    }
}

impl Admitted<'_> {
    /// Says in which process group the kernel is: what it starts counts, too.
    pub(crate) fn is_group(&self, group: u32) {
        let mut state = self.admission.lock();
        if let Some(own) = state.running.iter_mut().find(|running| running.number == self.number) {
            own.group = Some(group);
        }
    }

    /// Learns from the kernel, before it ends, what kernels of its name need.
    pub(crate) fn learn(&self) {
        let mut state = self.admission.lock();
        let own = state.running.iter().find(|running| running.number == self.number);
        let learnt = own.and_then(|own| Some((own.kernel.clone(), own.memory()?.peak)));
        // Of one that has died nothing is learnt.
        if let Some((kernel, peak)) = learnt.filter(|(_, peak)| *peak > 0) {
            let known = state.peaks.entry(kernel).or_default();
            *known = peak.max(*known);
        }
    }
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        self.admission.lock().running.retain(|running| running.number != self.number);
        self.admission.ended.notify_waiters();
    }
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admission").field("state", &self.state).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Memory that a test sets.
    fn admission(bytes: u64) -> (Admission, Arc<AtomicU64>) {
        let available = Arc::new(AtomicU64::new(bytes));
        let read = Arc::clone(&available);
        (Admission::by(move || Some(read.load(Ordering::SeqCst))), available)
    }

    const ONE: u64 = RESERVE + USUAL_NEED;

    #[test]
    fn first_kernel_is_never_held_up_and_the_second_if_there_is_no_room() {
        let (admission, available) = admission(0);
        let first = admission.try_admit("python3").unwrap();
        assert!(!first.has_more_room);
        assert!(admission.try_admit("python3").is_none());
        // What the first has not taken yet counts as taken.
        available.store(ONE, Ordering::SeqCst);
        assert!(admission.try_admit("python3").is_none());
        available.store(ONE + USUAL_NEED, Ordering::SeqCst);
        let second = admission.try_admit("python3").unwrap();
        assert!(!second.has_more_room);
        drop((first, second));
        available.store(ONE + USUAL_NEED, Ordering::SeqCst);
        assert!(admission.try_admit("python3").unwrap().has_more_room);
    }

    #[test]
    fn need_is_known_by_name() {
        let (admission, available) = admission(u64::MAX);
        let _first = admission.try_admit("small").unwrap();
        admission.lock().peaks.insert("small".to_owned(), USUAL_NEED / 4);
        available.store(RESERVE + USUAL_NEED - 1, Ordering::SeqCst);
        assert!(admission.try_admit("large").is_none());
        assert!(admission.try_admit("small").is_some());
    }

    #[test]
    fn unknown_memory_holds_nobody_up() {
        let admission = Admission::by(|| None);
        let first = admission.try_admit("python3").unwrap();
        assert!(first.has_more_room && admission.try_admit("python3").is_some());
    }

    #[tokio::test]
    async fn who_waits_goes_on_when_a_kernel_ends() {
        let (admission, _available) = admission(0);
        let first = admission.admit("python3", || panic!("nothing runs")).await;
        let (mut first, mut waits) = (Some(first), false);
        // The first ends as soon as the second has said that it waits.
        let second = admission.admit("python3", || {
            waits = true;
            first.take();
        });
        drop(second.await);
        assert!(waits);
    }
}
