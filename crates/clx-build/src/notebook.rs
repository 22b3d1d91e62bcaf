//! The step of a notebook: everything that is wanted of one source. Principal function:
//! [`notebook_step`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clx_core::{
    CodeUse, ContentHash, JobKind, KeyBuilder, NotebookInput, NotebookRequest, OutputFormat, Step,
    StepOutput,
};
use clx_course::{Course, NotebookOutputs};
use serde_json::value::{RawValue, to_raw_value};

use crate::key::{notebook_base, notebook_key, page_key};
use crate::plan::{NeededPicture, PictureUsage, PlannedStep};

/// What a notebook's keys depend on besides the notebook.
pub(crate) struct Renderers {
    /// Digest of what makes cells and texts of this programming language.
    pub(crate) notebook: ContentHash,
    /// Digest of the page renderer and its templates.
    pub(crate) page: ContentHash,
}

/// Makes the step of a notebook; `None` if nothing is wanted of it. Variants of equal key (the same
/// in two targets) are made once.
pub(crate) fn notebook_step(
    course: &Course,
    notebook: &NotebookOutputs,
    source: ContentHash,
    code: CodeUse,
    pictures: Vec<NeededPicture>,
    templates: Option<ContentHash>,
    renderers: &Renderers,
) -> Option<PlannedStep> {
    let file = course.shown(&notebook.source).to_owned();
    let inputs = inputs(notebook, &code);
    let input = NotebookInput {
        file: file.clone(),
        prog_lang: notebook.prog_lang,
        author: course.author.clone(),
        languages: course.languages.clone(),
        kinds: course.kinds.clone(),
        templates,
        code,
        inline: Vec::new(),
    };
    let mut outputs: Vec<StepOutput> = Vec::new();
    let mut places: Vec<Vec<PathBuf>> = Vec::new();
    let mut by_key = BTreeMap::new();
    let base = notebook_base(&source, &renderers.notebook, &input);
    for output in &notebook.outputs {
        let is_page = output.format == OutputFormat::Html;
        let title = if is_page { notebook.titles.get(output.language) } else { "" };
        let request = NotebookRequest {
            language: output.language,
            kind: output.kind.name.clone(),
            format: output.format,
            img_prefix: output.img_prefix.clone(),
            organization: course.organization.get(output.language).to_owned(),
            title: title.to_owned(),
        };
        let key = key(base.clone(), &input, &request, &pictures, renderers);
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
    Some(PlannedStep { source: notebook.source.clone(), inputs, pictures, step, places })
}

fn key(
    base: KeyBuilder,
    input: &NotebookInput,
    request: &NotebookRequest,
    pictures: &[NeededPicture],
    renderers: &Renderers,
) -> KeyBuilder {
    let key = notebook_key(base, input, request);
    match request.format {
        OutputFormat::Notebook | OutputFormat::Code => key,
        OutputFormat::Html => {
            let key = page_key(key, &renderers.page, input, request);
            let runs = input.rules(request).is_some_and(|kind| kind.executes_html);
            let matters = |picture: &&NeededPicture| runs || picture.usage == PictureUsage::Page;
            pictures.iter().filter(matters).fold(key, |key, picture| {
                let name = format!("picture {:?} {}", picture.usage, picture.path.display());
                key.with_hash(name, &picture.key)
            })
        }
    }
}

/// Returns the files that must be in the store when the code runs.
fn inputs(notebook: &NotebookOutputs, code: &CodeUse) -> Vec<(PathBuf, ContentHash)> {
    let CodeUse::Run(run) = code else { return Vec::new() };
    let paths: BTreeMap<&Path, &Path> =
        notebook.support_files().map(|file| (&*file.relative, &*file.source)).collect();
    let files = run.files.iter();
    files.filter_map(|file| Some(((*paths.get(&*file.path)?).to_owned(), file.hash))).collect()
}

fn json(value: &impl serde::Serialize) -> Box<RawValue> {
    to_raw_value(value).expect("structs of texts and enums are always JSON")
}
