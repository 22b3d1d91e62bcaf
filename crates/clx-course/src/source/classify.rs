//! What a file of a topic is, by its name.

use std::path::{Path, PathBuf};

use clx_core::ProgLang;

use super::ignore;
use crate::name;

/// The class of a file before its contents are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    PlantUml,
    Drawio,
    Notebook(ProgLang),
    /// A notebook in a language that cannot be processed.
    Unsupported(&'static str),
    Image,
    Data,
}

/// Returns the class of a file by its path below the course root.
pub(super) fn classify(below_root: &Path) -> Class {
    let name = below_root.file_name().unwrap_or_default().to_string_lossy();
    let suffix = below_root.extension().unwrap_or_default().to_string_lossy();
    match suffix.as_ref() {
        "pu" | "puml" | "plantuml" => Class::PlantUml,
        "drawio" => Class::Drawio,
        _ if name.starts_with("slides_") || name.starts_with("topic_") => {
            notebook(&suffix).unwrap_or_else(|| image(below_root, &suffix))
        }
        _ => image(below_root, &suffix),
    }
}

fn notebook(suffix: &str) -> Option<Class> {
    match suffix {
        "c" => Some(Class::Unsupported("C")),
        "md" => Some(Class::Unsupported("Markdown")),
        "rs" | "rust" => Some(Class::Unsupported("Rust")),
        other => ProgLang::from_extension(&format!(".{other}")).map(Class::Notebook),
    }
}

fn image(below_root: &Path, suffix: &str) -> Class {
    let is_image = matches!(suffix, "png" | "jpg" | "jpeg" | "gif" | "svg");
    let is_data = below_root.components().any(|part| part.as_os_str() == "imgdata");
    if is_image && !is_data { Class::Image } else { Class::Data }
}

/// Tells whether a data file of a topic is visible to the code of the topic's notebooks.
pub(crate) fn is_support(file: &Path) -> bool {
    let image_source = file.extension().is_some_and(|suffix| suffix == "psd" || suffix == "xfc");
    !image_source && !ignore::has_ignored_suffix(file.file_name().unwrap_or_default())
}

/// Returns the place of a diagram's picture, given and returned relative to the topic directory and
/// without extension: `img/` beside the diagram's directory. Nothing if no name would be left.
pub(crate) fn picture_of(diagram: &Path) -> Option<PathBuf> {
    let stem = name::sanitize_stem(&diagram.file_stem()?.to_string_lossy())?;
    let directory = diagram.parent().and_then(Path::parent).unwrap_or(Path::new(""));
    Some(directory.join("img").join(stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, expected: Class) {
        assert_eq!(classify(Path::new(file)), expected, "{file}");
    }

    #[test]
    fn first_test_that_matches_wins() {
        for name in ["x.pu", "slides_x.puml", "topic_1.plantuml"] {
            check(name, Class::PlantUml);
        }
        check("drawio/y.drawio", Class::Drawio);
        check("slides_x.py", Class::Notebook(ProgLang::Python));
        check("topic_x.cpp", Class::Notebook(ProgLang::Cpp));
        check("slides_x.cs", Class::Notebook(ProgLang::CSharp));
        check("slides_x.java", Class::Notebook(ProgLang::Java));
        check("slides_x.ts", Class::Notebook(ProgLang::TypeScript));
        check("slides_x.md", Class::Unsupported("Markdown"));
        check("slides_x.c", Class::Unsupported("C"));
        check("topic_x.rs", Class::Unsupported("Rust"));
        check("topic_x.rust", Class::Unsupported("Rust"));
        check("slides_x.png", Class::Image);
        for name in ["a.png", "a.jpg", "a.jpeg", "a.gif", "img/a.svg"] {
            check(name, Class::Image);
        }
        let data =
            "util.py img/vid.mp4 imgdata/raw.png project_x.py a.PNG slides_x.txt .pu .png x.";
        for name in data.split(' ') {
            check(name, Class::Data);
        }
        check("imgdata/slides_x.py", Class::Notebook(ProgLang::Python));
    }

    #[test]
    fn pictures_lie_in_the_img_beside_the_diagrams_directory() {
        let check = |diagram: &str, expected: Option<&str>| {
            assert_eq!(picture_of(Path::new(diagram)), expected.map(PathBuf::from), "{diagram}");
        };
        check("pu/x.pu", Some("img/x"));
        check("drawio/y.drawio", Some("img/y"));
        check("x.pu", Some("img/x"));
        check("a/pu/x.pu", Some("a/img/x"));
        check("a: b/pu/dia one.puml", Some("a: b/img/dia one"));
        check("pu/a.de.pu", Some("img/a.de"));
        check("pu/C#: x?.pu", Some("img/CSharp x"));
        check("pu/?.pu", None);
    }
}
