//! `clx validate`: all problems of a course at once.

use clx_config::{Config, Sources};
use clx_course::Selection;

use crate::args::SpecArgs;
use crate::display::{Style, plural, stderr_line, stdout_line};
use crate::exit::Exit;

pub(super) fn run(args: &SpecArgs) -> Exit {
    let loaded = super::load(args, &[]);
    let config = Config::load(&Sources::of_process(Some(&args.root())));
    let mut problems = [config.problems(), &loaded.diagnostics].concat();
    if let Some(course) = &loaded.course {
        problems.extend(match clx_course::outputs(course, &Selection::default()) {
            Ok((_, warnings)) => warnings,
            Err(fatal) => fatal,
        });
    }
    let style = Style::for_stderr(false);
    for problem in &problems {
        stderr_line(&style.diagnostic(problem));
    }
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let warnings = problems.len() - errors;
    let counts = format!("{}, {}", plural(errors, "error"), plural(warnings, "warning"));
    if errors == 0 {
        stdout_line(&format!("{} is fine: {counts}.", args.spec.display()));
        Exit::Built
    } else {
        stdout_line(&format!("{} has problems: {counts}.", args.spec.display()));
        Exit::Spec
    }
}
