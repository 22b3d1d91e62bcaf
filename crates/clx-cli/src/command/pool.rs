//! `clx pool run`: keeps workers in containers for many builds of a course. Principal type:
//! [`PoolNote`].

use std::collections::BTreeMap;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use clx_backend_sqlite::{is_dead, open_session, reap_dead_sessions};
use clx_config::Config;
use clx_core::JobKind;
use clx_course::Course;
use clx_metrics::OfProcess;
use clx_pool::{
    Executor, Lending, LendingQueue, LendingWatch, PoolEvent, PoolManager, PoolSettings, Terms,
};
use clx_queue::{
    Queue, SessionId, SessionRecord, SessionRole, SqliteQueue, WorkerId, WorkerMode, WorkerState,
};
use clx_status::BuildNote;
use clx_store::StoreOptions;
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

use super::containers::{Containers, reap_dead};
use super::failure::Failure;
use super::files::{open_files, open_state};
use super::hosts;
use super::images::{ToolImage, ToolImages};
use super::metrics::serve_metrics;
use super::wiring::{engine_and_images, runtime, token_of, usual_size};
use super::with_causes;
use crate::args::SpecArgs;
use crate::args::pool::PoolRunArgs;
use crate::display::{plural, stderr_line, stdout_line};
use crate::exit::Exit;
use crate::settings::{ContainerSettings, CountSettings, HostsSettings, StateSettings, configured};
use crate::signals;

/// How long workers may take to end.
const GRACE: Duration = Duration::from_secs(10);

/// How often it is looked which workers have registered.
const LOOK: Duration = Duration::from_millis(50);

const ALL_KINDS: [JobKind; 3] = [JobKind::Notebook, JobKind::PlantUml, JobKind::Drawio];

/// What builds must know of a pool; the note of its session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PoolNote {
    /// Of this format.
    version: u32,
    /// Images by kind of jobs.
    pub(super) images: BTreeMap<String, ToolImage>,
}

impl PoolNote {
    fn new(images: &[(JobKind, ToolImage)]) -> Self {
        let by_name = images.iter().map(|(kind, image)| (kind.name().to_owned(), image.clone()));
        Self { version: 1, images: by_name.collect() }
    }

    /// Reads a note; the error says what is wrong.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let note: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if note.version == 1 { Ok(note) } else { Err(format!("it has version {}", note.version)) }
    }
}

pub(super) fn run(args: &PoolRunArgs) -> Exit {
    let PoolRunArgs { spec, data_dir, .. } = args;
    match spec.clone() {
        Some(spec) => for_course(args, &SpecArgs { spec, data_dir: data_dir.clone() }),
        None => for_any_host(args),
    }
}

/// Keeps workers for the builds of many hosts.
fn for_any_host(args: &PoolRunArgs) -> Exit {
    let config = match configured(None) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    let hosts = HostsSettings::new(&args.hosts, &config);
    if !hosts.are_named() {
        return Failure::refused(
            "neither a course nor a queue of many hosts is named\n  hint: `clx pool run SPEC` keeps \
             containers for the builds of a course, `clx pool run --queue URL --store URL` works for builds \
             of any host",
        )
        .print();
    }
    match hosts::run(args, &hosts, &config) {
        Ok(()) => Exit::Built,
        Err(failure) => failure.print(),
    }
}

fn for_course(args: &PoolRunArgs, spec: &SpecArgs) -> Exit {
    let loaded = super::load(spec, &[]);
    let Some(course) = loaded.course else {
        loaded.diagnostics.iter().for_each(|problem| stderr_line(&problem.to_string()));
        return Exit::Spec;
    };
    let config = match configured(Some(&course.root)) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    match keep(args, &config, &course) {
        Ok(()) => Exit::Built,
        Err(failure) => {
            stderr_line(&format!("error: {}", failure.message));
            failure.exit
        }
    }
}

/// What the main thread hears.
enum News {
    Pool(PoolEvent),
    Borrowers(usize),
    Stop,
}

fn keep(args: &PoolRunArgs, config: &Config, course: &Course) -> Result<(), Failure> {
    let root = course.root.as_path();
    let (count, settings) =
        (CountSettings::new(&args.count, config), ContainerSettings::new(&args.containers, config));
    let state = open_state(root, &StateSettings::new(&args.state, config))?;
    let runtime = runtime().map_err(Failure::environment)?;
    let (sender, news) = mpsc::channel();
    signals::on_interrupt(&runtime, {
        let sender = sender.clone();
        move || drop(sender.send(News::Stop))
    })
    .map_err(Failure::environment)?;
    let (engine, images) = engine_and_images(settings.notebook_image, &runtime)?;
    let (queue, store) = open_files(&state, &StoreOptions::default())?;
    let images = chosen(&images, &args.kind)?;
    stdout_line(&format!("Pools: {}.", describe(&count, &images)));

    let sessions = reap_dead_sessions(&*queue).map_err(Failure::environment)?.sessions;
    let reaped = reap_dead(&engine).map_err(|error| Failure::environment(with_causes(&error)))?;
    let note = serde_json::to_string(&PoolNote::new(&images)).map_err(Failure::environment)?;
    let session =
        open_session(&*queue, root, SessionRole::Pool, &note).map_err(Failure::environment)?;
    let lending = Arc::new(LendingQueue::new(queue.clone() as _, session, WorkerMode::Container));
    let containers = Containers::new(
        engine,
        lending.clone(),
        store,
        runtime.handle(),
        &token_of(&*queue, session)?,
        state.jobs(),
        settings.surroundings(course),
    )
    .map_err(|error| Failure::environment(format!("the gateway cannot be opened: {error}")))?;
    stdout_line("Gateway ready: a socket for each worker.");
    let own = OfProcess { gateway: Some(containers.traffic()), ..OfProcess::default() };
    let _served = serve_metrics(args.metrics.metrics, &runtime, queue.clone() as _, &own)?;
    let (records, removed) = (sessions as usize, reaped.removed.len());
    stdout_line(&format!(
        "Cleaned: {}, {}.",
        plural(records, "stale session"),
        plural(removed, "stale container")
    ));

    let pools: Vec<(String, Arc<dyn Executor>, u32)> = images
        .iter()
        .map(|(kind, image)| {
            let executor: Arc<dyn Executor> = Arc::new(containers.executor(*kind, image));
            (kind.name().to_owned(), executor, size(&count, *kind))
        })
        .collect();
    let events = sender.clone();
    let on_event = move |event| drop(events.send(News::Pool(event)));
    let pool =
        PoolManager::start(lending.clone(), session, pools, PoolSettings::default(), on_event)
            .map_err(Failure::environment)?;
    let on_change = move |n| drop(sender.send(News::Borrowers(n)));
    let watch = LendingWatch::start(lending, terms, on_change).map_err(Failure::environment)?;
    let mut wanted = 0;
    for (kind, _) in &images {
        let n = size(&count, *kind);
        stdout_line(&format!("Starting {} for {kind} jobs.", plural(n as usize, "worker")));
        pool.ensure(kind.name(), n);
        wanted += n as usize;
    }
    let kept =
        Keeper { queue, session, wanted, live: BTreeMap::new(), is_ready: false }.watch(&news);
    stdout_line("Stopping.");
    drop(watch);
    pool.stop(GRACE);
    drop(containers);
    stop_runtime(runtime);
    kept
}

/// On what terms a build borrows workers.
fn terms(session: &SessionRecord) -> Lending {
    if is_dead(&session.owner) { Lending::Dead } else { Lending::Yes(asked_in(&session.note)) }
}

pub(super) fn asked_in(note: &str) -> Terms {
    let BuildNote { weight, most_workers, .. } = BuildNote::from_note(note);
    Terms { weight: weight.unwrap_or(Terms::default().weight), most: most_workers }
}

/// Connections that workers held open end by themselves.
fn stop_runtime(runtime: Runtime) {
    runtime.shutdown_timeout(Duration::from_secs(1));
}

/// Tells what happens until the pool is stopped.
struct Keeper {
    queue: Arc<SqliteQueue>,
    session: SessionId,
    wanted: usize,
    /// Workers that run, with their containers, and whether they have registered.
    live: BTreeMap<WorkerId, (String, bool)>,
    is_ready: bool,
}

impl Keeper {
    fn watch(mut self, news: &mpsc::Receiver<News>) -> Result<(), Failure> {
        loop {
            match news.recv_timeout(LOOK) {
                Ok(News::Stop) | Err(mpsc::RecvTimeoutError::Disconnected) => break,
                Ok(News::Pool(event)) => self.tell(event)?,
                Ok(News::Borrowers(n)) => {
                    stdout_line(&match n {
                        0 => "No build at work.".to_owned(),
                        n => format!("{} at work.", plural(n, "build")),
                    });
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
            }
            if self.live.values().any(|(_, has_registered)| !has_registered) {
                self.look()?;
            }
        }
        self.queue.close_session(self.session).map_err(Failure::environment)
    }

    fn tell(&mut self, event: PoolEvent) -> Result<(), Failure> {
        match event {
            PoolEvent::Started { kind, worker, external_id } => {
                stdout_line(&format!("Started {external_id} ({kind})."));
                self.live.insert(worker, (external_id, false));
            }
            PoolEvent::Lost { kind, worker, how, .. } => {
                self.live.remove(&worker);
                stdout_line(&format!("Lost worker {worker} ({kind}): {how}."));
            }
            PoolEvent::Noted { kind, worker, note } => {
                stdout_line(&format!("Worker {worker} ({kind}): {note}."));
            }
            PoolEvent::StartFailed { kind, why } => {
                stdout_line(&format!("A worker for {kind} jobs could not be started: {why}."));
            }
            PoolEvent::Exhausted { kind, why } => {
                return Err(Failure::environment(format!(
                    "no worker for {kind} jobs is left: {why}"
                )));
            }
        }
        Ok(())
    }

    /// Tells of workers that have registered since the last look.
    fn look(&mut self) -> Result<(), Failure> {
        let workers = self.queue.workers(Some(self.session)).map_err(Failure::environment)?;
        for worker in workers.iter().rev().filter(|worker| worker.state == WorkerState::Live) {
            if let Some((container, has_registered)) = self.live.get_mut(&worker.id)
                && !std::mem::replace(has_registered, true)
            {
                let kind = &worker.job_type;
                stdout_line(&format!("Registered worker {} ({kind}) in {container}.", worker.id));
            }
        }
        let n_registered = self.live.values().filter(|(_, registered)| *registered).count();
        if n_registered == self.wanted && !std::mem::replace(&mut self.is_ready, true) {
            stdout_line(&format!(
                "{} ready. Builds use them with `clx build SPEC --workers pool`; Ctrl+C stops.",
                plural(n_registered, "worker")
            ));
        }
        Ok(())
    }
}

/// Returns the images of the kinds that are asked for, or of all for which there is one.
fn chosen(images: &ToolImages, kinds: &[JobKind]) -> Result<Vec<(JobKind, ToolImage)>, Failure> {
    let wanted = if kinds.is_empty() { &ALL_KINDS } else { kinds };
    let mut found = Vec::new();
    let mut lacks = Vec::new();
    for kind in wanted {
        match images.image(*kind) {
            Ok(image) => found.push((*kind, image)),
            Err(lack) => lacks.push(format!("{}\n  hint: {}", lack.reason, lack.hint)),
        }
    }
    match lacks.into_iter().next() {
        Some(lack) if found.is_empty() || !kinds.is_empty() => Err(Failure::environment(lack)),
        _ => Ok(found),
    }
}

fn size(count: &CountSettings, kind: JobKind) -> u32 {
    count.of(kind, usual_size(kind))
}

fn describe(count: &CountSettings, images: &[(JobKind, ToolImage)]) -> String {
    let each = images.iter().map(|(kind, image)| {
        format!("{kind} ({} of {})", plural(size(count, *kind) as usize, "worker"), image.reference)
    });
    each.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_borrows_on_the_terms_of_its_note() {
        let note = |weight, most_workers| {
            BuildNote { weight, most_workers, ..BuildNote::default() }.to_note()
        };
        assert_eq!(asked_in(&note(Some(300), Some(4))), Terms { weight: 300, most: Some(4) });
        assert_eq!(asked_in(&note(None, None)), Terms::default());
        assert_eq!(asked_in("of another program"), Terms::default());
    }
}
