//! The life of one worker's container, from its creation to its removal. Principal type:
//! [`Container`].

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bollard::errors::Error as ApiError;
use bollard::models::ContainerCreateBody;
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, KillContainerOptionsBuilder, LogsOptionsBuilder,
};
use clx_process::TAIL_BYTES;
use clx_queue::WorkerId;
use clx_worker::{Stop, StopSignal};
use futures_util::StreamExt;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::admission::Admission;
use super::body::container_body;
use super::ending::{Ending, KILLED, memory_note};
use super::engine::Engine;
use super::error::{BeginError, is_missing, reason};
use super::events::{Listening, Sign};
use super::removal;
use super::settings::{DockerSettings, Network};
use crate::executor::ExitReporter;
use crate::exit::{Exit, SHOWN_LINES};

/// How long a killed container may take to end.
const KILL_LIMIT: Duration = Duration::from_secs(4);

/// How long the report of an end waits for the removal; what takes longer goes on behind it.
const REMOVAL_PATIENCE: Duration = Duration::from_millis(500);

/// The same for a worker that was asked to end: nobody waits for its jobs.
const ASKED_REMOVAL_PATIENCE: Duration = Duration::from_secs(3);

/// How long to wait for the news that memory was the reason, which may come after the end.
const MEMORY_PATIENCE: Duration = Duration::from_millis(200);

/// How long to wait for the end after memory was exceeded, before it counts as survived.
const SURVIVAL: Duration = Duration::from_secs(1);

/// How long the engine may be away, as while it is restarted, and how often it is asked.
const ENGINE_PATIENCE: Duration = Duration::from_secs(30);
const ENGINE_PAUSE: Duration = Duration::from_millis(500);

/// One worker's container.
pub(super) struct Container {
    pub(super) engine: Engine,
    pub(super) settings: Arc<DockerSettings>,
    pub(super) worker: WorkerId,
    pub(super) name: String,
    pub(super) stop: StopSignal,
}

/// Whether a container came to run.
enum Begun {
    Running(Listening),
    /// It was asked to stop before.
    Stopped,
}

impl Container {
    /// Lives the container's life and reports its end; it is removed then in any case.
    pub(super) async fn live(self: Arc<Self>, admission: Admission, exit: ExitReporter) {
        let begin = Arc::clone(&self).begin(self.body(&admission));
        // A task of its own: a request that is dropped halfway may still make a container.
        let mut beginning = self.engine.runtime.spawn(begin);
        let limit = self.settings.start_limit;
        let how = match timeout(limit, &mut beginning).await {
            Ok(Ok(Ok(Begun::Running(listening)))) => self.run(listening, &exit).await,
            // The task is gone only when the runtime ends, and everything with it.
            Ok(Ok(Ok(Begun::Stopped)) | Err(_)) => Exit::Orderly,
            Ok(Ok(Err(error))) => error.into(),
            Err(_) => {
                self.stop.request(Stop::Now);
                BeginError::TooSlow { limit }.into()
            }
        };
        drop(admission);
        self.remove_patiently(beginning).await;
        exit.report(how);
    }

    fn body(&self, admission: &Admission) -> Result<ContainerCreateBody, BeginError> {
        if admission.is_over_tcp() && self.settings.network == Network::None {
            return Err(BeginError::NoNetwork);
        }
        Ok(container_body(&self.settings, self.worker, admission))
    }

    async fn begin(
        self: Arc<Self>,
        body: Result<ContainerCreateBody, BeginError>,
    ) -> Result<Begun, BeginError> {
        let api = &self.engine.api;
        let body = body?;
        let image = self.image_id().await?;
        if self.stop.level() > Stop::No {
            return Ok(Begun::Stopped);
        }
        let options = CreateContainerOptionsBuilder::new().name(&self.name).build();
        let body = ContainerCreateBody { image: Some(image), ..body };
        let created = api
            .create_container(Some(options), body)
            .await
            .map_err(|source| BeginError::Refused { what: "create its container", source })?;
        if self.stop.level() > Stop::No {
            return Ok(Begun::Stopped);
        }
        // Before the start, so that no early death is missed.
        let listening = self.engine.listen(&created.id);
        api.start_container(&self.name, None)
            .await
            .map_err(|source| BeginError::Refused { what: "start its container", source })?;
        Ok(Begun::Running(listening))
    }

    /// Looks the image up, and refuses one whose processes would be root.
    async fn image_id(&self) -> Result<String, BeginError> {
        let DockerSettings { image, kind, user, .. } = &*self.settings;
        let found = self.engine.api.inspect_image(image).await.map_err(|source| {
            if is_missing(&source) {
                BeginError::NoImage { image: image.clone(), kind: kind.clone() }
            } else {
                BeginError::Refused { what: "look its image up", source }
            }
        })?;
        let is_root = match user {
            Some(user) => user.uid == 0,
            None => is_root(&found.config.and_then(|config| config.user).unwrap_or_default()),
        };
        if is_root {
            return Err(BeginError::Root { image: image.clone() });
        }
        Ok(found.id.unwrap_or_else(|| image.clone()))
    }

    /// Waits for the end, and obeys meanwhile.
    async fn run(&self, mut listening: Listening, exit: &ExitReporter) -> Exit {
        let mut ended = pin!(self.ended());
        let mut asked = Stop::No;
        let mut killed_at = None;
        let mut memory_exceeded_at: Option<Instant> = None;
        let mut memory_exceeded = false;
        let result = loop {
            tokio::select! {
                biased;
                sign = listening.next() => match sign {
                    Sign::Died(code) => break Ok(code),
                    Sign::OutOfMemory => {
                        memory_exceeded = true;
                        memory_exceeded_at = Some(Instant::now());
                    }
                },
                code = &mut ended => break code,
                level = self.asked_beyond(asked) => {
                    asked = level;
                    self.obey(level).await;
                    killed_at = (level == Stop::Now).then(Instant::now);
                }
                () = after(memory_exceeded_at, SURVIVAL) => {
                    memory_exceeded_at = None;
                    exit.note(memory_note(self.settings.memory_bytes));
                }
                () = after(killed_at, KILL_LIMIT) => {
                    return Exit::Broken("its container was killed and did not end".to_owned());
                }
            }
        };
        match result {
            Ok(code) => self.describe(code, memory_exceeded, asked, &mut listening).await,
            Err(error) => Exit::Broken(format!("the container engine is gone: {}", reason(&error))),
        }
    }

    /// Waits until more is asked than before.
    async fn asked_beyond(&self, asked: Stop) -> Stop {
        match asked {
            Stop::No => self.stop.reached(Stop::Gracefully).await,
            Stop::Gracefully => self.stop.reached(Stop::Now).await,
            Stop::Now => std::future::pending().await,
        }
        self.stop.level()
    }

    async fn obey(&self, stop: Stop) {
        let api = &self.engine.api;
        match stop {
            Stop::No => {}
            Stop::Gracefully => {
                let options = KillContainerOptionsBuilder::new().signal("TERM").build();
                // One that has just ended cannot be asked; others are killed when grace is over.
                let _refused =
                    timeout(KILL_LIMIT, api.kill_container(&self.name, Some(options))).await;
            }
            Stop::Now => {
                let _late = timeout(KILL_LIMIT, removal::kill(api, &self.name)).await;
            }
        }
    }

    /// Waits for the end by asking the engine: the second source beside its events. Returns the
    /// status, `None` if the container is gone.
    async fn ended(&self) -> Result<Option<i64>, ApiError> {
        let api = &self.engine.api;
        let mut away_since: Option<Instant> = None;
        loop {
            let asked_at = Instant::now();
            let mut answers = pin!(api.wait_container(&self.name, None));
            let error = match answers.next().await {
                Some(Ok(answer)) => return Ok(Some(answer.status_code)),
                Some(Err(ApiError::DockerContainerWaitError { code, .. })) => {
                    return Ok(Some(code));
                }
                Some(Err(error)) if is_missing(&error) => return Ok(None),
                Some(Err(error)) => Some(error),
                None => None,
            };
            if asked_at.elapsed() > ENGINE_PAUSE {
                // It was there, and went away only now.
                away_since = None;
            }
            let since = *away_since.get_or_insert_with(Instant::now);
            if let Some(error) = error.filter(|_| since.elapsed() > ENGINE_PATIENCE) {
                return Err(error);
            }
            sleep(ENGINE_PAUSE).await;
        }
    }

    /// Finds out how the container ended.
    async fn describe(
        &self,
        code: Option<i64>,
        memory_exceeded: bool,
        asked: Stop,
        listening: &mut Listening,
    ) -> Exit {
        let mut ending = self.ending(code).await;
        ending.out_of_memory |= memory_exceeded;
        if asked == Stop::No && ending.code == Some(KILLED) && !ending.out_of_memory {
            ending.out_of_memory = timeout(MEMORY_PATIENCE, out_of_memory(listening)).await.is_ok();
        }
        ending.describe(self.settings.memory_bytes, &self.last_words().await)
    }

    async fn ending(&self, code: Option<i64>) -> Ending {
        let state = match self.engine.api.inspect_container(&self.name, None).await {
            Ok(inspected) => inspected.state.unwrap_or_default(),
            Err(_) => return Ending { code, ..Ending::default() },
        };
        Ending {
            code: code.or(state.exit_code),
            out_of_memory: state.oom_killed.unwrap_or_default(),
            remark: state.error.unwrap_or_default(),
        }
    }

    /// Returns the last lines of the container's log, as far as they can be read.
    async fn last_words(&self) -> String {
        let tail = SHOWN_LINES.to_string();
        let options = LogsOptionsBuilder::new().stdout(true).stderr(true).tail(&tail).build();
        let mut log = pin!(self.engine.api.logs(&self.name, Some(options)));
        let mut bytes = Vec::new();
        while let Some(Ok(piece)) = log.next().await {
            bytes.extend_from_slice(&piece.into_bytes());
        }
        let shown = &bytes[bytes.len().saturating_sub(TAIL_BYTES)..];
        String::from_utf8_lossy(shown).into_owned()
    }

    /// Removes the container when its beginning is over, and waits for that so long as nobody is
    /// kept from anything.
    async fn remove_patiently(self: &Arc<Self>, beginning: JoinHandle<Result<Begun, BeginError>>) {
        let patience = match self.stop.level() {
            Stop::No => REMOVAL_PATIENCE,
            Stop::Gracefully | Stop::Now => ASKED_REMOVAL_PATIENCE,
        };
        let container = Arc::clone(self);
        let removal = self.engine.runtime.spawn(async move {
            if !beginning.is_finished() {
                let _late = beginning.await;
            }
            // What the engine does not remove now is removed by the next build, see `reap`.
            let _reaped_later = removal::remove(&container.engine.api, &container.name).await;
        });
        let _goes_on = timeout(patience, removal).await;
    }
}

async fn out_of_memory(listening: &mut Listening) {
    while listening.next().await != Sign::OutOfMemory {}
}

/// Waits until so long after a time; for ever if there is none.
async fn after(time: Option<Instant>, wait: Duration) {
    match time {
        Some(time) => sleep_until(time + wait).await,
        None => std::future::pending().await,
    }
}

/// Tells whether the user that an image names, as `user`, `uid` or `user:group`, is root.
fn is_root(user: &str) -> bool {
    matches!(user.split(':').next(), None | Some("" | "0" | "root"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_without_a_user_is_roots() {
        let check = |user: &str, expected| assert_eq!(is_root(user), expected, "{user}");
        check("", true);
        check("0", true);
        check("root", true);
        check("0:1000", true);
        check("clx", false);
        check("10001:0", false);
    }
}
