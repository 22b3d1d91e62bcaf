//! What pages are made with: templates of the course, kernels. Principal types:
//! [`PageTemplates`], [`KernelChooser`].

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use clx_build::KernelChoice;
use clx_core::{ContentHash, Diagnostic, Inputs, ProgLang};
use clx_render::{Templates, renderer_identity};
use clx_store::{Store, StoreError};

use super::toolbox::{Kernel, Lack, Toolbox};
use crate::args::build::{ExecuteArg, KernelArg};
use crate::settings::WorkSettings;

/// Where a course keeps its own templates, and their names.
const DIRECTORY: &str = "templates/html";
const NAMES: [&str; 2] = ["page.html.j2", "style.css"];

/// The templates of a course's pages.
pub(super) struct PageTemplates {
    /// Their digest, with that of the renderer.
    pub(super) identity: ContentHash,
    /// The course's own, in the store.
    pub(super) own: Option<ContentHash>,
    /// What was looked at.
    pub(super) inputs: Inputs,
}

/// Why the templates cannot be used.
pub(super) enum TemplateFailure {
    /// They are wrong.
    Invalid(Vec<Diagnostic>),
    /// The store failed.
    Store(StoreError),
}

impl PageTemplates {
    /// Reads and checks `templates/html/` of the course.
    pub(super) fn load(root: &Path, store: &Store) -> Result<Self, TemplateFailure> {
        let files = read(root).map_err(TemplateFailure::Invalid)?;
        let templates = compiled(&files).map_err(TemplateFailure::Invalid)?;
        let own = if files.is_empty() {
            None
        } else {
            let json = serde_json::to_vec(&files).expect("a map of texts is JSON");
            Some(store.put(&json).map_err(TemplateFailure::Store)?)
        };
        let mut inputs = Inputs::default();
        for name in NAMES {
            inputs.add(&root.join(DIRECTORY).join(name), files.contains_key(name));
        }
        Ok(Self { identity: renderer_identity(&templates), own, inputs })
    }
}

/// Returns what is wrong with the templates of a course.
pub(super) fn template_problems(root: &Path) -> Vec<Diagnostic> {
    read(root).and_then(|files| compiled(&files)).err().unwrap_or_default()
}

/// Compiles templates; their problems are located relative to the course root.
fn compiled(files: &BTreeMap<String, String>) -> Result<Templates, Vec<Diagnostic>> {
    let below = |mut problem: Diagnostic| {
        if let Some(location) = &mut problem.location {
            location.file = Path::new(DIRECTORY).join(&location.file);
        }
        problem
    };
    Templates::with_overrides(files).map_err(|problems| problems.into_iter().map(below).collect())
}

fn read(root: &Path) -> Result<BTreeMap<String, String>, Vec<Diagnostic>> {
    let mut files = BTreeMap::new();
    let mut problems = Vec::new();
    for name in NAMES {
        let shown = Path::new(DIRECTORY).join(name);
        match fs::read_to_string(root.join(&shown)) {
            Ok(text) => {
                files.insert(name.to_owned(), text);
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                let message = format!("the template cannot be read: {error}");
                let code = clx_build::code::READ_FAILED;
                problems.push(Diagnostic::error(code, "file_load_error", message).in_file(shown));
            }
        }
    }
    if problems.is_empty() { Ok(files) } else { Err(problems) }
}

/// Chooses the kernel of each language.
pub(super) struct KernelChooser<'a> {
    tools: &'a Toolbox,
    /// The user's own choices.
    chosen: &'a [KernelArg],
    execute: ExecuteArg,
}

impl<'a> KernelChooser<'a> {
    pub(super) fn new(tools: &'a Toolbox, work: &'a WorkSettings) -> Self {
        Self { tools, chosen: &work.kernels, execute: work.execute }
    }

    /// Finds the kernel of a language.
    pub(super) fn choose(&self, language: ProgLang) -> KernelChoice {
        let own = self.chosen.iter().rfind(|choice| choice.language == language);
        let names = match own {
            Some(choice) => vec![choice.kernel.as_str()],
            None => usual_kernels(language),
        };
        match self.tools.kernel(language, &names) {
            Ok(Kernel { name, identity }) => KernelChoice::Found { name, identity },
            Err(Lack { reason, hint }) => KernelChoice::Missing {
                reason,
                hint,
                is_optional: own.is_none() && self.is_optional(language),
            },
        }
    }

    /// Nobody installs a C# kernel by the ordinary package clients, so its pages may do without.
    fn is_optional(&self, language: ProgLang) -> bool {
        self.execute == ExecuteArg::IfAvailable || language == ProgLang::CSharp
    }
}

/// Returns the names of kernels that run a language, the preferred one first.
pub(super) fn usual_kernels(language: ProgLang) -> Vec<&'static str> {
    let others: &[&str] = match language {
        ProgLang::Cpp => &["clang_repl_cpp20", "clang_repl", "xcpp17"],
        ProgLang::TypeScript => &["tslab"],
        ProgLang::Java => &["jjava", "ijava"],
        ProgLang::Python | ProgLang::CSharp => &[],
    };
    std::iter::once(clx_notebook::kernel_name(language)).chain(others.iter().copied()).collect()
}
