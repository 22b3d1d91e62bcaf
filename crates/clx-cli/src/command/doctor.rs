//! `clx doctor`: whether the tools are there and work.

use clx_setup::{System, ToolFolder, inspect};

use crate::args::FormatArgs;
use crate::display::print_tools;
use crate::exit::Exit;

pub(super) fn run(args: &FormatArgs) -> Exit {
    let tools = match ToolFolder::of_process() {
        Ok(tools) => tools,
        Err(error) => return super::setup::refuse(&error),
    };
    let reports = inspect(&tools, &System::of_process());
    print_tools(args.format, &tools, &reports);
    let lacks = reports.iter().any(|report| report.is_needed && report.problem.is_some());
    if lacks { Exit::Environment } else { Exit::Built }
}
