//! What the jobs do. Principal type: [`Scripted`].

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_process::{ProcessError, Spawn};
use clx_queue::WorkerId;
use clx_tests::fire::Entry;
use clx_worker::{HandlerFuture, Job, JobContext, JobHandler};

/// Does what the payload says, and writes it to the ledger:
///
/// | payload | does |
/// |---|---|
/// | `note` | nothing but the entry `done` |
/// | `work` | waits 2 ms |
/// | `slow` | entry `begun`, then waits 300 ms |
/// | `long` | waits 1.5 s |
/// | `hang` | entry `begun`, then waits for ever |
/// | `hang once` | the first attempt hangs, the others do nothing |
/// | `children` | starts a tool that has a child, entry `children` with all pids, then hangs |
pub(crate) struct Scripted {
    worker: WorkerId,
    ledger: File,
    /// Lets all go on that wait to be together.
    go: PathBuf,
}

impl Scripted {
    pub(crate) fn open(worker: WorkerId, ledger: &Path) -> std::io::Result<Self> {
        let go = ledger.with_extension("go");
        let ledger = File::options().create(true).append(true).open(ledger)?;
        Ok(Self { worker, ledger, go })
    }

    fn write(&self, event: &str, job: Job<'_>, context: &JobContext, pids: Vec<u32>) {
        let entry = Entry {
            event: event.to_owned(),
            who: self.worker.0,
            job: context.job().0,
            attempt: context.attempt(),
            label: job.label.to_owned(),
            pids,
        };
        (&self.ledger).write_all(format!("{entry}\n").as_bytes()).expect("a ledger");
    }
}

impl JobHandler for Scripted {
    fn handle<'a>(&'a self, job: Job<'a>, context: &'a JobContext) -> HandlerFuture<'a> {
        Box::pin(async move {
            match job.payload {
                b"work" => tokio::time::sleep(Duration::from_millis(2)).await,
                b"long" => tokio::time::sleep(Duration::from_millis(1500)).await,
                b"slow" => {
                    self.write("begun", job, context, vec![]);
                    tokio::time::sleep(Duration::from_millis(300)).await;
                }
                b"together" => {
                    self.write("begun", job, context, vec![]);
                    while !self.go.exists() {
                        tokio::time::sleep(Duration::from_millis(2)).await;
                    }
                }
                b"hang once" if context.attempt() > 1 => {}
                b"hang" | b"hang once" => {
                    self.write("begun", job, context, vec![]);
                    std::future::pending::<()>().await;
                }
                b"children" => {
                    let (_tool, pids) = start_tool().expect("a shell");
                    self.write("children", job, context, pids);
                    std::future::pending::<()>().await;
                }
                _ => {}
            }
            self.write("done", job, context, vec![]);
            Ok(job.label.as_bytes().to_vec().into())
        })
    }
}

/// Starts a shell that has a child; both live until they are killed. Returns their pids, that of
/// the guard and that of this process.
fn start_tool() -> Result<(clx_process::Child, Vec<u32>), ProcessError> {
    let script = "trap '' HUP INT TERM PIPE; sleep 1000 & echo $!; wait; sleep 1000";
    let mut tool = Spawn::new("/bin/sh")
        .args(["-c", script])
        .guarded(true)
        .stdout(clx_process::Stdout::Piped)
        .start()?;
    let mut line = String::new();
    let stdout = tool.take_stdout().expect("piped");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).expect("a pipe");
    let child = line.trim_end().parse().expect("a pid");
    let pids = vec![std::process::id(), tool.group(), tool.pid(), child];
    Ok((tool, pids))
}
