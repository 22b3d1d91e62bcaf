//! The configuration of clx: which keys there are, where their values come from, and the files that
//! hold them. It reads and changes those files, and neither prints nor knows a command line.
//!
//! ```text
//! flags                         merged by whoever has them
//! CLX_<SECTION>__<KEY>          variables that follow from the names of keys
//! PLANTUML_JAR, CLX_DB_PATH …   other variables of keys
//! <course>/.clx/config.toml     else <course>/clx.toml
//! ~/.config/clx/config.toml
//! /etc/clx/config.toml
//! defaults
//! ```
//!
//! The first that sets a key wins. The file of a course comes with the course, from whoever wrote that:
//! it sets only what can do no harm, see [`Project`].
//!
//! Principal type: [`Config`]. [`KEYS`] is the one table from which everything follows: variables,
//! checks, the schema, new files, the reference.
//!
//! ```
//! use clx_config::setting::{CELL_TIMEOUT, SPARE_KERNELS};
//! use clx_config::{Config, Sources};
//!
//! let variables = [("CLX_EXECUTION__SPARE_KERNELS".into(), "3".into())].into();
//! let config = Config::load(&Sources { variables, ..Sources::default() });
//! assert_eq!(config.get(&SPARE_KERNELS), 3);
//! assert_eq!(config.get(&CELL_TIMEOUT), None);
//! assert_eq!(config.current(&SPARE_KERNELS.key).origin.kind(), "variable");
//! ```

pub mod code;
mod config;
mod edit;
mod environment;
mod file;
mod inside;
mod key;
mod kind;
mod origin;
mod problem;
mod schema;
pub mod setting;
mod source;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod typed;
mod unused;
mod value;
mod variable;

pub use config::{Config, Current};
pub use edit::{EditError, initialise, set, unset};
pub use key::{Key, Preset, Project, Setting};
pub use kind::Kind;
pub use origin::{Layer, Origin};
pub use schema::schema;
pub use setting::{KEYS, find};
pub use source::{Place, PlaceState, Sources};
pub use typed::Typed;
pub use unused::{UNUSED_KEYS, UnusedKey};
pub use value::Value;
pub use variable::{Group, VARIABLES, Variable};

/// The category of diagnostics about the configuration in JSON reports.
pub(crate) const CATEGORY: &str = "configuration";
