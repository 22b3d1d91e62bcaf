//! `clx docker`: the images that workers run in.

use std::path::{Path, PathBuf};

use clx_config::setting::REGISTRY;
use clx_images::{BaseChoice, BuildRequest, Engine, ImageError, ImageEvent, VERSION};

use super::{setup, wiring};
use crate::args::FormatArgs;
use crate::args::docker::{BuildArgs, DockerCommand, PullArgs, PushArgs};
use crate::display::{Style, print_images, size, stderr_line};
use crate::exit::Exit;
use crate::settings::configured;

/// This program, also after an update of it.
const THIS_PROGRAM: &str = "/proc/self/exe";

pub(super) fn run(command: &DockerCommand) -> Exit {
    let config = match configured(None) {
        Ok(config) => config,
        Err(exit) => return exit,
    };
    let runtime = match wiring::runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            stderr_line(&format!("clx: cannot start: {error}"));
            return Exit::Environment;
        }
    };
    let registry = |named: &Option<String>| named.clone().or_else(|| config.get(&REGISTRY));
    let done = runtime.block_on(async {
        match command {
            DockerCommand::Build(args) => build(args).await,
            DockerCommand::List(args) => list(args).await,
            DockerCommand::Pull(args) => match registry(&args.from) {
                Some(from) => pull(args, &from).await,
                None => return Ok(no_registry("--from")),
            },
            DockerCommand::Push(args) => match registry(&args.to) {
                Some(to) => push(args, &to).await,
                None => return Ok(no_registry("--to")),
            },
        }
        .map(|()| Exit::Built)
    });
    done.unwrap_or_else(|error| {
        stderr_line(&Style::for_stderr(false).diagnostic(&error.diagnostic()));
        Exit::Environment
    })
}

/// Says that nothing names where images come from or go to.
fn no_registry(flag: &str) -> Exit {
    stderr_line(&format!(
        "error: no registry is named\n  hint: name it by `{flag}`, or for good by `clx config set \
         docker.registry PREFIX`"
    ));
    Exit::Usage
}

async fn build(args: &BuildArgs) -> Result<(), ImageError> {
    let engine = Engine::connect().await?;
    let worker = args.worker.as_deref().unwrap_or(Path::new(THIS_PROGRAM));
    // Before anything that takes long.
    if !clx_images::is_static(worker) {
        let shown = args.worker.clone().or_else(|| std::env::current_exe().ok());
        return Err(ImageError::WorkerNotStatic { path: shown.unwrap_or_default() });
    }
    let choice = match (&args.base, args.bootstrap) {
        (Some(base), _) => BaseChoice::Given(base.clone()),
        (None, true) => BaseChoice::Bootstrap,
        (None, false) => BaseChoice::Automatic,
    };
    let place = cache();
    let mut tell = |event: ImageEvent| tell(&event, args.verbose);
    let base = clx_images::provide_base(&engine, &choice, &place, &mut tell).await?;
    for kind in args.images.kinds() {
        let request =
            BuildRequest { kind, base: &base, worker, cache: &place, no_cache: args.no_cache };
        let built = clx_images::build(&engine, request, &mut tell).await?;
        clx_images::check(&engine, kind, &built.reference).await?;
        stderr_line(&format!("{} works, {}", built.reference, size(built.bytes)));
    }
    Ok(())
}

async fn list(args: &FormatArgs) -> Result<(), ImageError> {
    let engine = Engine::connect().await?;
    print_images(args.format, &clx_images::list(&engine).await?);
    Ok(())
}

async fn pull(args: &PullArgs, from: &str) -> Result<(), ImageError> {
    let engine = Engine::connect().await?;
    for kind in args.images.kinds() {
        let mut tell = |event: ImageEvent| tell(&event, false);
        let name = clx_images::pull(&engine, kind, VERSION, from, &mut tell).await?;
        stderr_line(&format!("Pulled {name}"));
    }
    Ok(())
}

async fn push(args: &PushArgs, to: &str) -> Result<(), ImageError> {
    let engine = Engine::connect().await?;
    for kind in args.images.kinds() {
        let mut tell = |event: ImageEvent| tell(&event, false);
        let name = clx_images::push(&engine, kind, VERSION, to, &mut tell).await?;
        stderr_line(&format!("Pushed {name}"));
    }
    Ok(())
}

/// Returns where fetched tools are kept between builds.
fn cache() -> PathBuf {
    let directory =
        |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let user = directory("XDG_CACHE_HOME").or_else(|| Some(directory("HOME")?.join(".cache")));
    user.unwrap_or_else(std::env::temp_dir).join("clx/images")
}

fn tell(event: &ImageEvent, is_verbose: bool) {
    let line = match event {
        ImageEvent::BaseNotPulled { reference, reason } => {
            format!("{reference} cannot be pulled: {reason}")
        }
        ImageEvent::Bootstrapping => "Making a base image: a minimal Debian".to_owned(),
        ImageEvent::Base { reference, is_site: false } => format!("Base: {reference}"),
        ImageEvent::Base { reference, is_site: true } => {
            format!("Base: {reference}, for this site only")
        }
        ImageEvent::Setup(event) => return setup::tell(event),
        ImageEvent::UpToDate { reference } => format!("{reference} is up to date"),
        ImageEvent::Building { reference, context_bytes } => {
            format!("Building {reference} from {}", size(*context_bytes))
        }
        ImageEvent::Pulling { reference } => format!("Pulling {reference}"),
        ImageEvent::Pushing { reference } => format!("Pushing {reference}"),
        ImageEvent::Step { line } => format!("  {line}"),
        ImageEvent::Log { line } if is_verbose => format!("    {line}"),
        ImageEvent::Log { .. } => return,
        ImageEvent::Built { reference, elapsed } => {
            format!("Built {reference} in {:.1} s", elapsed.as_secs_f64())
        }
    };
    stderr_line(&line);
}
