//! Process groups as a whole: signals and members.

use std::fs;
use std::io;

use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};

use crate::proc_stat::ProcStat;

/// Kills every process of a group with `SIGKILL`. A group without processes is no error.
///
/// The caller must know that the number still means the same group: because it has not yet waited
/// for the leader, or because the leader's [`ProcessIdentity`](crate::ProcessIdentity) is alive.
///
/// # Errors
/// If the processes belong to another user, or the number is none of a group.
pub fn kill_group(group: u32) -> io::Result<()> {
    let group = i32::try_from(group).ok().filter(|&group| group > 1).and_then(Pid::from_raw);
    signal_group(group.ok_or(io::ErrorKind::InvalidInput)?, Signal::KILL)
}

pub(crate) fn signal_group(group: Pid, signal: Signal) -> io::Result<()> {
    match kill_process_group(group, signal) {
        Ok(()) | Err(Errno::SRCH) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Returns the pids of the living processes of a group, in rising order, by looking at all
/// processes of the machine. For reapers and tests.
///
/// # Errors
/// If `/proc` cannot be read.
pub fn group_members(group: u32) -> io::Result<Vec<u32>> {
    let mut members: Vec<u32> = fs::read_dir("/proc")?
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|&pid| ProcStat::of(pid).is_some_and(|stat| stat.group == group && !stat.is_zombie))
        .collect();
    members.sort_unstable();
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_mean_everybody_are_refused() {
        for group in [0, 1, u32::MAX] {
            assert_eq!(kill_group(group).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        }
    }

    #[test]
    fn this_process_is_a_member_of_its_group() {
        let this = std::process::id();
        let group = ProcStat::of(this).unwrap().group;
        assert!(group_members(group).unwrap().contains(&this));
    }
}
