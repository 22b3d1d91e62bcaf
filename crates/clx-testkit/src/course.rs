//! Small courses in temp dirs. Principal type: [`TempCourse`].

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A Python course in German and English, in a directory of its own.
#[derive(Debug)]
pub struct TempCourse {
    dir: TempDir,
}

impl Default for TempCourse {
    fn default() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }
}

impl TempCourse {
    /// Makes a course of sections: a name, the same in both languages, and ids of topics. Each topic
    /// gets a notebook titled like its id and a data file beside it.
    #[must_use]
    pub fn new(sections: &[(&str, &[&str])]) -> Self {
        let this = Self::default();
        for id in sections.iter().flat_map(|(_, ids)| *ids) {
            let deck = format!("# {{{{ header(\"{id}\", \"{id}\") }}}}\n# %%\nprint(\"{id}\")\n");
            this.write(&Self::deck(id), deck);
            this.write(&format!("{}/data_{id}.txt", Self::topic(id)), format!("data of {id}\n"));
        }
        this.set_sections(sections, "");
        this
    }

    /// Returns the directory of a topic, relative to the root.
    #[must_use]
    pub fn topic(id: &str) -> String {
        format!("slides/module_100_m/topic_100_{id}")
    }

    /// Returns the notebook of a topic, relative to the root.
    #[must_use]
    pub fn deck(id: &str) -> String {
        format!("{}/slides_{id}.py", Self::topic(id))
    }

    /// Writes the spec anew; `more` is XML that goes behind the sections.
    pub fn set_sections(&self, sections: &[(&str, &[&str])], more: &str) {
        let sections: String = sections.iter().map(|(name, ids)| section(name, ids)).collect();
        let spec = format!(
            "<course>\n  <name><de>Kurs</de><en>Course</en></name>\n  \
             <prog-lang>python</prog-lang>\n  <sections>\n{sections}  </sections>\n{more}\
             </course>\n"
        );
        self.write("course-specs/course.xml", spec);
    }

    /// Writes a file below the root, and its directories.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// Returns the root.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// Returns a path below the root.
    #[must_use]
    pub fn path(&self, relative: &str) -> PathBuf {
        self.dir.path().join(relative)
    }

    /// Returns the path of the spec.
    #[must_use]
    pub fn spec(&self) -> PathBuf {
        self.path("course-specs/course.xml")
    }
}

fn section(name: &str, ids: &[&str]) -> String {
    let topics: String = ids.iter().map(|id| format!("      <topic>{id}</topic>\n")).collect();
    format!(
        "    <section>\n      <name><de>{name}</de><en>{name}</en></name>\n      \
         <topics>\n{topics}      </topics>\n    </section>\n"
    )
}
