//! Which tools a build works with. Principal types: [`Identities`], [`ToolNotes`].

use std::cell::RefCell;
use std::collections::BTreeMap;

use clx_build::KernelChoice;
use clx_core::{ContentHash, JobKind, ProgLang};
use serde::{Deserialize, Serialize};

use super::pages::KernelChooser;
use super::toolbox::{Lack, Renderer, Toolbox};
use crate::settings::WorkSettings;

/// The tools that a build works with; of those that are missing, why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identities {
    kernels: BTreeMap<ProgLang, ContentHash>,
    renderers: BTreeMap<JobKind, ContentHash>,
}

/// Notes the tools that are asked for.
#[derive(Debug, Default)]
pub(super) struct ToolNotes(RefCell<Identities>);

impl Identities {
    pub(super) fn are_those_of(&self, toolbox: &Toolbox, work: &WorkSettings) -> bool {
        let chooser = KernelChooser::new(toolbox, work);
        let is_kernel =
            |(&language, known): (&_, &_)| of_kernel(&chooser.choose(language)) == *known;
        let is_renderer = |(&kind, known): (&_, &_)| of_renderer(&toolbox.renderer(kind)) == *known;
        self.kernels.iter().all(is_kernel) && self.renderers.iter().all(is_renderer)
    }
}

impl ToolNotes {
    /// Returns what was noted.
    pub(super) fn take(&self) -> Identities {
        self.0.take()
    }

    /// Notes a kernel that was chosen.
    pub(super) fn kernel(&self, language: ProgLang, choice: &KernelChoice) {
        self.0.borrow_mut().kernels.insert(language, of_kernel(choice));
    }

    /// Notes what draws a kind of diagrams.
    pub(super) fn renderer(&self, kind: JobKind, renderer: &Result<Renderer, Lack>) {
        self.0.borrow_mut().renderers.insert(kind, of_renderer(renderer));
    }
}

fn of_kernel(choice: &KernelChoice) -> ContentHash {
    match choice {
        KernelChoice::Found { identity, .. } => *identity,
        KernelChoice::Missing { reason, .. } => ContentHash::of(reason),
    }
}

fn of_renderer(renderer: &Result<Renderer, Lack>) -> ContentHash {
    match renderer {
        Ok(Renderer { identity, .. }) => *identity,
        Err(Lack { reason, .. }) => ContentHash::of(reason),
    }
}
