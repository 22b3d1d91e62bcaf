//! From the path of a spec file to a [`Course`], with all problems at once.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use clx_core::{Diagnostic, Inputs, suggest};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::course::{Course, DirGroup, FileClass, NotebookInfo, Section, Topic, TopicFile};
use crate::part::{Extent, Part};
use crate::source::{self, Content, FoundFile, FoundTopic, TopicMap, TopicReader, Tree};
use crate::spec::{self, GroupSpec, SectionSpec, Spec, TopicReference};
use crate::{category, code, lexical};

/// Where the course lies, if not around its spec, and what is wanted of it.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// The course root; default: the parent of the directory that holds the spec file.
    pub root: Option<PathBuf>,
    /// Sections and topics that are wanted; empty = all. A section goes by its id, its name in any
    /// language, or its number from 1; a topic by its id or the end of its path. An entry may be
    /// several names with commas between them.
    pub only: Vec<String>,
    /// If nothing is named: only the topics in which these files and directories lie; empty = all. If one
    /// of them lies in no topic of the spec, the whole course is read.
    pub changed: Vec<PathBuf>,
}

/// A course and what was found wrong with it.
#[derive(Debug)]
pub struct Loaded {
    /// The course. `None` if the spec cannot be parsed or has validation errors, or if something that
    /// is not in it is wanted. With errors among the diagnostics it is a course of which some parts
    /// cannot be built.
    pub course: Option<Course>,
    /// Findings in the order of the spec file, then of the sources.
    pub diagnostics: Vec<Diagnostic>,
    /// Every file and directory that was looked at.
    pub inputs: Inputs,
    /// The topics, directories or files, to which [`LoadOptions::changed`] has restricted the course.
    /// `None` if it has not.
    pub touched: Option<Vec<PathBuf>>,
}

/// Returns the root of the course that [`load`] would read.
#[must_use]
pub fn course_root(spec: &Path, options: &LoadOptions) -> PathBuf {
    options.root.as_deref().map_or_else(|| default_root(&absolute(spec)), absolute)
}

/// Reads a course: its spec, and the files of the topics that the spec names, or of those that are
/// wanted. Problems of topics that are not wanted are not reported.
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
            return Loaded { course: None, diagnostics: vec![*problem], inputs, touched: None };
        }
    };
    let mut tree = Tree::new(&root);
    let is_named = !options.only.is_empty();
    let topics = tree.reporting(!is_named, TopicMap::read);
    let (part, touched) = if is_named {
        match Part::named(&spec, topics.as_ref(), &options.only, shown) {
            Ok(part) => (part, None),
            Err(unknown) => {
                diagnostics.extend(unknown);
                let (_, mut inputs) = tree.finish();
                inputs.add(&spec_file, true);
                return Loaded { course: None, diagnostics, inputs, touched: None };
            }
        }
    } else {
        let touched =
            topics.as_ref().and_then(|topics| Part::touched(&spec, topics, &options.changed));
        touched.map_or_else(
            || (Part::everything(&spec), None),
            |(part, touched)| (part, Some(touched)),
        )
    };
    let is_valid = !diagnostics.iter().any(Diagnostic::is_error);
    let mut loader = Loader { spec: &spec, shown, tree, topics, part: &part, read: HashMap::new() };
    loader.check_slides();
    loader.read_topics();
    let sections = loader.sections();
    loader.duplicates();
    let dir_groups = loader.groups();
    let (found, mut inputs) = loader.tree.finish();
    diagnostics.extend(found);
    let files = sections.iter().flat_map(|section| &section.topics).flat_map(|topic| &topic.files);
    inputs.present.extend(files.map(|file| file.path.clone()));
    let files = dir_groups.iter().flat_map(|group| &group.files);
    inputs.present.extend(files.map(|file| file.source.clone()));
    inputs.add(&spec_file, true);
    let is_part = !part.is_everything();
    let assembled = || assemble(spec, root, spec_file, is_part, sections, dir_groups);
    let course = is_valid.then(assembled);
    Loaded { course, diagnostics, inputs, touched }
}

fn assemble(
    spec: Spec,
    root: PathBuf,
    spec_file: PathBuf,
    is_part: bool,
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
        is_part,
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
    part: &'s Part<'s>,
    /// Topics by their ids, each with the tree in which it was read.
    read: HashMap<String, (FoundTopic, Tree)>,
}

impl<'s> Loader<'s> {
    fn check_slides(&mut self) {
        let has_topics = || self.spec.sections.iter().any(|section| !section.topics.is_empty());
        if self.topics.is_none() && has_topics() {
            let message = "the course root has no directory `slides`";
            let finding =
                Diagnostic::error(code::SLIDES_MISSING, category::TOPIC_NOT_FOUND, message)
                    .in_file(self.tree.root())
                    .with_hint("pass the course root with `--data-dir`");
            self.tree.report(finding);
        }
    }

    /// Reads the topics that have to be read, on several threads.
    fn read_topics(&mut self) {
        let Some(topics) = &self.topics else { return };
        let needed = |(section, extent): (&'s SectionSpec, &Extent)| {
            section.topics.iter().take(extent.read().len())
        };
        let references = self.part.sections().flat_map(needed);
        let ids: BTreeSet<&str> = references.map(|reference| reference.id.as_str()).collect();
        let (tree, languages, prog_lang) = (&self.tree, &self.spec.codes(), self.spec.prog_lang);
        let read = |id: &str| {
            let mut tree = tree.beside();
            let mut reader = TopicReader { tree: &mut tree, languages, prog_lang };
            let topic = reader.read(topics.get(id)?);
            Some((id.to_owned(), (topic, tree)))
        };
        self.read = ids.into_par_iter().filter_map(read).collect();
    }

    /// Reads the sections, without those that have nothing to do with what is wanted.
    fn sections(&mut self) -> Vec<Section> {
        let sections = self.part.sections();
        let needed = sections.filter(|(_, extent)| extent.is_wanted() || !extent.read().is_empty());
        needed.map(|(section, extent)| self.section(section, extent)).collect()
    }

    fn section(&mut self, section: &SectionSpec, extent: &Extent) -> Section {
        let mut numbers = 0;
        let topics = section.topics.iter().zip(extent.read());
        let topics = topics.filter_map(|(topic, wanted)| self.topic(topic, *wanted, &mut numbers));
        Section {
            name: section.name.clone(),
            directory: section.directory.clone(),
            is_wanted: extent.is_wanted(),
            topics: topics.collect(),
        }
    }

    fn topic(
        &mut self,
        reference: &TopicReference,
        is_wanted: bool,
        numbers: &mut usize,
    ) -> Option<Topic> {
        let topics = self.topics.as_ref()?;
        let Some(entry) = topics.get(&reference.id) else {
            if is_wanted {
                let finding = not_found(&reference.id, &topics.ids());
                self.tree.report(reference.place.locate(finding, self.shown));
            }
            return None;
        };
        let path = entry.path.clone();
        let (found, seen) = self.read.get_mut(&reference.id)?;
        self.tree.reporting(self.part.has_topic(&reference.id), |tree| tree.absorb(seen));
        Some(Topic {
            id: reference.id.clone(),
            is_wanted,
            path,
            directory: found.directory.clone(),
            html: reference.html,
            code: reference.code,
            files: found.files.iter().map(|file| numbered(file, numbers)).collect(),
        })
    }

    /// Reports topic ids that occur twice, at the place where the spec names them, if it does. Of a part
    /// of a course, only those of its topics.
    fn duplicates(&mut self) {
        let Some(topics) = &self.topics else { return };
        let references = || self.spec.sections.iter().flat_map(|section| &section.topics);
        let located: Vec<Diagnostic> = topics
            .duplicates(&self.tree)
            .into_iter()
            .filter(|(id, _)| self.part.has_topic(id))
            .map(|(id, warning)| match references().find(|reference| reference.id == id) {
                Some(reference) => reference.place.locate(warning, self.shown),
                None => warning,
            })
            .collect();
        for warning in located {
            self.tree.report(warning);
        }
    }

    /// Reads the directory groups up to the last one that is wanted: the first to claim a place has it.
    fn groups(&mut self) -> Vec<DirGroup> {
        let groups = &self.spec.groups;
        let last = groups.iter().rposition(|group| self.part.has_group(group));
        let needed = &groups[..last.map_or(0, |last| last + 1)];
        let read = |group: &GroupSpec| {
            let is_wanted = self.part.has_group(group);
            let files =
                self.tree.reporting(is_wanted, |tree| source::read_group(tree, group, self.shown));
            DirGroup { name: group.name.clone(), is_wanted, files }
        };
        needed.iter().map(read).collect()
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
