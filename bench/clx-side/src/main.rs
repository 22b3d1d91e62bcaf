//! Measures clx; `cargo xtask bench` starts it once per round and measurement.
//!
//! `clx-side MEASUREMENT DIRECTORY` works below the directory and prints one JSON object of figures. The
//! names of the figures are those that the peers print, so that the two can be compared.

use std::error::Error;
use std::path::Path;

use serde_json::Value;

mod build;
mod command;
mod containers;
mod course;
mod dashboard;
mod drawing;
mod drawio;
mod execute;
mod history;
mod idle;
mod incremental;
mod latency;
mod look;
mod memory;
mod page;
mod place;
mod plantuml;
mod scale;
mod throughput;
mod timing;
mod watch;

/// A measurement's figures, or why it failed.
type Figures = Result<Value, Box<dyn Error>>;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let figures = match words[..] {
        ["build", directory] => build::measure(Path::new(directory))?,
        ["incremental", directory] => incremental::measure(Path::new(directory))?,
        ["page", directory] => page::measure(Path::new(directory))?,
        ["execute", directory] => execute::measure(Path::new(directory))?,
        ["memory", directory] => execute::memory(Path::new(directory))?,
        ["plantuml", directory] => plantuml::measure(Path::new(directory))?,
        ["drawio", directory] => drawio::measure(Path::new(directory))?,
        ["containers", directory] => containers::measure(Path::new(directory))?,
        ["watch", directory] => watch::measure(Path::new(directory))?,
        ["queue", directory] => throughput::measure(Path::new(directory))?,
        ["latency", directory] => latency::in_process(Path::new(directory))?,
        ["latency-process", directory] => latency::across_processes(Path::new(directory))?,
        ["idle", directory] => idle::measure(Path::new(directory))?,
        ["history", directory] => history::measure(Path::new(directory))?,
        ["scale", directory] => scale::measure(Path::new(directory))?,
        ["look", directory] => look::measure(Path::new(directory))?,
        // The other end of `latency-process`.
        ["worker", file, id] => return latency::work(Path::new(file), id.parse()?),
        _ => return Err("usage: clx-side MEASUREMENT DIRECTORY".into()),
    };
    println!("{figures}");
    Ok(())
}
