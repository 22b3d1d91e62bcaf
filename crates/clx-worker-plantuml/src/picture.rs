//! Which pictures a source gives, and their names. Principal function: [`pictures`].

use std::collections::HashSet;
use std::path::Path;

use clx_core::Diagnostic;

use crate::block::{Block, split};

/// A picture that a source gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The name of its file, without extension.
    pub name: String,
    /// The diagram.
    pub block: Block,
}

/// Names the pictures of a source, in its order.
///
/// * The first has the name of the source file, whatever its `@start…` line says: notebooks refer to
///   `img/<stem>.png`.
/// * A further one has the name on its `@start…` line. Characters that are neither letters nor digits
///   nor one of `-_. ` become `_`, and so do leading dots.
/// * One without name, or with a name that is taken, has the name of the source file and its number
///   in the source, from 0: `<stem>-001` is the second.
///
/// Names are compared without regard to case, for file systems that do so.
///
/// # Errors
/// Those of [`split`].
pub fn pictures(file: &Path, source: &str) -> Result<Vec<Picture>, Box<Diagnostic>> {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let mut taken = HashSet::new();
    let named = split(file, source)?.into_iter().enumerate().map(|(index, block)| {
        let own = block.name.as_deref().map(clean).filter(|_| index > 0);
        let numbered = if index == 0 { clean(&stem) } else { clean(&format!("{stem}-{index:03}")) };
        let is_free = |name: &String| !taken.contains(&name.to_lowercase());
        let mut name = own.filter(is_free).unwrap_or(numbered);
        // Only if an earlier one was called like a number on purpose.
        while !taken.insert(name.to_lowercase()) {
            name.push('_');
        }
        Picture { name, block }
    });
    Ok(named.collect())
}

fn clean(name: &str) -> String {
    let clean = |(index, c): (usize, char)| match c {
        '.' if name[..index].bytes().all(|byte| byte == b'.') => '_',
        '-' | '_' | '.' | ' ' => c,
        _ if c.is_alphanumeric() => c,
        _ => '_',
    };
    name.char_indices().map(clean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(starts: &[&str], expected: &[&str]) {
        let source: String = starts.iter().map(|start| format!("{start}\n@enduml\n")).collect();
        let pictures = pictures(Path::new("pu/plan.de.pu"), &source).unwrap();
        assert_eq!(pictures.iter().map(|picture| &picture.name).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn first_picture_has_the_name_of_the_file() {
        check(&["@startuml"], &["plan.de"]);
        check(&["@startuml other"], &["plan.de"]);
    }

    #[test]
    fn further_pictures_have_their_own_names_or_numbers() {
        let starts = ["@startuml", "@startuml login", "@startuml", "@startjson Größe"];
        check(&starts, &["plan.de", "login", "plan.de-002", "Größe"]);
    }

    #[test]
    fn name_that_is_taken_gives_way_to_a_number() {
        let starts = ["@startuml", "@startuml a", "@startuml A", "@startuml plan.de"];
        check(&starts, &["plan.de", "a", "plan.de-002", "plan.de-003"]);
    }

    #[test]
    fn names_lead_nowhere_else() {
        check(&["@startuml", "@startuml ../../etc/x"], &["plan.de", "___.._etc_x"]);
        check(&["@startuml", "@startuml a:b*c"], &["plan.de", "a_b_c"]);
    }
}
