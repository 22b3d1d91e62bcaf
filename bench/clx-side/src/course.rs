//! Made-up courses: one topic for each notebook. [`generate`] makes many notebooks of realistic size,
//! German and English.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Notebooks, one per topic.
pub const N_NOTEBOOKS: usize = 300;

/// Outputs of each: two languages, three kinds, notebook and script.
pub const N_OUTPUTS: usize = 12;

/// Notebooks of a large course: with its data files it has 830 sources.
const N_LARGE: usize = 810;

/// Its data files, one in each of its first topics.
const N_DATA: usize = 20;

/// Files that are made of it: 5810, of each source one for each of 7 combinations of format, kind and
/// language.
pub const N_LARGE_OUTPUTS: usize = 7 * (N_LARGE + N_DATA);

const N_SECTIONS: usize = 10;
const N_CELLS: usize = 40;

/// Writes the course below a directory and returns its spec; outputs go to `out` there.
pub fn generate(root: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let target = "<output-target name='all'><path>out</path>
<kinds><kind>code-along</kind><kind>completed</kind><kind>speaker</kind></kinds>
<formats><format>notebook</format><format>code</format></formats>
<languages><language>de</language><language>en</language></languages>
</output-target>";
    write(root, N_NOTEBOOKS, target, notebook)
}

/// Writes a large course below a directory and returns its spec: pages that run no code, notebooks and
/// scripts. Outputs go to `out` there.
pub fn generate_large(root: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let targets = "<output-target name='all'><path>out/all</path>
<kinds><kind>code-along</kind></kinds>
<formats><format>html</format><format>notebook</format><format>code</format></formats>
<languages><language>de</language><language>en</language></languages>
</output-target>
<output-target name='solutions'><path>out/solutions</path>
<kinds><kind>completed</kind></kinds><formats><format>code</format></formats>
<languages><language>en</language></languages></output-target>";
    let spec = write(root, N_LARGE, targets, notebook)?;
    for number in 0..N_DATA {
        let data = format!("name,value\npart,{number}\n").repeat(100);
        fs::write(source(root, number).with_file_name(format!("data{number}.csv")), data)?;
    }
    Ok(spec)
}

/// Returns the source of a notebook.
pub fn source(root: &Path, number: usize) -> PathBuf {
    topic(root, number).join(format!("slides_part{number}.py"))
}

fn topic(root: &Path, number: usize) -> PathBuf {
    root.join(format!("slides/module_100_all/topic_{number:03}_part{number}"))
}

/// Writes a course of Python notebooks below a directory and returns its spec.
pub fn write(
    root: &Path,
    n_notebooks: usize,
    targets: &str,
    notebook: fn(usize) -> Result<String, std::fmt::Error>,
) -> Result<PathBuf, Box<dyn Error>> {
    for number in 0..n_notebooks {
        fs::create_dir_all(topic(root, number))?;
        fs::write(source(root, number), notebook(number)?)?;
    }
    let specs = root.join("course-specs");
    fs::create_dir_all(&specs)?;
    let path = specs.join("course.xml");
    fs::write(&path, spec(n_notebooks, targets)?)?;
    Ok(path)
}

fn spec(n_notebooks: usize, targets: &str) -> Result<String, std::fmt::Error> {
    let mut sections = String::new();
    let share = n_notebooks / N_SECTIONS;
    for section in 0..N_SECTIONS {
        writeln!(
            sections,
            "<section><name><de>Teil {section}</de><en>Part {section}</en></name><topics>"
        )?;
        for number in section * share..(section + 1) * share {
            writeln!(sections, "<topic>part{number}</topic>")?;
        }
        writeln!(sections, "</topics></section>")?;
    }
    Ok(format!(
        "<course><name><de>Messkurs</de><en>Measured Course</en></name><prog-lang>python</prog-lang>
<sections>{sections}</sections>
<output-targets>{targets}</output-targets></course>"
    ))
}

/// Half of the cells are prose in one language or the other, half are code.
pub fn notebook(number: usize) -> Result<String, std::fmt::Error> {
    let mut text = format!(
        "# j2 from 'macros.j2' import header\n# {{{{ header(\"Teil {number}\", \"Part {number}\") }}}}\n"
    );
    for cell in 0..N_CELLS {
        match cell % 4 {
            0 => write!(
                text,
                "\n# %% [markdown] lang=\"de\" tags=[\"slide\"]\n# ## Abschnitt {cell} von {number}\n#\n\
                 # - Eine Liste hat eine Länge.\n# - Ein Tupel auch.\n# - Mit `len()` fragt man danach.\n"
            )?,
            1 => write!(
                text,
                "\n# %% [markdown] lang=\"en\" tags=[\"slide\"]\n# ## Section {cell} of {number}\n#\n\
                 # - A list has a length.\n# - So has a tuple.\n# - Ask for it with `len()`.\n"
            )?,
            2 => write!(
                text,
                "\n# %% tags=[\"keep\"]\nvalues_{cell} = [{number}, {cell}, 3, 4]\n\n\
                 def mean_{cell}(values):\n    return sum(values) / len(values)\n"
            )?,
            _ => write!(text, "\n# %%\nfor value in range({cell}):\n    print(value, {number})\n")?,
        }
    }
    Ok(text)
}
