//! How much memory there is. Principal function: [`available`].

use std::fs;
use std::path::Path;

/// Where control groups are mounted, version 2.
const GROUPS: &str = "/sys/fs/cgroup";

/// Returns the bytes that processes can still take: of the machine or, if that is less, of the limits
/// of the control groups in which this process is. `None` if `/proc` does not tell.
pub(crate) fn available() -> Option<u64> {
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

/// Returns the bytes of a field that is in kilobytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    field(text, name).map(|kilobytes| kilobytes * 1024)
}

fn field(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    value.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_tells() {
        assert!(available().is_some_and(|bytes| bytes > 0));
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
