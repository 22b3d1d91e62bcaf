//! What workers cost that have nothing to do.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

use crate::Figures;
use crate::place::{Crew, Nothing, Place};

const N_WORKERS: usize = 8;
const WATCHED: Duration = Duration::from_secs(20);

pub fn measure(below: &Path) -> Figures {
    let place = Place::new(below)?;
    let _crew = Crew::new(&place, N_WORKERS, Arc::new(Nothing))?;
    // The workers go live, and one job each makes them reach their steady state.
    place.enqueue(N_WORKERS)?;
    place.finished(N_WORKERS as i64 - 1)?;
    std::thread::park_timeout(Duration::from_secs(1));
    let (begin, before) = (Instant::now(), cpu_ns());
    std::thread::park_timeout(WATCHED);
    let used_ns = cpu_ns() - before;
    let percent = 100.0 * used_ns as f64 / begin.elapsed().as_nanos() as f64;
    Ok(json!({ "cpu_percent": percent }))
}

/// Returns the CPU time of all threads of this process.
fn cpu_ns() -> i64 {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    used.tv_sec * 1_000_000_000 + used.tv_nsec
}
