//! `cargo xtask build-images`: builds the images that workers run in, runs a job in each, and shows a
//! table of sizes and times. All files of it lie below the target directory.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_core::JobKind;
use clx_images::{
    BaseChoice, BaseImage, BuildRequest, Built, Checked, Engine, ImageError, ImageEvent, ImageKind,
    Variant,
};

use crate::error::TaskError;
use crate::root;
use crate::run::Program;

/// Runs on any Linux of this machine, without libraries.
const TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// Profile of cargo for the worker: that of releases without the optimisation of the whole program, which takes two
/// minutes; in a container it mostly waits for kernels and tools.
const PROFILE: &str = "image";

/// Arguments of `cargo xtask build-images`.
#[derive(Debug, clap::Args)]
pub(crate) struct BuildImages {
    /// Only this image: notebook, plantuml or drawio
    #[arg(long, value_name = "KIND")]
    only: Option<JobKind>,
    /// Kernels of the image for notebooks: python or full
    #[arg(long, value_name = "NAME", default_value = "python")]
    variant: Variant,
    /// Build on this image [default: a local `clx-base`, else debian:bookworm-slim, else one made here]
    #[arg(long, value_name = "IMAGE", conflicts_with = "bootstrap")]
    base: Option<String>,
    /// Build on an image that is made from the package source of this host, which must be Debian 12
    #[arg(long)]
    bootstrap: bool,
    /// Do every step anew
    #[arg(long)]
    no_cache: bool,
    /// Profile of cargo for the worker
    #[arg(long, value_name = "NAME", default_value = PROFILE)]
    profile: String,
}

impl BuildImages {
    /// What is built without arguments.
    pub(crate) fn usual() -> Self {
        Self {
            only: None,
            variant: Variant::Python,
            base: None,
            bootstrap: false,
            no_cache: false,
            profile: PROFILE.to_owned(),
        }
    }

    /// Which images are wanted.
    fn kinds(&self) -> Vec<ImageKind> {
        JobKind::ALL
            .into_iter()
            .filter(|kind| self.only.is_none_or(|only| only == *kind))
            .map(|kind| ImageKind::of(kind, self.variant))
            .collect()
    }
}

/// Builds and checks the images.
pub(crate) fn run(args: &BuildImages) -> Result<(), TaskError> {
    let root = root::repository()?;
    let at = |source| TaskError::Io { path: root.clone(), source };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(at)?;
    // First, so that nothing is compiled in vain.
    let engine = runtime.block_on(Engine::connect())?;
    crate::say(&format!("Docker engine {}", engine.version()));
    let place = root::target(&root).join("images");
    // What needs no worker is built while that is compiled.
    let (worker, base) = std::thread::scope(|scope| {
        let compiling = scope.spawn(|| worker(&root, &place.join("worker"), &args.profile));
        let base = runtime.block_on(system(args, &root, &engine, &place));
        let worker = compiling.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Ok::<_, TaskError>((worker?, base?))
    })?;
    let rows = runtime.block_on(build(args, &engine, &base, &place, &worker))?;
    crate::say("");
    crate::say(&format!("{:<28}{:>10}{:>12}{:>12}", "image", "size", "build", "check"));
    for (built, checked) in rows {
        let size = format!("{} MB", built.bytes / 1_000_000);
        let building = if built.was_there { "-".to_owned() } else { seconds(built.elapsed) };
        let checking = seconds(checked.elapsed);
        crate::say(&format!("{:<28}{size:>10}{building:>12}{checking:>12}", built.reference));
    }
    Ok(())
}

/// Provides the base and builds the stages of the images that need nothing else.
async fn system(
    args: &BuildImages,
    root: &Path,
    engine: &Engine,
    place: &Path,
) -> Result<BaseImage, TaskError> {
    let base = base(args, root, engine, place).await?;
    if !args.no_cache {
        for kind in args.kinds() {
            clx_images::build_system(engine, kind, &base, &mut tell).await?;
        }
    }
    Ok(base)
}

/// Provides the base; installs `debootstrap` if none can be had without.
async fn base(
    args: &BuildImages,
    root: &Path,
    engine: &Engine,
    place: &Path,
) -> Result<BaseImage, TaskError> {
    let choice = match (&args.base, args.bootstrap) {
        (Some(base), _) => BaseChoice::Given(base.clone()),
        (None, true) => BaseChoice::Bootstrap,
        (None, false) => BaseChoice::Automatic,
    };
    match clx_images::provide_base(engine, &choice, place, &mut tell).await {
        Err(ImageError::BaseMissing { .. } | ImageError::Bootstrap { .. })
            if args.base.is_none() && has_installed_debootstrap(root)? =>
        {
            Ok(clx_images::provide_base(engine, &choice, place, &mut tell).await?)
        }
        other => Ok(other?),
    }
}

/// Builds the images on a base, and runs a job in each.
async fn build(
    args: &BuildImages,
    engine: &Engine,
    base: &BaseImage,
    place: &Path,
    worker: &Path,
) -> Result<Vec<(Built, Checked)>, TaskError> {
    let mut rows = Vec::new();
    for kind in args.kinds() {
        let cache = &place.join("cache");
        let request = BuildRequest { kind, base, worker, cache, no_cache: args.no_cache };
        let built = clx_images::build(engine, request, &mut tell).await?;
        let checked = clx_images::check(engine, kind, &built.reference).await?;
        checked.outputs.iter().for_each(|output| crate::say(&format!("  made {output}")));
        rows.push((built, checked));
    }
    Ok(rows)
}

/// Builds `clx` without libraries, in a target directory of its own: its flags would else have everything
/// compiled anew, each time in turn.
fn worker(root: &Path, target: &Path, profile: &str) -> Result<PathBuf, TaskError> {
    Program::new(root, &format!("cargo build -p clx-cli --target {TRIPLE} --profile {profile}"))
        .argument("--target-dir")
        .argument(target)
        .variable("RUSTFLAGS", "-C target-feature=+crt-static")
        .run()?;
    let directory = if profile == "dev" { "debug" } else { profile };
    Ok(target.join(TRIPLE).join(directory).join("clx"))
}

/// Installs `debootstrap` where it lacks and may be installed; tells whether it did.
fn has_installed_debootstrap(root: &Path) -> Result<bool, TaskError> {
    let is_there = Program::new(root, "debootstrap --version").succeeds();
    let is_debian = Program::new(root, "apt-get --version").succeeds();
    let is_root = Program::new(root, "test -w /usr/sbin").succeeds();
    if is_there || !is_debian || !is_root {
        return Ok(false);
    }
    crate::say("# debootstrap makes a base image where no registry can be reached");
    Program::new(root, "apt-get install --yes --no-install-recommends debootstrap").run()?;
    Ok(true)
}

fn tell(event: ImageEvent) {
    match event {
        ImageEvent::BaseNotPulled { reference, reason } => {
            crate::say(&format!("{reference} cannot be pulled: {reason}"));
        }
        ImageEvent::Bootstrapping => crate::say("# making a base image: a minimal Debian"),
        ImageEvent::Base { reference, is_site } => {
            let note = if is_site { ", for this site only" } else { "" };
            crate::say(&format!("# base: {reference}{note}"));
        }
        ImageEvent::UpToDate { reference } => crate::say(&format!("# {reference} is up to date")),
        ImageEvent::Building { reference, context_bytes } => {
            crate::say(&format!("# building {reference}, from {} KB", context_bytes / 1000));
        }
        ImageEvent::Step { line } => crate::say(&format!("  {line}")),
        ImageEvent::Setup(_)
        | ImageEvent::Pulling { .. }
        | ImageEvent::Pushing { .. }
        | ImageEvent::Log { .. } => {}
        ImageEvent::Built { reference, elapsed } => {
            crate::say(&format!("# {reference} is built, {}", seconds(elapsed)));
        }
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
