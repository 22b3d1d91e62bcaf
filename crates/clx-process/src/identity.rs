//! Names a process for longer than it lives. Principal type: [`ProcessIdentity`].

use std::fs;
use std::sync::LazyLock;

use crate::proc_stat::ProcStat;

static BOOT_ID: LazyLock<String> = LazyLock::new(|| {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    text.trim_end().to_owned()
});

/// A process of this machine. A pid alone is not enough for a record: pids are given again, and
/// all of them after a restart.
///
/// Holds within one pid namespace: a container sees other pids than its host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProcessIdentity {
    /// The pid.
    pub pid: u32,
    /// Start in clock ticks since the machine was started.
    pub start: u64,
    /// Names the time between two starts of the machine.
    pub boot_id: String,
}

impl ProcessIdentity {
    /// Returns the identity of this process; `None` if `/proc` is not mounted.
    #[must_use]
    pub fn of_this_process() -> Option<Self> {
        Self::of(std::process::id())
    }

    /// Returns the identity of a process; `None` if it does not exist or is a zombie.
    #[must_use]
    pub fn of(pid: u32) -> Option<Self> {
        let stat = ProcStat::of(pid).filter(|stat| !stat.is_zombie)?;
        Some(Self { pid, start: stat.start, boot_id: BOOT_ID.clone() })
    }

    /// Tells whether the process still runs. A zombie does not; a process from before the last
    /// restart of the machine does not.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.boot_id == *BOOT_ID && Self::of(self.pid).is_some_and(|now| now.start == self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_alive() {
        let this = ProcessIdentity::of_this_process().unwrap();
        assert!(this.is_alive());
        assert!(!this.boot_id.is_empty());
    }

    #[test]
    fn same_pid_with_other_start_or_boot_is_dead() {
        let this = ProcessIdentity::of_this_process().unwrap();
        assert!(!ProcessIdentity { start: this.start + 1, ..this.clone() }.is_alive());
        assert!(!ProcessIdentity { boot_id: "other".to_owned(), ..this }.is_alive());
    }
}
