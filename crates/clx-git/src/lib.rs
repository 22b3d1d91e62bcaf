//! Git repositories of output trees: one per target and language, at the course directory.
//!
//! | question | answer |
//! |---|---|
//! | which repositories has a course, and where are they pushed? | [`repositories`] |
//! | how is one of them? | [`Repository::status`] |
//! | what can be done with it? | [`Repository::init`], [`commit`](Repository::commit), [`push`](Repository::push), [`sync`](Repository::sync), [`reset`](Repository::reset) |
//!
//! Git is called as a program, with the user's settings. Courses come from strangers, so
//!
//! * an address may not name a transport that runs programs, nor a repository inside the course, whose
//!   hooks would run;
//! * Git is told where its directory is and never searches: a bare repository that a course brings along
//!   is no repository to it, nor is that of the course itself;
//! * no argument goes through a shell, and nothing is asked for.
//!
//! Nothing here prints.

mod error;
mod git;
mod operation;
mod remote;
mod repository;
mod status;

pub use error::{GitError, RemoteError};
pub use operation::{Outcome, Skipped};
pub use remote::RemoteUrl;
pub use repository::{Mode, Repository, repositories};
pub use status::{RepositoryState, RepositoryStatus};
