//! Watches a running container: passes requests on, notices its end, and finds out the reason.

use std::pin::pin;
use std::time::Duration;

use bollard::errors::Error as ApiError;
use bollard::query_parameters::{KillContainerOptionsBuilder, LogsOptionsBuilder};
use clx_process::TAIL_BYTES;
use clx_worker::Stop;
use futures_util::StreamExt;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::container::Container;
use super::ending::{Ending, KILLED, memory_note};
use super::error::{is_missing, reason};
use super::events::{Listening, Sign};
use super::removal;
use crate::executor::ExitReporter;
use crate::exit::{Exit, SHOWN_LINES};

/// How long a killed container may take to end.
const KILL_LIMIT: Duration = Duration::from_secs(4);

/// How long the engine may take to tell the state of an ended container, and its log.
const REASON_PATIENCE: Duration = Duration::from_secs(2);

/// How long to wait for the news that memory was the reason, which may come after the end.
const MEMORY_PATIENCE: Duration = Duration::from_millis(200);

/// How long to wait for the end after memory was exceeded, before it counts as survived.
const SURVIVAL: Duration = Duration::from_secs(1);

/// How long the engine may be away, as while it is restarted, and how often it is asked.
const ENGINE_PATIENCE: Duration = Duration::from_secs(30);
const ENGINE_PAUSE: Duration = Duration::from_millis(500);

impl Container {
    /// Waits for the end, and obeys meanwhile.
    pub(super) async fn run(&self, mut listening: Listening, exit: &ExitReporter) -> Exit {
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
        let known = Ending { code, out_of_memory: memory_exceeded, ..Ending::default() };
        let mut ending =
            timeout(REASON_PATIENCE, self.ending(known.clone())).await.unwrap_or(known);
        if asked == Stop::No && ending.code == Some(KILLED) && !ending.out_of_memory {
            ending.out_of_memory = timeout(MEMORY_PATIENCE, out_of_memory(listening)).await.is_ok();
        }
        let last_words = timeout(REASON_PATIENCE, self.last_words()).await.unwrap_or_default();
        ending.describe(self.settings.memory_bytes, &last_words)
    }

    /// Adds to what is known of the end what the engine says, if it can.
    async fn ending(&self, known: Ending) -> Ending {
        let inspected = self.engine.api.inspect_container(&self.name, None).await.ok();
        let Some(state) = inspected.and_then(|inspected| inspected.state) else { return known };
        Ending {
            code: known.code.or(state.exit_code),
            out_of_memory: known.out_of_memory || state.oom_killed.unwrap_or_default(),
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
