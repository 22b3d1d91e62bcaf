//! Puts artifacts and copies into output trees. Principal type: [`Publisher`].
//!
//! | part | does |
//! |---|---|
//! | `root` | one output root: what clx owns there, staging folder, confinement |
//! | `place` | decides for one path: leave, write or refuse; writes by rename |
//! | `sweep` | removes owned files that are not wanted any more |

mod place;
mod root;
mod sweep;

use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::Instant;

use clx_core::{ContentHash, Diagnostic};
use clx_store::{OwnedOutput, Store, StoreError};
use rayon::iter::{
    IndexedParallelIterator, IntoParallelIterator, IntoParallelRefIterator, ParallelIterator,
};

pub(crate) use self::place::{Content, Placed};
use self::root::{OutputRoot, Refusal};
pub use self::sweep::Removed;

/// Files at which one thread looks at least: a look takes some 3 µs.
const LOOKS_AT_ONCE: usize = 64;

/// More writers than this stand in each other's way in the directories.
const MOST_WRITERS: usize = 4;

/// Why publishing cannot go on at all. What concerns one path becomes a diagnostic instead.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The store failed.
    #[error("the store failed while outputs were written")]
    Store(#[from] StoreError),
    /// No output can be written any more: the disk is full or read-only.
    #[error("the outputs cannot be written ({})", path.display())]
    Disk {
        /// The first output that could not be written.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// An output root or its staging folder cannot be made.
    #[error("cannot create {}", path.display())]
    Root {
        /// The directory.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

/// What a file at an output path that clx does not own means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Foreign {
    /// It is left alone, unless it has the wanted content already.
    #[default]
    Keep,
    /// clx takes it over.
    Adopt,
}

/// The only writer of output trees.
#[derive(Debug)]
pub(crate) struct Publisher<'s> {
    store: &'s Store,
    roots: Vec<OutputRoot>,
    foreign: Foreign,
    last_write: Option<Instant>,
}

impl<'s> Publisher<'s> {
    /// Opens output roots. If `places` are given, nothing is known but what lies there, and nothing can
    /// be swept.
    pub(crate) fn open(
        store: &'s Store,
        roots: &[PathBuf],
        foreign: Foreign,
        places: Option<&[&Path]>,
    ) -> Result<Self, PublishError> {
        let open = |path: &PathBuf| OutputRoot::open(store, path, places);
        let roots = roots.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self { store, roots, foreign, last_write: None })
    }

    /// Makes a directory that is wanted even if it stays empty.
    pub(crate) fn make_directory(&mut self, path: &Path) -> Option<Diagnostic> {
        let made = self
            .locate(path)
            .and_then(|(root, relative)| self.roots[root].make_directory(&relative));
        made.err().map(|refusal| refusal.diagnostic(path))
    }

    /// Puts contents at their paths; one answer per path.
    pub(crate) fn publish(
        &mut self,
        files: &[(&Path, Content<'_>)],
    ) -> Result<Vec<Result<Placed, Diagnostic>>, PublishError> {
        let (store, foreign) = (self.store, self.foreign);
        let mut answers = Vec::with_capacity(files.len());
        let mut writes = Vec::new();
        let decide = |(path, content): &(&Path, Content<'_>)| {
            let (root, relative) = self.locate(path)?;
            let decision = self.roots[root].decide(&relative, content.hash(), foreign)?;
            Ok((root, relative, decision))
        };
        let decided: Vec<Result<_, Refusal>> =
            files.par_iter().with_min_len(LOOKS_AT_ONCE).map(decide).collect();
        for (index, (decided, (path, _))) in decided.into_iter().zip(files).enumerate() {
            answers.push(match decided {
                Ok((root, relative, decision)) => {
                    if decision.needs_claim() {
                        writes.push((index, root, relative, decision));
                    }
                    Ok(decision.placed())
                }
                Err(refusal) => Err(refusal.diagnostic(path)),
            });
        }
        for (root_index, root) in self.roots.iter_mut().enumerate() {
            let of_root: Vec<_> =
                writes.iter().filter(|(_, index, ..)| *index == root_index).collect();
            let claims: Vec<(&Path, ContentHash)> = of_root
                .iter()
                .map(|(index, _, relative, _)| (relative.as_path(), files[*index].1.hash()))
                .collect();
            root.note(store, &claims)?;
            let prepared: Vec<_> = of_root
                .iter()
                .map(|(index, _, relative, decision)| {
                    root.prepare(relative, files[*index].1, *decision)
                })
                .collect();
            let carry_out = |file: Result<_, Refusal>| root.carry_out(&file?, store);
            let share = prepared.len().div_ceil(MOST_WRITERS).max(1);
            let done: Vec<_> =
                prepared.into_par_iter().with_min_len(share).map(carry_out).collect();
            for ((index, _, relative, _), done) in of_root.into_iter().zip(done) {
                let (path, content) = &files[*index];
                match done {
                    Ok(stat) => root.remember(relative, content.hash(), stat),
                    Err(Refusal::Io(_, source)) if concerns_all(&source) => {
                        return Err(PublishError::Disk { path: (*path).to_owned(), source });
                    }
                    Err(refusal) => {
                        if matches!(refusal, Refusal::Foreign) {
                            store.release_outputs(root.path(), &[relative])?;
                        }
                        answers[*index] = Err(refusal.diagnostic(path));
                    }
                }
            }
        }
        if !writes.is_empty() {
            self.last_write = Some(Instant::now());
        }
        Ok(answers)
    }

    /// Puts on record what was written last. Returns when that was, if anything was.
    pub(crate) fn finish(&mut self) -> Result<Option<Instant>, PublishError> {
        for root in &mut self.roots {
            root.note(self.store, &[])?;
        }
        Ok(self.last_write)
    }

    /// Returns what is known of the file at a path.
    pub(crate) fn output(&self, path: &Path) -> Option<&OwnedOutput> {
        let (root, relative) = self.locate(path).ok()?;
        self.roots[root].owned.get(&relative)
    }

    /// Removes what clx owns at paths whose outputs could not be made.
    pub(crate) fn withdraw(&mut self, paths: &[&Path]) -> Result<(), PublishError> {
        for path in paths {
            if let Ok((root, relative)) = self.locate(path) {
                self.roots[root].remove(self.store, &[relative])?;
            }
        }
        Ok(())
    }

    fn locate(&self, path: &Path) -> Result<(usize, PathBuf), Refusal> {
        self.roots
            .iter()
            .enumerate()
            .filter_map(|(index, root)| {
                path.strip_prefix(root.path()).ok().map(|relative| (index, relative.to_owned()))
            })
            // A path that climbs is not below the root, whatever it begins with.
            .filter(|(_, relative)| {
                relative.components().all(|part| matches!(part, Component::Normal(_)))
            })
            // Of nested roots the inner one owns the file.
            .min_by_key(|(_, relative)| relative.as_os_str().len())
            .ok_or(Refusal::Outside)
    }
}

/// Tells whether an error of one file will be that of every other.
fn concerns_all(error: &io::Error) -> bool {
    use io::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::ReadOnlyFilesystem
    )
}
