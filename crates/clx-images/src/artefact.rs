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

/// What draws: the files with their SHA-256, as they were tested, the principal one first. The lock files of
/// `clx-setup` have the hashes of the packages around them.
struct Pinned {
    unit: Unit,
    tool: &'static str,
    files: &'static [(&'static str, &'static str)],
}

const PLANTUML: Pinned = Pinned {
    unit: Unit::PlantUml,
    tool: "PlantUML 1.2026.2",
    files: &[(
        "plantuml-mit-1.2026.2.jar",
        "3845bf1037df6029ae1b8cb1be69f645711797035648e114b765289c3406d45d",
    )],
};

const DRAWIO: Pinned = Pinned {
    unit: Unit::Drawio,
    tool: "draw.io 29.2.7",
    files: &[
        (
            "viewer-static.min.js",
            "7358e1de38bda655df3004ae7b50d8f0707a2e6d1cefe0007ea6fd89718508e2",
        ),
        ("shapes.min.js", "38cc3d6529ef929b8243af64373ba394bd4a5de64744e13b53915e1862fabdb5"),
        ("stencils.min.js", "0c25974bf6e8137ee67b6f36e7dc8af9beaad19899083a46f61ecbb2bf069784"),
    ],
};

/// The tool of an image.
#[derive(Debug)]
pub(crate) struct Artefacts {
    /// The context, with the files of the tool added.
    pub(crate) context: Context,
    /// Names and versions, such as `PlantUML 1.2026.2`.
    pub(crate) tool: String,
    /// SHA-256 of the file that draws.
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
    let pinned = match kind {
        ImageKind::Notebook(variant) => {
            let version = |unit: &Unit| format!("{} {}", unit.package(), unit.version());
            let tools: Vec<_> = variant.kernels().iter().map(version).collect();
            return Ok(Artefacts { context, tool: tools.join(", "), sha256: None });
        }
        ImageKind::PlantUml => PLANTUML,
        ImageKind::Drawio => DRAWIO,
    };
    let tools = ToolFolder::new(cache.join("tools"))?;
    // Its requirements are those of the image, not of this machine.
    let installed = Setup::new(&tools, &System::of_process(), &mut |event| {
        on_event(ImageEvent::Setup(event));
    })
    .fetch(pinned.unit)?;
    for (name, sha256) in pinned.files {
        expect_hash(&installed.program.with_file_name(name), sha256)?;
    }
    let parcel = parcel(&tools, pinned.unit, Path::new(IN_IMAGE))?;
    let mut context = context;
    for (path, from) in &parcel.files {
        context = context.file(in_context(path), from)?;
    }
    let context = context.text(in_context(&parcel.record.0), &parcel.record.1);
    let sha256 = pinned.files.first().map(|(_, sha256)| *sha256);
    Ok(Artefacts { context, tool: pinned.tool.to_owned(), sha256 })
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
        let error = expect_hash(&path, PLANTUML.files[0].1).unwrap_err();
        assert!(matches!(error, ImageError::ArtefactWrong { found, .. } if found == expected));
    }

    #[test]
    fn kernels_are_not_fetched_here() {
        let kind = ImageKind::Notebook(Variant::Full);
        let nowhere = Path::new("/nowhere");
        let found = add(Context::default(), kind, nowhere, &mut |_| {}).unwrap();
        let names: Vec<_> =
            found.tool.split(", ").filter_map(|tool| tool.split(' ').next()).collect();
        assert_eq!(names, ["ipykernel", "deno", "jjava", "clang_repl"]);
    }

    #[test]
    fn version_is_that_of_the_package() {
        assert_eq!(PLANTUML.tool, format!("PlantUML {}", Unit::PlantUml.version()));
    }
}
