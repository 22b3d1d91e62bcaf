//! The words that every clx crate shares: hashes and keys, languages, kinds, formats, diagnostics,
//! time. No I/O, no async, no SQLite.
//!
//! | module | words |
//! |---|---|
//! | [`hash`] | [`ContentHash`], [`KeyBuilder`] |
//! | [`language`] | [`Language`], [`LanguageProfile`] |
//! | [`prog_lang`] | [`ProgLang`] |
//! | [`kind`] | [`OutputKind`]: a rule set for an audience |
//! | [`mod@format`] | [`OutputFormat`], [`PictureFormat`] |
//! | [`job`] | [`JobKind`], [`NotebookInput`], [`NotebookRequest`], [`DiagramInput`], [`DiagramRequest`] |
//! | [`step`] | [`Step`], [`StepEvent`], [`Backend`]: a build and who makes it |
//! | [`action`] | [`ActionResult`], [`Artifact`], [`Subject`] |
//! | [`diagnostic`] | [`Diagnostic`]: file, line, column, code, hint |
//! | [`clock`] | [`Clock`], [`Timestamp`] |
//! | `causes` | [`with_causes`]: an error and what caused it on one line |
//! | [`suggest`] | words that resemble a misspelt one |

pub mod action;
mod causes;
pub mod clock;
pub mod diagnostic;
pub mod format;
pub mod hash;
mod inputs;
pub mod job;
pub mod kind;
pub mod language;
pub mod prog_lang;
pub mod step;
pub mod suggest;

pub use action::{ActionResult, Artifact, Subject};
pub use causes::with_causes;
pub use clock::{Clock, ManualClock, SystemClock, Timestamp};
pub use diagnostic::{Diagnostic, Location, Severity, path_as_text};
pub use format::{OutputFormat, PictureFormat};
pub use hash::{ContentHash, KeyBuilder};
pub use inputs::Inputs;
pub use job::{
    CodeRun, CodeUse, DiagramInput, DiagramRequest, IncludedFile, InlinePicture, JobKind,
    NotebookInput, NotebookRequest, VisibleFile,
};
pub use kind::{Audience, CodeCells, OutputKind};
pub use language::{Language, LanguageProfile};
pub use prog_lang::ProgLang;
pub use step::{
    Backend, BackendError, ExecutedCode, JobPayload, JobResult, OutputOutcome, RequestResult,
    RunningStep, Step, StepEvent, StepId, StepOutput,
};
