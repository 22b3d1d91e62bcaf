//! How outputs are made and written. Principal type: [`WorkSettings`].

use std::collections::BTreeMap;
use std::time::Duration;

use clx_build::Slots;
use clx_config::Config;
use clx_config::setting::{
    CANCELLED_JOBS, CELL_TIMEOUT, COMPLETED_JOBS, CPP_KERNEL, CSHARP_KERNEL, DEFAULT_WORKER_COUNT,
    DIAGRAMS, DRAWIO_COUNT, DRAWIO_LIMIT, DRAWIO_MEMORY, EXECUTE, EXECUTION_MODE, FAILED_JOBS,
    JAVA_KERNEL, JOBS, MOST_WORKERS, NETWORK, NOTEBOOK_COUNT, NOTEBOOK_IMAGE, NOTEBOOK_LIMIT,
    NOTEBOOK_MEMORY, PLANTUML_COUNT, PLANTUML_LIMIT, PLANTUML_MEMORY, PYTHON_KERNEL, STALL_LIMIT,
    TYPESCRIPT_KERNEL, WEIGHT, WORKER_EVENTS,
};
use clx_core::{JobKind, ProgLang};
use clx_course::Course;
use clx_pool::Network;
use clx_queue::Retention;

use super::{StateSettings, ToolSettings, choice};
use crate::args::build::{
    ContainerArgs, CountArgs, DiagramsArg, ExecuteArg, KernelArg, NetworkArg, NotebookImageArg,
    WorkArgs, WorkersArg,
};

/// How outputs are made and written.
#[derive(Debug, Clone)]
pub(crate) struct WorkSettings {
    pub(crate) workers: WorkersArg,
    pub(crate) count: CountSettings,
    /// Its part of a pool's workers.
    pub(crate) weight: Option<u32>,
    /// Workers of pools at the same time, at most.
    pub(crate) most_workers: Option<u32>,
    pub(crate) execute: ExecuteArg,
    pub(crate) diagrams: DiagramsArg,
    /// Kernels that are chosen; of two for a language, the last.
    pub(crate) kernels: Vec<KernelArg>,
    pub(crate) tools: ToolSettings,
    /// How long a cell may run.
    pub(crate) cell_limit: Option<Duration>,
    /// How long jobs may take, by their kind.
    pub(crate) job_limits: BTreeMap<JobKind, Duration>,
    /// When a build is given up that makes no progress.
    pub(crate) stall_limit: Duration,
    pub(crate) no_cache: bool,
    pub(crate) keep_directory: bool,
    pub(crate) adopt: bool,
    pub(crate) fail_fast: bool,
    pub(crate) state: StateSettings,
    pub(crate) retention: Retention,
    pub(crate) containers: ContainerSettings,
}

impl WorkSettings {
    pub(crate) fn new(args: WorkArgs, config: &Config) -> Self {
        let spare_kernels = args.spare_kernels.map(|n| n as usize);
        let tools = ToolSettings::new(config);
        let cell_limit = args.cell_timeout.map(Duration::from_secs);
        Self {
            workers: choice(args.workers, config, &EXECUTION_MODE),
            count: CountSettings::new(&args.count, config),
            weight: args.weight.or_else(|| config.get(&WEIGHT)),
            most_workers: args.most_workers.or_else(|| config.get(&MOST_WORKERS)),
            execute: choice(args.execute, config, &EXECUTE),
            diagrams: choice(args.diagrams, config, &DIAGRAMS),
            kernels: kernels(config).chain(args.kernel).collect(),
            tools: ToolSettings {
                spare_kernels: spare_kernels.unwrap_or(tools.spare_kernels),
                ..tools
            },
            cell_limit: cell_limit.or_else(|| config.get(&CELL_TIMEOUT)),
            job_limits: job_limits(config),
            stall_limit: config.get(&STALL_LIMIT),
            no_cache: args.no_cache,
            keep_directory: args.keep_directory,
            adopt: args.adopt,
            fail_fast: args.fail_fast,
            state: StateSettings::new(&args.state, config),
            retention: retention(config),
            containers: ContainerSettings::new(&args.containers, config),
        }
    }

    /// Returns how many jobs are worked on at once, if there are `usual` workers of a kind when nothing is
    /// asked for.
    pub(crate) fn slots(&self, usual: u32) -> Slots {
        let of_kind = JobKind::ALL.into_iter().map(|kind| (kind, self.count.of(kind, usual)));
        Slots { of_kind: of_kind.collect(), in_all: self.total() }
    }

    /// Returns how many jobs of all kinds together may be worked on, if that is limited.
    pub(crate) fn total(&self) -> Option<u32> {
        self.count.jobs.filter(|_| self.workers == WorkersArg::InProcess)
    }
}

/// Returns how long the queue keeps what is over.
pub(crate) fn retention(config: &Config) -> Retention {
    Retention {
        completed: config.get(&COMPLETED_JOBS),
        failed: config.get(&FAILED_JOBS),
        cancelled: config.get(&CANCELLED_JOBS),
        events: config.get(&WORKER_EVENTS),
    }
}

/// Returns the kernels that the configuration chooses.
fn kernels(config: &Config) -> impl Iterator<Item = KernelArg> {
    let settings = [
        (ProgLang::Python, &PYTHON_KERNEL),
        (ProgLang::Cpp, &CPP_KERNEL),
        (ProgLang::CSharp, &CSHARP_KERNEL),
        (ProgLang::Java, &JAVA_KERNEL),
        (ProgLang::TypeScript, &TYPESCRIPT_KERNEL),
    ];
    settings.into_iter().filter_map(|(language, setting)| {
        Some(KernelArg { language, kernel: config.get(setting)? })
    })
}

fn job_limits(config: &Config) -> BTreeMap<JobKind, Duration> {
    let settings = [
        (JobKind::Notebook, &NOTEBOOK_LIMIT),
        (JobKind::PlantUml, &PLANTUML_LIMIT),
        (JobKind::Drawio, &DRAWIO_LIMIT),
    ];
    settings.into_iter().filter_map(|(kind, setting)| Some((kind, config.get(setting)?))).collect()
}

/// How many jobs are worked on at the same time.
#[derive(Debug, Clone)]
pub(crate) struct CountSettings {
    jobs: Option<u32>,
    /// Workers by kind, where a number is asked for.
    of_kind: BTreeMap<JobKind, u32>,
}

impl CountSettings {
    pub(crate) fn new(args: &CountArgs, config: &Config) -> Self {
        let settings = [
            (JobKind::Notebook, args.notebook_workers, &NOTEBOOK_COUNT),
            (JobKind::PlantUml, args.plantuml_workers, &PLANTUML_COUNT),
            (JobKind::Drawio, args.drawio_workers, &DRAWIO_COUNT),
        ];
        let all = config.get(&DEFAULT_WORKER_COUNT);
        let of_kind = settings.into_iter().filter_map(|(kind, flag, setting)| {
            Some((kind, flag.or_else(|| config.get(setting)).or(all)?))
        });
        Self { jobs: args.jobs.or_else(|| config.get(&JOBS)), of_kind: of_kind.collect() }
    }

    /// Returns how many workers there are of a kind, if there are `usual` when nothing is asked for.
    pub(crate) fn of(&self, kind: JobKind, usual: u32) -> u32 {
        let asked = self.of_kind.get(&kind).copied();
        asked.unwrap_or(usual).min(self.jobs.unwrap_or(u32::MAX))
    }
}

/// What is inside and around containers.
#[derive(Debug, Clone)]
pub(crate) struct ContainerSettings {
    pub(crate) notebook_image: NotebookImageArg,
    network: Option<NetworkArg>,
    memory: BTreeMap<JobKind, u64>,
}

/// What a container can use.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    pub(crate) network: Network,
    /// Memory in bytes, by kind of jobs.
    pub(crate) memory: BTreeMap<JobKind, u64>,
}

impl ContainerSettings {
    pub(crate) fn new(args: &ContainerArgs, config: &Config) -> Self {
        let configured = match config.get(&NETWORK).as_deref() {
            Some("bridge") => Some(NetworkArg::Bridge),
            Some(_) => Some(NetworkArg::None),
            None => None,
        };
        Self {
            notebook_image: choice(args.notebook_image, config, &NOTEBOOK_IMAGE),
            network: args.container_network.or(configured),
            memory: [
                (JobKind::Notebook, config.get(&NOTEBOOK_MEMORY)),
                (JobKind::PlantUml, config.get(&PLANTUML_MEMORY)),
                (JobKind::Drawio, config.get(&DRAWIO_MEMORY)),
            ]
            .into(),
        }
    }

    /// Returns what containers can use; the network is what the user or else the course asks for.
    pub(crate) fn surroundings(&self, course: &Course) -> Surroundings {
        Surroundings { network: self.network_for(course.network), memory: self.memory.clone() }
    }

    /// `asks` tells whether the course asks for a network.
    fn network_for(&self, asks: bool) -> Network {
        match self.network {
            Some(NetworkArg::Bridge) => Network::Bridge,
            None if asks => Network::Bridge,
            Some(NetworkArg::None) | None => Network::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use clx_config::Sources;

    use super::*;
    use crate::args::{Cli, Command};

    /// Settles what is typed after `clx build a.xml` with these variables.
    fn settle(flags: &str, variables: &[(&str, &str)]) -> WorkSettings {
        let variables = variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
        let config = Config::load(&Sources { variables, ..Sources::default() });
        assert_eq!(config.problems(), []);
        let line = format!("clx build a.xml {flags}");
        match Cli::try_parse_from(line.split_whitespace()).unwrap().command {
            Command::Build(args) => WorkSettings::new(args.work, &config),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn count_of_a_kind_wins_over_that_of_all_and_flags_over_both() {
        let all = ("CLX_WORKER_MANAGEMENT__DEFAULT_WORKER_COUNT", "3");
        let notebook = ("CLX_WORKER_MANAGEMENT__NOTEBOOK__COUNT", "5");
        let counts = |settings: WorkSettings| JobKind::ALL.map(|kind| settings.count.of(kind, 8));
        let of = |flags: &str, variables: &[(&str, &str)]| counts(settle(flags, variables));
        assert_eq!(of("", &[]), [8, 8, 8]);
        assert_eq!(of("", &[all]), [3, 3, 3]);
        assert_eq!(of("", &[all, notebook]), [5, 3, 3]);
        assert_eq!(of("--notebook-workers 2", &[all, notebook]), [2, 3, 3]);
        assert_eq!(of("", &[all, notebook, ("CLX_WORKER_MANAGEMENT__JOBS", "4")]), [4, 3, 3]);
        assert_eq!(of("-j 1", &[notebook, ("CLX_WORKER_MANAGEMENT__JOBS", "4")]), [1, 1, 1]);
    }

    #[test]
    fn limits_reach_jobs_and_containers() {
        let variables = [
            ("CLX_WORKER_MANAGEMENT__PLANTUML__MAX_JOB_TIME", "60"),
            ("CLX_WORKER_MANAGEMENT__PLANTUML__MEMORY_LIMIT", "2g"),
            ("CLX_RETENTION__FAILED_JOBS_RETENTION_DAYS", "0"),
            ("CLX_EXECUTION__CELL_TIMEOUT", "30"),
        ];
        let settings = settle("", &variables);
        assert_eq!(settings.job_limits, [(JobKind::PlantUml, Duration::from_secs(60))].into());
        assert_eq!(settings.containers.memory[&JobKind::PlantUml], 2 << 30);
        assert_eq!(settings.containers.memory[&JobKind::Notebook], 1 << 30);
        assert_eq!(settings.retention.failed, Duration::ZERO);
        assert_eq!(settings.cell_limit, Some(Duration::from_secs(30)));
        let flag = settle("--cell-timeout 5", &variables);
        assert_eq!(flag.cell_limit, Some(Duration::from_secs(5)));
    }

    #[test]
    fn kernel_of_a_flag_comes_after_that_of_the_configuration() {
        let variables = [("CLX_KERNELS__CPP", "xcpp17"), ("CLX_KERNELS__JAVA", "jjava")];
        let kernels = settle("--kernel cpp=xcpp20", &variables).kernels;
        let names: Vec<_> = kernels.iter().map(|choice| choice.kernel.as_str()).collect();
        assert_eq!(names, ["xcpp17", "jjava", "xcpp20"]);
    }

    #[test]
    fn network_of_the_user_wins_over_that_of_the_course() {
        let network = |flags: &str, value: &str, asks: bool| {
            let settings = settle(flags, &[("CLX_WORKER_MANAGEMENT__NETWORK", value)]);
            settings.containers.network_for(asks)
        };
        assert_eq!(network("", "", true), Network::Bridge);
        assert_eq!(network("", "", false), Network::None);
        assert_eq!(network("", "none", true), Network::None);
        assert_eq!(network("", "bridge", false), Network::Bridge);
        assert_eq!(network("--container-network none", "bridge", true), Network::None);
    }
}
