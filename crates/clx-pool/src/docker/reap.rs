//! Containers whose build has died. Principal function: [`reap`].

use std::collections::HashMap;
use std::time::Duration;

use bollard::query_parameters::ListContainersOptionsBuilder;
use clx_queue::Owner;
use futures_util::future::join_all;

use super::engine::Engine;
use super::error::{EngineError, reason};
use super::{label, removal};

/// How long the engine may take to list, and to remove.
const LIMIT: Duration = Duration::from_secs(60);

/// What became of containers whose owner is dead.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReapedContainers {
    /// Names of those that were removed.
    pub removed: Vec<String>,
    /// Names of those that the engine did not remove, and why not.
    pub left: Vec<(String, String)>,
}

/// Removes the containers of clx whose owner is dead. Those of living builds, and all that are not
/// clearly clx's own, are left alone. Blocks, as [`Engine::connect`].
///
/// # Errors
/// [`EngineError`] if the engine cannot be asked: then nothing is removed.
pub fn reap(
    engine: &Engine,
    is_alive: impl Fn(&Owner) -> bool,
) -> Result<ReapedContainers, EngineError> {
    let dead: Vec<String> = containers(engine)?
        .into_iter()
        .filter(|(_, owner)| !is_alive(owner))
        .map(|(name, _)| name)
        .collect();
    remove_all(engine, dead)
}

/// Lists containers of clx, running or not, with their owners.
fn containers(engine: &Engine) -> Result<Vec<(String, Owner)>, EngineError> {
    let api = engine.api.clone();
    let only = HashMap::from([("label", vec![label::SESSION])]);
    let options = ListContainersOptionsBuilder::new().all(true).filters(&only).build();
    let listed = engine
        .block_on(LIMIT, async move { api.list_containers(Some(options)).await })?
        .map_err(|source| EngineError::Refused { what: "list containers", source })?;
    let owned = listed.into_iter().filter_map(|container| {
        let owner = label::owner(&container.labels?)?;
        let name = container.names?.into_iter().next()?;
        Some((name.trim_start_matches('/').to_owned(), owner))
    });
    Ok(owned.collect())
}

fn remove_all(engine: &Engine, names: Vec<String>) -> Result<ReapedContainers, EngineError> {
    let api = engine.api.clone();
    engine.block_on(LIMIT, async move {
        let results = join_all(names.iter().map(|name| removal::remove(&api, name))).await;
        let mut reaped = ReapedContainers::default();
        for (name, result) in names.into_iter().zip(results) {
            match result {
                Ok(()) => reaped.removed.push(name),
                Err(error) => reaped.left.push((name, reason(&error))),
            }
        }
        reaped
    })
}
