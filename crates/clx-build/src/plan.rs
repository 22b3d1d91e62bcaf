//! What a build has to do: steps with keys, places for their outputs, copies. Principal type:
//! [`BuildPlan`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clx_core::{
    ContentHash, Diagnostic, JobKind, NotebookInput, NotebookRequest, OutputFormat, Severity, Step,
    StepOutput,
};
use clx_course::{Course, FileCopy, NotebookOutputs, OutputPlan};
use clx_store::{Store, StoreError};

use crate::code;
use crate::event::BuildTotals;
use crate::key::notebook_key;

/// Why no plan could be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The store failed.
    #[error("the store failed while the build was planned")]
    Store(#[from] StoreError),
}

/// Steps, where their outputs go, and everything else that belongs into the output trees.
#[derive(Debug)]
pub struct BuildPlan {
    /// Absolute output roots.
    pub(crate) roots: Vec<PathBuf>,
    /// Directories of the course in the roots: what may be swept.
    pub(crate) course_dirs: Vec<PathBuf>,
    /// Directories that exist even if they stay empty.
    pub(crate) directories: Vec<PathBuf>,
    pub(crate) steps: Vec<PlannedStep>,
    pub(crate) copies: Vec<FileCopy>,
    /// Digest of each copied source.
    pub(crate) digests: BTreeMap<PathBuf, ContentHash>,
    /// Every path that some selection of this course would write.
    pub(crate) wanted: BTreeSet<PathBuf>,
    /// Problems found while planning.
    pub(crate) problems: Vec<Diagnostic>,
}

/// A step and where each of its outputs goes.
#[derive(Debug)]
pub(crate) struct PlannedStep {
    pub(crate) source: PathBuf,
    pub(crate) step: Step,
    /// One entry per output of the step.
    pub(crate) places: Vec<Vec<PathBuf>>,
}

impl BuildPlan {
    /// Plans what `outputs` asks for. `all` is the same plan for every kind and format: what it
    /// names is not swept even if this build leaves it out.
    ///
    /// # Errors
    /// [`PlanError::Store`]. Sources that cannot be read become problems of the plan.
    pub fn new(
        course: &Course,
        outputs: &OutputPlan,
        all: &OutputPlan,
        store: &Store,
    ) -> Result<Self, PlanError> {
        let mut problems = unsupported(course, outputs);
        let sources: BTreeSet<&Path> = outputs
            .notebooks
            .iter()
            .filter(|notebook| notebook.outputs.iter().any(|output| is_supported(output.format)))
            .map(|notebook| notebook.source.as_path())
            .chain(outputs.copies.iter().map(|copy| copy.source.as_path()))
            .collect();
        let digests = digests(course, &sources, store, &mut problems)?;
        let mut renderers = BTreeMap::new();
        let steps = outputs
            .notebooks
            .iter()
            .filter_map(|notebook| {
                let source = *digests.get(&notebook.source)?;
                let renderer = *renderers
                    .entry(notebook.prog_lang)
                    .or_insert_with(|| clx_notebook::renderer_identity(notebook.prog_lang));
                notebook_step(course, notebook, source, &renderer)
            })
            .collect();
        Ok(Self {
            roots: outputs.targets.iter().map(|target| target.root.clone()).collect(),
            course_dirs: outputs.course_dirs.clone(),
            directories: outputs.directories.clone(),
            steps,
            copies: outputs.copies.clone(),
            digests,
            wanted: paths(all).chain(paths(outputs)).map(Path::to_owned).collect(),
            problems,
        })
    }

    /// Counts what is to be done.
    #[must_use]
    pub fn totals(&self) -> BuildTotals {
        BuildTotals {
            steps: self.steps.len(),
            outputs: self.steps.iter().flat_map(|step| &step.places).map(Vec::len).sum(),
            copies: self.copies.iter().map(|copy| copy.destinations.len()).sum(),
        }
    }

    /// Returns the problems found while planning.
    #[must_use]
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }
}

const fn is_supported(format: OutputFormat) -> bool {
    match format {
        OutputFormat::Notebook | OutputFormat::Code => true,
        OutputFormat::Html => false,
    }
}

fn paths(outputs: &OutputPlan) -> impl Iterator<Item = &Path> {
    let notebooks = outputs.notebooks.iter().flat_map(|notebook| &notebook.outputs);
    notebooks
        .map(|output| &output.path)
        .chain(outputs.diagrams.iter().flat_map(|diagram| &diagram.places))
        .chain(outputs.copies.iter().flat_map(|copy| &copy.destinations))
        .map(PathBuf::as_path)
}

/// Makes the step of a notebook; `None` if nothing that can be made is wanted of it. Variants of
/// equal key (the same in two targets) are made once.
fn notebook_step(
    course: &Course,
    notebook: &NotebookOutputs,
    source: ContentHash,
    renderer: &ContentHash,
) -> Option<PlannedStep> {
    let file = course.shown(&notebook.source).to_owned();
    let input = NotebookInput {
        file: file.clone(),
        prog_lang: notebook.prog_lang,
        author: course.author.clone(),
        languages: course.languages.clone(),
        kinds: course.kinds.clone(),
    };
    let mut outputs: Vec<StepOutput> = Vec::new();
    let mut places: Vec<Vec<PathBuf>> = Vec::new();
    let mut by_key = BTreeMap::new();
    for output in notebook.outputs.iter().filter(|output| is_supported(output.format)) {
        let request = NotebookRequest {
            language: output.language,
            kind: output.kind.name.clone(),
            format: output.format,
            img_prefix: output.img_prefix.clone(),
            organization: course.organization.get(output.language).to_owned(),
        };
        let key = notebook_key(&source, renderer, &input, &request);
        let index = *by_key.entry(key.finish()).or_insert(outputs.len());
        if index == outputs.len() {
            outputs.push(StepOutput { key, request: json(&request) });
            places.push(Vec::new());
        }
        places[index].push(output.path.clone());
    }
    if outputs.is_empty() {
        return None;
    }
    let step = Step {
        kind: JobKind::Notebook,
        label: file.display().to_string(),
        source,
        input: json(&input),
        outputs,
    };
    Some(PlannedStep { source: notebook.source.clone(), step, places })
}

fn json(value: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).expect("structs of texts and enums are always JSON")
}

/// Digests all sources; those that cannot be read become problems.
fn digests(
    course: &Course,
    sources: &BTreeSet<&Path>,
    store: &Store,
    problems: &mut Vec<Diagnostic>,
) -> Result<BTreeMap<PathBuf, ContentHash>, PlanError> {
    let sources: Vec<PathBuf> = sources.iter().map(|&path| path.to_owned()).collect();
    let mut digests = BTreeMap::new();
    for (path, digest) in sources.iter().zip(store.digests_of(&sources)?) {
        match digest {
            Ok(digest) => {
                digests.insert(path.clone(), digest);
            }
            Err(error) => {
                let message = format!("cannot be read: {error}");
                problems.push(
                    Diagnostic::error(code::READ_FAILED, "file_load_error", message)
                        .in_file(course.shown(path)),
                );
            }
        }
    }
    Ok(digests)
}

/// Names what this version leaves out.
fn unsupported(course: &Course, outputs: &OutputPlan) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    let left_out = |message: String| {
        Diagnostic::new(Severity::High, code::NOT_SUPPORTED, "not_supported", message)
    };
    let pages = |notebook: &&NotebookOutputs| {
        notebook.outputs.iter().filter(|output| !is_supported(output.format)).count()
    };
    let notebooks: Vec<_> =
        outputs.notebooks.iter().filter(|notebook| pages(notebook) > 0).collect();
    if !notebooks.is_empty() {
        let n_pages: usize = notebooks.iter().map(pages).sum();
        problems.push(left_out(format!(
            "HTML is not supported yet: {} of {} left out",
            count(n_pages, "page"),
            count(notebooks.len(), "notebook"),
        )));
    }
    for (kind, name) in [(JobKind::PlantUml, "PlantUML"), (JobKind::Drawio, "draw.io")] {
        let sources: Vec<String> = outputs
            .diagrams
            .iter()
            .filter(|diagram| diagram.kind == kind)
            .map(|diagram| course.shown(&diagram.source).display().to_string())
            .collect();
        if !sources.is_empty() {
            problems.push(left_out(format!(
                "{name} diagrams are not supported yet, left out: {}",
                sources.join(", ")
            )));
        }
    }
    problems
}

/// Writes a number with its noun: `1 page`, `2 pages`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}
