//! Sets units up. Principal type: [`Setup`].

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::error::{At, SetupError};
use crate::event::{SetupEvent, SetupStep};
use crate::requirement::Requirement;
use crate::status::{Installed, Status, complete, status};
use crate::system::{Program, System, add_packages};
use crate::tool_folder::ToolFolder;
use crate::unit::Unit;
use crate::{kernelspec, package};

/// Sets units up in a tool folder, telling what it does.
pub struct Setup<'s> {
    tools: &'s ToolFolder,
    system: &'s System,
    on_event: &'s mut dyn FnMut(SetupEvent),
}

impl<'s> Setup<'s> {
    /// Begins a set-up.
    pub fn new(
        tools: &'s ToolFolder,
        system: &'s System,
        on_event: &'s mut dyn FnMut(SetupEvent),
    ) -> Self {
        Self { tools, system, on_event }
    }

    /// Sets a unit up, unless it is ready. A failed set-up leaves nothing behind.
    ///
    /// # Errors
    /// Any [`SetupError`].
    pub fn install(&mut self, unit: Unit) -> Result<Installed, SetupError> {
        let installed = self.install_with(unit, unit.requirement())?;
        self.supplement(unit);
        Ok(installed)
    }

    /// Does the same for use on another machine: what the unit needs of the system, beside Python, may
    /// lack on this one. Not for kernels, which name programs of the system.
    ///
    /// # Errors
    /// Any [`SetupError`].
    pub fn fetch(&mut self, unit: Unit) -> Result<Installed, SetupError> {
        self.install_with(unit, unit.requirement().filter(|_| unit.kernel().is_some()))
    }

    fn install_with(
        &mut self,
        unit: Unit,
        requirement: Option<Requirement>,
    ) -> Result<Installed, SetupError> {
        if let Status::Ready(installed) = status(self.tools, unit) {
            return Ok(installed);
        }
        let _lock = self.lock()?;
        // Whoever held the lock may have done it.
        if let Status::Ready(installed) = status(self.tools, unit) {
            return Ok(installed);
        }
        let begin = Instant::now();
        let folder = self.tools.of_unit(unit);
        let made = self.make(unit, requirement, &folder);
        if made.is_err() {
            // What is left is recognised by its missing record, and made anew the next time.
            fs::remove_dir_all(&folder).ok();
        }
        let installed = made?;
        (self.on_event)(SetupEvent::Installed { unit, elapsed: begin.elapsed() });
        Ok(installed)
    }

    /// Removes what other versions of clx set up, and returns what it removed.
    ///
    /// # Errors
    /// [`SetupError::Io`].
    pub fn prune(&mut self) -> Result<Vec<PathBuf>, SetupError> {
        if self.tools.outdated().is_empty() {
            return Ok(Vec::new());
        }
        let _lock = self.lock()?;
        let outdated = self.tools.outdated();
        for folder in &outdated {
            fs::remove_dir_all(folder).at("remove", folder)?;
        }
        Ok(outdated)
    }

    fn make(
        &mut self,
        unit: Unit,
        requirement: Option<Requirement>,
        folder: &Path,
    ) -> Result<Installed, SetupError> {
        let required = requirement.map(|needed| self.provide(unit, needed)).transpose()?;
        let python = self.provide(unit, Requirement::Python { oldest: unit.oldest_python() })?;
        if folder.exists() {
            fs::remove_dir_all(folder).at("remove", folder)?;
        }
        self.step(unit, SetupStep::Environment { folder: folder.to_owned() });
        package::make_environment(&python.path, folder)?;
        self.step(unit, SetupStep::Packages { package: unit.package() });
        package::install(unit, folder)?;
        let required = required.as_ref().map(|program| program.path.as_path());
        let program = kernelspec::write(unit, folder, required)?;
        complete(unit, folder, &program)?;
        match status(self.tools, unit) {
            Status::Ready(installed) => Ok(installed),
            Status::Missing => Err(SetupError::Unusable { unit, flaw: crate::Flaw::Incomplete }),
            Status::Broken(flaw) => Err(SetupError::Unusable { unit, flaw }),
        }
    }

    /// Adds what a unit works better with, where packages may be added. It works without, and says so
    /// when it does.
    fn supplement(&mut self, unit: Unit) {
        let Some((program, packages)) = unit.supplement() else { return };
        if self.system.find(program).is_some() {
            return;
        }
        if let Some(apt_get) = self.system.apt_get() {
            self.step(unit, SetupStep::SystemPackages { packages });
            let _works_without = add_packages(&apt_get, packages);
        }
    }

    fn provide(&mut self, unit: Unit, requirement: Requirement) -> Result<Program, SetupError> {
        requirement.provide(self.system, |packages| {
            self.step(unit, SetupStep::SystemPackages { packages });
        })
    }

    fn step(&mut self, unit: Unit, step: SetupStep) {
        (self.on_event)(SetupEvent::Step { unit, step });
    }

    /// Waits until no other process sets something up. The lock ends with the file, at the latest
    /// with the process.
    fn lock(&mut self) -> Result<File, SetupError> {
        fs::create_dir_all(self.tools.path()).at("create", self.tools.path())?;
        let path = self.tools.lock();
        let file = File::create(&path).at("create", &path)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                (self.on_event)(SetupEvent::Waiting { lock: path.clone() });
                file.lock().at("lock", &path)?;
                Ok(file)
            }
            Err(TryLockError::Error(error)) => Err(error).at("lock", &path),
        }
    }
}
