//! A Docker engine that answers. Principal type: [`Engine`].

use std::collections::HashMap;
use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error;
use bollard::query_parameters::ListImagesOptions;

use crate::error::{ImageError, Trying};

/// The first that has all that is used.
const OLDEST_API: (u32, u32) = (1, 41);

/// How long the engine may take to begin an answer: it imports a base before it does.
const ANSWER_LIMIT: Duration = Duration::from_secs(15 * 60);

/// A connection to an engine, tried and of an agreed version of its protocol.
#[derive(Debug, Clone)]
pub struct Engine {
    docker: Docker,
    version: String,
}

impl Engine {
    /// Connects to the engine that `DOCKER_HOST` names, else to the one of this machine.
    ///
    /// # Errors
    /// [`ImageError::EngineNotRunning`], [`ImageError::EngineTooOld`].
    pub async fn connect() -> Result<Self, ImageError> {
        let unreached = |source| ImageError::EngineNotRunning { source };
        let docker = Docker::connect_with_defaults().map_err(unreached)?;
        let answer = docker.version().await.map_err(unreached)?;
        let (version, api) =
            (answer.version.unwrap_or_default(), answer.api_version.unwrap_or_default());
        if !is_new_enough(&api) {
            return Err(ImageError::EngineTooOld { version, api });
        }
        let docker = docker.negotiate_version().await.trying("agree on a version of its API")?;
        Ok(Self { docker: docker.with_timeout(ANSWER_LIMIT), version })
    }

    /// Returns its version, such as `20.10.24`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Returns the connection.
    #[must_use]
    pub const fn docker(&self) -> &Docker {
        &self.docker
    }

    /// Returns the names of the images with any tag of this name.
    pub(crate) async fn names_of(&self, repository: &str) -> Result<Vec<String>, ImageError> {
        let filters = HashMap::from([("reference".to_owned(), vec![repository.to_owned()])]);
        let options = ListImagesOptions { filters: Some(filters), ..ListImagesOptions::default() };
        let images = self.docker.list_images(Some(options)).await.trying("list images")?;
        Ok(images.into_iter().flat_map(|image| image.repo_tags).collect())
    }

    /// Returns an image, if it is there.
    pub(crate) async fn image(
        &self,
        reference: &str,
    ) -> Result<Option<bollard::models::ImageInspect>, ImageError> {
        match self.docker.inspect_image(reference).await {
            Ok(image) => Ok(Some(image)),
            Err(Error::DockerResponseServerError { status_code: 404, .. }) => Ok(None),
            Err(source) => Err(ImageError::Engine { action: "look at an image", source }),
        }
    }
}

fn is_new_enough(api: &str) -> bool {
    let number = |text: &str| text.parse::<u32>().ok();
    let parts = api.split_once('.');
    let found = parts.and_then(|(major, minor)| Some((number(major)?, number(minor)?)));
    found.is_some_and(|found| found >= OLDEST_API)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_from_20_10_on_will_do() {
        let check = |api: &str, expected: bool| assert_eq!(is_new_enough(api), expected, "{api}");
        check("1.41", true);
        check("1.53", true);
        check("2.0", true);
        check("1.40", false);
        check("1.9", false);
        check("", false);
    }
}
