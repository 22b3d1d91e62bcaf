//! The life of one worker's container, from its creation to its removal. Principal type:
//! [`Container`]. What happens while it runs is in `watch`.

use std::sync::Arc;
use std::time::Duration;

use bollard::models::ContainerCreateBody;
use bollard::query_parameters::CreateContainerOptionsBuilder;
use clx_queue::WorkerId;
use clx_worker::{Stop, StopSignal};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::admission::Admission;
use super::body::container_body;
use super::engine::Engine;
use super::error::{BeginError, is_missing};
use super::events::Listening;
use super::removal;
use super::settings::{DockerSettings, Network};
use crate::executor::ExitReporter;
use crate::exit::Exit;

/// How long the report of an end waits for the removal; what takes longer goes on behind it.
const REMOVAL_PATIENCE: Duration = Duration::from_millis(500);

/// The same for a worker that was asked to end: nobody waits for its jobs.
const ASKED_REMOVAL_PATIENCE: Duration = Duration::from_secs(3);

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
