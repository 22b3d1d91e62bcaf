//! What the pages of a build are made with. Principal types: [`PageSettings`], [`KernelChoice`].

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use clx_core::{
    CodeRun, CodeUse, ContentHash, Diagnostic, OutputFormat, ProgLang, Severity, VisibleFile,
};
use clx_course::{Course, NotebookOutput, NotebookOutputs};

use crate::code;

/// The kernel of a programming language on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KernelChoice {
    /// It is there.
    Found {
        /// Its name.
        name: String,
        /// Digest of everything about it and its environment that can change an output.
        identity: ContentHash,
    },
    /// It is not; pages show code without outputs.
    Missing {
        /// Why, in one sentence.
        reason: String,
        /// What to do about it.
        hint: String,
        /// Whether the build may do without: then this is a warning, not an error.
        is_optional: bool,
    },
}

/// How pages are rendered and their code is run.
pub struct PageSettings<'a> {
    /// Digest of the page renderer and its templates.
    pub renderer: ContentHash,
    /// The course's own templates, a JSON object in the store.
    pub templates: Option<ContentHash>,
    /// Finds the kernel of a language; asked at most once for each that has code to run. `None`:
    /// no code is run.
    pub kernel: Option<&'a dyn Fn(ProgLang) -> KernelChoice>,
    /// Whether outputs that the store has are used.
    pub reuse: bool,
    /// How long one cell may run.
    pub cell_limit: Option<Duration>,
}

/// The kernels that were looked for so far.
pub(crate) struct Kernels<'a> {
    settings: &'a PageSettings<'a>,
    known: BTreeMap<ProgLang, KernelChoice>,
}

impl<'a> Kernels<'a> {
    pub(crate) const fn new(settings: &'a PageSettings<'a>) -> Self {
        Self { settings, known: BTreeMap::new() }
    }

    /// Returns what happens to the code of a notebook's pages. `digest` knows the files that code
    /// may see.
    pub(crate) fn code_use(
        &mut self,
        notebook: &NotebookOutputs,
        digest: impl Fn(&Path) -> Option<ContentHash>,
    ) -> CodeUse {
        let settings = self.settings;
        let Some(kernel) = settings.kernel.filter(|_| runs_code(notebook)) else {
            return CodeUse::Show;
        };
        let choice =
            self.known.entry(notebook.prog_lang).or_insert_with(|| kernel(notebook.prog_lang));
        let KernelChoice::Found { name, identity } = choice else { return CodeUse::NoKernel };
        let visible = notebook.support_files().filter_map(|file| {
            let (path, is_notebook) = (file.relative.clone(), file.is_notebook);
            Some(VisibleFile { path, hash: digest(&file.source)?, is_notebook })
        });
        let mut files: Vec<VisibleFile> = visible.collect();
        files.sort_unstable();
        CodeUse::Run(CodeRun {
            kernel: name.clone(),
            identity: *identity,
            skip_errors: notebook.code.skip_errors,
            reuse: settings.reuse,
            cell_limit: settings.cell_limit,
            files,
        })
    }

    /// Reports each kernel that is missing, once.
    pub(crate) fn problems(&self, course: &Course) -> Vec<Diagnostic> {
        let missing = self.known.iter().filter_map(|(language, choice)| match choice {
            KernelChoice::Found { .. } => None,
            KernelChoice::Missing { reason, hint, is_optional } => {
                Some((language, reason, hint, *is_optional))
            }
        });
        missing
            .map(|(language, reason, hint, is_optional)| {
                let severity = if is_optional { Severity::High } else { Severity::Error };
                let message = format!(
                    "{} pages show code without outputs: {reason}",
                    language.display_name()
                );
                Diagnostic::new(severity, code::KERNEL_MISSING, "missing_kernel", message)
                    .in_file(course.shown(&course.spec))
                    .with_hint(hint)
            })
            .collect()
    }
}

/// Tells whether a page of the notebook is wanted whose kind runs code, and its topic lets it.
pub(crate) fn runs_code(notebook: &NotebookOutputs) -> bool {
    let is_run =
        |output: &NotebookOutput| output.format == OutputFormat::Html && output.kind.executes_html;
    notebook.code.evaluate && notebook.outputs.iter().any(is_run)
}
