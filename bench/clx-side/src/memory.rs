//! Memory of processes. What several of them share is divided among them: the proportional set size.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clx_process::group_members;
use rustix::process::{Pid, getpgid};

/// How often memory is looked at.
pub const PAUSE: Duration = Duration::from_millis(20);

/// Returns the most megabytes that the process groups of our children have together during some work,
/// in two looks one after the other: for a moment, a process that is just being started has the memory
/// of the one that starts it, which would count twice. A child in our own group is not seen.
pub fn peak_mb(work: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let is_done = AtomicBool::new(false);
    let look_on = || {
        let (mut peak, mut last) = (0.0_f64, 0.0);
        while !is_done.load(Ordering::Relaxed) {
            let members = groups_of_children().into_iter().flat_map(group_members).flatten();
            let now: f64 = members.map(pss_mb).sum();
            peak = peak.max(now.min(last));
            last = now;
            std::thread::park_timeout(PAUSE);
        }
        peak
    };
    let (worked, peak) = std::thread::scope(|scope| {
        let watch = scope.spawn(look_on);
        let worked = work();
        is_done.store(true, Ordering::Relaxed);
        (worked, watch.join())
    });
    worked?;
    let peak = peak.map_err(|_| "memory cannot be looked at")?;
    if peak > 0.0 { Ok(peak) } else { Err("no process was seen".into()) }
}

/// Returns the megabytes of a process; none while it begins and ends.
pub fn pss_mb(pid: u32) -> f64 {
    let smaps = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = smaps.lines().find_map(|line| line.strip_prefix("Pss:")).unwrap_or_default();
    let kibibytes: f64 = line.trim().trim_end_matches(" kB").parse().unwrap_or_default();
    kibibytes * 1024.0 / 1e6
}

fn groups_of_children() -> BTreeSet<u32> {
    // Each thread has the children that it started.
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let listed = threads.map(|thread| fs::read_to_string(thread.path().join("children")));
    let listed = listed.flatten().collect::<Vec<_>>().join(" ");
    let children = listed.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?));
    let group = |pid: Option<Pid>| getpgid(pid).ok()?.as_raw_nonzero().get().try_into().ok();
    let own: Option<u32> = group(None);
    children.filter_map(|pid| group(Some(pid))).filter(|group| Some(*group) != own).collect()
}
