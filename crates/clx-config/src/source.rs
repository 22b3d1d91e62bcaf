//! Where the configuration is looked for. Principal types: [`Sources`], [`Place`].

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::inside::is_inside;
use crate::origin::Layer;

/// Files of a course, the one that wins first; the other one is not read then. The first lies where
/// version control does not look, the second is for all who work on the course.
const PROJECT_FILES: [&str; 2] = [".clx/config.toml", "clx.toml"];

/// Below the directories for configuration.
const FILE: &str = "clx/config.toml";

/// The variables and files of a configuration.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The root of the course, if a command is about one.
    pub course: Option<PathBuf>,
    /// The file of the user, if a place for it is known.
    pub user: Option<PathBuf>,
    /// The file of the machine.
    pub system: Option<PathBuf>,
    /// Where relative paths in variables begin.
    pub working_directory: PathBuf,
    /// The environment.
    pub variables: BTreeMap<OsString, OsString>,
}

/// A place of a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which kind.
    pub layer: Layer,
    /// The file.
    pub path: PathBuf,
    /// What is there.
    pub state: PlaceState,
}

/// What is at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceState {
    /// A file that is used.
    Used,
    /// A file that is not used, because another one of the same kind is.
    Hidden,
    /// A link out of the course; it is not followed.
    OutsideCourse,
    /// Nothing.
    Missing,
}

impl Sources {
    /// Takes the places and variables of this process; `course` is the root of a course.
    #[must_use]
    pub fn of_process(course: Option<&Path>) -> Self {
        let variables: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
        let directory = |name: &str| {
            let value = variables.get(OsStr::new(name)).map(PathBuf::from);
            // The rule for `XDG_CONFIG_HOME`: what is relative does not count.
            value.filter(|path| path.is_absolute())
        };
        let home = || Some(directory("HOME")?.join(".config"));
        let user = directory("XDG_CONFIG_HOME").or_else(home).map(|base| base.join(FILE));
        Self {
            course: course.map(Path::to_owned),
            user,
            system: Some(Path::new("/etc").join(FILE)),
            working_directory: std::env::current_dir().unwrap_or_default(),
            variables,
        }
    }

    /// Takes the variables of this process and no file: for workers, which are told by whoever starts
    /// them.
    #[must_use]
    pub fn of_worker() -> Self {
        Self { course: None, user: None, system: None, ..Self::of_process(None) }
    }

    /// Lists the places of files, the one that wins first.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for layer in Layer::ALL {
            let mut is_taken = false;
            for path in self.candidates(layer) {
                let state = if path.symlink_metadata().is_err() {
                    PlaceState::Missing
                } else if is_taken {
                    PlaceState::Hidden
                } else if layer == Layer::Project && !self.is_in_course(&path) {
                    PlaceState::OutsideCourse
                } else {
                    is_taken = true;
                    PlaceState::Used
                };
                places.push(Place { layer, path, state });
            }
        }
        places
    }

    /// Returns the file of a kind that is changed: the one in use, else the one to be made. `None` if
    /// there is no place for one.
    #[must_use]
    pub fn file(&self, layer: Layer) -> Option<PathBuf> {
        let places = self.places().into_iter().filter(|place| place.layer == layer);
        // Nothing is written through a link out of the course.
        let is_safe = |place: &Place| layer != Layer::Project || self.is_in_course(&place.path);
        let places: Vec<_> = places.filter(is_safe).collect();
        let used = places.iter().find(|place| place.state == PlaceState::Used);
        // In a course, the one for all who work on it.
        used.or(places.last()).map(|place| place.path.clone())
    }

    fn candidates(&self, layer: Layer) -> Vec<PathBuf> {
        match layer {
            Layer::Project => {
                let root = self.course.iter();
                root.flat_map(|root| PROJECT_FILES.map(|name| root.join(name))).collect()
            }
            Layer::User => self.user.iter().cloned().collect(),
            Layer::System => self.system.iter().cloned().collect(),
        }
    }

    fn is_in_course(&self, path: &Path) -> bool {
        self.course.as_deref().is_some_and(|root| is_inside(root, path))
    }
}
