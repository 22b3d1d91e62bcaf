//! What a build of a plan would do, and why, without doing it. Principal type: [`Forecast`].

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_core::{ActionResult, ContentHash, JobKind};
use clx_store::{OwnedOutput, Store, StoreError};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::components::components;
use crate::plan::{BuildPlan, PlannedStep};

/// What a build would do now.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// One entry per source, in the order of the plan.
    pub steps: Vec<StepForecast>,
    /// Places to which files would be copied.
    pub copies: Vec<PathBuf>,
    /// Places from which files would be removed.
    pub removals: Vec<PathBuf>,
}

/// What would be done for one source.
#[derive(Debug, Clone, PartialEq)]
pub struct StepForecast {
    /// The source, relative to the course root.
    pub file: String,
    /// Who would do it.
    pub kind: JobKind,
    /// Its outputs.
    pub outputs: Vec<OutputForecast>,
    /// Why something is to be made.
    pub cause: Cause,
    /// How long it took last time; `None` if it never ran, or nothing is to be made.
    pub expected: Option<Duration>,
}

/// What would be done for one output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputForecast {
    /// Where it goes.
    pub path: PathBuf,
    /// Whether its content is known.
    pub is_known: bool,
    /// What lies at its place.
    pub place: PlaceState,
}

/// What lies at the place of an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceState {
    /// What belongs there.
    Right,
    /// Nothing.
    Missing,
    /// What an earlier build put there.
    Outdated,
    /// Something else than what clx wrote there last.
    Changed,
    /// A file that clx did not write.
    Foreign,
}

/// Why the outputs of a source have to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// All are known.
    Nothing,
    /// The source was never built.
    New,
    /// These components of the keys are not what they were in the last build.
    Moved(Vec<String>),
    /// The keys are those of the last build, but there is no result: it failed, was interrupted, or the
    /// cache was cleared.
    Lost,
}

impl StepForecast {
    /// Counts the outputs that would be made.
    #[must_use]
    pub fn n_made(&self) -> usize {
        self.outputs.iter().filter(|output| !output.is_known).count()
    }

    /// Counts the outputs whose content is known and would be put into place.
    #[must_use]
    pub fn n_placed(&self) -> usize {
        let is_placed =
            |output: &&OutputForecast| output.is_known && output.place != PlaceState::Right;
        self.outputs.iter().filter(is_placed).count()
    }
}

impl Forecast {
    /// Looks what a build of the plan would do. Changes nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn new(plan: &BuildPlan, past: &Past, store: &Store) -> Result<Self, StoreError> {
        let Past { places, remembered } = past;
        let keys: Vec<ContentHash> = plan.steps.iter().flat_map(PlannedStep::keys).collect();
        let mut known = store.lookup(&keys)?.into_iter();
        let mut looked_up = Vec::with_capacity(plan.steps.len());
        for step in &plan.steps {
            looked_up.push((step, known.by_ref().take(step.step.outputs.len()).collect()));
        }
        let forecast = |(step, results): (&PlannedStep, Vec<Option<ActionResult>>)| {
            forecast(step, &results, places, remembered, store)
        };
        let (steps, removals) = rayon::join(
            || looked_up.into_par_iter().map(forecast).collect::<Result<_, _>>(),
            || places.unwanted(plan),
        );
        let copies =
            plan.copies.iter().filter_map(|copy| Some((copy, *plan.digests.get(&copy.source)?)));
        let copies = copies
            .flat_map(|(copy, hash)| copy.destinations.iter().map(move |path| (path, hash)))
            .filter(|(path, hash)| places.state(path, Some(*hash)) != PlaceState::Right)
            .map(|(path, _)| path.clone())
            .collect();
        Ok(Self { steps: steps?, copies, removals })
    }
}

fn forecast(
    planned: &PlannedStep,
    results: &[Option<ActionResult>],
    places: &Places,
    remembered: &BTreeMap<String, ContentHash>,
    store: &Store,
) -> Result<StepForecast, StoreError> {
    let mut outputs = Vec::new();
    for (result, paths) in results.iter().zip(&planned.places) {
        let hash =
            result.as_ref().and_then(|result| result.artifacts.first()).map(|made| made.hash);
        outputs.extend(paths.iter().map(|path| OutputForecast {
            path: path.clone(),
            is_known: result.is_some(),
            place: places.state(path, hash),
        }));
    }
    let label = &planned.step.label;
    let is_known = results.iter().all(Option::is_some);
    let cause = match remembered.get(label) {
        _ if is_known => Cause::Nothing,
        None => Cause::New,
        Some(key) if *key == planned.keys_digest() => Cause::Lost,
        Some(_) => {
            let last = store.components(label)?.unwrap_or_default();
            Cause::Moved(components(planned).differing(&last))
        }
    };
    let expected = match is_known {
        true => None,
        false => store.expected_durations(&[label])?.pop().flatten(),
    };
    let (file, kind) = (label.clone(), planned.step.kind);
    Ok(StepForecast { file, kind, outputs, cause, expected })
}

/// What earlier builds left behind in output roots; known before there is a plan, so that it can be read
/// beside the planning.
pub struct Past {
    places: Places,
    remembered: BTreeMap<String, ContentHash>,
}

impl Past {
    /// Reads what is known of output roots.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read(roots: &[PathBuf], store: &Store) -> Result<Self, StoreError> {
        let roots = roots.iter().map(|root| Ok((root.clone(), store.owned(root)?)));
        let places = Places { roots: roots.collect::<Result<_, StoreError>>()? };
        Ok(Self { places, remembered: store.remembered_keys()? })
    }
}

/// What clx owns in output roots.
struct Places {
    roots: Vec<(PathBuf, HashMap<PathBuf, OwnedOutput>)>,
}

impl Places {
    /// Tells what lies at a place where the content with this hash belongs; `None`: it is not known yet.
    fn state(&self, path: &Path, wanted: Option<ContentHash>) -> PlaceState {
        let owned =
            self.roots.iter().find_map(|(root, owned)| owned.get(path.strip_prefix(root).ok()?));
        match (fs::symlink_metadata(path), owned) {
            (Err(_), _) => PlaceState::Missing,
            (Ok(_), None) => PlaceState::Foreign,
            (Ok(metadata), Some(owned)) if !owned.is_unchanged(&metadata) => PlaceState::Changed,
            (Ok(_), Some(owned)) if Some(owned.hash) == wanted => PlaceState::Right,
            (Ok(_), Some(_)) => PlaceState::Outdated,
        }
    }

    /// Returns the files that clx owns and the course does not want any more.
    fn unwanted(&self, plan: &BuildPlan) -> Vec<PathBuf> {
        let owned = self.roots.iter();
        let paths = owned.flat_map(|(root, owned)| owned.keys().map(move |path| root.join(path)));
        let mut unwanted: Vec<PathBuf> = paths.filter(|path| plan.sweeps(path)).collect();
        unwanted.sort();
        unwanted
    }
}
