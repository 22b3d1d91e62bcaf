//! `clx doctor`: whether the tools are there and work.

use clx_setup::{System, inspect};

use crate::args::FormatArgs;
use crate::display::print_tools;
use crate::exit::Exit;
use crate::settings::{ToolSettings, configured};

pub(super) fn run(args: &FormatArgs) -> Exit {
    let settings = match configured(None) {
        Ok(config) => ToolSettings::new(&config),
        Err(exit) => return exit,
    };
    let tools = match settings.folder() {
        Ok(tools) => tools,
        Err(error) => return super::setup::refuse(&error),
    };
    let reports = inspect(&tools, &System::of_process());
    print_tools(args.format, &tools, &reports);
    let lacks = reports.iter().any(|report| report.is_needed && report.problem.is_some());
    if lacks { Exit::Environment } else { Exit::Built }
}
