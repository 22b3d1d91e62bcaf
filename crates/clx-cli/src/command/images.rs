//! The images in which jobs will find their tools. Principal type: [`ToolImages`].

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use clx_core::{ContentHash, JobKind, KeyBuilder};
use clx_images::{Engine, FoundImage, ImageError, ImageKind, VERSION, Variant, find};
use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;

use super::toolbox::{Kernel, Lack, Renderer};
use super::with_causes;
use crate::args::build::NotebookImageArg;

/// Separates the part of a key that an image stands for from those that tools of a machine make.
const IDENTITY: &str = "image-1";

/// An image, as far as builds and pools look at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ToolImage {
    /// Its name.
    pub(super) reference: String,
    /// Names its bytes.
    pub(super) id: String,
    /// Names of its kernels by language.
    pub(super) kernels: BTreeMap<String, String>,
}

/// Images by kind of jobs, looked for when they are needed.
#[derive(Debug)]
pub(super) struct ToolImages {
    source: Source,
    found: Mutex<BTreeMap<&'static str, Result<ToolImage, Missing>>>,
}

#[derive(Debug)]
enum Source {
    /// Those of an engine.
    Engine { engine: Engine, runtime: Handle, notebook: Option<Variant> },
    /// Those that a pool works with.
    Pool(BTreeMap<String, ToolImage>),
}

/// Why there is no image.
#[derive(Debug, Clone)]
struct Missing {
    reason: String,
    hint: String,
}

impl ToolImages {
    /// Looks for images in an engine.
    pub(super) fn of_engine(engine: Engine, runtime: Handle, wanted: NotebookImageArg) -> Self {
        let notebook = match wanted {
            NotebookImageArg::Auto => None,
            NotebookImageArg::Python => Some(Variant::Python),
            NotebookImageArg::Full => Some(Variant::Full),
        };
        Self { source: Source::Engine { engine, runtime, notebook }, found: Mutex::default() }
    }

    /// Takes those that a pool noted.
    pub(super) const fn of_pool(images: BTreeMap<String, ToolImage>) -> Self {
        Self { source: Source::Pool(images), found: Mutex::new(BTreeMap::new()) }
    }

    /// Returns the image for a kind of jobs.
    pub(super) fn image(&self, kind: JobKind) -> Result<ToolImage, Lack> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let known = found.entry(kind.name()).or_insert_with(|| self.look_for(kind));
        known.clone().map_err(|Missing { reason, hint }| Lack { reason, hint })
    }

    fn look_for(&self, kind: JobKind) -> Result<ToolImage, Missing> {
        match &self.source {
            Source::Pool(images) => images.get(kind.name()).cloned().ok_or_else(|| Missing {
                reason: format!("the pool that runs has no workers for {kind} jobs"),
                hint: "start one with `clx pool run`".to_owned(),
            }),
            Source::Engine { engine, runtime, notebook } => {
                let find = |kind| runtime.block_on(find(engine, kind, VERSION));
                let image = match (kind, notebook) {
                    (JobKind::PlantUml, _) => find(ImageKind::PlantUml),
                    (JobKind::Drawio, _) => find(ImageKind::Drawio),
                    (JobKind::Notebook, Some(variant)) => find(ImageKind::Notebook(*variant)),
                    // The one with more kernels, if it is there; its absence is no problem.
                    (JobKind::Notebook, None) => find(ImageKind::Notebook(Variant::Full))
                        .or_else(|_| find(ImageKind::Notebook(Variant::Python))),
                };
                image.map(of_found).map_err(|error| missing(&error))
            }
        }
    }

    /// Finds the first of some kernels that the image for notebooks has.
    pub(super) fn kernel(&self, names: &[&str]) -> Result<Kernel, Lack> {
        let image = self.image(JobKind::Notebook)?;
        let has = |name: &&&str| image.kernels.values().any(|kernel| kernel == **name);
        match names.iter().find(has) {
            Some(name) => {
                let identity = identity(&image).with("kernel", name).finish();
                Ok(Kernel { name: (*name).to_owned(), identity })
            }
            None => {
                let all: Vec<&str> = image.kernels.values().map(String::as_str).collect();
                let (wanted, all) = (names.join("` or `"), all.join(", "));
                let of = &image.reference;
                Err(Lack {
                    reason: format!("the image {of} has no kernel `{wanted}`; it has: {all}"),
                    hint: "`clx docker build --only notebook --variant full` makes one with more \
                           kernels"
                        .to_owned(),
                })
            }
        }
    }

    /// Returns what draws diagrams of a kind: all of the image.
    pub(super) fn renderer(&self, kind: JobKind) -> Result<Renderer, Lack> {
        let image = self.image(kind)?;
        let identity: ContentHash = identity(&image).finish();
        Ok(Renderer { identity, notice: None })
    }
}

fn identity(image: &ToolImage) -> KeyBuilder {
    KeyBuilder::new(IDENTITY).with("id", &image.id)
}

fn of_found(image: FoundImage) -> ToolImage {
    let FoundImage { reference, id, kernels, .. } = image;
    ToolImage { reference, id, kernels }
}

fn missing(error: &ImageError) -> Missing {
    let hint = error.hint().unwrap_or_else(|| "`clx docker list` shows what there is".to_owned());
    Missing { reason: with_causes(error), hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns what keys have of the tools in an image with this id.
    fn identities(id: &str) -> Vec<ContentHash> {
        let image = ToolImage {
            reference: "clx-all:1".to_owned(),
            id: id.to_owned(),
            kernels: BTreeMap::from([("python".to_owned(), "python3".to_owned())]),
        };
        let of_kind = |kind: JobKind| (kind.name().to_owned(), image.clone());
        let images = ToolImages::of_pool(JobKind::ALL.iter().copied().map(of_kind).collect());
        let renderer = |kind| images.renderer(kind).ok().map(|renderer| renderer.identity);
        let kernel = images.kernel(&["python3"]).ok().map(|kernel| kernel.identity);
        [kernel, renderer(JobKind::PlantUml), renderer(JobKind::Drawio)]
            .map(|identity| identity.expect("the pool has an image of each kind"))
            .to_vec()
    }

    #[test]
    fn image_that_was_built_anew_makes_all_anew() {
        let (old, new) = (identities("sha256:1"), identities("sha256:2"));
        assert_eq!(old, identities("sha256:1"));
        assert!(old.iter().zip(&new).all(|(old, new)| old != new), "under the same name");
    }
}
