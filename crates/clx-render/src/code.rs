//! The diagnostic codes of this crate: `CLX0600` to `CLX0699`.

/// A replaced page template is no valid Jinja. The message has the reason, the place its file and
/// line.
pub const TEMPLATE_SYNTAX: &str = "CLX0600";

/// A replaced page template failed on a page: a filter that does not exist, an operation on values of
/// the wrong type.
pub const TEMPLATE_FAILED: &str = "CLX0601";

/// A file among the replaced templates has a name that pages do not use. Known are `page.html.j2`
/// and `style.css`.
pub const TEMPLATE_UNKNOWN: &str = "CLX0602";

/// A formula uses a LaTeX command that clx cannot turn into `MathML`, or its braces or environments
/// do not match. The page shows the LaTeX source instead.
pub const MATH_ERROR: &str = "CLX0610";

/// A cell prints JavaScript or a widget. Pages load no scripts, so it shows nothing; let the cell
/// print a picture, a table or text as well.
pub const INERT_SCRIPT: &str = "CLX0611";
