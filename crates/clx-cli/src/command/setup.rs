//! `clx setup`: tools that clx works with.

use clx_setup::{
    Setup, SetupError, SetupEvent, SetupStep, System, ToolFolder, ToolReport, Unit, of_unit,
};

use crate::args::setup::{KernelsArgs, SetupArgs, SetupCommand};
use crate::display::{Style, plural, print_tools, stderr_line};
use crate::exit::Exit;

pub(super) fn run(args: &SetupArgs) -> Exit {
    let tools = match ToolFolder::of_process() {
        Ok(tools) => tools,
        Err(error) => return refuse(&error),
    };
    match &args.command {
        Some(SetupCommand::Kernels(args)) => kernels(args, &tools),
        None if args.prune => prune(&tools),
        None => {
            print_tools(args.format.format, &tools, &Unit::ALL.map(|unit| of_unit(&tools, unit)));
            Exit::Built
        }
    }
}

/// Prints why nothing can be done.
pub(super) fn refuse(error: &SetupError) -> Exit {
    stderr_line(&Style::for_stderr(false).diagnostic(&error.diagnostic()));
    Exit::Environment
}

fn kernels(args: &KernelsArgs, tools: &ToolFolder) -> Exit {
    let mut units: Vec<Unit> = args.language.iter().copied().map(Unit::from).collect();
    if units.is_empty() {
        units.extend(Unit::DEFAULT_KERNELS);
    }
    let reports: Vec<ToolReport> = if args.check {
        units.iter().map(|unit| of_unit(tools, *unit)).collect()
    } else {
        let system = System::of_process();
        units.iter().map(|unit| install(*unit, tools, &system)).collect()
    };
    print_tools(args.format.format, tools, &reports);
    let is_ready = reports.iter().all(|report| report.problem.is_none());
    if is_ready { Exit::Built } else { Exit::Environment }
}

/// Sets a unit up and reports it; one that fails does not keep others from being tried.
fn install(unit: Unit, tools: &ToolFolder, system: &System) -> ToolReport {
    let installed = Setup::new(tools, system, &mut |event| tell(&event)).install(unit);
    let mut report = of_unit(tools, unit);
    if let Err(error) = installed {
        refuse(&error);
        report.problem = Some(error.diagnostic());
    }
    report
}

fn prune(tools: &ToolFolder) -> Exit {
    match Setup::new(tools, &System::of_process(), &mut |event| tell(&event)).prune() {
        Ok(removed) => {
            for folder in &removed {
                stderr_line(&format!("Removed {}", folder.display()));
            }
            stderr_line(&format!("Removed {}.", plural(removed.len(), "tool")));
            Exit::Built
        }
        Err(error) => refuse(&error),
    }
}

fn tell(event: &SetupEvent) {
    stderr_line(&match event {
        SetupEvent::Waiting { lock } => {
            format!("Waiting for another set-up, which holds {}", lock.display())
        }
        SetupEvent::Step { unit, step } => format!("{}: {}", unit.name(), describe(step)),
        SetupEvent::Installed { unit, elapsed } => {
            format!("{}: ready after {:.1} s", unit.name(), elapsed.as_secs_f64())
        }
    });
}

fn describe(step: &SetupStep) -> String {
    match step {
        SetupStep::SystemPackages { packages } => {
            format!("adding {} to the system", packages.join(" "))
        }
        SetupStep::Environment { folder } => format!("making {}", folder.display()),
        SetupStep::Packages { package } => format!("fetching {package}"),
    }
}
