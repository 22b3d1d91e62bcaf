//! The pages about keys and variables. Principal functions: [`reference()`], [`environment`].

use clx_config::{Group, KEYS, Key, Preset, Project, UNUSED_KEYS, VARIABLES};

const NOTE: &str = "<!-- Made by `cargo xtask gen-docs` from the tables in clx-config. -->";

/// Returns the page of all keys.
pub(super) fn reference() -> String {
    let mut blocks = vec![
        "# Configuration".to_owned(),
        NOTE.to_owned(),
        "Keys of `config.toml` and `clx.toml`. [The guide](../guide/configuration.md) tells which file is \
         for what, and\n`clx config show --origin` what holds at the moment. \
         [`config.schema.json`](config.schema.json) is for editors."
            .to_owned(),
        "The file of a course cannot set every key, because courses are cloned from others. Where a table \
         says *in courses*,\nthe key or its value is ignored there with the warning CLX0906."
            .to_owned(),
    ];
    let mut section = "";
    for key in KEYS {
        if key.section() != section {
            section = key.section();
            blocks.push(format!("## `[{section}]`"));
        }
        blocks.push(of_key(key));
    }
    blocks.push("## Keys without effect".to_owned());
    blocks.push(
        "Keys of the predecessor that clx has no use for. They are told by the warning CLX0905, and \
         change nothing."
            .to_owned(),
    );
    let rows = UNUSED_KEYS.iter().map(|key| [format!("`{}`", key.name), key.reason.to_owned()]);
    blocks.push(table(["key", "why"], rows));
    blocks.join("\n\n") + "\n"
}

fn of_key(key: &Key) -> String {
    let default = match key.default {
        Preset::Value(value) => format!("`{value}`"),
        Preset::Otherwise(words) => words.to_owned(),
    };
    let variables = std::iter::once(key.own_variable()).chain(key.variable.map(str::to_owned));
    let variables: Vec<_> = variables.map(|name| format!("`{name}`")).collect();
    let mut rows = vec![
        ["value", &key.kind.wanted()].map(str::to_owned),
        ["default", &default].map(str::to_owned),
        ["variables", &variables.join(", ")].map(str::to_owned),
    ];
    rows.extend(key.flag.map(|flag| ["flag".to_owned(), format!("`{flag}`")]));
    rows.extend(match key.project {
        Project::Allowed => None,
        Project::InCourse => {
            Some(["in courses".to_owned(), "only a path inside the course".to_owned()])
        }
        Project::Refused(harm) => {
            Some(["in courses".to_owned(), format!("no effect: a course could {harm}")])
        }
    });
    format!("### `{}`\n\n{}\n\n{}", key.name, key.about(), table(["", ""], rows.into_iter()))
}

/// Returns the page of all variables.
pub(super) fn environment() -> String {
    let mut blocks = vec![
        "# Environment variables".to_owned(),
        NOTE.to_owned(),
        "All that clx reads from its environment. A variable without a value counts as unset.".to_owned(),
        "## Keys of the configuration".to_owned(),
        "Each key has a variable of its own: `CLX_`, its sections and its name, with `__` between them. \
         Some have another one,\nwhich counts if the first is not set. A variable wins over all files, and \
         a flag over it. What the values may be is told in\n[the reference](config.md)."
            .to_owned(),
    ];
    let keys = KEYS.iter().map(|key| {
        let other = key.variable.map(|name| format!("`{name}`")).unwrap_or_default();
        [format!("`{}`", key.own_variable()), other, format!("`{}`", key.name)]
    });
    blocks.push(table(["variable", "or", "key"], keys));
    for group in Group::ALL {
        blocks.push(format!("## {}", group.title()));
        let variables = VARIABLES.iter().filter(|variable| variable.group == group);
        let row = |name: &str, about: &str| [format!("`{name}`"), about.to_owned()];
        blocks.push(table(
            ["variable", "about"],
            variables.map(|variable| row(variable.name, variable.about)),
        ));
    }
    blocks.push(
        "Kernels see `HOME`, `JAVA_HOME`, `PATH`, `SSL_CERT_FILE`, `TMPDIR`, `XDG_CACHE_HOME`, \
         `XDG_CONFIG_HOME` and\n`XDG_DATA_HOME`, too, and nothing else but what their own kernelspec \
         names: what code prints must not depend on who\nbuilds. The package clients that `clx setup` \
         and `clx docker build` run see the whole environment."
            .to_owned(),
    );
    blocks.join("\n\n") + "\n"
}

fn table<const N: usize>(headings: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let line = |cells: &[String; N]| format!("| {} |", cells.join(" | "));
    let rule = format!("|{}", "---|".repeat(N));
    let lines = [line(&headings.map(str::to_owned)), rule];
    lines.into_iter().chain(rows.map(|row| line(&row))).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::root;

    /// Names that calls for variables in a source have, literally or by a constant of its file.
    fn read_by(source: &str) -> Vec<String> {
        let production = source.split("#[cfg(test)]").next().unwrap_or_default();
        let calls =
            ["env::var(", "env::var_os(", "environment.get(", "path(", "directory(", "variable("];
        let arguments = calls.iter().flat_map(|call| {
            production.split(call).skip(1).filter_map(|rest| rest.split(')').next())
        });
        let name = |argument: &str| match argument.strip_prefix('"') {
            Some(literal) => Some(literal.trim_end_matches('"').to_owned()),
            None => {
                let constant = argument.rsplit("::").next()?;
                let begin = format!("const {constant}: &str = \"");
                Some(production.split_once(&begin)?.1.split('"').next()?.to_owned())
            }
        };
        let is_variable = |name: &String| {
            let is_capital = |c: char| c.is_ascii_uppercase() || c == '_';
            !name.is_empty() && name.chars().all(is_capital)
        };
        arguments.filter_map(name).filter(is_variable).collect()
    }

    fn sources(directory: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.extend(read_by(&fs::read_to_string(path).unwrap()));
            }
        }
    }

    #[test]
    fn every_variable_that_is_read_stands_in_the_reference() {
        let mut read = Vec::new();
        let crates = root::repository().unwrap().join("crates");
        for member in fs::read_dir(crates).unwrap() {
            let source = member.unwrap().path().join("src");
            if source.is_dir() && !source.parent().unwrap().ends_with("clx-testkit") {
                sources(&source, &mut read);
            }
        }
        assert!(read.len() > 10, "{read:?}");
        let keys = KEYS.iter().filter_map(|key| key.variable);
        let known: BTreeSet<_> = VARIABLES.iter().map(|known| known.name).chain(keys).collect();
        let unknown: Vec<_> = read.iter().filter(|name| !known.contains(name.as_str())).collect();
        assert!(unknown.is_empty(), "in no table of clx-config: {unknown:?}");
    }

    #[test]
    fn variables_are_found_by_their_calls() {
        let source = "const A: &str = \"ONE\";\nx(std::env::var_os(A));\nstd::env::var(\"TWO\")\n\
                      #[cfg(test)]\nstd::env::var(\"THREE\")";
        let mut found = read_by(source);
        found.sort();
        assert_eq!(found, ["ONE", "TWO"]);
    }
}
