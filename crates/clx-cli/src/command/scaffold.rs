//! `clx init` and `clx new`: files to go on with.

use std::path::Path;

use clx_process::quoted;
use clx_scaffold::{NewCourse, NewTopic, ScaffoldError, title_of};

use super::{usage, with_causes};
use crate::args::scaffold::{InitArgs, NewCommand, NewTopicArgs};
use crate::display::{stderr_line, stdout_line};
use crate::exit::Exit;
use crate::spec_files::only_spec;

pub(super) fn init(args: &InitArgs) -> Exit {
    let title = args.title.clone().unwrap_or_else(|| default_title(&args.directory));
    let directory = args.directory.clone();
    let course = NewCourse { directory, title, prog_lang: args.language };
    match course.create() {
        Ok(spec) => {
            let directory = &args.directory.display();
            stdout_line(&format!("Made the course `{}` in {directory}\n", course.title));
            stdout_line(&format!("Next:\n  clx build {}", typed(&plain(&spec))));
            Exit::Built
        }
        Err(error) => refuse(&error),
    }
}

pub(super) fn new(command: &NewCommand) -> Exit {
    let NewCommand::Topic(args) = command;
    match topic(args) {
        Ok(()) => Exit::Built,
        Err(exit) => exit,
    }
}

fn topic(args: &NewTopicArgs) -> Result<(), Exit> {
    let only = || only_spec(Path::new("."), " with `--spec`").map_err(usage);
    let spec = args.spec.clone().map_or_else(only, Ok)?;
    let course = super::load_for_reading(&spec, None)?;
    let topic = NewTopic {
        name: args.name.clone(),
        section: args.section.clone(),
        title_de: args.title_de.clone(),
        title_en: args.title_en.clone(),
    };
    let made = topic.create(&course).map_err(|error| refuse(&error))?;
    stdout_line(&format!("Made {}", made.slides.display()));
    stdout_line(&format!(
        "Added `{}` to section {} ({}) of {}",
        args.name,
        made.section,
        made.section_name,
        spec.display()
    ));
    if made.is_unevaluated {
        stdout_line("Its code is not run (evaluate=\"no\"), like that of the topic before it");
    }
    stdout_line(&format!("\nNext:\n  clx build {} --only {}", typed(&spec), args.name));
    Ok(())
}

/// Returns a path as it is typed.
fn typed(path: &Path) -> String {
    quoted(&path.display().to_string())
}

/// Names a course after its directory.
fn default_title(directory: &Path) -> String {
    let absolute = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
    let name = absolute.file_name().unwrap_or_default().to_string_lossy();
    let title = title_of(&name);
    if title.is_empty() { "Course".to_owned() } else { title }
}

/// Leaves out the `./` that the default directory brings along.
fn plain(path: &Path) -> std::path::PathBuf {
    path.strip_prefix(".").unwrap_or(path).to_owned()
}

fn refuse(error: &ScaffoldError) -> Exit {
    let hint = error.hint().map(|hint| format!("\n  hint: {hint}")).unwrap_or_default();
    stderr_line(&format!("error: {}{hint}", with_causes(error)));
    match error {
        ScaffoldError::Io { .. } => Exit::Environment,
        ScaffoldError::NoProgLang | ScaffoldError::Spec { .. } => Exit::Spec,
        _ => Exit::Usage,
    }
}
