//! All commands and flags as a page of Markdown, for the repository. Principal function: [`reference`].

use clap::{Arg, Command};

const HEAD: &str = "# Commands\n\n\
    <!-- Made by `cargo xtask gen-docs` from the command line of clx. -->\n\n\
    `clx COMMAND --help` tells the same.";

/// Returns the page; what is hidden is left out.
pub(crate) fn reference(mut command: Command) -> String {
    command.build();
    let mut blocks = vec![HEAD.to_owned()];
    add(&command, &mut blocks);
    blocks.join("\n\n") + "\n"
}

fn add(command: &Command, blocks: &mut Vec<String>) {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    blocks.push(format!("## {name}"));
    let about = command.get_long_about().or_else(|| command.get_about());
    blocks.extend(about.map(|about| format!("{about}.").replace("..", ".")));
    let usage = command.clone().render_usage().to_string();
    blocks.push(fenced(usage.trim_start_matches("Usage:").trim()));
    blocks.extend(table(command));
    blocks.extend(command.get_after_help().map(|text| fenced(&text.to_string())));
    let visible = |command: &&Command| !command.is_hide_set() && command.get_name() != "help";
    let subcommands: Vec<_> = command.get_subcommands().filter(visible).collect();
    let lines: Vec<_> = subcommands.iter().map(|subcommand| entry(subcommand)).collect();
    if !lines.is_empty() {
        blocks.push(lines.join("\n"));
    }
    for subcommand in subcommands {
        add(subcommand, blocks);
    }
}

/// Returns the line of a list that leads to a command.
fn entry(command: &Command) -> String {
    let name = command.get_bin_name().unwrap_or_else(|| command.get_name());
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    format!("- [{name}](#{}): {about}", name.replace(' ', "-"))
}

/// Returns the arguments and flags of a command.
fn table(command: &Command) -> Option<String> {
    let is_own =
        |arg: &&Arg| !arg.is_hide_set() && !matches!(arg.get_id().as_str(), "help" | "version");
    let mut arguments: Vec<_> = command.get_arguments().filter(is_own).collect();
    arguments.sort_by_key(|arg| arg.get_index().unwrap_or(usize::MAX));
    let rows: Vec<_> = arguments.into_iter().map(row).collect();
    (!rows.is_empty()).then(|| format!("| argument | meaning |\n|---|---|\n{}", rows.join("\n")))
}

fn row(arg: &Arg) -> String {
    let help = arg.get_long_help().or_else(|| arg.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let takes_value = arg.get_action().takes_values();
    let values = if takes_value { arg.get_possible_values() } else { Vec::new() };
    let visible = values.iter().filter(|value| !value.is_hide_set());
    let values: Vec<_> = visible
        .map(|value| match value.get_help() {
            Some(help) => {
                format!("`{}` ({})", value.get_name(), help.to_string().trim_end_matches('.'))
            }
            None => format!("`{}`", value.get_name()),
        })
        .collect();
    let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy());
    let defaults: Vec<_> = defaults.filter(|_| takes_value).collect();
    let part = |before: &str, parts: String, after: &str| {
        if parts.is_empty() { parts } else { format!("{before}{parts}{after}") }
    };
    let values = part(": ", values.join(", "), "");
    let defaults = part(" [default: ", defaults.join(", "), "]");
    let meaning = format!("{help}{values}{defaults}").replace('\n', " ");
    let meaning = meaning.replace('|', "\\|").replace('<', "\\<");
    format!("| {} | {meaning} |", code(arg).replace('|', "\\|"))
}

/// Returns how an argument is typed.
fn code(arg: &Arg) -> String {
    let value = if arg.get_action().takes_values() {
        let names = arg.get_value_names().unwrap_or_default();
        names.iter().map(|name| format!("<{name}>")).collect::<Vec<_>>().join(" ")
    } else {
        String::new()
    };
    let short = arg.get_short().map(|short| format!("-{short}"));
    let long = arg.get_long().map(|long| format!("--{long}"));
    let names: Vec<_> = [short, long].into_iter().flatten().collect();
    match names.len() {
        0 => format!("`{value}`"),
        _ if value.is_empty() => format!("`{}`", names.join("`, `")),
        _ => format!("`{} {value}`", names.join("`, `")),
    }
}

fn fenced(text: &str) -> String {
    format!("```text\n{}\n```", text.trim_end())
}
