//! Pictures of PlantUML: through a warm worker, and with one Java for each file, as others do it.

use std::error::Error;
use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use clx_setup::Unit;
use clx_worker_plantuml::{PlantUmlHandler, PlantUmlSettings, PlantUmlTools};
use serde_json::json;

use crate::Figures;
use crate::command::{expect_files, run, seconds};
use crate::drawing::{Drawing, installed, runtime};
use crate::memory::peak_mb;

const N_DIAGRAMS: usize = 50;

/// How many of them one Java each draws: of every kind the same share.
const N_COLD: usize = 10;

/// Kinds of diagrams, which take turns.
const N_KINDS: usize = 5;

/// Measures all pictures from nothing, the start of the one Java included, and then the memory of
/// another time with the same Java. Both ways take turns: the machine is as busy for one as for the
/// other.
pub fn measure(below: &Path) -> Figures {
    let directory = tempfile::tempdir_in(below)?;
    let directory = directory.path();
    let sources: Vec<String> = (0..N_DIAGRAMS).map(diagram).collect();
    let settings = settings(directory)?;
    let mut cold = cold(directory, &settings, &sources[..N_COLD])?;
    let tools = Arc::new(PlantUmlTools::new(settings)?);
    let runtime = runtime()?;
    runtime.block_on(tools.make_archive())?;

    let warm = Drawing::new(directory, runtime, |store| PlantUmlHandler::new(store, tools))?;
    let (mut warm_s, mut cold_s) = (0.0, 0.0);
    for (sources, java) in sources.chunks(N_DIAGRAMS / N_COLD).zip(&mut cold) {
        warm_s += warm.draw(sources)?.into_iter().sum::<f64>();
        cold_s += seconds(java)?;
    }
    expect_files(&directory.join("pictures"), N_COLD)?;

    let warm_mb = peak_mb(|| warm.draw(&sources).map(drop))?;
    // Its memory is not to be seen any more.
    drop(warm);
    let cold_mb = peak_mb(|| cold[..N_KINDS].iter_mut().try_for_each(run))?;
    Ok(json!({
        "warm_s": warm_s,
        "cold_s": cold_s * N_DIAGRAMS as f64 / N_COLD as f64,
        "warm_mb": warm_mb,
        "cold_mb": cold_mb,
    }))
}

/// Finds PlantUML as `clx` does.
fn settings(directory: &Path) -> Result<PlantUmlSettings, Box<dyn Error>> {
    let installed = installed(Unit::PlantUml)?;
    let found = PlantUmlSettings::of_process(&installed.program, &directory.join("base"))?;
    if found.dot.is_none() {
        return Err("there is no Graphviz, without which a plain PlantUML draws no classes".into());
    }
    Ok(PlantUmlSettings { archives: Some(installed.folder.join("archives")), ..found })
}

/// Writes sources and makes the command for each, which draws into `pictures`.
fn cold(
    directory: &Path,
    settings: &PlantUmlSettings,
    sources: &[String],
) -> Result<Vec<Command>, Box<dyn Error>> {
    let command = |(number, source): (usize, &String)| {
        let file = directory.join(format!("diagram{number}.pu"));
        fs::write(&file, source)?;
        let mut java = Command::new(&settings.java);
        java.args(["-DPLANTUML_LIMIT_SIZE=8192", "-jar"]).arg(&settings.jar);
        java.args(["-tpng", "-Sdpi=200", "-o"]).arg(directory.join("pictures")).arg(file);
        // Only other groups are looked at for their memory.
        java.process_group(0);
        Ok(java)
    };
    sources.iter().enumerate().map(command).collect()
}

/// No two diagrams are the same.
fn diagram(number: usize) -> String {
    let lines = match number % N_KINDS {
        0 => (0..6)
            .map(|n| {
                format!(
                    "Client{number} -> Server : request {n}\nactivate Server\n\
                     Server -> Store : read {number}.{n}\nStore --> Server : rows\n\
                     Server --> Client{number} : answer {n}\ndeactivate Server\n"
                )
            })
            .collect::<String>(),
        1 => (0..8)
            .map(|n| {
                format!(
                    "class Part{number}_{n} {{\n  - count: int\n  + size(): int\n}}\n\
                     Shape{number} <|-- Part{number}_{n}\n"
                )
            })
            .collect(),
        2 => {
            let step = |n| {
                format!(
                    ":read file {number}.{n};\nif (is it new?) then (yes)\n  :keep it;\nelse (no)\n  \
                     :drop it;\nendif\n"
                )
            };
            format!("start\n{}stop\n", (0..4).map(step).collect::<String>())
        }
        3 => {
            let step = |n| format!("State{n} --> State{} : event {number}\n", n + 1);
            format!("[*] --> State0\n{}State5 --> [*]\n", (0..5).map(step).collect::<String>())
        }
        _ => format!("class Account{number}\nclass Owner\nOwner \"1\" --> \"*\" Account{number}\n"),
    };
    format!("@startuml\n{lines}@enduml\n")
}
