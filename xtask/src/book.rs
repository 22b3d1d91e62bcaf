//! `cargo xtask book`: builds the book from `docs/`. Principal function: [`build`].

use std::path::Path;

use crate::error::TaskError;
use crate::root;
use crate::run::Program;

/// What makes the book, and the version that is installed where it is missing. Without its server, and not
/// optimised: that takes a third of the time, and the book is built in a second all the same.
const MDBOOK: &str =
    "cargo install mdbook --locked --debug --no-default-features --features search --version 0.5.4";

/// Builds the book of the repository that this task was started in, and says where it lies.
pub(crate) fn run() -> Result<(), TaskError> {
    let root = root::repository()?;
    build(&root)?;
    crate::say(&format!("{} is its first page", root.join("target/book/index.html").display()));
    Ok(())
}

/// Builds the book. Whether links lead somewhere is checked by `tidy`, which needs no mdBook.
pub(crate) fn build(root: &Path) -> Result<(), TaskError> {
    if !Program::new(root, "mdbook --version").succeeds() {
        Program::new(root, MDBOOK).run()?;
    }
    Program::new(root, "mdbook build docs").run()
}
