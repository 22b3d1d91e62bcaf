//! Makes kernelspecs fit for use from outside of their environment. Principal function: [`write`].
//!
//! A kernelspec names its program by an absolute path, so that it can be found through a prefix
//! alone, without any environment being active.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::asset::asset;
use crate::error::{At, SetupError};
use crate::requirement::python_in;
use crate::unit::Unit;

/// The kernel for C++; its first lines say why there is one.
pub(crate) const CPP_KERNEL: &str = include_str!("../kernels/clang_repl_kernel.py");

/// Returns the file of a kernel's kernelspec.
pub(crate) fn file(kernel: &str, folder: &Path) -> PathBuf {
    folder.join("share/jupyter/kernels").join(kernel).join("kernel.json")
}

/// Writes the kernelspec of a unit, after the one that its package brought if it has one, and
/// returns the program that it starts. `required` is the program of the system that it needs. A unit
/// without kernel needs nothing of this.
///
/// # Errors
/// [`SetupError::Io`], [`SetupError::Kernelspec`].
pub(crate) fn write(
    unit: Unit,
    folder: &Path,
    required: Option<&Path>,
) -> Result<PathBuf, SetupError> {
    let path = file(unit.kernel().unwrap_or_default(), folder);
    let python = python_in(folder);
    let (program, spec) = match unit {
        Unit::Python => (python.clone(), python_spec(read(&path)?, folder)),
        Unit::TypeScript => (folder.join("bin/deno"), typescript_spec(folder)),
        // Without one the set-up has ended before; `java` is looked for in `PATH`.
        Unit::Java => (required.unwrap_or(Path::new("java")).to_owned(), read(&path)?),
        Unit::Cpp => {
            write_cpp_kernel(&path, required.unwrap_or(Path::new("clang-repl")))?;
            (python, cpp_spec())
        }
        Unit::PlantUml | Unit::Drawio => return asset(unit, folder),
    };
    write_spec(&path, spec, &program)?;
    Ok(program)
}

/// Reads the program that a kernelspec starts.
///
/// # Errors
/// [`SetupError::Io`], [`SetupError::Kernelspec`].
pub(crate) fn program(path: &Path) -> Result<Option<PathBuf>, SetupError> {
    Ok(read(path)?["argv"][0].as_str().map(PathBuf::from))
}

fn read(path: &Path) -> Result<Value, SetupError> {
    let text = fs::read(path).at("read", path)?;
    serde_json::from_slice(&text)
        .map_err(|source| SetupError::Kernelspec { path: path.to_owned(), source })
}

fn write_spec(path: &Path, mut spec: Value, program: &Path) -> Result<(), SetupError> {
    spec["argv"][0] = json!(program);
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).at("create", directory)?;
    }
    fs::write(path, format!("{spec:#}\n")).at("write", path)
}

/// Neither the history nor the profile of the user has a say in what a cell prints, and kernels that
/// run at the same time share no database.
fn python_spec(mut spec: Value, folder: &Path) -> Value {
    if let Some(arguments) = spec["argv"].as_array_mut() {
        arguments.push(json!("--HistoryManager.hist_file=:memory:"));
    }
    spec["env"]["IPYTHONDIR"] = json!(folder.join("ipython"));
    // Else each start warns that the debugger may miss breakpoints.
    spec["env"]["PYDEVD_DISABLE_FILE_VALIDATION"] = json!("1");
    spec
}

fn typescript_spec(folder: &Path) -> Value {
    json!({
        "argv": ["", "jupyter", "--kernel", "--conn", "{connection_file}"],
        "display_name": "Deno",
        "language": "typescript",
        "interrupt_mode": "message",
        "env": {"DENO_DIR": folder.join("deno"), "DENO_NO_UPDATE_CHECK": "1"},
    })
}

fn cpp_spec() -> Value {
    json!({
        "argv": ["", "{resource_dir}/kernel.py", "-f", "{connection_file}"],
        "display_name": "C++20 (clang-repl)",
        "language": "c++",
    })
}

/// Writes the kernel beside its kernelspec, with its settings.
fn write_cpp_kernel(spec: &Path, clang_repl: &Path) -> Result<(), SetupError> {
    let directory = spec.with_file_name("");
    let write = |name: &str, text: &str| {
        let path = directory.join(name);
        fs::write(&path, text).at("write", &path)
    };
    fs::create_dir_all(&directory).at("create", &directory)?;
    write("kernel.py", CPP_KERNEL)?;
    write(".clang-repl", &cpp_settings(clang_repl))
}

fn cpp_settings(clang_repl: &Path) -> String {
    // A JSON text is one of TOML, too.
    let clang_repl = json!(clang_repl);
    format!(
        "[defaults]\nrepl = {clang_repl}\nargs = [\"-std=c++20\", \"-I.\", \"-ferror-limit=3\"]\n\
         includes = []\nlibs = []\ntimeout = 60\ndebug = false\n"
    )
}
