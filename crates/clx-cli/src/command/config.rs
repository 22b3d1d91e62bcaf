//! `clx config`: shows and changes the configuration.

mod locate;
mod show;

use std::path::{Path, PathBuf};

use clx_config::{Config, EditError, Layer, Origin, Sources};

use crate::args::config::{ConfigCommand, CourseArgs, InitArgs, SetArgs, UnsetArgs};
use crate::display::{stderr_line, stdout_line, stdout_text};
use crate::exit::Exit;
use crate::settings::print_problems;

/// What makes a directory the root of a course.
const SIGNS: [&str; 3] = ["course-specs", "clx.toml", ".clx/config.toml"];

pub(super) fn run(command: &ConfigCommand) -> Exit {
    let done = match command {
        ConfigCommand::Show(args) => return show::run(args, &sources(&args.course)),
        ConfigCommand::Locate(args) => return locate::run(args, &sources(&args.course)),
        ConfigCommand::Schema => {
            stdout_text(&format!("{:#}\n", clx_config::schema()));
            return Exit::Built;
        }
        ConfigCommand::Init(args) => init(args),
        ConfigCommand::Set(args) => set(args),
        ConfigCommand::Unset(args) => unset(args),
    };
    done.unwrap_or_else(refuse)
}

/// Returns where the configuration is looked for.
fn sources(args: &CourseArgs) -> Sources {
    let here = std::env::current_dir().unwrap_or_default();
    let root = match &args.data_dir {
        Some(named) => Some(here.join(named)),
        None => course_above(&here),
    };
    Sources::of_process(root.as_deref())
}

/// Returns the nearest directory, from one upwards, that looks like the root of a course.
fn course_above(from: &Path) -> Option<PathBuf> {
    let is_root = |directory: &&Path| SIGNS.iter().any(|sign| directory.join(sign).exists());
    from.ancestors().find(is_root).map(Path::to_owned)
}

fn refuse(error: EditError) -> Exit {
    let exit = match &error {
        EditError::UnknownKey { .. } | EditError::UnusedKey { .. } => Exit::Usage,
        EditError::Refused { .. } => Exit::Spec,
        _ => Exit::Environment,
    };
    print_problems(&error.problems());
    exit
}

fn init(args: &InitArgs) -> Result<Exit, EditError> {
    let sources = sources(&args.file.course);
    let path = clx_config::initialise(&sources, args.file.location.into(), args.force)?;
    stdout_line(&format!("Wrote {}; all its keys are comments.", path.display()));
    Ok(Exit::Built)
}

fn set(args: &SetArgs) -> Result<Exit, EditError> {
    let sources = sources(&args.file.course);
    let layer = Layer::from(args.file.location);
    let path = clx_config::set(&sources, layer, &args.key, &args.value)?;
    stdout_line(&format!("Set `{}` to {} in {}.", args.key, args.value.trim(), path.display()));
    tell_what_wins(&sources, &args.key, &path);
    Ok(Exit::Built)
}

fn unset(args: &UnsetArgs) -> Result<Exit, EditError> {
    let sources = sources(&args.file.course);
    let (path, was_there) = clx_config::unset(&sources, args.file.location.into(), &args.key)?;
    let (key, path) = (&args.key, path.display());
    stdout_line(&match was_there {
        true => format!("Removed `{key}` from {path}."),
        false => format!("Nothing to remove: {path} does not set `{key}`."),
    });
    Ok(Exit::Built)
}

/// Says that a value has no effect, if something else sets the key.
fn tell_what_wins(sources: &Sources, name: &str, path: &Path) {
    let Some(key) = clx_config::find(name) else { return };
    let origin = Config::load(sources).current(key).origin;
    let is_ours = matches!(&origin, Origin::File { path: winner, .. } if winner == path);
    if !is_ours && origin != Origin::Default {
        stderr_line(&format!("It has no effect here: {origin} sets it, too, and wins."));
    }
}
