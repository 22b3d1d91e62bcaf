//! The course that a command is about. Principal type: [`SpecArgs`].

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PathBufValueParser, Resettable, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Args, Command, Error};
use clx_course::{LoadOptions, course_root};

use crate::spec_files::only_spec;

/// The course that a command is about.
#[derive(Debug, Clone, Args)]
pub struct SpecArgs {
    /// The course spec, such as `course-specs/python.xml`, or a course root with only one
    #[arg(value_name = "SPEC", default_value = ".", value_parser = SpecParser)]
    pub spec: PathBuf,
    /// Course root [default: the parent of the spec's directory]
    #[arg(short, long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
}

/// Makes the spec the first value, which must be named, where another comes after it.
#[must_use]
pub fn name_spec(spec: Arg) -> Arg {
    spec.default_value(Resettable::Reset).required(true).index(1)
}

impl SpecArgs {
    /// Returns the absolute course root.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        let options = LoadOptions { root: self.data_dir.clone(), ..LoadOptions::default() };
        course_root(&self.spec, &options)
    }
}

/// Takes a course root for the only spec in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct SpecParser;

impl TypedValueParser for SpecParser {
    type Value = PathBuf;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<PathBuf, Error> {
        let path = PathBufValueParser::new().parse_ref(command, argument, value)?;
        if !path.is_dir() {
            return Ok(path);
        }
        let refuse =
            |why: String| Error::raw(ErrorKind::ValueValidation, why + "\n").with_cmd(command);
        only_spec(&path, "").map_err(refuse)
    }
}
