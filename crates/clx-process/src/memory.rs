//! The memory that a process group takes. Principal function: [`group_memory`].

use std::fs;
use std::io;

use crate::group::group_members;

/// Memory of processes, in bytes. What several of them share counts for each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Memory {
    /// What they have in memory now.
    pub present: u64,
    /// The most that each of those that live ever had, in all.
    pub peak: u64,
}

/// Returns what the living processes of a group take; looks at all processes of the machine.
///
/// # Errors
/// If `/proc` cannot be read.
pub fn group_memory(group: u32) -> io::Result<Memory> {
    let mut memory = Memory::default();
    for pid in group_members(group)? {
        // One that has ended meanwhile takes nothing.
        let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else { continue };
        memory.present += kilobytes(&status, "VmRSS:").unwrap_or_default();
        memory.peak += kilobytes(&status, "VmHWM:").unwrap_or_default();
    }
    Ok(memory)
}

/// Returns the bytes of a field that is in kilobytes.
fn kilobytes(status: &str, name: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(value.split_ascii_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Spawn;

    #[test]
    fn children_count() {
        let alone = Spawn::new("/bin/sleep").args(["60"]).start().unwrap();
        // The shell waits for its child.
        let script = "/bin/sleep 60 & echo started; wait";
        let two = Spawn::new("/bin/sh").args(["-c", script]).start().unwrap();
        let n_members = |group| group_members(group).unwrap().len();
        while n_members(two.group()) < 2 {
            std::thread::park_timeout(Duration::from_millis(5));
        }
        let (alone, two) = (alone.group(), two.group());
        let (one, both) = (group_memory(alone).unwrap(), group_memory(two).unwrap());
        assert!(one.present > 0 && one.peak >= one.present);
        assert!(both.present > one.present, "{both:?} of two, {one:?} of one");
    }

    #[test]
    fn nobody_takes_nothing() {
        assert_eq!(group_memory(u32::MAX).unwrap(), Memory::default());
    }
}
