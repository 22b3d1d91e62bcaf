//! What commands work with: flags, and where none is given, the configuration. Principal types:
//! [`BuildSettings`], [`WorkSettings`].

mod build;
mod hosts;
mod tools;
mod work;

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use clx_config::setting::{JOBS_DB_PATH, STATE_DIR};
use clx_config::{Config, Setting, Sources};
use clx_core::Diagnostic;

pub(crate) use self::build::{BuildSettings, DisplaySettings, Request, SelectionSettings};
pub(crate) use self::hosts::HostsSettings;
pub(crate) use self::tools::ToolSettings;
pub(crate) use self::work::{
    ContainerSettings, CountSettings, Surroundings, WorkSettings, retention,
};

use crate::args::build::StateArgs;
use crate::display::{Style, stderr_line};
use crate::exit::Exit;

/// Reads the configuration for a command, about the course at `course` if it is about one, and prints
/// what is wrong with it.
///
/// # Errors
/// [`Exit::Spec`] if something of it is an error.
pub(crate) fn configured(course: Option<&Path>) -> Result<Config, Exit> {
    let config = Config::load(&Sources::of_process(course));
    print_problems(config.problems());
    if has_errors(&config) { Err(Exit::Spec) } else { Ok(config) }
}

/// Prints problems, each with its place and hint.
pub(crate) fn print_problems(problems: &[Diagnostic]) {
    let style = Style::for_stderr(false);
    problems.iter().for_each(|problem| stderr_line(&style.diagnostic(problem)));
}

/// Tells whether nothing may be done with a configuration.
pub(crate) fn has_errors(config: &Config) -> bool {
    config.problems().iter().any(Diagnostic::is_error)
}

/// Takes the word of a flag, else that of the configuration.
fn choice<E: ValueEnum + Default>(flag: Option<E>, config: &Config, key: &Setting<String>) -> E {
    // Keys have the words of their flags; a test sees to it.
    flag.unwrap_or_else(|| E::from_str(&config.get(key), false).unwrap_or_default())
}

/// Where queue and cache are.
#[derive(Debug, Clone, Default)]
pub(crate) struct StateSettings {
    /// Directory of both, if not the usual one.
    pub(crate) state_dir: Option<PathBuf>,
    /// File of the queue, if not in that directory.
    pub(crate) jobs_db_path: Option<PathBuf>,
}

impl StateSettings {
    pub(crate) fn new(args: &StateArgs, config: &Config) -> Self {
        let StateArgs { state_dir, jobs_db_path } = args.clone();
        Self {
            state_dir: state_dir.or_else(|| config.get(&STATE_DIR)),
            jobs_db_path: jobs_db_path.or_else(|| config.get(&JOBS_DB_PATH)),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use clx_config::{KEYS, Kind, Preset};

    use crate::args::Cli;

    /// The argument of a long flag, in the first command that has it.
    fn argument(command: &clap::Command, flag: &str) -> Option<clap::Arg> {
        let long = flag.trim_start_matches('-');
        let own = command.get_arguments().find(|argument| argument.get_long() == Some(long));
        let below = || command.get_subcommands().find_map(|command| argument(command, flag));
        own.cloned().or_else(below)
    }

    #[test]
    fn flags_of_keys_have_their_words_and_defaults() {
        let mut cli = Cli::command();
        cli.build();
        for key in KEYS {
            let Some(flag) = key.flag else { continue };
            let argument = argument(&cli, flag).unwrap_or_else(|| panic!("{flag} of {}", key.name));
            assert!(argument.get_default_values().is_empty() || key.kind == Kind::Switch, "{flag}");
            if let Kind::Choice(words) = key.kind {
                let values = argument.get_possible_values();
                let names: Vec<_> =
                    values.iter().map(clap::builder::PossibleValue::get_name).collect();
                assert_eq!(names, words, "{flag}");
            }
            if let (Preset::Value(default), false) = (key.default, key.kind == Kind::Switch) {
                let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
                let shown = help.contains(&format!("[default: {default}"))
                    || help.contains(&format!("[default port: {default}"));
                assert!(shown, "{flag}: {help}");
            }
        }
    }
}
