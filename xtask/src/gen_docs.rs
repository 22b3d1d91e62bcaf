//! `cargo xtask gen-docs`: writes the pages that are made from sources.
//!
//! `docs/reference/errors.md` is made from `errors.in.md` beside it: each line
//! `<!-- codes of CRATE -->` is replaced by the documented constants in the crate's `code.rs`. The pages
//! about the configuration, and its schema, are made from the table of keys in `clx-config`.
//! `docs/reference/cli.md` is what clx itself tells of its command line. In `docs/guide/embedding.md`,
//! the block below each line `<!-- file PATH -->` is that file.

use std::fs;
use std::path::{Path, PathBuf};

use self::code::Code;
use crate::error::TaskError;
use crate::root;
use crate::run::Program;

mod code;
mod config;
mod embed;

/// Shows the examples of crates.
const EMBEDDING: &str = "docs/guide/embedding.md";

const TEMPLATE: &str = "docs/reference/errors.in.md";

/// Makes the text of a page for the repository at a path.
type MakePage = fn(&Path) -> Result<String, TaskError>;

/// The pages, and what makes them.
const PAGES: [(&str, MakePage); 6] = [
    (EMBEDDING, |root| embed::fill(&read(&root.join(EMBEDDING))?, |path| read(&root.join(path)))),
    ("docs/reference/errors.md", errors),
    ("docs/reference/cli.md", commands),
    ("docs/reference/config.md", |_| Ok(config::reference())),
    ("docs/reference/environment.md", |_| Ok(config::environment())),
    ("docs/reference/config.schema.json", |_| Ok(format!("{:#}\n", clx_config::schema()))),
];

/// Arguments of `cargo xtask gen-docs`.
#[derive(Debug, clap::Args)]
pub(crate) struct GenDocs {
    /// Write nothing, fail if a page is not up to date
    #[arg(long)]
    check: bool,
}

/// Writes the pages, or checks them.
pub(crate) fn run(args: &GenDocs) -> Result<(), TaskError> {
    let root = root::repository()?;
    if args.check { check(&root) } else { write(&root) }
}

/// Fails if a page is not what its sources say.
pub(crate) fn check(root: &Path) -> Result<(), TaskError> {
    for (name, make) in PAGES {
        if read(&root.join(name))? != make(root)? {
            return Err(TaskError::Outdated { path: name.into() });
        }
    }
    Ok(())
}

fn write(root: &Path) -> Result<(), TaskError> {
    for (name, make) in PAGES {
        let (path, page) = (root.join(name), make(root)?);
        crate::say(&format!("writing {name}"));
        fs::write(&path, page).map_err(|source| TaskError::Io { path, source })?;
    }
    Ok(())
}

fn commands(root: &Path) -> Result<String, TaskError> {
    Program::new(root, "cargo run --quiet -p clx-cli --bin clx -- man --markdown").read()
}

fn errors(root: &Path) -> Result<String, TaskError> {
    fill(&read(&root.join(TEMPLATE))?, |name| {
        Ok(code::parse(&read(&root.join(format!("crates/{name}/src/code.rs")))?))
    })
}

fn read(path: &PathBuf) -> Result<String, TaskError> {
    fs::read_to_string(path).map_err(|source| TaskError::Io { path: path.clone(), source })
}

/// Replaces the marks of a template by the codes of their crates.
fn fill(
    template: &str,
    codes: impl Fn(&str) -> Result<Vec<Code>, TaskError>,
) -> Result<String, TaskError> {
    let (head, body) = template.split_once('\n').unwrap_or((template, ""));
    let note = "<!-- Made by `cargo xtask gen-docs` from errors.in.md and the crates' code.rs. -->";
    let mut blocks = vec![format!("{head}\n\n{note}")];
    let mut text = String::new();
    for line in body.lines() {
        let mark = line.strip_prefix("<!-- codes of ").and_then(|rest| rest.strip_suffix(" -->"));
        if let Some(name) = mark {
            blocks.push(text.trim().to_owned());
            text.clear();
            blocks.extend(codes(name)?.iter().map(Code::to_markdown));
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    blocks.push(text.trim().to_owned());
    blocks.retain(|block| !block.is_empty());
    Ok(blocks.join("\n\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_replaced_by_the_codes_of_their_crates() {
        let template = "# Errors\n\nWords.\n\n<!-- codes of clx-a -->\n\n## More\n";
        let page = fill(template, |name| {
            assert_eq!(name, "clx-a");
            Ok(code::parse("/// It is bad.\npub const BAD_THING: &str = \"CLX0901\";\n"))
        });
        let note =
            "<!-- Made by `cargo xtask gen-docs` from errors.in.md and the crates' code.rs. -->";
        let expected = format!(
            "# Errors\n\n{note}\n\nWords.\n\n### CLX0901 bad thing\n\nIt is bad.\n\n## More\n"
        );
        assert_eq!(page.unwrap(), expected);
    }
}
