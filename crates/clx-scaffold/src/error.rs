//! Why nothing was written. Principal type: [`ScaffoldError`].

use std::io;
use std::path::{Path, PathBuf};

use clx_course::SectionError;

/// Why a course or a topic was not made. What was there before is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScaffoldError {
    /// Files or directories lie where others would be written.
    #[error("{} there already: {}", if paths.len() == 1 { "this is" } else { "these are" }, list(paths))]
    Exists {
        /// Their paths.
        paths: Vec<PathBuf>,
    },
    /// The title gives no name for the directories of outputs, or would end the text of a header.
    #[error("the title `{title}` cannot be used")]
    Title {
        /// The title.
        title: String,
        /// What is wrong with it.
        hint: &'static str,
    },
    /// The name of a topic has characters that topic ids do not have.
    #[error("`{name}` is no name for a topic")]
    Name {
        /// The name.
        name: String,
    },
    /// A topic of this name exists.
    #[error("a topic `{name}` is there already: {}", path.display())]
    Taken {
        /// The name.
        name: String,
        /// Its entry, relative to the course root.
        path: PathBuf,
        /// Whether the spec names it.
        is_in_spec: bool,
    },
    /// The course has no `prog-lang`, which tells what slides are written in.
    #[error("the course has no valid `prog-lang`, so the language of the slides is not known")]
    NoProgLang,
    /// No section can be chosen.
    #[error(transparent)]
    Section(#[from] SectionError),
    /// The text of the spec cannot be extended safely.
    #[error("the topic cannot be added to {} without disturbing it", spec.display())]
    Spec {
        /// The spec.
        spec: PathBuf,
        /// The element to add.
        element: String,
    },
    /// A directory leads out of the course.
    #[error("{} leads out of the course", path.display())]
    Outside {
        /// The directory.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {what} {}", path.display())]
    Io {
        /// What was tried: `read`, `write`.
        what: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

impl ScaffoldError {
    pub(crate) fn io(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { what, path: path.to_owned(), source }
    }

    /// Says what helps, if anything does.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Exists { .. } => "nothing was written; move them away, or name another directory",
            Self::Title { hint, .. } => hint,
            Self::Name { .. } => "use letters, digits, `_` and `-`, such as `for_loops`",
            Self::Taken { is_in_spec: true, .. } => "choose another name",
            Self::Taken { name, .. } => {
                let element = format!("<topic>{name}</topic>");
                return Some(format!(
                    "the spec does not name it yet: add `{element}` to a section"
                ));
            }
            Self::NoProgLang => {
                "add `<prog-lang>` with one of: cpp, csharp, java, python, typescript"
            }
            Self::Section(SectionError::Unknown { hint, .. }) => hint,
            Self::Section(SectionError::Ambiguous { numbers, .. }) => {
                let numbers: Vec<_> = numbers.iter().map(usize::to_string).collect();
                return Some(format!("use one of their numbers: {}", numbers.join(", ")));
            }
            Self::Section(_) => "add `<sections><section><name>…</name></section></sections>`",
            Self::Spec { element, .. } => return Some(format!("add `{element}` by hand")),
            Self::Outside { .. } | Self::Io { .. } => return None,
        };
        Some(hint.to_owned())
    }
}

fn list(paths: &[PathBuf]) -> String {
    let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    paths.join(", ")
}
