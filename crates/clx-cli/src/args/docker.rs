//! Arguments of `clx docker`. Principal type: [`DockerCommand`].

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use clx_core::JobKind;
use clx_images::{ImageKind, Variant};

use super::FormatArgs;

/// What stands below the help of `clx docker`.
pub(super) const EXAMPLES: &str = "Examples:
  clx docker build                                   build the images for this version of clx
  clx docker build --only notebook --variant full    kernels for Python, TypeScript, Java and C++
  clx docker list                                    show what the engine has
  clx docker pull --from registry.example.org/clx    fetch them instead

The engine is that of this machine, or the one whose socket DOCKER_HOST names: unix:///run/docker.sock

Exit status: 0 done, 4 there is no engine, or something else that is needed.";

/// Commands about images.
#[derive(Debug, Subcommand)]
pub enum DockerCommand {
    /// Build images, and run a small job in each
    #[command(after_help = "Examples:
  clx docker build
  clx docker build --only plantuml --base debian:bookworm-slim
  sudo clx docker build --bootstrap                  where no registry can be reached

An image that was built from the same parts is left as it is. Where the default base cannot be pulled and
root runs this on Debian 12 with debootstrap, one is made here; it holds the addresses and certificates by
which this machine fetches packages, so images on it are not pushed.")]
    Build(BuildArgs),
    /// List the images of clx that the engine has
    List(FormatArgs),
    /// Fetch the images of this version from a registry
    #[command(
        after_help = "Example:\n  clx docker pull --from registry.example.org/clx --only drawio"
    )]
    Pull(PullArgs),
    /// Send the images of this version to a registry
    #[command(
        after_help = "Example:\n  clx docker push --to registry.example.org/clx\n\nImages that were \
        built for this site only are refused. Log in by `docker login` where the registry wants it\nand \
        push by `docker push`: clx sends no passwords."
    )]
    Push(PushArgs),
}

/// Which images a command is about.
#[derive(Debug, Args)]
pub struct ImageArgs {
    /// Only this image: notebook, plantuml or drawio
    #[arg(long, value_name = "KIND")]
    pub only: Option<JobKind>,
    /// Kernels of the image for notebooks
    #[arg(long, value_enum, value_name = "NAME", default_value_t)]
    pub variant: VariantArg,
}

impl ImageArgs {
    /// Returns the images.
    #[must_use]
    pub fn kinds(&self) -> Vec<ImageKind> {
        let wanted = |kind: &JobKind| self.only.is_none_or(|only| only == *kind);
        let kinds = JobKind::ALL.into_iter().filter(wanted);
        kinds.map(|kind| ImageKind::of(kind, self.variant.into())).collect()
    }
}

/// Kernels of the image for notebooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum VariantArg {
    /// Python only: small.
    #[default]
    Python,
    /// Python, TypeScript, Java and C++.
    Full,
}

impl From<VariantArg> for Variant {
    fn from(variant: VariantArg) -> Self {
        match variant {
            VariantArg::Python => Self::Python,
            VariantArg::Full => Self::Full,
        }
    }
}

/// Arguments of `clx docker build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// Which images.
    #[command(flatten)]
    pub images: ImageArgs,
    /// Build on this image [default: a local `clx-base`, else debian:bookworm-slim, else one made here]
    #[arg(long, value_name = "IMAGE", conflicts_with = "bootstrap")]
    pub base: Option<String>,
    /// Build on an image that is made from the package source of this machine
    #[arg(long)]
    pub bootstrap: bool,
    /// Do every step anew
    #[arg(long)]
    pub no_cache: bool,
    /// The statically linked clx that goes into the images [default: this program]
    #[arg(long, value_name = "FILE")]
    pub worker: Option<PathBuf>,
    /// Print the log of each build, too
    #[arg(long, short)]
    pub verbose: bool,
}

/// Arguments of `clx docker pull`.
#[derive(Debug, Args)]
pub struct PullArgs {
    /// Registry and path below which the images lie [default: `docker.registry` of the configuration]
    #[arg(long, value_name = "PREFIX")]
    pub from: Option<String>,
    /// Which images.
    #[command(flatten)]
    pub images: ImageArgs,
}

/// Arguments of `clx docker push`.
#[derive(Debug, Args)]
pub struct PushArgs {
    /// Registry and path below which the images are to lie [default: `docker.registry` of the
    /// configuration]
    #[arg(long, value_name = "PREFIX")]
    pub to: Option<String>,
    /// Which images.
    #[command(flatten)]
    pub images: ImageArgs,
}
