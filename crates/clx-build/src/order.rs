//! Which steps can begin: all but those that wait for pictures of others. Principal type: [`Order`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use clx_core::{
    CodeUse, ContentHash, InlinePicture, NotebookInput, NotebookRequest, OutputFormat,
    OutputOutcome, Step, StepId, StepOutput, VisibleFile,
};

use crate::plan::{NeededPicture, PictureUsage, PlannedStep, page_names};

/// Hands out the steps of a plan as soon as what they need is made.
#[derive(Debug)]
pub(crate) struct Order<'p> {
    steps: &'p [PlannedStep],
    /// Positions in the plan, in the order in which steps were handed out.
    handed_out: Vec<usize>,
    waiting: Vec<usize>,
    finished: BTreeSet<usize>,
    /// What was made, by step and output; a picture that could not be made is missing.
    made: BTreeMap<(usize, usize), ContentHash>,
}

impl<'p> Order<'p> {
    pub(crate) fn new(steps: &'p [PlannedStep]) -> Self {
        Self {
            steps,
            handed_out: Vec::new(),
            waiting: (0..steps.len()).collect(),
            finished: BTreeSet::new(),
            made: BTreeMap::new(),
        }
    }

    /// Takes the steps that can begin, with the pictures that they waited for. A picture that could
    /// not be made holds nobody up: whoever needs it says so.
    pub(crate) fn take_ready(&mut self) -> Vec<(&'p PlannedStep, Step)> {
        let waiting = std::mem::take(&mut self.waiting);
        let is_ready = |&index: &usize| {
            self.steps[index].pictures.iter().all(|needed| self.finished.contains(&needed.step))
        };
        let (ready, waiting): (Vec<_>, Vec<_>) = waiting.into_iter().partition(is_ready);
        self.waiting = waiting;
        self.handed_out.extend(&ready);
        let with_pictures = |index: usize| {
            let planned = &self.steps[index];
            (planned, self.complete(planned))
        };
        ready.into_iter().map(with_pictures).collect()
    }

    /// Returns the step that was handed out under this number, and its position in the plan.
    pub(crate) fn planned(&self, StepId(number): StepId) -> (usize, &'p PlannedStep) {
        let index = self.handed_out[number];
        (index, &self.steps[index])
    }

    /// Notes what came of a step.
    pub(crate) fn finish(&mut self, index: usize, outputs: &[OutputOutcome]) {
        self.finished.insert(index);
        for (output, outcome) in outputs.iter().enumerate() {
            if let OutputOutcome::Cached(result) | OutputOutcome::Made(result) = outcome
                && let Some(artifact) = result.artifacts.first()
            {
                self.made.insert((index, output), artifact.hash);
            }
        }
    }

    /// Returns the positions of the steps that are not finished.
    pub(crate) fn open(&self) -> impl Iterator<Item = usize> {
        (0..self.steps.len()).filter(|index| !self.finished.contains(index))
    }

    /// Counts the steps that are not finished.
    pub(crate) fn n_open(&self) -> usize {
        self.steps.len() - self.finished.len()
    }

    /// Gives up what was not handed out.
    pub(crate) fn give_up(&mut self) {
        self.finished.extend(self.waiting.drain(..));
    }

    fn complete(&self, planned: &PlannedStep) -> Step {
        let mut step = planned.step.clone();
        if planned.pictures.is_empty() {
            return step;
        }
        let mut input: NotebookInput =
            serde_json::from_str(step.input.get()).expect("only notebooks need pictures");
        for NeededPicture { usage, path, step: made_by, output, .. } in &planned.pictures {
            let Some(&hash) = self.made.get(&(*made_by, *output)) else {
                mark_lack(&mut step.outputs, path);
                continue;
            };
            match (usage, &mut input.code) {
                (PictureUsage::Code, CodeUse::Run(run)) => {
                    run.files.push(VisibleFile { path: path.clone(), hash, is_notebook: false });
                    run.files.sort_unstable();
                }
                (PictureUsage::Code, CodeUse::Show | CodeUse::NoKernel) => {}
                (PictureUsage::Page, _) => {
                    let paths = page_names(path).into();
                    input.inline.push(InlinePicture { paths, hash });
                }
            }
        }
        step.input = serde_json::value::to_raw_value(&input).expect("it was JSON before");
        step
    }
}

/// Gives pages that are made without a picture keys of their own: once it can be made, they are not
/// taken for those that have it.
fn mark_lack(outputs: &mut [StepOutput], picture: &Path) {
    let name = format!("lack of {}", picture.display());
    for output in outputs {
        let request: NotebookRequest =
            serde_json::from_str(output.request.get()).expect("only notebooks need pictures");
        if request.format == OutputFormat::Html {
            output.key = output.key.clone().with(name.clone(), "");
        }
    }
}
