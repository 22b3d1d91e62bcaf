//! `clx pool run` and `clx worker run` with a queue of many hosts: threads of this process work for builds
//! of any host, and need no course.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use clx_backend_sqlite::is_dead;
use clx_config::Config;
use clx_core::JobKind;
use clx_metrics::OfProcess;
use clx_pool::{
    Executor, InProcess, Lending, LendingQueue, LendingWatch, PoolEvent, PoolManager, PoolSettings,
};
use clx_queue::{Queue, SessionRecord, SessionRole, WorkerMode};
use clx_status::BuildNote;
use clx_store::{Store, StoreOptions};

use super::Meeting;
use super::note::HostNote;
use crate::args::pool::PoolRunArgs;
use crate::args::worker::WorkerRunArgs;
use crate::command::CacheLimits;
use crate::command::failure::Failure;
use crate::command::metrics::serve_metrics;
use crate::command::pool::asked_in;
use crate::command::tools::Tools;
use crate::command::wiring::{processors, runtime};
use crate::display::{plural, stdout_line};
use crate::settings::{CountSettings, HostsSettings, StateSettings, ToolSettings};
use crate::signals;

/// How long jobs that run may take to come to their end once the host is to stop.
const DRAIN: Duration = Duration::from_secs(600);

/// How often it is looked whether the local store has to be pruned.
const UPKEEP: Duration = Duration::from_secs(600);

/// Who works for others.
struct Post {
    kinds: Vec<JobKind>,
    /// Whether it is an error if the tool for one of the kinds is missing.
    must_all: bool,
    size: Box<dyn Fn(JobKind) -> u32>,
    state: Option<PathBuf>,
    metrics: Option<SocketAddr>,
}

/// Keeps workers of all kinds for which there are tools.
pub(crate) fn run(
    args: &PoolRunArgs,
    hosts: &HostsSettings,
    config: &Config,
) -> Result<(), Failure> {
    let count = CountSettings::new(&args.count, config);
    let kinds = if args.kind.is_empty() { JobKind::ALL.to_vec() } else { args.kind.clone() };
    let post = Post {
        kinds,
        must_all: !args.kind.is_empty(),
        size: Box::new(move |kind| count.of(kind, processors())),
        state: StateSettings::new(&args.state, config).state_dir,
        metrics: args.metrics.metrics,
    };
    keep(&post, hosts, config)
}

/// Works on one kind of jobs, on one at a time.
pub(crate) fn work(
    args: &WorkerRunArgs,
    hosts: &HostsSettings,
    config: &Config,
) -> Result<(), Failure> {
    let state = StateSettings::new(&args.state, config).state_dir;
    let (size, metrics) = (Box::new(|_| 1), args.metrics.metrics);
    keep(&Post { kinds: vec![args.kind], must_all: true, size, state, metrics }, hosts, config)
}

/// What the main thread hears.
enum News {
    Pool(PoolEvent),
    Borrowers(usize),
    Stop,
}

fn keep(post: &Post, hosts: &HostsSettings, config: &Config) -> Result<(), Failure> {
    let runtime = runtime().map_err(Failure::environment)?;
    let (sender, news) = mpsc::channel();
    signals::on_interrupt(&runtime, {
        let sender = sender.clone();
        move || drop(sender.send(News::Stop))
    })
    .map_err(Failure::environment)?;
    let meeting = Meeting::open(hosts)?.ok_or_else(|| {
        Failure::environment("no queue is named\n  hint: `--queue postgres://USER@HOST/DATABASE`")
    })?;
    let own = OfProcess::default();
    let _served = serve_metrics(post.metrics, &runtime, Arc::clone(&meeting.queue) as _, &own)?;
    let state = state_dir(post.state.clone())?;
    let store = Store::open(&state, &StoreOptions::default()).map_err(Failure::environment)?;
    let (store, limits) = (Arc::new(store), CacheLimits::new(config));
    limits.prune_daily(&store)?;
    let shared = meeting.share(Arc::clone(&store))?;
    let tools = Arc::new(Tools::new(&state, ToolSettings::new(config)));
    let kinds = able(post, &tools)?;
    let note = HostNote::of(&tools, &kinds);

    let queue = Arc::clone(&meeting.queue);
    let session = meeting.open_session(SessionRole::Pool, note.to_text())?;
    let lending =
        Arc::new(LendingQueue::new(Arc::clone(&queue) as _, session, WorkerMode::InProcess));
    let pools = kinds.iter().map(|&kind| {
        let (tools, shared) = (Arc::clone(&tools), Arc::clone(&shared));
        let counters = own.jobs.clone();
        let make = move || {
            let handler = tools.handler(kind, Arc::clone(&shared) as _);
            counters.count(kind, handler.expect("its tool was found before"))
        };
        let threads = InProcess::new(Arc::clone(&lending) as _, runtime.handle().clone(), make);
        (kind.name().to_owned(), Arc::new(threads) as Arc<dyn Executor>, (post.size)(kind))
    });
    let pools: Vec<_> = pools.collect();
    let events = sender.clone();
    let on_event = move |event| drop(events.send(News::Pool(event)));
    let workers: Arc<dyn Queue> = Arc::clone(&lending) as _;
    let pool = PoolManager::start(workers, session, pools, PoolSettings::default(), on_event)
        .map_err(Failure::environment)?;
    let on_change = move |n| drop(sender.send(News::Borrowers(n)));
    let host = note.clone();
    let watch = LendingWatch::start(lending, move |build| terms(&host, build), on_change)
        .map_err(Failure::environment)?;
    for &kind in &kinds {
        pool.ensure(kind.name(), (post.size)(kind));
    }
    stdout_line(&ready_line(post, &kinds, &note, hosts));
    let ended = listen(&news, &store, limits);
    stdout_line("Stopping: jobs that run come to their end. Once more stops at once.");
    drop(watch);
    let (done, drained) = mpsc::channel::<()>();
    let stopping = std::thread::spawn(move || {
        pool.stop(DRAIN);
        drop(done);
    });
    while drained.recv_timeout(Duration::from_millis(100)) == Err(mpsc::RecvTimeoutError::Timeout) {
        if matches!(news.try_recv(), Ok(News::Stop)) {
            // Its jobs go back, and others do them.
            queue.close_session(session)?;
            return ended;
        }
    }
    let _panicked = stopping.join();
    queue.close_session(session)?;
    runtime.block_on(tools.kernels_ended());
    ended
}

/// Tells whether a build may borrow from this host, and on what terms.
fn terms(host: &HostNote, build: &SessionRecord) -> Lending {
    if is_dead(&build.owner) {
        return Lending::Dead;
    }
    if host.suits(&BuildNote::from_note(&build.note).tools) {
        Lending::Yes(asked_in(&build.note))
    } else {
        Lending::No
    }
}

/// Returns the kinds for which there is a tool.
fn able(post: &Post, tools: &Arc<Tools>) -> Result<Vec<JobKind>, Failure> {
    let lack = |kind: JobKind| match kind {
        JobKind::Notebook => None,
        JobKind::PlantUml => tools.plantuml().err().map(ToString::to_string),
        JobKind::Drawio => tools.drawio().err().map(str::to_owned),
    };
    let mut able = Vec::new();
    for &kind in &post.kinds {
        match lack(kind) {
            None => able.push(kind),
            Some(why) if post.must_all => {
                let hint = format!("`clx setup {kind}` installs it");
                return Err(Failure::environment(format!("{why}\n  hint: {hint}")));
            }
            Some(why) => stdout_line(&format!("No workers for {kind} jobs: {why}.")),
        }
    }
    Ok(able)
}

/// Tells what happens until the host is to stop.
fn listen(news: &mpsc::Receiver<News>, store: &Store, limits: CacheLimits) -> Result<(), Failure> {
    loop {
        match news.recv_timeout(UPKEEP) {
            Ok(News::Stop) | Err(mpsc::RecvTimeoutError::Disconnected) => return Ok(()),
            Err(mpsc::RecvTimeoutError::Timeout) => limits.prune_daily(store)?,
            Ok(News::Borrowers(n)) => stdout_line(&match n {
                0 => "No build at work.".to_owned(),
                n => format!("{} at work.", plural(n, "build")),
            }),
            Ok(News::Pool(PoolEvent::Started { .. })) => {}
            Ok(News::Pool(PoolEvent::Lost { kind, worker, how, .. })) => {
                stdout_line(&format!("Lost worker {worker} ({kind}): {how}."));
            }
            Ok(News::Pool(PoolEvent::Noted { kind, worker, note })) => {
                stdout_line(&format!("Worker {worker} ({kind}): {note}."));
            }
            Ok(News::Pool(PoolEvent::StartFailed { kind, why })) => {
                stdout_line(&format!("A worker for {kind} jobs could not be started: {why}."));
            }
            Ok(News::Pool(PoolEvent::Exhausted { kind, why })) => {
                let message = format!("no worker for {kind} jobs is left: {why}");
                return Err(Failure::environment(message));
            }
        }
    }
}

fn ready_line(post: &Post, kinds: &[JobKind], note: &HostNote, hosts: &HostsSettings) -> String {
    let each = kinds.iter().map(|&kind| {
        let n = plural((post.size)(kind) as usize, "worker");
        match kind {
            JobKind::Notebook => {
                let languages = note.languages();
                let which = if languages.is_empty() {
                    "no kernel".to_owned()
                } else {
                    languages.join(", ")
                };
                format!("{kind} ({n}; {which})")
            }
            JobKind::PlantUml | JobKind::Drawio => format!("{kind} ({n})"),
        }
    });
    let each = each.collect::<Vec<_>>().join(", ");
    let store = hosts.store.as_deref().unwrap_or_default();
    format!("{} works for builds that name the store {store}: {each}. Ctrl+C stops.", note.host)
}

/// Returns the directory of the local store and of what tools need.
fn state_dir(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    let usual = || {
        let cache = std::env::var_os("XDG_CACHE_HOME").filter(|path| !path.is_empty());
        let home = || Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache"));
        Some(cache.map(PathBuf::from).or_else(home)?.join("clx/host"))
    };
    let directory = given.or_else(usual).ok_or_else(|| {
        Failure::environment(
            "there is no home directory for the local store\n  hint: name one with `--state-dir`",
        )
    })?;
    std::fs::create_dir_all(&directory).map_err(|error| {
        Failure::environment(format!("cannot create {}: {error}", directory.display()))
    })?;
    Ok(directory)
}
