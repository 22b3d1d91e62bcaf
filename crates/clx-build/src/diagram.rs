//! The steps of diagrams: what is drawn by which tool, and the pictures that come of it. Principal
//! types: [`DiagramTool`], [`DiagramParts`].

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use clx_core::{
    ContentHash, Diagnostic, DiagramInput, DiagramRequest, IncludedFile, Inputs, JobKind,
    PictureFormat, Severity, Step, StepOutput,
};
use clx_course::{Course, DiagramOutputs};
use clx_store::{Store, StoreError};
use serde_json::value::{RawValue, to_raw_value};

use crate::code;
use crate::key::diagram_key;
use crate::plan::PlannedStep;

/// What draws the diagrams of a kind on this machine.
pub enum DiagramTool<'a> {
    /// It is there.
    Ready {
        /// Digest of the tool and of everything on this machine that can change a picture.
        identity: ContentHash,
        /// Takes sources apart.
        read: Box<ReadDiagram<'a>>,
        /// What the author should know about it, such as a layout engine that is missing.
        notice: Option<Diagnostic>,
    },
    /// It is not; its pictures cannot be made.
    Missing {
        /// Why, in one sentence.
        reason: String,
        /// What to do about it.
        hint: String,
        /// Whether the build may do without: then this is a warning, not an error.
        is_optional: bool,
    },
    /// Nobody wants pictures of such diagrams now.
    Off,
}

/// Takes a source apart: its path relative to the course root, its text, and a reader of other files
/// of the course (`None` if there is no such file).
pub type ReadDiagram<'a> = dyn Fn(
        &Path,
        &str,
        &mut dyn FnMut(&Path) -> Option<Vec<u8>>,
    ) -> Result<DiagramParts, Box<Diagnostic>>
    + 'a;

/// What a diagram source gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiagramParts {
    /// Its pictures after the first.
    pub further: Vec<FurtherPicture>,
    /// Files that it includes, relative to the course root.
    pub files: Vec<PathBuf>,
    /// What is refused.
    pub problems: Vec<Diagnostic>,
}

/// A picture of a part of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FurtherPicture {
    /// Name of its file, without extension.
    pub name: String,
    /// Name by which its renderer knows the part.
    pub part: String,
}

/// Plans the diagrams of a course.
pub(crate) struct DiagramPlanner<'a, 't> {
    pub(crate) course: &'a Course,
    pub(crate) store: &'a Store,
    pub(crate) tool: &'a dyn Fn(JobKind) -> DiagramTool<'t>,
    /// Digest of each source.
    pub(crate) digests: &'a HashMap<PathBuf, ContentHash>,
}

/// The steps of diagrams, in the order of their sources.
#[derive(Debug, Default)]
pub(crate) struct PlannedDiagrams {
    pub(crate) steps: Vec<PlannedStep>,
    /// The first picture of each source in each format.
    pub(crate) pictures: BTreeMap<(PathBuf, PictureFormat), MadePicture>,
    pub(crate) problems: Vec<Diagnostic>,
    /// Files that sources include, or would if they were there.
    pub(crate) inputs: Inputs,
}

/// Who makes a picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MadePicture {
    /// Position of the step.
    pub(crate) step: usize,
    /// Position among its outputs.
    pub(crate) output: usize,
    /// The key of the output.
    pub(crate) key: ContentHash,
}

impl DiagramPlanner<'_, '_> {
    /// Makes the steps. Each tool is asked for at most once, and reported once if it is missing.
    pub(crate) fn plan(
        &self,
        diagrams: &[DiagramOutputs],
        taken: &HashSet<PathBuf>,
    ) -> Result<PlannedDiagrams, StoreError> {
        let mut planned = PlannedDiagrams::default();
        for kind in [JobKind::PlantUml, JobKind::Drawio] {
            let own: Vec<_> = diagrams.iter().filter(|diagram| diagram.kind == kind).collect();
            if own.is_empty() {
                continue;
            }
            match (self.tool)(kind) {
                DiagramTool::Off => {}
                DiagramTool::Missing { reason, hint, is_optional } => {
                    let severity = if is_optional { Severity::High } else { Severity::Error };
                    let message = self.missing(kind, &own, &reason);
                    let problem =
                        Diagnostic::new(severity, code::TOOL_MISSING, "missing_tool", message)
                            .in_file(self.course.shown(&self.course.spec))
                            .with_hint(hint);
                    planned.problems.push(problem);
                }
                DiagramTool::Ready { identity, read, notice } => {
                    planned.problems.extend(notice);
                    for diagram in own {
                        self.plan_one(diagram, &identity, &*read, taken, &mut planned)?;
                    }
                }
            }
        }
        Ok(planned)
    }

    fn missing(&self, kind: JobKind, diagrams: &[&DiagramOutputs], reason: &str) -> String {
        let tool = match kind {
            JobKind::Drawio => "draw.io",
            JobKind::PlantUml | JobKind::Notebook => "PlantUML",
        };
        let sources: Vec<_> = diagrams
            .iter()
            .map(|diagram| self.course.shown(&diagram.source).display().to_string())
            .collect();
        format!("no {tool} diagram can be drawn: {reason}; left out: {}", sources.join(", "))
    }

    fn plan_one(
        &self,
        diagram: &DiagramOutputs,
        identity: &ContentHash,
        read: &ReadDiagram<'_>,
        taken: &HashSet<PathBuf>,
        planned: &mut PlannedDiagrams,
    ) -> Result<(), StoreError> {
        let file = self.course.shown(&diagram.source);
        let (Some(source), Ok(bytes)) =
            (self.digests.get(&diagram.source), fs::read(&diagram.source))
        else {
            // Reported with the digests.
            return Ok(());
        };
        let root = &self.course.root;
        let inputs = &mut planned.inputs;
        let mut read_file = |path: &Path| {
            let path = root.join(path);
            let bytes = fs::read(&path).ok();
            inputs.add(&path, bytes.is_some());
            bytes
        };
        let parts = match read(file, &String::from_utf8_lossy(&bytes), &mut read_file) {
            Ok(parts) => parts,
            Err(problem) => {
                planned.problems.push(*problem);
                return Ok(());
            }
        };
        planned.problems.extend(parts.problems);
        let included: Vec<PathBuf> = parts.files.iter().map(|path| root.join(path)).collect();
        let mut files = Vec::new();
        for (path, digest) in parts.files.iter().zip(self.store.digests_of(&included)?) {
            if let Ok(hash) = digest {
                files.push(IncludedFile { path: path.clone(), hash });
            }
        }
        let inputs = files.iter().map(|file| (root.join(&file.path), file.hash)).collect();
        let input = DiagramInput { file: file.to_owned(), files };
        let mut outputs = Vec::new();
        let mut places = Vec::new();
        for picture in &diagram.pictures {
            for part in std::iter::once(None).chain(parts.further.iter().map(Some)) {
                let request = DiagramRequest {
                    format: picture.format,
                    part: part.map(|picture| picture.part.clone()),
                };
                let key = diagram_key(source, identity, diagram.kind, &input, &request);
                if part.is_none() {
                    let made = MadePicture {
                        step: planned.steps.len(),
                        output: outputs.len(),
                        key: key.finish(),
                    };
                    planned.pictures.insert((diagram.source.clone(), picture.format), made);
                }
                outputs.push(StepOutput { key, request: json(&request) });
                let own = picture.places.iter().map(|first| place_of(first, part, picture.format));
                let (free, lost): (Vec<_>, Vec<_>) =
                    own.partition(|path| part.is_none() || !taken.contains(path));
                if let Some(path) = lost.first() {
                    planned.problems.push(name_taken(file, path));
                }
                places.push(free);
            }
        }
        let step = Step {
            kind: diagram.kind,
            label: file.display().to_string(),
            source: *source,
            input: json(&input),
            outputs,
        };
        planned.steps.push(PlannedStep {
            source: diagram.source.clone(),
            inputs,
            pictures: Vec::new(),
            step,
            places,
        });
        Ok(())
    }
}

/// Returns the place of a part's picture beside that of the first.
fn place_of(first: &Path, part: Option<&FurtherPicture>, format: PictureFormat) -> PathBuf {
    match part {
        None => first.to_owned(),
        Some(FurtherPicture { name, .. }) => {
            first.with_file_name(format!("{name}.{}", format.name()))
        }
    }
}

fn name_taken(file: &Path, picture: &Path) -> Diagnostic {
    let name = picture.file_name().unwrap_or_default().to_string_lossy();
    let message =
        format!("its picture `{name}` would lie where another file goes, so it is left out");
    Diagnostic::error(code::PICTURE_TAKEN, "image_collision", message)
        .in_file(file)
        .with_hint("give the part of the diagram another name")
}

fn json(value: &impl serde::Serialize) -> Box<RawValue> {
    to_raw_value(value).expect("structs of texts and enums are always JSON")
}
