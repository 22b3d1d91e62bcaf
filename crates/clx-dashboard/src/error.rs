//! Why nothing is served. Principal type: [`DashboardError`].

use std::io;

use clx_serve::ServeError;

/// Why a dashboard cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DashboardError {
    /// It cannot listen where it should.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The operating system gives no random numbers for the token.
    #[error("there are no random numbers for the token of the pages")]
    Token(#[source] io::Error),
    /// The templates of the pages are wrong, which is a bug in clx.
    #[error("the templates of the pages are wrong, which is a bug in clx")]
    Template(#[source] Box<minijinja::Error>),
}
