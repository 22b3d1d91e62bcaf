//! Wires files, workers and backend. Principal type: [`Workshop`].

use std::path::Path;
use std::sync::Arc;

use clx_backend_sqlite::{BackendSettings, Lender, Pools, QueueBackend, running_pools};
use clx_build::BuildPlan;
use clx_core::{BackendError, JobKind};
use clx_course::Course;
use clx_pool::{Engine, Executor, InProcess, Process};
use clx_process::Spawn;
use clx_queue::{Queue, SessionId, SessionRole, SessionState, WorkerId};
use clx_status::BuildNote;
use clx_store::{Exchange, Store};
use clx_store_shared::SharedStore;
use tokio::runtime::Runtime;
use tokio::sync::Semaphore;

use super::containers::{Containers, reap_dead};
use super::failure::Failure;
use super::files::Files;
use super::hosts::HostTools;
use super::images::ToolImages;
use super::limited::Limited;
use super::pool::PoolNote;
use super::toolbox::{Lack, Toolbox};
use super::tools::Tools;
use super::with_causes;
use crate::args::build::{NotebookImageArg, WorkersArg};
use crate::settings::{Surroundings, ToolSettings, WorkSettings};
use crate::state_dir::StateDir;

/// Threads that drive timers and signals; the work itself has threads of its own.
const RUNTIME_THREADS: usize = 1;

/// Makes the runtime that drives timers, signals and the tools' I/O.
pub(super) fn runtime() -> std::io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(RUNTIME_THREADS)
        .thread_name("clx-runtime")
        .enable_all()
        .build()
}

/// What a build works with.
pub(super) struct Workshop {
    pub(super) state: StateDir,
    pub(super) store: Arc<Store>,
    queue: Arc<dyn Queue>,
    shared: Option<Arc<SharedStore>>,
    crew: Crew,
}

/// Who does the jobs.
enum Crew {
    Threads(Arc<Tools>),
    Processes(Arc<Tools>),
    Containers { engine: Engine, images: Arc<ToolImages>, surroundings: Surroundings },
    Pool { session: SessionId, images: Arc<ToolImages> },
    Hosts(Arc<HostTools>),
}

impl Workshop {
    /// Finds out who does the jobs of a course.
    pub(super) fn open(
        files: Files,
        course: &Course,
        work: &WorkSettings,
        runtime: &Runtime,
    ) -> Result<Self, Failure> {
        let Files { state, store, queue, shared } = files;
        let tools = || Arc::new(Tools::new(state.store(), work.tools.clone()));
        let crew = match work.workers {
            WorkersArg::InProcess => Crew::Threads(tools()),
            WorkersArg::Pool if shared.is_some() => {
                let tools = HostTools::choose(&running_pools(&*queue)?);
                if tools.is_empty() {
                    return Err(no_hosts());
                }
                Crew::Hosts(Arc::new(tools))
            }
            WorkersArg::Direct | WorkersArg::Docker if shared.is_some() => {
                return Err(Failure::refused(
                    "with `--queue`, jobs are done by other hosts or in threads of this process\n  hint: \
                     leave `--workers` out, or use `--workers in-process`",
                ));
            }
            WorkersArg::Direct => Crew::Processes(tools()),
            WorkersArg::Docker => {
                let (engine, images) = engine_and_images(work.containers.notebook_image, runtime)?;
                reap_dead(&engine).map_err(|error| Failure::environment(with_causes(&error)))?;
                Crew::Containers {
                    engine,
                    images: Arc::new(images),
                    surroundings: work.containers.surroundings(course),
                }
            }
            WorkersArg::Pool => {
                let pool = running_pools(&*queue)?.into_iter().next().ok_or_else(no_pool)?;
                let images = PoolNote::read(&pool.note).map_err(|error| {
                    let message = format!("what the pool noted cannot be read: {error}");
                    Failure::environment(message)
                })?;
                let images = Arc::new(ToolImages::of_pool(images.images));
                Crew::Pool { session: pool.id, images }
            }
        };
        Ok(Self { state, store, queue, shared, crew })
    }

    /// Returns what to plan with.
    pub(super) fn toolbox(&self) -> Toolbox {
        match &self.crew {
            Crew::Threads(tools) | Crew::Processes(tools) => Toolbox::Machine(Arc::clone(tools)),
            Crew::Containers { images, .. } | Crew::Pool { images, .. } => {
                Toolbox::Images(Arc::clone(images))
            }
            Crew::Hosts(tools) => Toolbox::Hosts(Arc::clone(tools)),
        }
    }

    /// Fails if nobody can do the jobs of a plan. Diagrams without a tool have no jobs.
    pub(super) fn check(&self, plan: &BuildPlan) -> Result<(), Failure> {
        match &self.crew {
            Crew::Containers { images, .. } | Crew::Pool { images, .. }
                if plan.has(JobKind::Notebook) =>
            {
                images.image(JobKind::Notebook).map(|_| ()).map_err(|Lack { reason, hint }| {
                    Failure::environment(format!("{reason}\n  hint: {hint}"))
                })
            }
            _ => Ok(()),
        }
    }

    /// Waits until the kernels of finished notebooks have ended, about 1 s at most.
    pub(super) async fn kernels_ended(&self) {
        if let Crew::Threads(tools) | Crew::Processes(tools) = &self.crew {
            tools.kernels_ended().await;
        }
    }

    /// Tells whether other builds work with the same files at this moment.
    pub(super) fn has_other_builds(&self) -> Result<bool, Failure> {
        let sessions = self.queue.sessions().map_err(Failure::environment)?;
        Ok(sessions.iter().any(|session| {
            session.state == SessionState::Open && session.role != SessionRole::Pool
        }))
    }

    /// Completes the note of a build with the tools that it chose.
    fn note(&self, note: &BuildNote) -> BuildNote {
        match &self.crew {
            Crew::Hosts(tools) => BuildNote { tools: tools.digests(), ..note.clone() },
            _ => note.clone(),
        }
    }

    /// Opens a backend for a build of the course at `root`.
    pub(super) fn backend(
        &self,
        root: &Path,
        note: &BuildNote,
        args: &WorkSettings,
        runtime: &Runtime,
    ) -> Result<QueueBackend, Failure> {
        let limits = args.job_limits.iter();
        let settings = BackendSettings {
            read_cache: !args.no_cache,
            stall_limit: args.stall_limit,
            retention: args.retention.clone(),
            note: self.note(note).to_note(),
            shared: self.shared.clone().map(|shared| shared as Arc<dyn Exchange>),
            job_limits: limits.map(|(kind, limit)| (kind.name().to_owned(), *limit)).collect(),
            ..BackendSettings::default()
        };
        let (queue, store) = (Arc::clone(&self.queue), Arc::clone(&self.store));
        let backend = match &self.crew {
            Crew::Pool { session, .. } => {
                QueueBackend::borrowing(queue, store, root, Lender::Pool(*session), settings)
            }
            Crew::Hosts(_) => {
                QueueBackend::borrowing(queue, store, root, Lender::AnyPool, settings)
            }
            crew => {
                let pools = |session| {
                    crew.pools(self, session, args, runtime).map_err(|failure| {
                        BackendError::Failed { message: failure.message, environment: true }
                    })
                };
                QueueBackend::open(queue, store, root, pools, settings)
            }
        };
        Ok(backend?)
    }
}

/// Says that nobody would do the work.
fn no_hosts() -> Failure {
    Failure::environment(
        "no host works for this queue, or only such with another version of clx\n  hint: start one, on any \
         machine that reaches queue and store: `clx pool run --queue URL --store URL`",
    )
}

impl Crew {
    fn pools(
        &self,
        workshop: &Workshop,
        session: SessionId,
        args: &WorkSettings,
        runtime: &Runtime,
    ) -> Result<Pools, Failure> {
        let containers = match self {
            Self::Containers { engine, images, surroundings } => {
                let (queue, store) = (workshop.queue.clone(), workshop.store.clone());
                let made = Containers::new(
                    engine.clone(),
                    queue.clone(),
                    store,
                    runtime.handle(),
                    &token_of(&*queue, session)?,
                    workshop.state.jobs(),
                    surroundings.clone(),
                );
                let made = made.map_err(|error| {
                    Failure::environment(format!("the gateway cannot be opened: {error}"))
                })?;
                Some((made, images))
            }
            Self::Threads(_) | Self::Processes(_) | Self::Pool { .. } | Self::Hosts(_) => None,
        };
        let mut pools = Pools::new();
        let permits = args.total().map(|limit| Arc::new(Semaphore::new(limit as usize)));
        for kind in [JobKind::Notebook, JobKind::PlantUml, JobKind::Drawio] {
            let executor: Arc<dyn Executor> = match (self, &containers) {
                (Self::Threads(tools), _) => {
                    Arc::new(threads(kind, workshop, tools, permits.clone(), runtime))
                }
                (_, Some((containers, images))) => match images.image(kind) {
                    Ok(image) => Arc::new(containers.executor(kind, &image)),
                    // The plan has no steps of this kind, or tells what lacks.
                    Err(_) => continue,
                },
                _ => {
                    let (state, tools) = (workshop.state.clone(), args.tools.clone());
                    Arc::new(Process::new(move |worker| {
                        worker_command(&state, &tools, kind, worker)
                    }))
                }
            };
            let usual = match self {
                Self::Containers { .. } => usual_size(kind),
                Self::Threads(_) | Self::Processes(_) | Self::Pool { .. } | Self::Hosts(_) => {
                    processors()
                }
            };
            let size = args.count.of(kind, usual);
            pools.push((kind.name().to_owned(), executor, size));
        }
        Ok(pools)
    }
}

/// Returns how many containers there are for a kind. A renderer is warm after its first diagram and takes
/// half a gigabyte and more.
pub(super) fn usual_size(kind: JobKind) -> u32 {
    match kind {
        JobKind::Notebook => processors(),
        JobKind::PlantUml | JobKind::Drawio => 1,
    }
}

/// Makes threads that work on as many jobs at once as there are `permits`, if any are given.
fn threads(
    kind: JobKind,
    workshop: &Workshop,
    tools: &Arc<Tools>,
    permits: Option<Arc<Semaphore>>,
    runtime: &Runtime,
) -> InProcess {
    let (store, tools) = (Arc::clone(&workshop.store), Arc::clone(tools));
    let make = move || {
        let store = Arc::clone(&store) as _;
        let handler =
            tools.handler(kind, store).expect("jobs of a kind exist only if its tool does");
        match permits.clone() {
            Some(permits) => Arc::new(Limited { handler, permits }),
            None => handler,
        }
    };
    InProcess::new(workshop.queue.clone(), runtime.handle().clone(), make)
}

/// Connects to the engine, once to run containers and once to look at images.
pub(super) fn engine_and_images(
    notebook: NotebookImageArg,
    runtime: &Runtime,
) -> Result<(Engine, ToolImages), Failure> {
    let for_images = runtime.block_on(clx_images::Engine::connect())?;
    let engine = Engine::connect(runtime.handle().clone())
        .map_err(|error| Failure::environment(with_causes(&error)))?;
    Ok((engine, ToolImages::of_engine(for_images, runtime.handle().clone(), notebook)))
}

/// Returns the random name of a session.
pub(super) fn token_of(queue: &dyn Queue, session: SessionId) -> Result<String, Failure> {
    let sessions = queue.sessions().map_err(Failure::environment)?;
    let token = sessions.into_iter().find(|record| record.id == session);
    token
        .map(|record| record.token)
        .ok_or_else(|| Failure::environment(format!("session {session} is gone from the queue")))
}

fn no_pool() -> Failure {
    Failure::environment(
        "no pool keeps workers for this course\n  hint: start one with `clx pool run SPEC`, or build \
         with `--workers docker`",
    )
}

pub(super) fn processors() -> u32 {
    std::thread::available_parallelism().map_or(1, |n| u32::try_from(n.get()).unwrap_or(1))
}

/// Says how to start a worker process: this program again.
fn worker_command(
    state: &StateDir,
    tools: &ToolSettings,
    kind: JobKind,
    worker: WorkerId,
) -> Spawn {
    // Resolved by the kernel: works after an update of the program, too.
    let command = Spawn::new("/proc/self/exe")
        .args(["worker", "run", kind.name()])
        .arg("--queue")
        .arg(state.jobs())
        .arg("--store")
        .arg(state.store())
        .arg("--worker")
        .arg(worker.to_string());
    let variables = tools.variables().into_iter();
    let command = variables.fold(command, |command, (name, value)| command.env(name, value));
    let log = state.worker_log(kind.name());
    let has_directory = log.parent().is_some_and(|parent| std::fs::create_dir_all(parent).is_ok());
    if has_directory { command.log(log) } else { command }
}
