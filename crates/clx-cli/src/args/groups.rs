//! The list of commands by what they are for. Principal function: [`command`].

use clap::CommandFactory;

use super::Cli;

/// The commands by what they are for, in the order in which people meet them.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Build a course", &["build", "watch", "plan", "explain"]),
    (
        "Write a course",
        &["init", "new", "validate", "targets", "decks", "orphans", "outline", "git"],
    ),
    ("See and steer builds", &["status", "monitor", "serve", "builds", "jobs", "workers"]),
    ("Tools and settings", &["setup", "doctor", "config", "docker", "pool"]),
    ("What is kept", &["cache", "db"]),
];

/// Commands that every program has.
const USUAL: (&str, &[&str]) = ("Other", &["completions", "man", "help"]);

/// Returns the command line; where it will show the list of commands, they stand in groups. `first` is the
/// first word behind the name of the program. Groups are made for the list alone: they cost a millisecond.
#[must_use]
pub fn command(first: Option<&str>) -> clap::Command {
    match first {
        None | Some("-h" | "--help" | "help") => grouped(),
        Some(_) => Cli::command(),
    }
}

fn grouped() -> clap::Command {
    let mut command = Cli::command();
    command.build();
    let groups: Vec<String> =
        GROUPS.iter().chain([&USUAL]).map(|group| written(&command, *group)).collect();
    let header = *command.get_styles().get_header();
    let template = format!(
        "{{about}}\n\n{{usage-heading}} {{usage}}\n\n{}\n{header}Options:{header:#}\n{{options}}{{after-help}}",
        groups.join("\n")
    );
    Cli::command().help_template(template)
}

fn written(command: &clap::Command, (title, names): (&str, &[&str])) -> String {
    let (header, literal) = (command.get_styles().get_header(), command.get_styles().get_literal());
    let line = |name: &&str| {
        let about = command.find_subcommand(name).and_then(clap::Command::get_about);
        let about = about.map(ToString::to_string).unwrap_or_default();
        format!("  {literal}{name:<12}{literal:#} {about}\n")
    };
    let lines: String = names.iter().map(line).collect();
    format!("{header}{title}:{header:#}\n{lines}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_stands_in_one_group() {
        let mut command = Cli::command();
        command.build();
        let mut visible: Vec<_> = command
            .get_subcommands()
            .filter(|command| !command.is_hide_set())
            .map(clap::Command::get_name)
            .collect();
        let mut grouped: Vec<_> =
            GROUPS.iter().chain([&USUAL]).flat_map(|(_, names)| names.iter().copied()).collect();
        visible.sort_unstable();
        grouped.sort_unstable();
        assert_eq!(grouped, visible);
    }
}
