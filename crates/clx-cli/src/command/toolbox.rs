//! What a build plans with: the tools of this machine, or those in images. Principal type:
//! [`Toolbox`].

use std::sync::Arc;

use clx_core::{ContentHash, Diagnostic, JobKind, ProgLang};
use clx_worker_notebook::KernelError;

use super::hosts::HostTools;
use super::images::ToolImages;
use super::tools::Tools;
use super::with_causes;

/// Where jobs will find their tools.
pub(super) enum Toolbox {
    /// On this machine.
    Machine(Arc<Tools>),
    /// In the images of the workers.
    Images(Arc<ToolImages>),
    /// On other hosts.
    Hosts(Arc<HostTools>),
}

/// A kernel that jobs will find.
pub(super) struct Kernel {
    pub(super) name: String,
    /// Digest of everything about it that can change an output.
    pub(super) identity: ContentHash,
}

/// What draws diagrams of a kind.
pub(super) struct Renderer {
    /// Digest of everything about it that can change a picture.
    pub(super) identity: ContentHash,
    /// What the author should know about it.
    pub(super) notice: Option<Diagnostic>,
}

/// Why there is no tool, and what helps.
pub(super) struct Lack {
    pub(super) reason: String,
    pub(super) hint: String,
}

impl Toolbox {
    /// Finds the first of some kernels of a language that is there.
    pub(super) fn kernel(&self, language: ProgLang, names: &[&str]) -> Result<Kernel, Lack> {
        match self {
            Self::Machine(tools) => match tools.notebook().find(names) {
                Ok(found) => Ok(Kernel { name: found.name, identity: found.identity }),
                Err(error) => Err(Lack { reason: reason(&error), hint: kernel_hint(language) }),
            },
            Self::Images(images) => images.kernel(names),
            Self::Hosts(tools) => tools.kernel(language, names),
        }
    }

    /// Finds what draws diagrams of a kind.
    pub(super) fn renderer(&self, kind: JobKind) -> Result<Renderer, Lack> {
        match self {
            Self::Machine(tools) => machine_renderer(tools, kind),
            Self::Images(images) => images.renderer(kind),
            Self::Hosts(tools) => tools.renderer(kind),
        }
    }
}

fn machine_renderer(tools: &Tools, kind: JobKind) -> Result<Renderer, Lack> {
    let lack = |reason: String| Lack { reason, hint: format!("`clx setup {kind}` installs it") };
    if kind == JobKind::PlantUml {
        let found = tools.plantuml().map_err(|error| lack(with_causes(error)))?;
        return Ok(Renderer { identity: found.identity(), notice: found.notice() });
    }
    let found = tools.drawio().map_err(|reason| lack(reason.to_owned()))?;
    let identity = found.identity().map_err(|error| lack(with_causes(&error)))?;
    Ok(Renderer { identity, notice: None })
}

fn reason(error: &KernelError) -> String {
    let text = with_causes(error);
    match error {
        KernelError::NotFound { found, .. } if found.is_empty() => {
            format!("{text}, and no other kernel is installed")
        }
        KernelError::NotFound { found, .. } => {
            format!("{text}; installed are: {}", found.join(", "))
        }
        _ => text,
    }
}

fn kernel_hint(language: ProgLang) -> String {
    match language {
        ProgLang::Python | ProgLang::TypeScript | ProgLang::Java | ProgLang::Cpp => {
            format!("`clx setup kernels --language {}` installs it", language.name())
        }
        ProgLang::CSharp => {
            "install a Jupyter kernel for C# where Jupyter looks for kernels".to_owned()
        }
    }
}
