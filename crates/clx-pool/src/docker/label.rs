//! Names and labels of containers: whose they are, so that those of dead builds are found and
//! those of others left alone. Principal functions: [`container_name`], [`labels`], [`owner`].

use std::collections::HashMap;
use std::hash::BuildHasher;

use clx_core::ContentHash;
use clx_queue::{Owner, WorkerId};

use super::settings::DockerSettings;

/// Token of the session; on every container of clx.
pub(super) const SESSION: &str = "clx.session";
const KIND: &str = "clx.kind";
const WORKER: &str = "clx.worker";
const VERSION: &str = "clx.version";
const DATABASE: &str = "clx.db";
const PID: &str = "clx.pid";
const PID_START: &str = "clx.pid_start";
const BOOT: &str = "clx.boot";
/// Where the pid means something: a build in a container sees other pids than its host.
const PID_SPACE: &str = "clx.pid_space";

/// Digits of a session's token in names.
const NAME_DIGITS: usize = 8;

/// Names the container of a worker.
pub(super) fn container_name(settings: &DockerSettings, worker: WorkerId) -> String {
    let session: String = settings.session.chars().take(NAME_DIGITS).collect();
    format!("clx-{session}-{}-{worker}", settings.kind)
}

/// Returns the labels of a worker's container. They name no path of the host.
pub(super) fn labels(settings: &DockerSettings, worker: WorkerId) -> HashMap<String, String> {
    let database = ContentHash::of(settings.queue_file.as_os_str().as_encoded_bytes());
    let own = [
        (SESSION, settings.session.clone()),
        (KIND, settings.kind.clone()),
        (WORKER, worker.to_string()),
        (VERSION, settings.clx_version.clone()),
        (DATABASE, database.to_hex()),
        (PID, settings.owner.pid.to_string()),
        (PID_START, settings.owner.start.to_string()),
        (BOOT, settings.owner.boot_id.clone()),
        (PID_SPACE, pid_space()),
    ];
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
    // Ours last: nobody else's label replaces one.
    settings.labels.iter().cloned().chain(own).collect()
}

/// Reads who owns a container; `None` if it is not clear, or if it is a process that cannot be seen
/// from here, and then the container is not ours to remove.
pub(super) fn owner<S: BuildHasher>(labels: &HashMap<String, String, S>) -> Option<Owner> {
    labels.get(SESSION)?;
    labels.get(PID_SPACE).filter(|space| !space.is_empty() && **space == pid_space())?;
    let pid = labels.get(PID)?.parse().ok()?;
    let start = labels.get(PID_START)?.parse().ok()?;
    let boot_id = labels.get(BOOT).filter(|boot| !boot.is_empty())?.clone();
    Some(Owner { pid, start, boot_id })
}

/// Names the pid namespace of this process, as `pid:[4026531836]`; empty if unknown.
fn pid_space() -> String {
    let link = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    link.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> DockerSettings {
        let owner = Owner { pid: 17, start: 23, boot_id: "boot".to_owned() };
        DockerSettings {
            queue_file: "/srv/course/jobs.db".into(),
            labels: vec![(PID.to_owned(), "1".to_owned()), ("site".to_owned(), "x".to_owned())],
            ..DockerSettings::new("plantuml", "clx-plantuml", "0123456789abcdef", owner)
        }
    }

    #[test]
    fn name_holds_session_kind_and_worker() {
        assert_eq!(container_name(&settings(), WorkerId(5)), "clx-01234567-plantuml-5");
    }

    #[test]
    fn owner_is_read_as_it_was_written() {
        let labels = labels(&settings(), WorkerId(5));
        assert_eq!(owner(&labels), Some(settings().owner));
        assert_eq!(labels["site"], "x");
        assert_eq!(labels[SESSION], "0123456789abcdef");
    }

    #[test]
    fn owner_that_is_not_clear_is_none() {
        for missing in [SESSION, PID, PID_START, BOOT, PID_SPACE] {
            let mut labels = labels(&settings(), WorkerId(5));
            labels.remove(missing);
            assert_eq!(owner(&labels), None, "{missing}");
            labels.insert(missing.to_owned(), String::new());
            assert_eq!(owner(&labels).is_some(), missing == SESSION, "{missing}");
        }
    }

    #[test]
    fn owner_that_cannot_be_seen_from_here_is_none() {
        let mut labels = labels(&settings(), WorkerId(5));
        labels.insert(PID_SPACE.to_owned(), "pid:[1]".to_owned());
        assert_eq!(owner(&labels), None);
    }

    #[test]
    fn labels_name_no_path_of_the_host() {
        let labels = labels(&settings(), WorkerId(5));
        assert!(labels.values().all(|value| !value.contains('/')), "{labels:?}");
    }
}
