//! `clx setup`: tools that clx works with.

use clx_setup::{
    Setup, SetupError, SetupEvent, SetupStep, System, ToolFolder, ToolReport, Unit, of_unit,
};
use clx_worker_plantuml::{PlantUmlError, PlantUmlTools};

use super::tools::plantuml_settings;
use super::with_causes;
use crate::args::FormatArgs;
use crate::args::setup::{KernelsArgs, SetupArgs, SetupCommand};
use crate::display::{Style, plural, print_tools, stderr_line};
use crate::exit::Exit;
use crate::settings::{ToolSettings, configured};

pub(super) fn run(args: &SetupArgs) -> Exit {
    let settings = match configured(None) {
        Ok(config) => ToolSettings::new(&config),
        Err(exit) => return exit,
    };
    let tools = match settings.folder() {
        Ok(tools) => tools,
        Err(error) => return refuse(&error),
    };
    match &args.command {
        Some(SetupCommand::Kernels(args)) => kernels(args, &tools),
        Some(SetupCommand::PlantUml(args)) => {
            let exit = set_up(&[Unit::PlantUml], args.check, &args.format, &tools);
            if exit == Exit::Built && !args.check {
                warm_up_plantuml(&settings);
            }
            exit
        }
        Some(SetupCommand::Drawio(args)) => {
            set_up(&[Unit::Drawio], args.check, &args.format, &tools)
        }
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
    set_up(&units, args.check, &args.format, tools)
}

/// Sets units up, or only looks at them, and prints their state.
fn set_up(units: &[Unit], only_check: bool, format: &FormatArgs, tools: &ToolFolder) -> Exit {
    let reports: Vec<ToolReport> = if only_check {
        units.iter().map(|unit| of_unit(tools, *unit)).collect()
    } else {
        let system = System::of_process();
        units.iter().map(|unit| install(*unit, tools, &system)).collect()
    };
    print_tools(format.format, tools, &reports);
    let is_ready = reports.iter().all(|report| report.problem.is_none());
    if is_ready { Exit::Built } else { Exit::Environment }
}

/// Makes the class-data archive that halves the start of Java. Everything works without it.
fn warm_up_plantuml(settings: &ToolSettings) {
    let base = std::env::temp_dir();
    let made = plantuml_settings(settings, &base).and_then(PlantUmlTools::new).and_then(|tools| {
        let runtime = super::wiring::runtime()
            .map_err(|source| PlantUmlError::Write { path: base.clone(), source })?;
        runtime.block_on(tools.make_archive())
    });
    if let Err(error) = made {
        stderr_line(&format!("plantuml: it will start slower: {}", with_causes(&error)));
    }
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

/// Says what a set-up does.
pub(super) fn tell(event: &SetupEvent) {
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
