//! A new course. Principal type: [`NewCourse`].

use std::path::{Path, PathBuf};

use clx_core::ProgLang;

use crate::error::ScaffoldError;
use crate::files::NewFiles;
use crate::starter::{Starter, Titles};

/// Where the spec of a new course lies, relative to its root.
const SPEC: &str = "course-specs/course.xml";

/// A course to make: small, complete, in German and English.
///
/// ```text
/// <directory>/
///   .gitignore  README.md
///   course-specs/course.xml
///   slides/module_100_first_steps/
///     topic_100_welcome/slides_welcome.py  img/steps.svg
///     topic_110_values/slides_values.py
/// ```
#[derive(Debug, Clone)]
pub struct NewCourse {
    /// Its root; made if it is missing.
    pub directory: PathBuf,
    /// Its name in both languages.
    pub title: String,
    /// What its slides are written in.
    pub prog_lang: ProgLang,
}

impl NewCourse {
    /// Writes the files of the course, and returns the path of its spec.
    ///
    /// # Errors
    /// [`ScaffoldError::Title`], [`ScaffoldError::Exists`], [`ScaffoldError::Io`]. Nothing is left
    /// behind then.
    pub fn create(&self) -> Result<PathBuf, ScaffoldError> {
        if clx_course::sanitize(&self.title).is_none() {
            let hint = "use at least one letter or digit";
            return Err(ScaffoldError::Title { title: self.title.clone(), hint });
        }
        NewFiles { directory: &self.directory, files: self.files() }.write()?;
        Ok(self.directory.join(SPEC))
    }

    fn files(&self) -> Vec<(PathBuf, String)> {
        let extension = self.prog_lang.extension();
        let spec = include_str!("../templates/course.xml")
            .replace("@PROG_LANG@", self.prog_lang.name())
            .replace("@TITLE_XML@", &xml_text(&self.title));
        let readme = include_str!("../templates/README.md").replace("@TITLE@", &self.title);
        let picture = include_str!("../templates/steps.svg")
            .replace("@EXTENSION@", extension.trim_start_matches('.'));
        let module = Path::new("slides/module_100_first_steps");
        let welcome = module.join("topic_100_welcome");
        let values = module.join("topic_110_values");
        let slides = |starter: Starter, german, english| {
            starter.source(self.prog_lang, Titles { german, english })
        };
        vec![
            (".gitignore".into(), include_str!("../templates/gitignore").to_owned()),
            ("README.md".into(), readme),
            (SPEC.into(), spec),
            (
                welcome.join(format!("slides_welcome{extension}")),
                slides(Starter::Welcome, "Willkommen", "Welcome"),
            ),
            (welcome.join("img/steps.svg"), picture),
            (
                values.join(format!("slides_values{extension}")),
                slides(Starter::Values, "Werte", "Values"),
            ),
        ]
    }
}

/// Escapes a text for an XML element.
fn xml_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
