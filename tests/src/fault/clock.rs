//! A wall clock that jumps. The clock that measures durations goes on as ever, as on a real machine.
//! Principal function: [`arm`].

use std::ffi::c_int;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::time::ClockId;

use super::errno;

/// Variable of the environment: by how many seconds the wall clock is off, one number after the other
/// and then from the beginning again.
pub const CLOCK: &str = "__CLX_FAKE_CLOCK";

/// Looks at the clock until it jumps again: several jumps in each build.
const LOOKS: usize = 20;

static OFFSETS: OnceLock<Vec<i64>> = OnceLock::new();
static LOOKED: AtomicUsize = AtomicUsize::new(0);

/// Makes the clock of this process jump as the environment says.
pub fn arm() {
    if let Ok(text) = std::env::var(CLOCK) {
        let offsets = text.split(' ').map(|offset| offset.parse().expect("seconds"));
        OFFSETS.set(offsets.collect()).expect("armed once");
        std::hint::black_box(clock_gettime as *const ());
    }
}

fn offset() -> i64 {
    OFFSETS.get().map_or(0, |offsets| {
        offsets[LOOKED.fetch_add(1, Ordering::Relaxed) / LOOKS % offsets.len()]
    })
}

/// A moment, as the C library has it.
#[derive(Debug)]
#[repr(C)]
pub struct TimeSpec {
    seconds: i64,
    nanoseconds: i64,
}

/// Takes the place of the function of the C library.
///
/// # Safety
/// As that of the C library: `time` is where to write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: c_int, time: *mut TimeSpec) -> c_int {
    let known = match clock {
        0 => ClockId::Realtime,
        1 => ClockId::Monotonic,
        2 => ClockId::ProcessCPUTime,
        3 => ClockId::ThreadCPUTime,
        4 => ClockId::MonotonicRaw,
        5 => ClockId::RealtimeCoarse,
        6 => ClockId::MonotonicCoarse,
        7 => ClockId::Boottime,
        _ => {
            errno::set(rustix::io::Errno::INVAL);
            return -1;
        }
    };
    let now = rustix::time::clock_gettime(known);
    let off =
        if matches!(known, ClockId::Realtime | ClockId::RealtimeCoarse) { offset() } else { 0 };
    // SAFETY: the caller gave a place for the time.
    unsafe { *time = TimeSpec { seconds: now.tv_sec + off, nanoseconds: now.tv_nsec } };
    0
}
