//! Keys of the predecessor that clx has no use for. Principal type: [`UnusedKey`].

/// A key that is known and has no effect.
#[derive(Debug, Clone, Copy)]
pub struct UnusedKey {
    /// Sections and name; without a name, a whole section.
    pub name: &'static str,
    /// Why clx has no use for it, and what does its work instead.
    pub reason: &'static str,
}

const fn unused(name: &'static str, reason: &'static str) -> UnusedKey {
    UnusedKey { name, reason }
}

const PRUNED: &str = "each build ends by removing what is older than the `retention` times";
const LIFE: &str = "workers belong to their build, or to `clx pool run`";
const MODE: &str = "all kinds run in the same mode, `worker_management.default_execution_mode`";
const IMAGES: &str =
    "the images of diagrams belong to the version of clx, and there is one of each";
const BY_CLX: &str = "clx tells it to the workers that it starts";
const EVENTS: &str = "builds tell how they go on by `--output-mode verbose` and `--events`";

/// Keys that have no effect, by section.
pub static UNUSED_KEYS: &[UnusedKey] = &[
    unused("paths.cache_db_path", "the cache lies in the state directory, `paths.state_dir`"),
    unused("paths.workspace_path", "workers write into no directory of a course"),
    unused(
        "retention.cache_versions_to_keep",
        "results go by age and size, `cache.max_age` and `cache.max_size`",
    ),
    unused("retention.auto_cleanup_on_build_end", PRUNED),
    unused("retention.auto_cleanup_on_session_start", PRUNED),
    unused("retention.auto_vacuum_after_cleanup", "the queue's file gives space back by itself"),
    unused("logging", EVENTS),
    unused(
        "jupyter.jinja_line_statement_prefix",
        "line statements of Jinja begin with `# j2` in every course, so that courses can be exchanged",
    ),
    unused("jupyter.jinja_templates_path", "templates lie in `templates` of the course"),
    unused("jupyter.log_cell_processing", EVENTS),
    unused("workers.worker_type", BY_CLX),
    unused("workers.worker_id", BY_CLX),
    unused("workers.use_sqlite_queue", "there is no other queue"),
    unused("worker_management.auto_start", LIFE),
    unused("worker_management.auto_stop", LIFE),
    unused("worker_management.reuse_workers", LIFE),
    unused(
        "worker_management.network_name",
        "containers have no network or the engine's bridge, `worker_management.network`",
    ),
    unused("worker_management.startup_timeout", "the end of a worker is seen at once"),
    unused("worker_management.startup_parallel", "workers start when there are jobs for them"),
    unused("worker_management.notebook.execution_mode", MODE),
    unused("worker_management.plantuml.execution_mode", MODE),
    unused("worker_management.plantuml.image", IMAGES),
    unused("worker_management.drawio.execution_mode", MODE),
    unused("worker_management.drawio.image", IMAGES),
];

/// Returns why a key has no effect, if it is known.
#[must_use]
pub(crate) fn find(name: &str) -> Option<&'static UnusedKey> {
    UNUSED_KEYS.iter().find(|key| {
        name.strip_prefix(key.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setting::KEYS;

    #[test]
    fn no_key_is_both_used_and_unused() {
        for key in KEYS {
            assert!(find(key.name).is_none(), "{}", key.name);
        }
    }

    #[test]
    fn section_stands_for_its_keys() {
        assert!(find("logging.testing.e2e_progress_interval").is_some());
        assert!(find("logging").is_some());
        assert!(find("loggings").is_none());
    }
}
