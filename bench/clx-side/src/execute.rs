//! A course whose code is run: how long its build takes, and how much memory `clx` itself needs.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::Figures;
use crate::command::{clx, expect_files, run, seconds};
use crate::course;
use crate::memory::{PAUSE, pss_mb};

const N_NOTEBOOKS: usize = 20;

/// Groups of cells of a notebook.
const N_GROUPS: usize = 5;

/// Pages of each: completed and speaker, which share a run.
const N_PAGES: usize = 2;

const TARGETS: &str = "\
<output-target name='pages'><path>pages</path>
<kinds><kind>completed</kind><kind>speaker</kind></kinds>
<formats><format>html</format></formats><languages><language>en</language></languages>
</output-target>
<output-target name='notebooks'><path>notebooks</path>
<kinds><kind>completed</kind></kinds>
<formats><format>notebook</format></formats><languages><language>en</language></languages>
</output-target>";

/// Measures a build, with the kernel that is found first; leaves the notebooks for the peer.
pub fn measure(directory: &Path) -> Figures {
    let course = MeasuredCourse::new(&directory.join("execute"))?;
    run(&mut course.build("notebooks")?)?;
    let build = seconds(&mut course.build("pages")?)?;
    course.check()?;
    Ok(json!({ "build_s": build }))
}

/// Measures the most memory that `clx` has during a build, without its kernels. Memory that
/// processes share is divided among them.
pub fn memory(directory: &Path) -> Figures {
    let course = MeasuredCourse::new(&directory.join("memory"))?;
    let mut clx = course.build("pages")?.stderr(Stdio::inherit()).spawn()?;
    let mut peak = 0.0_f64;
    while clx.try_wait()?.is_none() {
        peak = peak.max(pss_mb(clx.id()));
        std::thread::park_timeout(PAUSE);
    }
    course.check()?;
    Ok(json!({ "peak_mb": peak }))
}

struct MeasuredCourse {
    root: PathBuf,
    spec: PathBuf,
}

impl MeasuredCourse {
    /// Writes the course anew.
    fn new(root: &Path) -> Result<Self, Box<dyn Error>> {
        if root.exists() {
            fs::remove_dir_all(root)?;
        }
        let spec = course::write(root, N_NOTEBOOKS, TARGETS, notebook)?;
        Ok(Self { root: root.to_owned(), spec })
    }

    fn build(&self, target: &str) -> Result<Command, Box<dyn Error>> {
        let mut command = clx()?;
        command.arg("build").arg(&self.spec).args(["--targets", target, "--output-mode", "quiet"]);
        command.args(["--no-cache", "--notebook-workers", "2"]);
        Ok(command)
    }

    fn check(&self) -> Result<(), Box<dyn Error>> {
        expect_files(&self.root.join("pages"), N_NOTEBOOKS * N_PAGES)
    }
}

/// No two notebooks have the same code, since that would run once only.
fn notebook(number: usize) -> Result<String, std::fmt::Error> {
    let mut text = format!(
        "# j2 from 'macros.j2' import header\n# {{{{ header(\"Teil {number}\", \"Part {number}\") }}}}\n\n\
         # %%\nimport json\nimport math\n"
    );
    for group in 0..N_GROUPS {
        write!(
            text,
            "\n# %% [markdown] lang=\"en\"\n# ## Section {group}\n#\n# The mean is $\\frac{{1}}{{n}} \\sum x_i$.\n\
             \n# %%\nsquares = [value ** 2 for value in range({number}, {number} + 10)]\n\
             \n# %%\nsum(squares) / len(squares)\n\
             \n# %%\nfor value in squares[:{group}]:\n    print(value, math.sqrt(value))\n\
             \n# %%\njson.dumps({{\"group\": {group}, \"squares\": squares}})\n"
        )?;
    }
    Ok(text)
}
