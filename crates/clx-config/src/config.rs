//! The merged configuration. Principal type: [`Config`].

use std::collections::BTreeMap;

use clx_core::{Diagnostic, Severity};

use crate::file::{Entries, File};
use crate::key::{Key, Preset, Setting};
use crate::origin::{Layer, Origin};
use crate::source::{PlaceState, Sources};
use crate::typed::Typed;
use crate::value::Value;
use crate::{code, environment, problem, setting};

/// What holds for each key, and where it comes from. It does not change.
#[derive(Debug, Clone, Default)]
pub struct Config {
    set: BTreeMap<&'static str, (Value, Origin)>,
    problems: Vec<Diagnostic>,
}

/// What holds for a key.
#[derive(Debug, Clone, PartialEq)]
pub struct Current {
    /// The value; `None` if nothing sets it and clx finds it out.
    pub value: Option<Value>,
    /// Where it comes from.
    pub origin: Origin,
}

impl Config {
    /// Reads all sources. What is wrong is left out and told by [`Config::problems`].
    #[must_use]
    pub fn load(sources: &Sources) -> Self {
        let mut config = Self::default();
        let found = environment::read(&sources.variables, &sources.working_directory);
        config.problems.extend(found.problems);
        for (key, value, name) in found.values {
            config.add(key, value, Origin::Variable(name));
        }
        for place in sources.places() {
            match place.state {
                PlaceState::Used => {
                    let course = sources.course.as_deref();
                    let course = course.filter(|_| place.layer == Layer::Project);
                    let file = File { layer: place.layer, path: &place.path, course };
                    let Entries { values, problems } = file.read();
                    config.problems.extend(problems);
                    for (key, value, line) in values {
                        let path = place.path.clone();
                        config.add(key, value, Origin::File { layer: place.layer, path, line });
                    }
                }
                PlaceState::OutsideCourse => {
                    let message = "the file leads out of the course, so it is not read".to_owned();
                    let refused = problem::warning(Severity::High, code::NOT_FOR_COURSES, message);
                    config.problems.push(refused.in_file(&place.path).with_hint(
                        "put the file itself there, or use your own: `clx config locate` names it",
                    ));
                }
                PlaceState::Hidden | PlaceState::Missing => {}
            }
        }
        config
    }

    /// Takes a value unless one that wins is there.
    fn add(&mut self, key: &'static Key, value: Value, origin: Origin) {
        self.set.entry(key.name).or_insert((value, origin));
    }

    /// Returns what is wrong with the sources, all of it at once.
    #[must_use]
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// Returns the value of a key.
    #[must_use]
    pub fn get<T: Typed>(&self, setting: &Setting<T>) -> T {
        // A value has the type of its key: kinds and the tests of the table see to it.
        T::read(self.current(&setting.key).value.as_ref()).unwrap_or_default()
    }

    /// Returns what holds for a key, and where it comes from.
    #[must_use]
    pub fn current(&self, key: &Key) -> Current {
        if let Some((value, origin)) = self.set.get(key.name) {
            return Current { value: Some(value.clone()), origin: origin.clone() };
        }
        let value = match key.default {
            Preset::Value(text) => key.kind.parse(text).ok(),
            Preset::Otherwise(_) => None,
        };
        Current { value, origin: Origin::Default }
    }

    /// Returns every key with what holds for it, by section.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Key, Current)> {
        setting::KEYS.iter().map(|key| (key, self.current(key)))
    }
}
