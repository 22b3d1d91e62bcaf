//! What goes into images beside packages of the system: fetched on this machine, checked, and laid out
//! as in a tool folder. Principal type: [`Artefacts`].

use std::fs;
use std::path::{Path, PathBuf};

use clx_core::ContentHash;
use clx_setup::{Setup, System, ToolFolder, Unit, parcel};

use crate::context::Context;
use crate::error::{At, ImageError};
use crate::event::ImageEvent;
use crate::kind::ImageKind;

/// The tool folder in images, and in their contexts.
const IN_IMAGE: &str = "/opt/clx/tools";
const IN_CONTEXT: &str = "tools";

/// The SHA-256 of what draws, as it was tested. The lock files of `clx-setup` have those of the packages
/// around it.
const PLANTUML: &str = "3845bf1037df6029ae1b8cb1be69f645711797035648e114b765289c3406d45d";
const DRAWIO: &str = "7358e1de38bda655df3004ae7b50d8f0707a2e6d1cefe0007ea6fd89718508e2";

/// The tool of an image.
#[derive(Debug)]
pub(crate) struct Artefacts {
    /// The context, with the files of the tool added.
    pub(crate) context: Context,
    /// Name and version, such as `PlantUML 1.2026.2`.
    pub(crate) tool: String,
    /// SHA-256 of the file that draws, if it is one.
    pub(crate) sha256: Option<&'static str>,
}

/// Fetches the tool of an image into a tool folder below `cache`, unless it is there, checks it and adds
/// it to a context. Kernels are fetched in the build instead: they hold absolute paths.
///
/// # Errors
/// [`ImageError::Setup`], [`ImageError::ArtefactWrong`], [`ImageError::Io`].
pub(crate) fn add(
    context: Context,
    kind: ImageKind,
    cache: &Path,
    on_event: &mut dyn FnMut(ImageEvent),
) -> Result<Artefacts, ImageError> {
    let (unit, name, sha256) = match kind {
        ImageKind::Notebook(variant) => {
            let kernels: Vec<_> =
                variant.kernels().iter().filter_map(|unit| unit.kernel()).collect();
            let tool = format!("kernels {}", kernels.join(" "));
            return Ok(Artefacts { context, tool, sha256: None });
        }
        ImageKind::PlantUml => (Unit::PlantUml, "PlantUML", PLANTUML),
        ImageKind::Drawio => (Unit::Drawio, "draw.io viewer", DRAWIO),
    };
    let tools = ToolFolder::new(cache.join("tools"))?;
    // Its requirements are those of the image, not of this machine.
    let installed = Setup::new(&tools, &System::of_process(), &mut |event| {
        on_event(ImageEvent::Setup(event));
    })
    .fetch(unit)?;
    expect_hash(&installed.program, sha256)?;
    let parcel = parcel(&tools, unit, Path::new(IN_IMAGE))?;
    let mut context = context;
    for (path, from) in &parcel.files {
        context = context.file(in_context(path), from)?;
    }
    let context = context.text(in_context(&parcel.record.0), &parcel.record.1);
    Ok(Artefacts { context, tool: format!("{name} {}", installed.version), sha256: Some(sha256) })
}

fn in_context(path: &Path) -> PathBuf {
    Path::new(IN_CONTEXT).join(path)
}

fn expect_hash(path: &Path, expected: &str) -> Result<(), ImageError> {
    let found = ContentHash::of(fs::read(path).at("read", path)?).to_hex();
    if found == expected {
        Ok(())
    } else {
        Err(ImageError::ArtefactWrong { path: path.to_owned(), found })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Variant;

    #[test]
    fn file_with_another_hash_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plantuml.jar");
        fs::write(&path, "another").unwrap();
        let expected = ContentHash::of("another").to_hex();
        assert!(expect_hash(&path, &expected).is_ok());
        let error = expect_hash(&path, PLANTUML).unwrap_err();
        assert!(matches!(error, ImageError::ArtefactWrong { found, .. } if found == expected));
    }

    #[test]
    fn kernels_are_not_fetched_here() {
        let kind = ImageKind::Notebook(Variant::Full);
        let nowhere = Path::new("/nowhere");
        let found = add(Context::default(), kind, nowhere, &mut |_| {}).unwrap();
        assert_eq!(found.tool, "kernels python3 deno java clang_repl");
    }
}
