//! What draws the diagrams of a build. Principal function: [`diagram_tool`].

use std::collections::BTreeSet;
use std::path::Path;

use clx_build::{DiagramParts, DiagramTool, FurtherPicture};
use clx_core::JobKind;
use clx_worker_drawio::{DrawioPage, pages};
use clx_worker_plantuml::{includes, pictures};

use super::tools::Tools;
use super::with_causes;
use crate::args::build::DiagramsArg;

/// Finds the tool for a kind of diagrams.
pub(super) fn diagram_tool(kind: JobKind, wanted: DiagramsArg, tools: &Tools) -> DiagramTool<'_> {
    let is_optional = match wanted {
        DiagramsArg::Never => return DiagramTool::Off,
        DiagramsArg::IfAvailable => true,
        DiagramsArg::Required => false,
    };
    match kind {
        JobKind::PlantUml => plantuml(tools, is_optional),
        JobKind::Drawio => drawio(tools, is_optional),
        JobKind::Notebook => DiagramTool::Off,
    }
}

fn drawio(tools: &Tools, is_optional: bool) -> DiagramTool<'_> {
    let missing = |reason: String| DiagramTool::Missing {
        reason,
        hint: "`clx setup drawio` installs it".to_owned(),
        is_optional,
    };
    match tools.drawio().map(|found| found.identity()) {
        Err(reason) => missing(reason.to_owned()),
        Ok(Err(error)) => missing(with_causes(&error)),
        Ok(Ok(identity)) => DiagramTool::Ready {
            identity,
            notice: None,
            read: Box::new(|file, source, _| {
                let pages = pages(file, source.as_bytes())?;
                Ok(DiagramParts { further: further_pages(file, &pages), ..DiagramParts::default() })
            }),
        },
    }
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

fn plantuml(tools: &Tools, is_optional: bool) -> DiagramTool<'_> {
    match tools.plantuml() {
        Err(error) => DiagramTool::Missing {
            reason: with_causes(error),
            hint: "`clx setup plantuml` installs it".to_owned(),
            is_optional,
        },
        Ok(found) => DiagramTool::Ready {
            identity: found.identity(),
            notice: found.notice(),
            read: Box::new(|file, source, read| {
                let found = includes(file, source, read);
                let further = pictures(file, source)?.into_iter().skip(1);
                Ok(DiagramParts {
                    further: further
                        .map(|picture| FurtherPicture {
                            name: picture.name.clone(),
                            part: picture.name,
                        })
                        .collect(),
                    files: found.files,
                    problems: found.problems,
                })
            }),
        },
    }
}
