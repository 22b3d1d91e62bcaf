//! What draws the diagrams of a build. Principal function: [`diagram_tool`].

use std::collections::BTreeSet;
use std::path::Path;

use clx_build::{DiagramParts, DiagramTool, FurtherPicture, ReadDiagram};
use clx_core::{Diagnostic, JobKind};
use clx_worker_drawio::{DrawioPage, pages};
use clx_worker_plantuml::{includes, pictures};

use super::toolbox::{Lack, Renderer};
use crate::args::build::DiagramsArg;

/// Finds the tool for a kind of diagrams.
pub(super) fn diagram_tool(
    kind: JobKind,
    wanted: DiagramsArg,
    renderer: impl FnOnce() -> Result<Renderer, Lack>,
) -> DiagramTool<'static> {
    let is_optional = match wanted {
        DiagramsArg::Never => return DiagramTool::Off,
        DiagramsArg::IfAvailable => true,
        DiagramsArg::Required => false,
    };
    let read: Box<ReadDiagram<'static>> = match kind {
        JobKind::PlantUml => Box::new(read_plantuml),
        JobKind::Drawio => Box::new(|file, source, _| read_drawio(file, source)),
        JobKind::Notebook => return DiagramTool::Off,
    };
    match renderer() {
        Ok(Renderer { identity, notice }) => DiagramTool::Ready { identity, read, notice },
        Err(Lack { reason, hint }) => DiagramTool::Missing { reason, hint, is_optional },
    }
}

/// Reads a diagram without drawing it; `read` reads files that it includes, relative to the course root.
pub(super) fn read_diagram(
    kind: JobKind,
    file: &Path,
    source: &str,
    read: &mut dyn FnMut(&Path) -> Option<Vec<u8>>,
) -> Result<DiagramParts, Box<Diagnostic>> {
    match kind {
        JobKind::PlantUml => read_plantuml(file, source, read),
        JobKind::Drawio => read_drawio(file, source),
        JobKind::Notebook => Ok(DiagramParts::default()),
    }
}

fn read_drawio(file: &Path, source: &str) -> Result<DiagramParts, Box<Diagnostic>> {
    let pages = pages(file, source.as_bytes())?;
    Ok(DiagramParts { further: further_pages(file, &pages), ..DiagramParts::default() })
}

fn read_plantuml(
    file: &Path,
    source: &str,
    read: &mut dyn FnMut(&Path) -> Option<Vec<u8>>,
) -> Result<DiagramParts, Box<Diagnostic>> {
    let found = includes(file, source, read);
    let further = pictures(file, source)?.into_iter().skip(1);
    let further = further
        .map(|picture| FurtherPicture { name: picture.name.clone(), part: picture.name })
        .collect();
    Ok(DiagramParts { further, files: found.files, problems: found.problems })
}

/// Names the pictures of the pages after the first: `<stem>-<name of the page>`. A page without name,
/// with the name of one before it, or with nothing on it has none.
fn further_pages(file: &Path, pages: &[DrawioPage]) -> Vec<FurtherPicture> {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let mut known: BTreeSet<&str> =
        pages.first().map(|page| page.name.as_str()).into_iter().collect();
    let named = pages.iter().skip(1).filter(|page| page.has_content && !page.name.is_empty());
    named
        .filter(|page| known.insert(&page.name))
        .filter_map(|page| {
            let name = clx_course::sanitize(&format!("{stem}-{}", page.name))?;
            Some(FurtherPicture { name, part: page.name.clone() })
        })
        .collect()
}
