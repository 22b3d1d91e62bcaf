//! The diagnostic codes of this crate: `CLX0200` to `CLX0299`.

/// The text is no valid Jinja template. Correct the expression or statement; write
/// `{% raw %}…{% endraw %}` around code that is meant literally, such as C++ `int a{{1}};`.
pub const TEMPLATE_SYNTAX: &str = "CLX0200";

/// A Jinja expression uses a name or attribute that is not defined. Define it with `set`, import it,
/// or correct the spelling.
pub const TEMPLATE_UNDEFINED: &str = "CLX0201";

/// An `include`, `import` or `from` names a template that does not exist. Only the bundled
/// `macros.j2` can be imported.
pub const TEMPLATE_NOT_FOUND: &str = "CLX0202";

/// A Jinja expression could be read but not evaluated: a division by zero, an operation on values of
/// the wrong type, an unknown filter or test.
pub const TEMPLATE_EVALUATION: &str = "CLX0203";

/// An early comment names another encoding than `utf-8`, or happens to contain `coding:`. Save the
/// file as UTF-8 and write `utf-8`, or reword the comment.
pub const WRONG_ENCODING: &str = "CLX0210";

/// The lines between `---` and `---` at the start are no valid YAML. Correct or remove them.
pub const BROKEN_HEAD: &str = "CLX0211";

/// The options of a cell break the rules of the notebook format, so no notebook can be written:
/// tags that are no list of different texts, an empty name, a wrong type, or a number that JSON does not have,
/// such as `NaN`.
pub const BROKEN_METADATA: &str = "CLX0212";

/// The options of a cell marker cannot be parsed; the cell has no tags and no language.
/// Write `key=value` with JSON values, such as `tags=["keep"] lang="en"`.
pub const UNREADABLE_OPTIONS: &str = "CLX0220";

/// A line looks like a cell marker but is none, so its cell belongs to the one before. Write one
/// comment token, a blank, `%%` and a blank.
pub const NEAR_MARKER: &str = "CLX0221";

/// The cell type in brackets is glued to an option and has no effect. Put a blank after it.
pub const GLUED_TYPE: &str = "CLX0222";

/// A comment was turned into code because it looks like a shell or help command, such as
/// `# copy the list`. Reword it, or end it with the comment `noescape`.
pub const IMPLICIT_MAGIC: &str = "CLX0223";

/// A cell has a tag that clx does not know for its type; it has no effect.
pub const UNKNOWN_TAG: &str = "CLX0230";

/// A cell has several of the tags `slide`, `subslide`, `notes`; the first one decides.
pub const SEVERAL_SLIDE_TAGS: &str = "CLX0231";

/// An HTML page was asked of the writer of notebooks and scripts. This is a fault of the caller.
pub const NOT_A_TEXT_FORMAT: &str = "CLX0240";
