//! The diagnostic codes of this crate: `CLX0800` to `CLX0819`.

/// The source has no diagram. Put it between `@startuml` and `@enduml`; other kinds of diagrams have
/// other words, such as `@startmindmap` and `@endmindmap`.
pub const NO_DIAGRAM: &str = "CLX0800";

/// A diagram begins and does not end: a line such as `@enduml` is missing.
pub const BLOCK_NOT_CLOSED: &str = "CLX0801";

/// A diagram has no lines but blank ones and comments.
pub const BLOCK_EMPTY: &str = "CLX0802";

/// The source has no diagram of the name that is wanted. It may have been renamed while the build
/// ran: build again.
pub const PART_UNKNOWN: &str = "CLX0803";

/// PlantUML does not understand the diagram. The line is the one that PlantUML names, in the source
/// or in a file that it includes; the cause may be a few lines above.
pub const SYNTAX: &str = "CLX0804";

/// A diagram includes something that is no file of the course, such as a web page. Lay a copy into
/// the course, so that everybody builds the same picture.
pub const INCLUDE_REFUSED: &str = "CLX0805";

/// A picture that a diagram shows is not in the course. PlantUML would draw the words
/// `(Cannot decode)` in its place.
pub const IMAGE_MISSING: &str = "CLX0806";

/// PlantUML took longer than the limit and was stopped. Split the diagram, or look for an endless
/// loop of the preprocessor.
pub const TIME_LIMIT: &str = "CLX0807";

/// PlantUML crashed or returned no picture, also when it was started afresh. The lines below the
/// message are what it said.
pub const RENDERER_FAILED: &str = "CLX0808";

/// Java or the PlantUML program is missing. `clx setup plantuml` installs what is needed.
pub const TOOL_MISSING: &str = "CLX0809";

/// A warning: Graphviz is not installed, so PlantUML's own layout, Smetana, places classes,
/// components and states. Pictures look a little different. Install the package `graphviz`.
pub const GRAPHVIZ_MISSING: &str = "CLX0810";

/// A warning: a diagram shows a date, a time or a random number. clx draws it again only when its
/// source changes, so the picture shows the time of that build.
pub const NOT_REPRODUCIBLE: &str = "CLX0811";

/// A warning: PlantUML made the picture and had something to say.
pub const RENDERER_NOTICE: &str = "CLX0812";

/// A warning: the picture is as large as PlantUML allows, 8192 pixels, and is probably cut off there.
/// Split the diagram, or scale it by a line such as `scale 0.5`.
pub const PICTURE_CUT: &str = "CLX0813";

/// PlantUML pictures are made as PNG or SVG.
pub const FORMAT_UNSUPPORTED: &str = "CLX0814";

/// The source is not UTF-8. Save it as such.
pub const NOT_TEXT: &str = "CLX0815";

/// A file that a diagram includes cannot be laid where PlantUML reads it, because its name leads out
/// of there or the disk is full.
pub const FILE_NOT_LAID: &str = "CLX0816";
