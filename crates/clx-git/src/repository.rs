//! The repositories of a course. Principal type: [`Repository`].

use std::path::{Path, PathBuf};

use clx_core::Language;
use clx_course::{Course, course_places};

use crate::error::{GitError, RemoteError};
use crate::remote::RemoteUrl;

/// The target that has a repository only if the spec says so.
const SPEAKER: &str = "speaker";

/// Targets whose repositories have no suffix, beside the first of the spec.
const WITHOUT_SUFFIX: [&str; 2] = ["public", "default"];

/// Whether commands that change something are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// They are.
    Run,
    /// They are only named.
    DryRun,
}

/// The place of a repository: the outputs of a course for one target in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Name of the target.
    pub target: String,
    /// Language of the outputs.
    pub language: Language,
    /// The course directory, absolute. Need not exist.
    pub directory: PathBuf,
    /// The output root that the directory must lie in.
    pub(crate) root: PathBuf,
    /// Where the spec says that it is pushed to.
    pub remote: Option<RemoteUrl>,
}

/// What is at the place of a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing.
    Nothing,
    /// Outputs without a repository.
    Outputs,
    /// A repository.
    Repository,
}

/// Returns the repositories of a course in the order target, language. The target `speaker` has some
/// only if the spec says `include-speaker`.
///
/// # Errors
/// Any [`RemoteError`]: what the spec says of repositories cannot be used.
pub fn repositories(course: &Course) -> Result<Vec<Repository>, RemoteError> {
    let places = course_places(course);
    let mut forbidden = vec![course.root.clone()];
    forbidden.extend(places.iter().map(|place| place.root.clone()));
    let mut repositories: Vec<Repository> = Vec::new();
    for place in places {
        if place.target == SPEAKER && !course.github.include_speaker {
            continue;
        }
        let github = (&course.github.repository_base, &course.github.project_slug);
        let remote = match github {
            (Some(base), Some(slug)) => {
                let is_plain = place.is_first || WITHOUT_SUFFIX.contains(&&*place.target);
                let suffix = if is_plain { String::new() } else { format!("-{}", place.target) };
                let name = format!("{slug}-{}{suffix}", place.language);
                check_name(slug)?;
                check_name(&name)?;
                Some(RemoteUrl::new(base, &name, &forbidden)?)
            }
            _ => None,
        };
        let is_same = |other: &&Repository| remote.is_some() && other.remote == remote;
        if let (Some(other), Some(remote)) = (repositories.iter().find(is_same), &remote) {
            return Err(RemoteError::Shared {
                first: other.target.clone(),
                second: place.target,
                address: remote.to_string(),
            });
        }
        repositories.push(Repository {
            target: place.target,
            language: place.language,
            directory: place.path,
            root: place.root,
            remote,
        });
    }
    Ok(repositories)
}

/// Refuses what would lead an address elsewhere.
fn check_name(part: &str) -> Result<(), RemoteError> {
    let fits = |c: char| c.is_alphanumeric() || "-_.+".contains(c);
    let begins_well = part.starts_with(char::is_alphanumeric);
    if begins_well && part.chars().all(fits) {
        Ok(())
    } else {
        Err(RemoteError::Name { part: part.to_owned() })
    }
}

impl Repository {
    /// Looks what is there.
    ///
    /// # Errors
    /// [`GitError::Unsafe`] if a link leads out of the output root, or if `.git` is no directory.
    pub(crate) fn find(&self) -> Result<Found, GitError> {
        if !self.directory.is_dir() {
            return Ok(Found::Nothing);
        }
        let unsafe_path = |path: &Path, fault| GitError::Unsafe { path: path.to_owned(), fault };
        let real = |path: &Path| path.canonicalize().ok();
        let is_inside = real(&self.directory)
            .zip(real(&self.root))
            .is_some_and(|(directory, root)| directory.starts_with(root));
        if !is_inside {
            return Err(unsafe_path(&self.directory, "leads out of its output root"));
        }
        let control = self.directory.join(".git");
        match control.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => Ok(Found::Repository),
            Ok(_) => Err(unsafe_path(&control, "is no directory")),
            Err(_) => Ok(Found::Outputs),
        }
    }
}
