//! Making of the plan, section by section. Principal function: [`outputs`].

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clx_core::{Diagnostic, JobKind, OutputFormat, PictureFormat};

use super::claim::{Claimant, Claims, Maker};
use super::layout::Layout;
use super::nothing::check;
use super::picture::{pictures, with_extension};
use super::select::select;
use super::shared::SharedImages;
use super::support::support_files;
use super::{
    DiagramOutputs, DiagramPicture, FileCopy, ImageMode, NotebookOutput, NotebookOutputs,
    OutputPlan, Selection, SupportFile, Target, TopicPicture,
};
use crate::course::{CodeRules, Course, FileClass, NotebookInfo, Section, Topic, TopicFile};
use crate::name;
use crate::spec::TargetSpec;

/// Returns everything that a build of the course must put into output trees, and what was noticed on
/// the way: warnings, and errors that concern single outputs only.
///
/// Where two sources have one output path, the first in course order has it, also if the course is a
/// part of one and the first is not wanted.
///
/// # Errors
///
/// Nothing can be built if no selected target exists, if nothing has all that is selected, if code
/// outputs are wanted of a course without `prog-lang`, or if different images share one place in
/// [`ImageMode::Shared`].
pub fn outputs(
    course: &Course,
    selection: &Selection,
) -> Result<(OutputPlan, Vec<Diagnostic>), Vec<Diagnostic>> {
    let (targets, mut findings) = select(course, selection)?;
    let layout = Layout::new(course, &targets);
    let mut builder = Builder::new(course, &layout, selection);
    for section in &course.sections {
        builder.section(section);
    }
    builder.groups(&output_roots(course, targets.iter().map(|target| target.root.as_path())));
    let collisions = builder.shared.finish();
    findings.extend(builder.claims.finish());
    if !collisions.is_empty() {
        findings.extend(collisions);
        return Err(findings);
    }
    let mut course_dirs = layout.places.clone();
    course_dirs.extend(places_of_other_languages(course, &targets));
    let complete_dirs = if course.is_part {
        Vec::new()
    } else if selection.kinds.is_empty() && selection.formats.is_empty() {
        course_dirs.clone()
    } else {
        layout.variants.iter().map(|variant| variant.directory.clone()).collect()
    };
    let plan = OutputPlan { targets, course_dirs, complete_dirs, ..builder.plan };
    match check(course, selection, &plan) {
        Ok(()) => Ok((plan, findings)),
        Err(problem) => {
            findings.push(*problem);
            Err(findings)
        }
    }
}

/// Returns the course directories of languages that the targets of the spec do not have, perhaps no
/// longer: what lies there is wanted by no selection.
fn places_of_other_languages(course: &Course, targets: &[Target]) -> Vec<PathBuf> {
    let other = |target: &Target| {
        let is_own = |spec: &&TargetSpec| !target.is_default && spec.name == target.name;
        let spec = course.targets.iter().find(is_own)?;
        let mut languages = course.codes();
        languages.retain(|language| !spec.languages.contains(language));
        Some(Target { languages, ..target.clone() })
    };
    let targets: Vec<_> = targets.iter().filter_map(other).collect();
    Layout::new(course, &targets).places
}

/// Returns the formats of diagrams' pictures; an SVG that only pages hold has no place of its own.
fn formats(course: &Course, selection: &Selection) -> Vec<(PictureFormat, bool)> {
    let mut formats: Vec<_> = selection.pictures().iter().map(|&format| (format, true)).collect();
    if course.inline_svg && !selection.pictures().contains(&PictureFormat::Svg) {
        formats.push((PictureFormat::Svg, false));
    }
    formats
}

/// Returns the directories that hold outputs: what lies there is no source of a directory group.
fn output_roots<'a>(course: &Course, selected: impl Iterator<Item = &'a Path>) -> Vec<PathBuf> {
    let declared = course.targets.iter().map(|target| target.root.clone());
    let default = std::iter::once(course.root.join("output"));
    selected.map(Path::to_owned).chain(declared).chain(default).collect()
}

struct Builder<'c> {
    course: &'c Course,
    layout: &'c Layout,
    mode: ImageMode,
    /// Formats of diagrams' pictures, and whether they have places in output trees.
    formats: Vec<(PictureFormat, bool)>,
    plan: OutputPlan,
    claims: Claims<'c>,
    shared: SharedImages<'c>,
    /// Positions in the plan, by source.
    notebooks: HashMap<(&'c Path, &'c Path, CodeRules), usize>,
    diagrams: HashMap<&'c Path, usize>,
    copies: HashMap<(&'c Path, bool), usize>,
    section_dirs: HashSet<PathBuf>,
}

/// A topic at its place in the output trees.
struct Placed<'p, 'c> {
    section: &'c Section,
    topic: &'c Topic,
    /// The section's directories, one per variant.
    directories: &'p [PathBuf],
    support: Arc<[SupportFile]>,
    /// Pictures that diagrams make, relative to the topic's directory and without extension, by
    /// diagram.
    pictures: BTreeMap<&'c Path, PathBuf>,
    /// The same with extensions, for the topic's notebooks.
    topic_pictures: Arc<[TopicPicture]>,
}

impl<'c> Placed<'_, 'c> {
    fn claimant(&self, file: &'c TopicFile, maker: Maker) -> Claimant<'c> {
        Claimant { source: &file.path, maker, is_wanted: self.topic.is_wanted }
    }
}

impl<'c> Builder<'c> {
    fn new(course: &'c Course, layout: &'c Layout, selection: &'c Selection) -> Self {
        Self {
            course,
            layout,
            mode: selection.image_mode,
            formats: formats(course, selection),
            plan: OutputPlan::default(),
            claims: Claims::new(course),
            shared: SharedImages::new(course),
            notebooks: HashMap::new(),
            diagrams: HashMap::new(),
            copies: HashMap::new(),
            section_dirs: HashSet::new(),
        }
    }

    fn section(&mut self, section: &'c Section) {
        let directories = self.layout.section_dirs(section);
        for directory in directories.iter().filter(|_| section.is_wanted) {
            if self.section_dirs.insert(directory.clone()) {
                self.plan.directories.push(directory.clone());
            }
        }
        for topic in &section.topics {
            let pictures = pictures(topic, &mut self.claims);
            let topic_pictures = self.topic_pictures(&pictures);
            let support = support_files(topic, &topic_pictures);
            let directories = &directories;
            self.topic(&Placed { section, topic, directories, support, pictures, topic_pictures });
        }
    }

    fn topic_pictures(&self, pictures: &BTreeMap<&Path, PathBuf>) -> Arc<[TopicPicture]> {
        let of_diagram = |(diagram, stem): (&&Path, &PathBuf)| {
            let (diagram, stem) = (diagram.to_path_buf(), stem.clone());
            self.formats.iter().map(move |&(format, is_placed)| TopicPicture {
                diagram: diagram.clone(),
                relative: with_extension(&stem, format),
                format,
                is_placed,
            })
        };
        pictures.iter().flat_map(of_diagram).collect()
    }

    fn topic(&mut self, placed: &Placed<'_, 'c>) {
        let made: HashSet<_> = placed
            .topic_pictures
            .iter()
            .filter(|picture| picture.is_placed)
            .map(|picture| &picture.relative)
            .collect();
        for file in &placed.topic.files {
            match &file.class {
                FileClass::Notebook(info) => self.notebook(placed, file, info),
                FileClass::PlantUml => self.diagram(placed, file, JobKind::PlantUml),
                FileClass::Drawio => self.diagram(placed, file, JobKind::Drawio),
                // The diagram wins over a picture that an earlier tool left in the source tree.
                FileClass::Image if made.contains(&file.relative) => {}
                FileClass::Image => {
                    let claimant = placed.claimant(file, Maker::Copy);
                    let places = self.places(placed, &file.relative, claimant);
                    self.copy(claimant, &places, false);
                }
                FileClass::Data => {
                    let places: Vec<_> =
                        placed.directories.iter().map(|dir| dir.join(&file.relative)).collect();
                    self.copy(placed.claimant(file, Maker::Copy), &places, false);
                }
                FileClass::UnsupportedNotebook => {}
            }
        }
    }

    fn notebook(&mut self, placed: &Placed<'_, 'c>, file: &'c TopicFile, info: &'c NotebookInfo) {
        let mut wanted = Vec::new();
        for (variant, directory) in self.layout.variants.iter().zip(placed.directories) {
            if variant.format == OutputFormat::Html && !placed.topic.html {
                continue;
            }
            let title = name::sanitize(info.titles.get(variant.language)).unwrap_or_default();
            let extension = variant.extension(info.prog_lang);
            let path = directory.join(format!("{:02} {title}{extension}", info.number));
            if self.claims.claim(&path, placed.claimant(file, Maker::Notebook)) {
                wanted.push(NotebookOutput {
                    path,
                    language: variant.language,
                    kind: Arc::clone(&variant.kind),
                    format: variant.format,
                    img_prefix: match self.mode {
                        ImageMode::Duplicated => "img/".to_owned(),
                        ImageMode::Shared => variant.shared_prefix(directory),
                    },
                });
            }
        }
        if !placed.topic.is_wanted {
            return;
        }
        let code = placed.topic.code;
        let key = (placed.topic.path.as_path(), file.path.as_path(), code);
        let notebooks = &mut self.plan.notebooks;
        let index = *self.notebooks.entry(key).or_insert_with(|| {
            notebooks.push(NotebookOutputs {
                source: file.path.clone(),
                relative: file.relative.clone(),
                prog_lang: info.prog_lang,
                section: placed.section.name.clone(),
                titles: info.titles.clone(),
                code,
                topic_support: Arc::clone(&placed.support),
                topic_pictures: Arc::clone(&placed.topic_pictures),
                outputs: Vec::new(),
            });
            notebooks.len() - 1
        });
        notebooks[index].outputs.append(&mut wanted);
    }

    fn diagram(&mut self, placed: &Placed<'_, 'c>, file: &'c TopicFile, kind: JobKind) {
        let Some(stem) = placed.pictures.get(file.path.as_path()) else { return };
        let formats = self.formats.clone();
        let claimant = placed.claimant(file, Maker::Diagram(kind));
        let index = claimant.is_wanted.then(|| self.planned_diagram(&file.path, kind, stem));
        let wanted = formats.iter().enumerate().filter(|(_, (_, is_placed))| *is_placed);
        for (position, &(format, _)) in wanted {
            let mut places = self.places(placed, &with_extension(stem, format), claimant);
            places.retain(|place| self.claims.claim(place, claimant));
            if let Some(index) = index {
                self.plan.diagrams[index].pictures[position].places.append(&mut places);
            }
        }
    }

    /// Returns the position of a diagram in the plan, with no places if it is new there.
    fn planned_diagram(&mut self, source: &'c Path, kind: JobKind, picture: &Path) -> usize {
        let diagrams = &mut self.plan.diagrams;
        *self.diagrams.entry(source).or_insert_with(|| {
            let stem = picture.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let picture = |&(format, _): &_| DiagramPicture { format, places: Vec::new() };
            let pictures = self.formats.iter().map(picture).collect();
            diagrams.push(DiagramOutputs { source: source.to_owned(), kind, stem, pictures });
            diagrams.len() - 1
        })
    }

    /// Returns the paths of an image, given by its path relative to the topic.
    fn places(
        &mut self,
        placed: &Placed<'_, 'c>,
        relative: &Path,
        claimant: Claimant<'c>,
    ) -> Vec<PathBuf> {
        match self.mode {
            ImageMode::Duplicated => {
                placed.directories.iter().map(|directory| directory.join(relative)).collect()
            }
            ImageMode::Shared => {
                let place = self.shared.place(relative, claimant);
                self.layout.places.iter().map(|course_dir| course_dir.join(&place)).collect()
            }
        }
    }

    fn copy(&mut self, claimant: Claimant<'c>, places: &[PathBuf], keep_mtime: bool) {
        let source = claimant.source;
        let claimed: Vec<_> =
            places.iter().filter(|place| self.claims.claim(place, claimant)).cloned().collect();
        if claimed.is_empty() {
            return;
        }
        let copies = &mut self.plan.copies;
        let index = *self.copies.entry((source, keep_mtime)).or_insert_with(|| {
            let (source, destinations) = (source.to_owned(), Vec::new());
            copies.push(FileCopy { source, destinations, keep_mtime });
            copies.len() - 1
        });
        copies[index].destinations.extend(claimed);
    }

    fn groups(&mut self, output_roots: &[PathBuf]) {
        let groups = self.course.dir_groups.iter();
        let files = groups.flat_map(|group| group.files.iter().map(|file| (group.is_wanted, file)));
        for (is_wanted, file) in files {
            if output_roots.iter().any(|root| file.source.starts_with(root)) {
                continue;
            }
            let course_dirs = self.layout.places.iter();
            let places: Vec<_> = course_dirs.map(|dir| dir.join(&file.relative)).collect();
            let claimant = Claimant { source: &file.source, maker: Maker::Copy, is_wanted };
            self.copy(claimant, &places, true);
        }
    }
}
