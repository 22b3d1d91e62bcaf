//! The table of keys, from which all else follows: variables, checks, listing, schema, reference.

use std::path::PathBuf;
use std::time::Duration;

use crate::key::{Key, Preset, Project, Setting};
use crate::kind::Kind;

/// Defines the keys as constants, and the list of them. What is said of a key is its documentation.
macro_rules! keys {
    ($($(#[doc = $about:literal])+ $constant:ident: $type:ty = $name:literal, $kind:expr,
        $default:expr, flag $flag:expr, variable $variable:expr, $project:expr;)+) => {
        $($(#[doc = $about])+ pub const $constant: Setting<$type> = Setting::new(Key {
            name: $name,
            about: &[$($about),+],
            kind: $kind,
            default: $default,
            flag: $flag,
            variable: $variable,
            project: $project,
        });)+

        /// All keys, by section.
        pub static KEYS: &[Key] = &[$($constant.key),+];

        #[cfg(test)]
        pub(crate) fn has_its_type(key: &str, value: Option<&crate::value::Value>) -> bool {
            use crate::typed::Typed;
            match key {
                $($name => <$type>::read(value).is_some(),)+
                _ => false,
            }
        }
    };
}

const PROCESSORS: Preset = Preset::Otherwise("number of processors");
const RENDERERS: Preset = Preset::Otherwise("number of processors, 1 in containers");
const NO_LIMIT: Preset = Preset::Otherwise("no limit");
const COUNT: Kind = Kind::Count { min: 1, max: 1024 };
const LIMIT: Kind = Kind::Seconds { min: 1, max: 86_400, is_whole: true };
const DAYS: Kind = Kind::Days { or_off: false };
const WHEN: Kind = Kind::Choice(&["required", "if-available", "never"]);
const PROGRAM: Project = Project::Refused("choose a program that runs on your machine");
const KERNEL: Project = Project::Refused("choose the program that runs its code");
const REACH: Project = Project::Refused("widen what its code can reach");
const SHARE: Project = Project::Refused("take workers of a pool away from others");

keys! {
    /// Directory of queue and cache.
    STATE_DIR: Option<PathBuf> = "paths.state_dir", Kind::Path,
        Preset::Otherwise("`.clx` in the course root"), flag Some("--state-dir"), variable None,
        Project::InCourse;
    /// File of the queue.
    JOBS_DB_PATH: Option<PathBuf> = "paths.jobs_db_path", Kind::Path,
        Preset::Otherwise("`jobs.db` in the state directory"), flag Some("--jobs-db-path"),
        variable Some("CLX_DB_PATH"), Project::InCourse;

    /// PlantUML to use instead of the one that `clx setup plantuml` installs.
    PLANTUML_JAR: Option<PathBuf> = "external_tools.plantuml_jar", Kind::Path,
        Preset::Otherwise("the one in the tool folder"), flag None,
        variable Some("PLANTUML_JAR"), PROGRAM;
    /// Desktop application of draw.io to use instead of the viewer that `clx setup drawio` installs.
    DRAWIO_EXECUTABLE: Option<PathBuf> = "external_tools.drawio_executable", Kind::Path,
        Preset::Otherwise("the viewer in the tool folder"), flag None,
        variable Some("DRAWIO_EXECUTABLE"), PROGRAM;
    /// Folder into which `clx setup` installs tools, and in which they are found.
    TOOLS_DIR: Option<PathBuf> = "external_tools.tools_dir", Kind::Path,
        Preset::Otherwise("`$XDG_DATA_HOME/clx/tools`, else `~/.local/share/clx/tools`"), flag None,
        variable Some("CLX_TOOLS_DIR"), PROGRAM;
    /// Whether the browser that draws draw.io diagrams shuts its pages in. Only something around it
    /// that does the same, such as a container, is a reason to switch this off.
    BROWSER_SANDBOX: String = "external_tools.browser_sandbox", Kind::Choice(&["on", "off"]),
        Preset::Value("on"), flag None, variable Some("CLX_BROWSER_SANDBOX"), REACH;

    /// Where jobs are worked on: in threads of the build, in child processes, in containers, or by
    /// the workers of a pool that `clx pool run` keeps.
    EXECUTION_MODE: String = "worker_management.default_execution_mode",
        Kind::Choice(&["in-process", "direct", "docker", "pool"]), Preset::Value("in-process"),
        flag Some("--workers"), variable None, REACH;
    /// Workers of each kind that has no count of its own.
    DEFAULT_WORKER_COUNT: Option<u32> = "worker_management.default_worker_count", COUNT,
        Preset::Otherwise("number of processors; 1 for diagrams in containers"), flag None,
        variable None, Project::Allowed;
    /// Jobs that are worked on at the same time: of all kinds together, or of each kind where workers
    /// are processes or containers.
    JOBS: Option<u32> = "worker_management.jobs", COUNT, NO_LIMIT, flag Some("--jobs"),
        variable None, Project::Allowed;
    /// Part of a pool's workers that a build gets, in proportion to the weights of the other builds that
    /// use the pool at the same time.
    WEIGHT: Option<u32> = "worker_management.weight", Kind::Count { min: 1, max: 1000 },
        Preset::Otherwise("100"), flag Some("--weight"), variable None, SHARE;
    /// Workers of pools that a build has at the same time, of all kinds and of all pools together.
    MOST_WORKERS: Option<u32> = "worker_management.most_workers", COUNT, NO_LIMIT,
        flag Some("--most-workers"), variable None, SHARE;
    /// Time without anything finished or any progress after which a build is given up.
    STALL_LIMIT: Duration = "worker_management.job_stall_timeout",
        LIMIT, Preset::Value("1200"), flag None,
        variable None, Project::Allowed;
    /// What code in containers can reach: nothing, or the host and the network over the engine's
    /// bridge. `none` holds for courses that ask for a network, too.
    NETWORK: Option<String> = "worker_management.network", Kind::Choice(&["none", "bridge"]),
        Preset::Otherwise("what the course spec asks for, else `none`"),
        flag Some("--container-network"), variable None, REACH;

    /// Notebooks worked on at the same time.
    NOTEBOOK_COUNT: Option<u32> = "worker_management.notebook.count", COUNT, PROCESSORS,
        flag Some("--notebook-workers"), variable None, Project::Allowed;
    /// Which image for notebooks is used; `auto` is the full one if it is there, else the one for
    /// Python.
    NOTEBOOK_IMAGE: String = "worker_management.notebook.image",
        Kind::Choice(&["auto", "python", "full"]), Preset::Value("auto"),
        flag Some("--notebook-image"), variable None, KERNEL;
    /// Memory of a container for notebooks.
    NOTEBOOK_MEMORY: u64 = "worker_management.notebook.memory_limit", Kind::Memory,
        Preset::Value("1g"), flag None, variable None, Project::Allowed;
    /// Time that one notebook may take.
    NOTEBOOK_LIMIT: Option<Duration> = "worker_management.notebook.max_job_time", LIMIT, NO_LIMIT,
        flag None, variable None, Project::Allowed;

    /// PlantUML diagrams drawn at the same time.
    PLANTUML_COUNT: Option<u32> = "worker_management.plantuml.count", COUNT, RENDERERS,
        flag Some("--plantuml-workers"), variable None, Project::Allowed;
    /// Memory of a container for PlantUML.
    PLANTUML_MEMORY: u64 = "worker_management.plantuml.memory_limit", Kind::Memory,
        Preset::Value("512m"), flag None, variable None, Project::Allowed;
    /// Time that all pictures of one PlantUML file may take.
    PLANTUML_LIMIT: Option<Duration> = "worker_management.plantuml.max_job_time", LIMIT, NO_LIMIT,
        flag None, variable None, Project::Allowed;

    /// draw.io diagrams drawn at the same time.
    DRAWIO_COUNT: Option<u32> = "worker_management.drawio.count", COUNT, RENDERERS,
        flag Some("--drawio-workers"), variable None, Project::Allowed;
    /// Memory of a container for draw.io.
    DRAWIO_MEMORY: u64 = "worker_management.drawio.memory_limit", Kind::Memory,
        Preset::Value("1g"), flag None, variable None, Project::Allowed;
    /// Time that all pictures of one draw.io file may take.
    DRAWIO_LIMIT: Option<Duration> = "worker_management.drawio.max_job_time", LIMIT, NO_LIMIT,
        flag None, variable None, Project::Allowed;

    /// Whether the code of pages is run.
    EXECUTE: String = "execution.execute", WHEN, Preset::Value("required"),
        flag Some("--execute"), variable None,
        Project::Refused("run its code where you said that it must not");
    /// Time that one cell may run.
    CELL_TIMEOUT: Option<Duration> = "execution.cell_timeout",
        LIMIT, NO_LIMIT, flag Some("--cell-timeout"), variable None, Project::Allowed;
    /// Kernels that are started before they are needed.
    SPARE_KERNELS: u32 = "execution.spare_kernels", Kind::Count { min: 0, max: 64 },
        Preset::Value("1"), flag Some("--spare-kernels"), variable None, Project::Allowed;

    /// Kernel for Python.
    PYTHON_KERNEL: Option<String> = "kernels.python", Kind::Name,
        Preset::Otherwise("`python3`"), flag Some("--kernel"), variable None, KERNEL;
    /// Kernel for C++.
    CPP_KERNEL: Option<String> = "kernels.cpp", Kind::Name,
        Preset::Otherwise("the first that is there of those that clx knows"),
        flag Some("--kernel"), variable None, KERNEL;
    /// Kernel for C#.
    CSHARP_KERNEL: Option<String> = "kernels.csharp", Kind::Name,
        Preset::Otherwise("the first that is there of those that clx knows"),
        flag Some("--kernel"), variable None, KERNEL;
    /// Kernel for Java.
    JAVA_KERNEL: Option<String> = "kernels.java", Kind::Name,
        Preset::Otherwise("the first that is there of those that clx knows"),
        flag Some("--kernel"), variable None, KERNEL;
    /// Kernel for TypeScript.
    TYPESCRIPT_KERNEL: Option<String> = "kernels.typescript", Kind::Name,
        Preset::Otherwise("the first that is there of those that clx knows"),
        flag Some("--kernel"), variable None, KERNEL;

    /// Whether diagrams are drawn.
    DIAGRAMS: String = "diagrams.draw", WHEN, Preset::Value("required"),
        flag Some("--diagrams"), variable None, Project::Allowed;

    /// Format of the pictures of diagrams.
    IMAGE_FORMAT: String = "images.format", Kind::Choice(&["png", "svg", "both"]),
        Preset::Value("png"), flag Some("--image-format"), variable None, Project::Allowed;
    /// Where images go: a copy per output directory, or one per course directory.
    IMAGE_MODE: String = "images.mode", Kind::Choice(&["duplicated", "shared"]),
        Preset::Value("duplicated"), flag Some("--image-mode"), variable None, Project::Allowed;

    /// Size beyond which the results go that were not used for longest.
    CACHE_MAX_SIZE: Option<u64> = "cache.max_size", Kind::Size, Preset::Value("10G"),
        flag Some("--max-size"), variable Some("CLX_CACHE_MAX_SIZE"), Project::Allowed;
    /// Days after which results go that no build has used.
    CACHE_MAX_AGE: Option<Duration> = "cache.max_age", Kind::Days { or_off: true },
        Preset::Value("90"), flag Some("--max-age"), variable Some("CLX_CACHE_MAX_AGE"),
        Project::Allowed;

    /// Days for which completed jobs stay in the queue's file.
    COMPLETED_JOBS: Duration = "retention.completed_jobs_retention_days", DAYS,
        Preset::Value("7"), flag None, variable None, Project::Allowed;
    /// Days for which failed jobs stay in the queue's file.
    FAILED_JOBS: Duration = "retention.failed_jobs_retention_days", DAYS, Preset::Value("30"),
        flag None, variable None, Project::Allowed;
    /// Days for which cancelled jobs stay in the queue's file.
    CANCELLED_JOBS: Duration = "retention.cancelled_jobs_retention_days", DAYS,
        Preset::Value("1"), flag None, variable None, Project::Allowed;
    /// Days for which what happened to workers stays in the queue's file.
    WORKER_EVENTS: Duration = "retention.worker_events_retention_days", DAYS,
        Preset::Value("30"), flag None, variable None, Project::Allowed;

    /// Time without another save after which a watch builds.
    DEBOUNCE: Duration = "watch.debounce", Kind::Seconds { min: 0, max: 60, is_whole: false },
        Preset::Value("0.02"), flag Some("--debounce"), variable None, Project::Allowed;
    /// Port on which a watch serves the outputs, if it is free.
    PORT: u16 = "watch.port", Kind::Count { min: 1024, max: 65_535 }, Preset::Value("4680"),
        flag Some("--port"), variable None, Project::Allowed;

    /// How much a build prints.
    OUTPUT_MODE: String = "display.output_mode",
        Kind::Choice(&["default", "verbose", "quiet", "json", "github"]),
        Preset::Value("default"), flag Some("--output-mode"), variable None, Project::Allowed;
    /// Whether a build shows a progress bar on a terminal.
    PROGRESS: bool = "display.progress", Kind::Switch, Preset::Value("true"),
        flag Some("--no-progress"), variable None, Project::Allowed;
    /// Whether a build uses colours on a terminal.
    COLOR: bool = "display.color", Kind::Switch, Preset::Value("true"),
        flag Some("--no-color"), variable None, Project::Allowed;

    /// Registry, and path in it, from which `clx docker pull` fetches images and to which `clx docker
    /// push` sends them.
    REGISTRY: Option<String> = "docker.registry", Kind::Name,
        Preset::Otherwise("none: the command names it"), flag Some("--from"), variable None,
        PROGRAM;
}

/// Returns the key of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_default_has_the_type_of_its_key() {
        for key in KEYS {
            let value = match key.default {
                Preset::Value(text) => {
                    let value = key.kind.parse(text);
                    Some(value.unwrap_or_else(|advice| panic!("{}: {advice}", key.name)))
                }
                Preset::Otherwise(_) => None,
            };
            assert!(has_its_type(key.name, value.as_ref()), "{}", key.name);
        }
    }

    #[test]
    fn names_and_variables_are_given_once() {
        let names: BTreeSet<_> = KEYS.iter().map(|key| key.name).collect();
        assert_eq!(names.len(), KEYS.len());
        let own = KEYS.iter().map(Key::own_variable);
        let variables = own.chain(KEYS.iter().filter_map(|key| key.variable.map(str::to_owned)));
        let distinct: BTreeSet<_> = variables.collect();
        let others = KEYS.iter().filter(|key| key.variable.is_some()).count();
        assert_eq!(distinct.len(), KEYS.len() + others);
    }

    #[test]
    fn sections_are_not_interrupted() {
        let mut sections: Vec<_> = KEYS.iter().map(Key::section).collect();
        sections.dedup();
        let distinct: BTreeSet<_> = sections.iter().collect();
        assert_eq!(distinct.len(), sections.len(), "{sections:?}");
    }

    #[test]
    fn variables_follow_from_names() {
        let key = find("worker_management.notebook.count").unwrap();
        assert_eq!(key.own_variable(), "CLX_WORKER_MANAGEMENT__NOTEBOOK__COUNT");
        assert_eq!((key.section(), key.short_name()), ("worker_management.notebook", "count"));
    }
}
