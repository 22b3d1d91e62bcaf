//! The diagnostic codes of this crate: `CLX0820` to `CLX0839`.

/// The file has no diagram: it is empty, or holds something else than draw.io writes (`mxfile` or
/// `mxGraphModel`). Pictures with a diagram inside, such as `.drawio.png`, are no sources.
pub const NO_DIAGRAM: &str = "CLX0820";

/// The file is not well-formed XML. It may have been cut off while it was saved or merged.
pub const BROKEN_XML: &str = "CLX0821";

/// A page is compressed and cannot be read. Save the file again with draw.io, best with "Compressed"
/// off under File, Properties: then changes can be reviewed, too.
pub const BROKEN_PAGE: &str = "CLX0822";

/// The source has no page of the name that is wanted. It may have been renamed while the build ran:
/// build again.
pub const PAGE_UNKNOWN: &str = "CLX0823";

/// draw.io could not draw the page. The message has the words of its script.
pub const DRAWING_FAILED: &str = "CLX0824";

/// Drawing took longer than the limit and was stopped. Split the page.
pub const TIME_LIMIT: &str = "CLX0825";

/// The browser, or the desktop application of draw.io, ended or answered wrongly, also when it was
/// started afresh. The message has its last words; memory may be short.
pub const RENDERER_FAILED: &str = "CLX0826";

/// There is no browser, or no bundle of draw.io for it. `clx setup drawio` installs what is needed.
pub const TOOL_MISSING: &str = "CLX0827";

/// A warning: a diagram wants something from the network or from outside itself, such as a linked
/// picture or a web font. It is left out, so that everybody builds the same picture. Embed the
/// picture into the diagram.
pub const REQUEST_BLOCKED: &str = "CLX0828";

/// A warning: a diagram names a font that this machine does not have, so another one is shown and
/// lines may break elsewhere. Install it, or choose another.
pub const FONT_MISSING: &str = "CLX0829";

/// A warning: a diagram has formulas, and `MathJax` is not set up, so their source is shown.
pub const MATH_MISSING: &str = "CLX0830";

/// A warning: a page has nothing on it, and its picture is blank.
pub const PAGE_EMPTY: &str = "CLX0831";

/// A warning: a page is so large that its PNG has fewer pixels than usual. Split the page, or use SVG.
pub const PICTURE_REDUCED: &str = "CLX0832";

/// A warning: `MathJax` does not understand a formula, and the picture shows it in red or with a
/// message.
pub const FORMULA_BROKEN: &str = "CLX0833";
