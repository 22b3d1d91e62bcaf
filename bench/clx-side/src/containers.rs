//! Workers in containers: how long a pool takes until all its workers have registered, how soon the
//! death of one is noticed, and what they weigh at rest. Needs the images of this version.

use std::error::Error;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};
use std::time::Instant;

use serde_json::{Value, json};

use crate::Figures;
use crate::command::clx;
use crate::course;

const TARGETS: &str = "<output-target name='pages'><path>pages</path></output-target>";

const IMAGES: [&str; 3] = ["notebook", "plantuml", "drawio"];

/// Measures one pool with a worker of each kind.
pub fn measure(directory: &Path) -> Figures {
    let root = directory.join("containers");
    let spec = course::write(&root, 10, TARGETS, |number| Ok(format!("# %%\nprint({number})\n")))?;
    let mut figures = json!({});
    for kind in IMAGES {
        let image = ask("GET", &format!("/images/clx-{kind}:{}/json", env!("CARGO_PKG_VERSION")))?;
        let bytes = image["Size"].as_f64().ok_or("the image is not there")?;
        figures[format!("{kind}_image_mb")] = (bytes / 1e6).into();
    }
    let begin = Instant::now();
    let mut pool = clx()?
        .args(["pool", "run", "--notebook-image", "python", "--notebook-workers", "1"])
        .arg(&spec)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(pool.stdout.take().ok_or("no output")?).lines();
    wait_for(&mut lines, "ready. Builds use them")?;
    figures["ready_s"] = begin.elapsed().as_secs_f64().into();
    let containers = containers_of(pool.id())?;
    for kind in IMAGES {
        let name = containers.iter().find(|name| name.contains(&format!("-{kind}-")));
        figures[format!("{kind}_rest_mb")] =
            memory_mb(name.ok_or("a container is missing")?)?.into();
    }
    let victim =
        containers.iter().find(|name| name.contains("-plantuml-")).ok_or("it is missing")?;
    let begin = Instant::now();
    ask("POST", &format!("/containers/{victim}/kill"))?;
    wait_for(&mut lines, "Lost worker")?;
    figures["noticed_ms"] = (begin.elapsed().as_secs_f64() * 1e3).into();
    Command::new("kill").args(["-INT", &pool.id().to_string()]).status()?;
    lines.for_each(drop);
    if pool.wait()?.success() { Ok(figures) } else { Err("the pool did not end in order".into()) }
}

fn wait_for(lines: &mut Lines<BufReader<ChildStdout>>, words: &str) -> Result<(), Box<dyn Error>> {
    for line in lines {
        if line?.contains(words) {
            return Ok(());
        }
    }
    Err(format!("the pool ended without saying `{words}`").into())
}

fn containers_of(pid: u32) -> Result<Vec<String>, Box<dyn Error>> {
    let filters = format!("%7B%22label%22%3A%5B%22clx.pid%3D{pid}%22%5D%7D");
    let listed = ask("GET", &format!("/containers/json?filters={filters}"))?;
    let names = listed.as_array().into_iter().flatten();
    let names = names.filter_map(|container| container["Names"][0].as_str());
    Ok(names.map(|name| name.trim_matches('/').to_owned()).collect())
}

/// Returns the megabytes of a container without the files that it has read.
fn memory_mb(container: &str) -> Result<f64, Box<dyn Error>> {
    let stats = ask("GET", &format!("/containers/{container}/stats?stream=false&one-shot=true"))?;
    let memory = &stats["memory_stats"];
    let usage = memory["usage"].as_f64().ok_or("the engine does not know the memory")?;
    let mut names = ["total_inactive_file", "inactive_file"].into_iter();
    let files = names.find_map(|name| memory["stats"][name].as_f64()).unwrap_or_default();
    Ok((usage - files) / 1e6)
}

/// Sends a request without a body to the engine.
fn ask(method: &str, path: &str) -> Result<Value, Box<dyn Error>> {
    let host = std::env::var("DOCKER_HOST").unwrap_or_default();
    let socket = host.strip_prefix("unix://").unwrap_or("/var/run/docker.sock").to_owned();
    let mut stream = UnixStream::connect(socket)?;
    // Version 1.0: the answer is not sent in chunks and ends with the connection.
    write!(stream, "{method} /v1.41{path} HTTP/1.0\r\nhost: engine\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    if body.is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_str(body)?) }
}
