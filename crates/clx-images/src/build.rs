//! Builds an image. Principal functions: [`build`], [`build_system`].

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::pin::pin;
use std::time::{Duration, Instant};

use bollard::query_parameters::BuildImageOptions;
use clx_core::KeyBuilder;
use futures_util::StreamExt;

use crate::artefact::{self, Artefacts};
use crate::base::BaseImage;
use crate::context::Context;
use crate::engine::Engine;
use crate::error::{ImageError, Trying};
use crate::event::ImageEvent;
use crate::kind::ImageKind;
use crate::label::{self, Facts, labels};
use crate::stream::Lines;
use crate::{VERSION, dockerfile, is_static};

/// What to build and from what.
#[derive(Debug, Clone, Copy)]
pub struct BuildRequest<'r> {
    /// The image.
    pub kind: ImageKind,
    /// What it is built on.
    pub base: &'r BaseImage,
    /// The statically linked `clx` that goes into it, of this version.
    pub worker: &'r Path,
    /// The directory in which fetched tools are kept.
    pub cache: &'r Path,
    /// Whether every step is done anew, also if there is such an image.
    pub no_cache: bool,
}

/// An image that was built, or was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// What it is.
    pub kind: ImageKind,
    /// Its principal name.
    pub reference: String,
    /// Its id.
    pub id: String,
    /// Its size, that of its base included.
    pub bytes: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// Whether it was there.
    pub was_there: bool,
}

/// Builds an image, unless the engine has one of the same digest: of Dockerfile, build arguments, worker,
/// tools and base.
///
/// # Errors
/// [`ImageError::WorkerNotStatic`], [`ImageError::Setup`], [`ImageError::ArtefactWrong`],
/// [`ImageError::Build`], [`ImageError::Engine`], [`ImageError::Io`].
pub async fn build(
    engine: &Engine,
    request: BuildRequest<'_>,
    on_event: &mut dyn FnMut(ImageEvent),
) -> Result<Built, ImageError> {
    let begin = Instant::now();
    let BuildRequest { kind, no_cache, .. } = request;
    let reference = kind.reference(VERSION);
    let parts = Parts::gather(request, on_event)?;
    let was_there = !no_cache && is_there(engine, &reference, &parts.digest).await?;
    if !was_there {
        let options = BuildImageOptions { nocache: no_cache, ..parts.options(kind, &reference) };
        run(engine, &reference, options, &parts.context, on_event).await?;
    }
    name_it(engine, kind, &reference).await?;
    let image = engine.image(&reference).await?.ok_or(ImageError::Missing { kind })?;
    let elapsed = begin.elapsed();
    let name = reference.clone();
    on_event(if was_there {
        ImageEvent::UpToDate { reference: name }
    } else {
        ImageEvent::Built { reference: name, elapsed }
    });
    let bytes = image.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default();
    let id = image.id.unwrap_or_default();
    Ok(Built { kind, reference, id, bytes, elapsed, was_there })
}

/// Builds the stage of an image that has packages of the system only: it needs no worker, so it may be built
/// while that is compiled. [`build`] finds it in the engine's cache; it has no name.
///
/// # Errors
/// [`ImageError::Build`], [`ImageError::Engine`], [`ImageError::Io`].
pub async fn build_system(
    engine: &Engine,
    kind: ImageKind,
    base: &BaseImage,
    on_event: &mut dyn FnMut(ImageEvent),
) -> Result<(), ImageError> {
    let name = format!("{} ({})", kind.reference(VERSION), dockerfile::SYSTEM);
    let context = Context::default().text("Dockerfile", dockerfile::text(kind));
    let arguments = dockerfile::arguments(kind, &base.reference);
    let options = BuildImageOptions {
        t: None,
        target: dockerfile::SYSTEM.to_owned(),
        buildargs: Some(owned(&arguments)),
        ..options("", HashMap::new())
    };
    run(engine, &name, options, &context, on_event).await
}

/// All that an image is built from.
struct Parts {
    context: Context,
    arguments: BTreeMap<&'static str, String>,
    tool: String,
    tool_sha256: Option<&'static str>,
    /// Of all the above, and of the base.
    digest: String,
}

impl Parts {
    /// Reads the worker, and fetches the tools that are not there.
    fn gather(
        request: BuildRequest<'_>,
        on_event: &mut dyn FnMut(ImageEvent),
    ) -> Result<Self, ImageError> {
        let BuildRequest { kind, base, worker, cache, .. } = request;
        if !is_static(worker) {
            return Err(ImageError::WorkerNotStatic { path: worker.to_owned() });
        }
        let context = Context::default().text("Dockerfile", dockerfile::text(kind));
        let context = context.file("clx", worker)?;
        let Artefacts { context, tool, sha256 } = artefact::add(context, kind, cache, on_event)?;
        let arguments = dockerfile::arguments(kind, &base.reference);
        let digest = digest(&context, &arguments, &base.id);
        Ok(Self { context, arguments, tool, tool_sha256: sha256, digest })
    }

    fn options(&self, kind: ImageKind, reference: &str) -> BuildImageOptions {
        let Self { arguments, tool, tool_sha256, digest, .. } = self;
        let facts = Facts { version: VERSION, tool, tool_sha256: *tool_sha256, build: digest };
        BuildImageOptions {
            buildargs: Some(owned(arguments)),
            ..options(reference, labels(kind, facts))
        }
    }
}

fn owned(arguments: &BTreeMap<&str, String>) -> HashMap<String, String> {
    arguments.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn digest(context: &Context, arguments: &BTreeMap<&str, String>, base_id: &str) -> String {
    let key = KeyBuilder::new("clx-image-1")
        .with_hash("context", &context.digest())
        .with("base", base_id);
    let key = arguments.iter().fold(key, |key, (name, value)| key.with((*name).to_owned(), value));
    key.finish().to_hex()
}

/// Returns the options that all builds have.
pub(crate) fn options(reference: &str, labels: HashMap<String, String>) -> BuildImageOptions {
    BuildImageOptions {
        dockerfile: "Dockerfile".to_owned(),
        t: Some(reference.to_owned()),
        labels: Some(labels),
        rm: true,
        forcerm: true,
        ..BuildImageOptions::default()
    }
}

/// Sends a context and follows the log to its end.
pub(crate) async fn run(
    engine: &Engine,
    reference: &str,
    options: BuildImageOptions,
    context: &Context,
    on_event: &mut dyn FnMut(ImageEvent),
) -> Result<(), ImageError> {
    let tar = context.to_tar()?;
    let reference = reference.to_owned();
    let context_bytes = tar.len() as u64;
    on_event(ImageEvent::Building { reference: reference.clone(), context_bytes });
    let body = bollard::body_full(tar.into());
    let mut log = pin!(engine.docker().build_image(options, None, Some(body)));
    let mut lines = Lines::default();
    while let Some(item) = log.next().await {
        match item {
            Ok(info) => lines.push(&info.stream.unwrap_or_default(), |line| {
                let line = line.to_owned();
                let is_step = line.starts_with("Step ");
                on_event(if is_step {
                    ImageEvent::Step { line }
                } else {
                    ImageEvent::Log { line }
                });
            }),
            Err(error) => {
                let message = error.to_string();
                return Err(ImageError::Build { reference, message, log: lines.last() });
            }
        }
    }
    Ok(())
}

async fn is_there(engine: &Engine, reference: &str, digest: &str) -> Result<bool, ImageError> {
    let image = engine.image(reference).await?;
    let labels = image.and_then(|image| image.config?.labels).unwrap_or_default();
    Ok(labels.get(label::BUILD).is_some_and(|found| found == digest))
}

/// Gives an image its further names.
async fn name_it(engine: &Engine, kind: ImageKind, reference: &str) -> Result<(), ImageError> {
    for name in kind.references(VERSION).iter().filter(|name| *name != reference) {
        crate::transfer::tag(engine, reference, name).await.trying("name an image")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digest_changes_with_every_part() {
        let of = |text: &str, base: &str, id: &str| {
            let context = Context::default().text("Dockerfile", text);
            digest(&context, &dockerfile::arguments(ImageKind::PlantUml, base), id)
        };
        let one = of("FROM a", "base", "1");
        assert_eq!(one, of("FROM a", "base", "1"));
        for other in [of("FROM b", "base", "1"), of("FROM a", "b", "1"), of("FROM a", "base", "2")]
        {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn worker_that_needs_libraries_is_refused() {
        let base = BaseImage { reference: String::new(), id: String::new(), is_site: false };
        let worker = Path::new("/nowhere/clx");
        let kind = ImageKind::PlantUml;
        let request = BuildRequest { kind, base: &base, worker, cache: worker, no_cache: false };
        let refused = Parts::gather(request, &mut |_| {});
        assert!(matches!(refused, Err(ImageError::WorkerNotStatic { path }) if path == worker));
    }
}
