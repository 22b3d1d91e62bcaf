//! What a build has to do: steps with keys, places for their outputs, copies. Principal type:
//! [`BuildPlan`].

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use clx_core::{CodeUse, ContentHash, Diagnostic, Inputs, JobKind, PictureFormat, Step};
use clx_course::{Course, FileCopy, NotebookOutputs, OutputPlan};
use clx_store::{Store, StoreError};
use rayon::iter::{IntoParallelIterator, ParallelExtend, ParallelIterator};

use crate::code;
use crate::diagram::{DiagramPlanner, DiagramTool, MadePicture};
use crate::event::BuildTotals;
use crate::notebook::{Renderers, notebook_step};
use crate::page::{Kernels, PageSettings, runs_code};

/// Why no plan could be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The store failed.
    #[error("the store failed while the build was planned")]
    Store(#[from] StoreError),
}

/// What outputs are made with.
pub struct PlanSettings<'a> {
    /// Renders pages and runs their code.
    pub pages: PageSettings<'a>,
    /// Finds what draws diagrams of a kind; asked at most once for each kind that the course has.
    pub diagrams: &'a dyn Fn(JobKind) -> DiagramTool<'a>,
}

/// Steps, where their outputs go, and everything else that belongs into the output trees.
#[derive(Debug)]
pub struct BuildPlan {
    /// Absolute output roots.
    pub(crate) roots: Vec<PathBuf>,
    /// Directories in which all that is wanted is in this plan: what may be swept.
    pub(crate) complete_dirs: Vec<PathBuf>,
    /// Directories that exist even if they stay empty.
    pub(crate) directories: Vec<PathBuf>,
    pub(crate) steps: Vec<PlannedStep>,
    pub(crate) copies: Vec<FileCopy>,
    /// Digest of each copied source.
    pub(crate) digests: HashMap<PathBuf, ContentHash>,
    /// Every path that is to be written.
    pub(crate) wanted: HashSet<PathBuf>,
    /// Problems found while planning.
    pub(crate) problems: Vec<Diagnostic>,
    /// What was looked at while planning.
    pub(crate) inputs: Inputs,
    /// What the course has beside this: it is in place and is not looked at.
    pub(crate) rest: BuildTotals,
}

/// A step and where each of its outputs goes.
#[derive(Debug)]
pub(crate) struct PlannedStep {
    pub(crate) source: PathBuf,
    /// Further files that its job needs.
    pub(crate) inputs: Vec<(PathBuf, ContentHash)>,
    /// Pictures of other steps that its code sees; it waits for them.
    pub(crate) pictures: Vec<NeededPicture>,
    pub(crate) step: Step,
    /// One entry per output of the step.
    pub(crate) places: Vec<Vec<PathBuf>>,
}

/// A picture that a notebook needs.
#[derive(Debug, Clone)]
pub(crate) struct NeededPicture {
    /// What for.
    pub(crate) usage: PictureUsage,
    /// Path relative to the topic.
    pub(crate) path: PathBuf,
    /// Position of the step that makes it.
    pub(crate) step: usize,
    /// Position among the outputs of that step.
    pub(crate) output: usize,
    /// The key of the output: stands for the picture in keys until it is made.
    pub(crate) key: ContentHash,
}

/// What a notebook needs a picture for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PictureUsage {
    /// Its code sees it.
    Code,
    /// Its pages hold it.
    Page,
}

impl BuildPlan {
    /// Plans what `outputs` asks for.
    ///
    /// # Errors
    /// [`PlanError::Store`]. Sources that cannot be read become problems of the plan.
    pub fn new(
        course: &Course,
        outputs: &OutputPlan,
        store: &Store,
        settings: &PlanSettings<'_>,
    ) -> Result<Self, PlanError> {
        let mut problems = Vec::new();
        let digests = digests(course, &sources(outputs), store, &mut problems)?;
        let mut wanted: HashSet<PathBuf> = paths(outputs).map(Path::to_owned).collect();
        let planner = DiagramPlanner { course, store, tool: settings.diagrams, digests: &digests };
        let diagrams = planner.plan(&outputs.diagrams, &wanted)?;
        let mut steps = diagrams.steps;
        wanted.extend(steps.iter().flat_map(|step| &step.places).flatten().cloned());
        problems.extend(diagrams.problems);
        let pages = &settings.pages;
        let mut kernels = Kernels::new(pages);
        let mut renderers = BTreeMap::new();
        let mut notebooks = Vec::with_capacity(outputs.notebooks.len());
        for notebook in &outputs.notebooks {
            let Some(&source) = digests.get(&notebook.source) else { continue };
            let notebook_renderer = *renderers
                .entry(notebook.prog_lang)
                .or_insert_with(|| clx_notebook::renderer_identity(notebook.prog_lang));
            let code = kernels.code_use(notebook, |path| digests.get(path).copied());
            let renderers = Renderers { notebook: notebook_renderer, page: pages.renderer };
            notebooks.push((notebook, source, code, renderers));
        }
        let (templates, made) = (pages.templates, &diagrams.pictures);
        let step = |(notebook, source, code, renderers)| {
            let pictures = needed_pictures(notebook, &code, course.inline_svg, made);
            notebook_step(course, notebook, source, code, pictures, templates, &renderers)
        };
        steps.par_extend(notebooks.into_par_iter().filter_map(step));
        problems.extend(kernels.problems(course));
        let mut inputs = diagrams.inputs;
        inputs.present.extend(digests.keys().cloned());
        Ok(Self {
            roots: outputs.targets.iter().map(|target| target.root.clone()).collect(),
            complete_dirs: outputs.complete_dirs.clone(),
            directories: outputs.directories.clone(),
            steps,
            copies: outputs.copies.clone(),
            digests,
            wanted,
            problems,
            inputs,
            rest: BuildTotals::default(),
        })
    }

    /// Makes this the part that is looked at of the plan of a whole course, whose totals and problems
    /// are given: everything else is in place.
    #[must_use]
    pub fn within(self, course: &BuildTotals, problems: Vec<Diagnostic>) -> Self {
        Self { rest: course.without(&self.totals()), problems, ..self }
    }

    /// Returns a digest of the places of each source's outputs, copies included, by the path of the
    /// source.
    #[must_use]
    pub fn places_by_source(&self) -> BTreeMap<&Path, ContentHash> {
        let mut places: BTreeMap<&Path, Vec<&Path>> = BTreeMap::new();
        for step in &self.steps {
            let made = step.places.iter().flatten().map(PathBuf::as_path);
            places.entry(&step.source).or_default().extend(made);
        }
        for copy in &self.copies {
            let copies = copy.destinations.iter().map(PathBuf::as_path);
            places.entry(&copy.source).or_default().extend(copies);
        }
        let digest = |mut places: Vec<&Path>| {
            places.sort_unstable();
            let bytes: Vec<_> = places.iter().map(|path| path.as_os_str().as_bytes()).collect();
            ContentHash::of(bytes.join(&0))
        };
        places.into_iter().map(|(source, places)| (source, digest(places))).collect()
    }

    /// Returns the files that steps need beside their sources, each with the source.
    pub fn needs(&self) -> impl Iterator<Item = (&Path, &Path)> {
        self.steps.iter().flat_map(|step| {
            step.inputs.iter().map(|(path, _)| (step.source.as_path(), path.as_path()))
        })
    }

    /// Counts what is to be done.
    #[must_use]
    pub fn totals(&self) -> BuildTotals {
        let BuildTotals { steps, outputs, copies } = self.rest;
        BuildTotals {
            steps: steps + self.steps.len(),
            outputs: outputs
                + self.steps.iter().flat_map(|step| &step.places).map(Vec::len).sum::<usize>(),
            copies: copies + self.copies.iter().map(|copy| copy.destinations.len()).sum::<usize>(),
        }
    }

    /// Tells whether jobs of a kind may be needed.
    #[must_use]
    pub fn has(&self, kind: JobKind) -> bool {
        self.steps.iter().any(|planned| planned.step.kind == kind)
    }

    /// Returns every path at which a file is to lie.
    pub(crate) fn places(&self) -> impl Iterator<Item = &PathBuf> {
        let made = self.steps.iter().flat_map(|step| &step.places).flatten();
        made.chain(self.copies.iter().flat_map(|copy| &copy.destinations))
    }

    /// Tells whether a file that clx owns is swept.
    pub(crate) fn sweeps(&self, path: &Path) -> bool {
        !self.wanted.contains(path)
            && self.complete_dirs.iter().any(|directory| path.starts_with(directory))
    }

    /// Returns the directories that have to exist even if they stay empty.
    #[must_use]
    pub fn directories(&self) -> &[PathBuf] {
        &self.directories
    }

    /// Returns the files that were looked at while planning.
    #[must_use]
    pub const fn inputs(&self) -> &Inputs {
        &self.inputs
    }

    /// Returns the problems found while planning.
    #[must_use]
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }
}

/// Returns the pictures of the topic's diagrams whose names stand in the notebook: others are neither
/// laid beside its code nor put into its pages, so that it need not wait for them.
fn needed_pictures(
    notebook: &NotebookOutputs,
    code: &CodeUse,
    inline_svg: bool,
    made: &BTreeMap<(PathBuf, PictureFormat), MadePicture>,
) -> Vec<NeededPicture> {
    let runs = matches!(code, CodeUse::Run(_));
    if !(runs || inline_svg) || notebook.topic_pictures.is_empty() {
        return Vec::new();
    }
    let text = std::fs::read(&notebook.source).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let is_named =
        |path: &Path| text.contains(&*path.file_name().unwrap_or_default().to_string_lossy());
    let mut needed = Vec::new();
    for picture in notebook.topic_pictures.iter() {
        let Some(made) = made.get(&(picture.diagram.clone(), picture.format)) else { continue };
        let mut need = |usage| {
            let path = picture.relative.clone();
            let MadePicture { step, output, key } = *made;
            needed.push(NeededPicture { usage, path, step, output, key });
        };
        if runs && picture.is_placed && is_named(&picture.relative) {
            need(PictureUsage::Code);
        }
        let is_svg = picture.format == PictureFormat::Svg;
        let stands_in_page = page_names(&picture.relative).iter().any(|path| is_named(path));
        if inline_svg && is_svg && stands_in_page {
            need(PictureUsage::Page);
        }
    }
    needed
}

/// Returns what images of pages refer to an SVG picture by: its own name, and that of the PNG.
pub(crate) fn page_names(svg: &Path) -> [PathBuf; 2] {
    [svg.to_owned(), svg.with_extension("png")]
}

/// Returns the files whose bytes the outputs depend on.
fn sources(outputs: &OutputPlan) -> BTreeSet<&Path> {
    let wanted = || outputs.notebooks.iter().filter(|notebook| !notebook.outputs.is_empty());
    let seen =
        wanted().filter(|notebook| runs_code(notebook)).flat_map(NotebookOutputs::support_files);
    wanted()
        .map(|notebook| notebook.source.as_path())
        .chain(outputs.copies.iter().map(|copy| copy.source.as_path()))
        .chain(outputs.diagrams.iter().map(|diagram| diagram.source.as_path()))
        .chain(seen.map(|file| file.source.as_path()))
        .collect()
}

fn paths(outputs: &OutputPlan) -> impl Iterator<Item = &Path> {
    let notebooks = outputs.notebooks.iter().flat_map(|notebook| &notebook.outputs);
    notebooks
        .map(|output| &output.path)
        .chain(
            outputs
                .diagrams
                .iter()
                .flat_map(|diagram| &diagram.pictures)
                .flat_map(|made| &made.places),
        )
        .chain(outputs.copies.iter().flat_map(|copy| &copy.destinations))
        .map(PathBuf::as_path)
}

/// Digests all sources; those that cannot be read become problems.
fn digests(
    course: &Course,
    sources: &BTreeSet<&Path>,
    store: &Store,
    problems: &mut Vec<Diagnostic>,
) -> Result<HashMap<PathBuf, ContentHash>, PlanError> {
    let sources: Vec<PathBuf> = sources.iter().map(|&path| path.to_owned()).collect();
    let mut digests = HashMap::with_capacity(sources.len());
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

/// Writes a number with its noun: `1 page`, `2 pages`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}
