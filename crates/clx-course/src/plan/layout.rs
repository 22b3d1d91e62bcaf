//! The directories of output trees. Principal type: [`Layout`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clx_core::{Audience, Language, LanguageProfile, OutputFormat, OutputKind};

use super::Target;
use crate::course::{Course, Section};

/// All directories that the course has in the selected targets.
#[derive(Debug)]
pub(super) struct Layout {
    /// The combinations of language, format and kind in each target.
    pub(super) variants: Vec<Variant>,
    /// The course directories, one per language and audience (a target of the spec has them in one).
    pub(super) places: Vec<PathBuf>,
}

/// A combination of language, format and kind in a target.
#[derive(Debug)]
pub(super) struct Variant {
    pub(super) language: Language,
    pub(super) format: OutputFormat,
    pub(super) kind: Arc<OutputKind>,
    /// `R/…/{course}`.
    pub(super) course_dir: PathBuf,
    /// `R/…/{course}/{Slides}/{Html}/{Kind}`, what section directories lie in.
    pub(super) directory: PathBuf,
}

impl Layout {
    /// Lays out a course in targets. Code outputs are left out if the course has no `prog-lang`.
    pub(super) fn new(course: &Course, targets: &[Target]) -> Self {
        let mut layout = Self { variants: Vec::new(), places: Vec::new() };
        for target in targets.iter().filter(|target| !target.is_empty()) {
            let kinds: Vec<_> = target.kinds.iter().cloned().map(Arc::new).collect();
            let languages = course.languages.iter();
            for profile in languages.filter(|profile| target.languages.contains(&profile.code)) {
                layout.add(course, target, profile, &kinds);
            }
        }
        layout
    }

    /// Returns the directories of a section, one per variant.
    pub(super) fn section_dirs(&self, section: &Section) -> Vec<PathBuf> {
        let variants = self.variants.iter();
        variants.map(|v| v.directory.join(section.directory.get(v.language))).collect()
    }

    fn add(
        &mut self,
        course: &Course,
        target: &Target,
        profile: &LanguageProfile,
        kinds: &[Arc<OutputKind>],
    ) {
        for kind in kinds {
            let place = course_dir(course, target, profile, kind.audience);
            if !self.places.contains(&place) {
                self.places.push(place);
            }
        }
        for &format in &target.formats {
            let Some(format_dir) = format_dir(course, format) else { continue };
            for kind in kinds {
                let course_dir = course_dir(course, target, profile, kind.audience);
                self.variants.push(Variant {
                    language: profile.code,
                    format,
                    kind: Arc::clone(kind),
                    directory: course_dir
                        .join(&profile.slides)
                        .join(format_dir)
                        .join(&kind.directory),
                    course_dir,
                });
            }
        }
    }
}

impl Variant {
    /// Returns the name of a notebook's output.
    pub(super) fn extension(&self, prog_lang: clx_core::ProgLang) -> &'static str {
        match self.format {
            OutputFormat::Html => ".html",
            OutputFormat::Notebook => ".ipynb",
            OutputFormat::Code => prog_lang.extension(),
        }
    }

    /// Returns what leads from an output in `directory` to the shared images: `../../../../img/`.
    pub(super) fn shared_prefix(&self, directory: &Path) -> String {
        let depth =
            directory.strip_prefix(&self.course_dir).map_or(0, |below| below.components().count());
        format!("{}img/", "../".repeat(depth))
    }
}

/// Returns the directory of the course in a target.
pub(super) fn course_dir(
    course: &Course,
    target: &Target,
    profile: &LanguageProfile,
    audience: Audience,
) -> PathBuf {
    let mut directory = target.root.clone();
    if target.is_default {
        directory.push(audience.directory());
    }
    directory.join(&profile.directory).join(course.directory.get(profile.code))
}

fn format_dir(course: &Course, format: OutputFormat) -> Option<&'static str> {
    match format {
        OutputFormat::Html => Some("Html"),
        OutputFormat::Notebook => Some("Notebooks"),
        OutputFormat::Code => course.prog_lang.map(clx_core::ProgLang::directory),
    }
}
