//! What a process group takes of the memory, and what is left. Principal functions: [`group_memory`],
//! [`available_memory`].

use std::fs;
use std::io;
use std::path::Path;

use crate::group::group_members;

/// Where control groups are mounted, version 2.
const GROUPS: &str = "/sys/fs/cgroup";

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

/// Returns the bytes that processes can still take: of the machine or, if that is less, of the limits
/// of the control groups in which this process is. `None` if `/proc` does not tell.
pub fn available_memory() -> Option<u64> {
    let machine = kilobytes(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable:")?;
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let path = own.lines().find_map(|line| line.strip_prefix("0::/")).unwrap_or_default();
    let group = Path::new(GROUPS).join(path);
    let groups = group.ancestors().take_while(|path| path.starts_with(GROUPS));
    Some(groups.filter_map(left_in).fold(machine, u64::min))
}

/// Returns what the limit of a control group leaves; files that can be dropped do not count.
fn left_in(group: &Path) -> Option<u64> {
    let read = |name: &str| fs::read_to_string(group.join(name)).ok();
    let number = |name: &str| read(name)?.trim().parse::<u64>().ok();
    let droppable = read("memory.stat").and_then(|text| field(&text, "inactive_file "));
    let taken = number("memory.current")?.saturating_sub(droppable.unwrap_or_default());
    Some(number("memory.max")?.saturating_sub(taken))
}

fn field(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    value.split_ascii_whitespace().next()?.parse().ok()
}

/// Returns the bytes of a field that is in kilobytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    field(text, name).map(|kilobytes| kilobytes * 1024)
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

    #[test]
    fn machine_tells() {
        assert!(available_memory().is_some_and(|bytes| bytes > 0));
    }

    #[test]
    fn control_group_leaves_its_limit_without_what_is_taken() {
        let group = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(group.path().join(name), text).unwrap();
        assert_eq!(left_in(group.path()), None);
        write("memory.current", "700\n");
        write("memory.max", "max\n");
        assert_eq!(left_in(group.path()), None);
        write("memory.max", "1000\n");
        assert_eq!(left_in(group.path()), Some(300));
        write("memory.stat", "anon 500\ninactive_file 200\n");
        assert_eq!(left_in(group.path()), Some(500));
    }
}
