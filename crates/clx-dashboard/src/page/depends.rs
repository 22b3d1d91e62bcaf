//! What a source depended on and what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clx_core::{CodeUse, ContentHash, DiagramInput, JobKind, JobPayload, NotebookInput, Subject};
use clx_queue::{JobFilter, JobRecord};
use clx_serve::form_values;
use serde::Serialize;
use serde_json::json;

use super::Page;
use crate::chart::flow::Flow;
use crate::dashboard::Site;
use crate::job_row::JobLine;
use crate::problem::Problem;
use crate::stock::Place;

/// Digits of a hash that tell versions of a file apart.
const SHORT_HASH: usize = 8;

/// Jobs among which that of the source is looked for: others have its name in theirs.
const LOOKED_AT: u32 = 50;

/// What the source itself is among its inputs.
const SOURCE: &str = "source";

/// A file that came of a source.
#[derive(Debug, Serialize)]
struct Output {
    /// Which of its results it is, such as `html, en completed`.
    what: String,
    place: Place,
}

impl Output {
    /// What a picture has room for: the tree, and what it is.
    fn text(&self) -> String {
        let root = self.place.path.split('/').next().unwrap_or_default();
        format!("{root}: {}", self.what)
    }
}

/// Something that the outputs of a source are made of.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Input {
    /// What it is, such as `file` or `kernel`.
    what: &'static str,
    name: String,
    /// Begin of the hash of its content, if it has one.
    hash: Option<String>,
}

impl Input {
    fn of(what: &'static str, name: impl Into<String>, hash: Option<&ContentHash>) -> Self {
        let hash = hash.map(|hash| hash.to_hex()[..SHORT_HASH].to_owned());
        Self { what, name: name.into(), hash }
    }
}

/// Makes the page of a source.
pub(crate) fn depends(site: &Site, query: &str) -> Result<String, Problem> {
    let source = form_values(query).into_iter().find(|(name, _)| name == "source");
    let source = source.map(|(_, source)| source).filter(|source| !source.is_empty());
    let source = source.ok_or_else(|| {
        Problem::bad("no source is named", "pages of jobs and the cache link to their sources")
    })?;
    let job = last_job(site, &source)?;
    let inputs = job.as_ref().map(|job| inputs(site, job)).transpose()?.unwrap_or_default();
    let outputs = outputs(site, &source)?;
    let components: Vec<String> = match site.stock.store()? {
        Some(store) => store
            .components(&source)?
            .map(|components| components.names().map(str::to_owned).collect()),
        None => None,
    }
    .unwrap_or_default();
    if job.is_none() && outputs.is_empty() && components.is_empty() {
        let hint = "it may be a file that is only copied, or its job may be forgotten";
        return Err(Problem::missing(format!("nothing is known of `{source}`"), hint));
    }
    let beside = inputs.iter().filter(|input| input.what != SOURCE);
    let beside: Vec<String> = beside.map(|input| input.name.clone()).collect();
    let made: Vec<String> = outputs.iter().map(Output::text).collect();
    let flow = Flow::of(&beside, &source, &made);
    let title = "What depends on what";
    let page = Page { template: "depends", title, section: "", is_live: false };
    let content = json!({
        "source": source,
        "job": job.map(|job| JobLine::of(&job, site.now())),
        "inputs": inputs,
        "outputs": outputs,
        "components": components,
        "flow": flow,
    });
    page.render(site, content)
}

/// Finds the last job of a source.
fn last_job(site: &Site, source: &str) -> Result<Option<JobRecord>, Problem> {
    let filter =
        JobFilter { label: Some(source.to_owned()), limit: LOOKED_AT, ..JobFilter::default() };
    Ok(site.queue.jobs(&filter)?.into_iter().find(|job| job.label == source))
}

fn inputs(site: &Site, job: &JobRecord) -> Result<Vec<Input>, Problem> {
    let payload = site.queue.payload(job.id)?.unwrap_or_default();
    // Jobs of other programs have inputs of their own.
    Ok(read_inputs(&job.job_type, &payload).unwrap_or_default())
}

fn read_inputs(kind: &str, payload: &[u8]) -> Option<Vec<Input>> {
    let payload: JobPayload = serde_json::from_slice(payload).ok()?;
    let input = payload.input.get();
    let shown = |path: &Path| path.display().to_string();
    let mut found = Vec::new();
    match kind.parse().ok()? {
        JobKind::Notebook => {
            let input: NotebookInput = serde_json::from_str(input).ok()?;
            found.push(Input::of(SOURCE, shown(&input.file), Some(&payload.source)));
            if let CodeUse::Run(run) = &input.code {
                let kernel = format!("kernel {}", run.kernel);
                found.push(Input::of("kernel", kernel, Some(&run.identity)));
                let files = run.files.iter();
                found.extend(
                    files.map(|file| Input::of("file", shown(&file.path), Some(&file.hash))),
                );
            }
            if let Some(templates) = &input.templates {
                found.push(Input::of("templates", "templates of the course", Some(templates)));
            }
            let picture = |paths: &[std::path::PathBuf]| paths.first().map(|path| shown(path));
            found.extend(input.inline.iter().filter_map(|inline| {
                Some(Input::of("picture", picture(&inline.paths)?, Some(&inline.hash)))
            }));
        }
        JobKind::PlantUml | JobKind::Drawio => {
            let input: DiagramInput = serde_json::from_str(input).ok()?;
            found.push(Input::of(SOURCE, shown(&input.file), Some(&payload.source)));
            let files = input.files.iter();
            found.extend(files.map(|file| Input::of("file", shown(&file.path), Some(&file.hash))));
        }
    }
    Some(found)
}

/// Finds the built files that are results of a source.
fn outputs(site: &Site, source: &str) -> Result<Vec<Output>, Problem> {
    let Some(store) = site.stock.store()? else { return Ok(Vec::new()) };
    let is_its = |subject: &Subject| subject.source == source && subject.kind != Subject::RUN;
    let mut results: BTreeMap<ContentHash, String> = BTreeMap::new();
    for result in store.list()? {
        let Some(subject) = result.subject.filter(is_its) else { continue };
        let what = match subject.variant.as_str() {
            "" => subject.kind,
            variant => format!("{}, {variant}", subject.kind),
        };
        results.extend(result.blobs.into_iter().map(|blob| (blob, what.clone())));
    }
    let blobs: BTreeSet<ContentHash> = results.keys().copied().collect();
    let places = site.stock.places(&blobs)?.into_iter();
    let mut outputs: Vec<Output> = places
        .flat_map(|(blob, places)| {
            let what = results.get(&blob).cloned().unwrap_or_default();
            places.into_iter().map(move |place| Output { what: what.clone(), place })
        })
        .collect();
    outputs.sort_by(|one, other| one.place.path.cmp(&other.place.path));
    Ok(outputs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_of_a_diagram_are_its_source_and_what_it_includes() {
        let payload = serde_json::json!({
            "version": 1,
            "source": ContentHash::of("source"),
            "input": {
                "file": "slides/a.pu",
                "files": [{ "path": "slides/style.iuml", "hash": ContentHash::of("style") }],
            },
            "requests": [],
        });
        let found = read_inputs("plantuml", payload.to_string().as_bytes()).unwrap();
        let expected = [
            Input::of(SOURCE, "slides/a.pu", Some(&ContentHash::of("source"))),
            Input::of("file", "slides/style.iuml", Some(&ContentHash::of("style"))),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn input_of_another_program_is_not_read() {
        assert_eq!(read_inputs("plantuml", b"hello"), None);
        assert_eq!(read_inputs("greet", b"{}"), None);
    }
}
