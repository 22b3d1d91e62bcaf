//! From the path of a spec file to a [`Course`], with all problems at once.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use clx_core::{Diagnostic, Inputs};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::course::{Course, DirGroup, FileClass, NotebookInfo, Section, Topic, TopicFile};
use crate::source::{self, Content, FoundFile, FoundTopic, TopicMap, TopicReader, Tree};
use crate::spec::{self, SectionSpec, Spec, TopicReference};
use crate::{category, code, lexical, suggest};

/// Where the course lies, if not around its spec, and what of it is read.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// The course root; default: the parent of the directory that holds the spec file.
    pub root: Option<PathBuf>,
    /// Only the sections with topics in which these files and directories lie; default: all. If one of
    /// them lies in no topic of the spec, the whole course is read.
    pub changed: Vec<PathBuf>,
}

/// A course and what was found wrong with it.
#[derive(Debug)]
pub struct Loaded {
    /// The course. `None` if the spec cannot be parsed or has validation errors. With errors among
    /// the diagnostics it is a course of which some parts cannot be built.
    pub course: Option<Course>,
    /// Findings in the order of the spec file, then of the sources.
    pub diagnostics: Vec<Diagnostic>,
    /// Every file and directory that was looked at.
    pub inputs: Inputs,
    /// The topics, directories or files, to whose sections the course was restricted: other sections
    /// and groups of directories are empty. `None` if it is whole.
    pub part: Option<Vec<PathBuf>>,
}

/// Returns the root of the course that [`load`] would read.
#[must_use]
pub fn course_root(spec: &Path, options: &LoadOptions) -> PathBuf {
    options.root.as_deref().map_or_else(|| default_root(&absolute(spec)), absolute)
}

/// Reads a course: its spec, and the files of the topics that the spec names.
///
/// Writes nothing and follows no symbolic link out of the course root.
#[must_use]
pub fn load(spec: &Path, options: &LoadOptions) -> Loaded {
    let spec_file = absolute(spec);
    let root = course_root(spec, options);
    let shown = spec_file.strip_prefix(&root).unwrap_or(&spec_file);
    let parsed =
        spec::read_file(&spec_file, shown).and_then(|text| spec::read(&text, shown, &root));
    let (spec, mut diagnostics) = match parsed {
        Ok(parsed) => parsed,
        Err(problem) => {
            let mut inputs = Inputs::default();
            inputs.add(&spec_file, spec_file.exists());
            return Loaded { course: None, diagnostics: vec![*problem], inputs, part: None };
        }
    };
    let is_valid = !diagnostics.iter().any(Diagnostic::is_error);
    let mut loader = Loader::new(&spec, shown, Tree::new(&root));
    loader.restrict(&options.changed);
    loader.read_topics();
    let sections: Vec<_> = spec.sections.iter().map(|section| loader.section(section)).collect();
    loader.duplicates();
    let dir_groups = loader.groups();
    let part = loader.part;
    let (found, mut inputs) = loader.tree.finish();
    diagnostics.extend(found);
    let files = sections.iter().flat_map(|section| &section.topics).flat_map(|topic| &topic.files);
    inputs.present.extend(files.map(|file| file.path.clone()));
    let files = dir_groups.iter().flat_map(|group| &group.files);
    inputs.present.extend(files.map(|file| file.source.clone()));
    inputs.add(&spec_file, true);
    let course = is_valid.then(|| assemble(spec, root, spec_file, sections, dir_groups));
    Loaded { course, diagnostics, inputs, part }
}

fn assemble(
    spec: Spec,
    root: PathBuf,
    spec_file: PathBuf,
    sections: Vec<Section>,
    dir_groups: Vec<DirGroup>,
) -> Course {
    Course {
        root,
        spec: spec_file,
        name: spec.name,
        directory: spec.directory,
        languages: spec.languages,
        kinds: spec.kinds,
        prog_lang: spec.prog_lang,
        author: spec.author,
        organization: spec.organization,
        description: spec.description,
        certificate: spec.certificate,
        inline_svg: spec.inline_svg,
        network: spec.network,
        github: spec.github,
        sections,
        dir_groups,
        targets: spec.targets,
    }
}

/// Makes a path absolute. One that climbs is resolved on the disk first: behind a symbolic link,
/// `..` is not the directory before it in the text.
fn absolute(path: &Path) -> PathBuf {
    let climbs = path.components().any(|part| part == std::path::Component::ParentDir);
    if climbs && let Ok(resolved) = std::fs::canonicalize(path) {
        return resolved;
    }
    lexical::resolve(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

fn default_root(spec_file: &Path) -> PathBuf {
    let directory = spec_file.parent().unwrap_or(spec_file);
    directory.parent().unwrap_or(directory).to_owned()
}

/// Makes sections of topics, which are read once however often the spec names them.
struct Loader<'s> {
    spec: &'s Spec,
    shown: &'s Path,
    tree: Tree,
    /// `None` if there is no `slides/`.
    topics: Option<TopicMap>,
    /// The topics to whose sections this is restricted.
    part: Option<Vec<PathBuf>>,
    /// Topics by their ids, each with the tree in which it was read.
    read: HashMap<String, (FoundTopic, Tree)>,
}

impl<'s> Loader<'s> {
    fn new(spec: &'s Spec, shown: &'s Path, mut tree: Tree) -> Self {
        let topics = TopicMap::read(&mut tree);
        if topics.is_none() && spec.sections.iter().any(|section| !section.topics.is_empty()) {
            let message = "the course root has no directory `slides`";
            let finding =
                Diagnostic::error(code::SLIDES_MISSING, category::TOPIC_NOT_FOUND, message)
                    .in_file(tree.root())
                    .with_hint("pass the course root with `--data-dir`");
            tree.report(finding);
        }
        Self { spec, shown, tree, topics, part: None, read: HashMap::new() }
    }

    /// Restricts this to the sections with topics in which files changed, if all of them lie in some.
    fn restrict(&mut self, changed: &[PathBuf]) {
        let Some(topics) = &self.topics else { return };
        let named = || self.spec.sections.iter().flat_map(|section| &section.topics);
        let topic_of = |path: &PathBuf| {
            let mut entries = named().filter_map(|reference| topics.get(&reference.id));
            entries.find(|entry| path.starts_with(&entry.path)).map(|entry| entry.path.clone())
        };
        let touched: Option<BTreeSet<PathBuf>> = changed.iter().map(topic_of).collect();
        self.part = touched.filter(|part| !part.is_empty()).map(Vec::from_iter);
    }

    /// Tells whether a section is read.
    fn is_wanted(&self, section: &SectionSpec) -> bool {
        let (Some(part), Some(topics)) = (&self.part, &self.topics) else { return true };
        let is_touched = |reference: &TopicReference| {
            topics.get(&reference.id).is_some_and(|entry| part.contains(&entry.path))
        };
        section.topics.iter().any(is_touched)
    }

    /// Reads the topics that the spec names, on several threads.
    fn read_topics(&mut self) {
        let Some(topics) = &self.topics else { return };
        let sections = self.spec.sections.iter().filter(|section| self.is_wanted(section));
        let named = sections.flat_map(|section| &section.topics);
        let ids: BTreeSet<&str> = named.map(|reference| reference.id.as_str()).collect();
        let (tree, languages, prog_lang) = (&self.tree, &self.spec.codes(), self.spec.prog_lang);
        let read = |id: &str| {
            let mut tree = tree.beside();
            let mut reader = TopicReader { tree: &mut tree, languages, prog_lang };
            let topic = reader.read(topics.get(id)?);
            Some((id.to_owned(), (topic, tree)))
        };
        self.read = ids.into_par_iter().filter_map(read).collect();
    }

    fn section(&mut self, section: &SectionSpec) -> Section {
        let mut numbers = 0;
        let references = if self.is_wanted(section) { &section.topics[..] } else { &[] };
        let topics =
            references.iter().filter_map(|topic| self.topic(topic, &mut numbers)).collect();
        Section { name: section.name.clone(), directory: section.directory.clone(), topics }
    }

    fn topic(&mut self, reference: &TopicReference, numbers: &mut usize) -> Option<Topic> {
        let topics = self.topics.as_ref()?;
        let Some(entry) = topics.get(&reference.id) else {
            let finding = not_found(&reference.id, &topics.ids());
            self.tree.report(reference.place.locate(finding, self.shown));
            return None;
        };
        let path = entry.path.clone();
        let (found, seen) = self.read.get_mut(&reference.id)?;
        self.tree.absorb(seen);
        Some(Topic {
            id: reference.id.clone(),
            path,
            directory: found.directory.clone(),
            html: reference.html,
            code: reference.code,
            files: found.files.iter().map(|file| numbered(file, numbers)).collect(),
        })
    }

    /// Reports topic ids that occur twice, at the place where the spec names them, if it does.
    fn duplicates(&mut self) {
        let Some(topics) = &self.topics else { return };
        let references = || self.spec.sections.iter().flat_map(|section| &section.topics);
        let located: Vec<Diagnostic> = topics
            .duplicates(&self.tree)
            .into_iter()
            .map(|(id, warning)| match references().find(|reference| reference.id == id) {
                Some(reference) => reference.place.locate(warning, self.shown),
                None => warning,
            })
            .collect();
        for warning in located {
            self.tree.report(warning);
        }
    }

    fn groups(&mut self) -> Vec<DirGroup> {
        let is_whole = self.part.is_none();
        let groups = self.spec.groups.iter().filter(|_| is_whole);
        groups
            .map(|group| DirGroup {
                name: group.name.clone(),
                files: source::read_group(&mut self.tree, group, self.shown),
            })
            .collect()
    }
}

/// Gives a file its class in a section whose notebooks so far are counted by `numbers`.
fn numbered(file: &FoundFile, numbers: &mut usize) -> TopicFile {
    let class = match &file.content {
        Content::Drawio => FileClass::Drawio,
        Content::PlantUml => FileClass::PlantUml,
        Content::Image => FileClass::Image,
        Content::Data => FileClass::Data,
        Content::Unsupported => {
            *numbers += 1;
            FileClass::UnsupportedNotebook
        }
        Content::Notebook { prog_lang, titles } => {
            *numbers += 1;
            let (prog_lang, titles) = (*prog_lang, titles.clone());
            FileClass::Notebook(NotebookInfo { prog_lang, titles, number: *numbers })
        }
    };
    TopicFile { path: file.path.clone(), relative: file.relative.clone(), class }
}

/// Names up to ten ids, the most alike first.
fn not_found(id: &str, ids: &[&str]) -> Diagnostic {
    const SHOWN: usize = 10;
    let ranked = suggest::nearest(id, ids.iter().copied());
    let listed: Vec<_> = ranked.iter().take(SHOWN).map(|(_, id)| format!("`{id}`")).collect();
    let list = match listed.len() {
        0 => "there are no topics below `slides/`".to_owned(),
        shown if shown < ids.len() => {
            format!("{shown} of {} topics: {}", ids.len(), listed.join(", "))
        }
        _ => format!("existing topics: {}", listed.join(", ")),
    };
    let question = suggest::did_you_mean(id, &ranked);
    let hint = question.map_or_else(|| list.clone(), |question| format!("{question} {list}"));
    let message = format!("no topic `{id}` below `slides/`");
    Diagnostic::error(code::TOPIC_NOT_FOUND, category::TOPIC_NOT_FOUND, message).with_hint(hint)
}
