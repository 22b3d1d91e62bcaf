//! What draws the diagrams of a build. Principal function: [`diagram_tool`].

use clx_build::{DiagramParts, DiagramTool};
use clx_core::JobKind;
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
        JobKind::Drawio | JobKind::Notebook => DiagramTool::Missing {
            reason: "this version of clx has no renderer for it".to_owned(),
            hint: "export the picture by hand until there is one".to_owned(),
            is_optional: true,
        },
    }
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
                    further: further.map(|picture| picture.name).collect(),
                    files: found.files,
                    problems: found.problems,
                })
            }),
        },
    }
}
