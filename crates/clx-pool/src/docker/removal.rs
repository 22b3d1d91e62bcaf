//! Ends and removes containers, whatever state they are in. Principal functions: [`kill`],
//! [`remove`].

use bollard::Docker as Api;
use bollard::errors::Error as ApiError;
use bollard::query_parameters::{KillContainerOptionsBuilder, RemoveContainerOptionsBuilder};

use super::error::is_missing;

/// Kills a container. Frozen processes die of it only when they are thawed, and some engines refuse
/// to kill them before.
pub(super) async fn kill(api: &Api, container: &str) {
    let options = KillContainerOptionsBuilder::new().signal("KILL").build();
    let killed = api.kill_container(container, Some(options.clone())).await;
    // Refused for all but a paused container.
    let thawed = api.unpause_container(container).await;
    if killed.is_err() && thawed.is_ok() {
        // Whether it is dead is seen by its end, not by this answer.
        let _seen_later = api.kill_container(container, Some(options)).await;
    }
}

/// Removes a container with its anonymous volumes, and kills it first if it runs. One that is gone,
/// or that somebody else is removing, is no error.
pub(super) async fn remove(api: &Api, container: &str) -> Result<(), ApiError> {
    match try_to_remove(api, container).await {
        Ok(()) => Ok(()),
        Err(_) => {
            kill(api, container).await;
            try_to_remove(api, container).await
        }
    }
}

async fn try_to_remove(api: &Api, container: &str) -> Result<(), ApiError> {
    let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
    match api.remove_container(container, Some(options)).await {
        Err(error) if is_missing(&error) || is_being_removed(&error) => Ok(()),
        other => other,
    }
}

fn is_being_removed(error: &ApiError) -> bool {
    matches!(
        error,
        ApiError::DockerResponseServerError { status_code: 409, message }
            if message.contains("already in progress")
    )
}
