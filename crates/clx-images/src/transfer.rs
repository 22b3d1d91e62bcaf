//! Images from and to registries. Principal functions: [`pull`], [`push`].

use std::pin::pin;

use bollard::query_parameters::{CreateImageOptions, PushImageOptions, TagImageOptions};
use futures_util::StreamExt;

use crate::engine::Engine;
use crate::error::{ImageError, Trying};
use crate::event::ImageEvent;
use crate::find::find_named;
use crate::kind::ImageKind;
use crate::label;

/// Pulls an image of a version from below `prefix`, such as `registry.example.org/courses`, and gives it
/// its local names, unless it is another image. Returns the principal one.
///
/// # Errors
/// [`ImageError::Transfer`], [`ImageError::OtherVersion`], [`ImageError::Engine`].
pub async fn pull(
    engine: &Engine,
    kind: ImageKind,
    version: &str,
    prefix: &str,
    on_event: &mut dyn FnMut(ImageEvent),
) -> Result<String, ImageError> {
    let reference = kind.reference(version);
    let remote = format!("{}/{reference}", prefix.trim_end_matches('/'));
    fetch(engine, &remote, on_event).await?;
    let is_another = |error| match error {
        ImageError::Missing { .. } => {
            let message = format!("it is no image of clx for {kind}");
            ImageError::Transfer { action: "pull", reference: remote.clone(), message }
        }
        error => error,
    };
    find_named(engine, kind, version, remote.clone()).await.map_err(is_another)?;
    for name in kind.references(version) {
        tag(engine, &remote, &name).await.trying("name an image")?;
    }
    Ok(reference)
}

/// Pulls an image by its full name.
pub(crate) async fn fetch(
    engine: &Engine,
    reference: &str,
    on_event: &mut dyn FnMut(ImageEvent),
) -> Result<(), ImageError> {
    on_event(ImageEvent::Pulling { reference: reference.to_owned() });
    let (name, tag) = split(reference);
    let options = CreateImageOptions {
        from_image: Some(name.to_owned()),
        tag: Some(tag.to_owned()),
        ..CreateImageOptions::default()
    };
    let mut answers = pin!(engine.docker().create_image(Some(options), None, None));
    while let Some(answer) = answers.next().await {
        let answer = answer.map_err(|error| failed("pull", reference, &error))?;
        tell(answer.status, on_event);
    }
    Ok(())
}

/// Pushes an image of a version to below `prefix`, under its principal name. Returns the name there.
///
/// # Errors
/// [`ImageError::PushRefused`] if it is for this site only; [`ImageError::Transfer`]; as
/// [`find`](crate::find).
pub async fn push(
    engine: &Engine,
    kind: ImageKind,
    version: &str,
    prefix: &str,
    on_event: &mut dyn FnMut(ImageEvent),
) -> Result<String, ImageError> {
    let reference = crate::find(engine, kind, version).await?.reference;
    let image = engine.image(&reference).await?;
    let labels = image.and_then(|image| image.config?.labels).unwrap_or_default();
    if label::is_site(&labels) {
        return Err(ImageError::PushRefused { reference });
    }
    let remote = format!("{}/{reference}", prefix.trim_end_matches('/'));
    tag(engine, &reference, &remote).await.trying("name an image")?;
    on_event(ImageEvent::Pushing { reference: remote.clone() });
    let (name, remote_tag) = split(&remote);
    let options =
        PushImageOptions { tag: Some(remote_tag.to_owned()), ..PushImageOptions::default() };
    let mut answers = pin!(engine.docker().push_image(name, Some(options), None));
    while let Some(answer) = answers.next().await {
        let answer = answer.map_err(|error| failed("push", &remote, &error))?;
        tell(answer.status, on_event);
    }
    Ok(remote)
}

/// Gives an image another name.
pub(crate) async fn tag(
    engine: &Engine,
    reference: &str,
    name: &str,
) -> Result<(), bollard::errors::Error> {
    let (repository, tag) = split(name);
    let options = TagImageOptions { repo: Some(repository.to_owned()), tag: Some(tag.to_owned()) };
    engine.docker().tag_image(reference, Some(options)).await
}

/// Splits a name into repository and tag; the port of a registry is no tag.
pub(crate) fn split(reference: &str) -> (&str, &str) {
    match reference.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        Some(_) | None => (reference, "latest"),
    }
}

fn tell(status: Option<String>, on_event: &mut dyn FnMut(ImageEvent)) {
    if let Some(line) = status {
        on_event(ImageEvent::Log { line });
    }
}

fn failed(action: &'static str, reference: &str, error: &bollard::errors::Error) -> ImageError {
    let message = error.to_string();
    ImageError::Transfer { action, reference: reference.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_of_a_registry_is_no_tag() {
        let check = |reference: &str, expected: (&str, &str)| {
            assert_eq!(split(reference), expected, "{reference}");
        };
        check("debian:bookworm-slim", ("debian", "bookworm-slim"));
        check("clx-drawio", ("clx-drawio", "latest"));
        check("registry.example.org:5000/a/b:1", ("registry.example.org:5000/a/b", "1"));
        check("registry.example.org:5000/a/b", ("registry.example.org:5000/a/b", "latest"));
    }
}
