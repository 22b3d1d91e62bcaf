//! Runs a real job in an image, under the settings under which workers run. Principal functions:
//! [`check`], [`hardened`].
//!
//! The job is a course of one topic, built in the container by the `clx` of the image: neither a queue
//! outside nor a mount is needed, so remote engines can be checked, too.

use std::collections::HashMap;
use std::pin::pin;
use std::time::{Duration, Instant};

use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::models::{ContainerCreateBody, HostConfig};
use bollard::query_parameters::{LogsOptions, RemoveContainerOptions};
use clx_setup::Unit;
use futures_util::StreamExt;

use crate::VERSION;
use crate::engine::Engine;
use crate::error::{ImageError, Trying};
use crate::kind::ImageKind;
use crate::stream::Lines;

/// How long the job may take, the start of the container included.
const LIMIT: Duration = Duration::from_secs(5 * 60);

/// Marks containers of checks.
const LABEL: &str = "clx.check";

const COURSE: &str = include_str!("../check/course.xml");
const TOPIC: &str = "slides/module_100_check/topic_100_check";

const MEGABYTE: i64 = 1024 * 1024;

/// An image that has done its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// SHA-256 and path of each picture or page that was made.
    pub outputs: Vec<String>,
    /// From the request to the end of the container.
    pub elapsed: Duration,
}

/// Returns the settings under which workers run: no network, no right to anything, nothing to write to but
/// a `/tmp` in memory.
#[must_use]
pub fn hardened(kind: ImageKind) -> HostConfig {
    let memory = match kind {
        ImageKind::PlantUml => 1024 * MEGABYTE,
        ImageKind::Notebook(_) | ImageKind::Drawio => 2048 * MEGABYTE,
    };
    // Programs may be run there: PlantUML calls Graphviz by a script of its own.
    let tmp = "rw,exec,nosuid,nodev,mode=1777,size=1g";
    HostConfig {
        cap_drop: Some(vec!["ALL".to_owned()]),
        init: Some(true),
        memory: Some(memory),
        memory_swap: Some(memory),
        network_mode: Some("none".to_owned()),
        pids_limit: Some(512),
        readonly_rootfs: Some(true),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        tmpfs: Some(HashMap::from([("/tmp".to_owned(), tmp.to_owned())])),
        ..HostConfig::default()
    }
}

/// Runs the job. The container is removed, however it ends.
///
/// # Errors
/// [`ImageError::Check`] if it fails or takes too long; [`ImageError::Engine`].
pub async fn check(
    engine: &Engine,
    kind: ImageKind,
    reference: &str,
) -> Result<Checked, ImageError> {
    let begin = Instant::now();
    let body = ContainerCreateBody {
        image: Some(reference.to_owned()),
        entrypoint: Some(vec!["/bin/sh".to_owned(), "-c".to_owned(), script(kind)]),
        labels: Some(HashMap::from([(LABEL.to_owned(), "1".to_owned())])),
        host_config: Some(hardened(kind)),
        ..ContainerCreateBody::default()
    };
    let no_options = None::<bollard::query_parameters::CreateContainerOptions>;
    let created = engine.docker().create_container(no_options, body).await;
    let id = created.trying("create a container")?.id;
    let ended = tokio::time::timeout(LIMIT, run(engine, &id)).await;
    let output = output(engine, &id).await;
    let options = RemoveContainerOptions { force: true, ..RemoveContainerOptions::default() };
    engine.docker().remove_container(&id, Some(options)).await.trying("remove a container")?;
    let output = output?;
    let status = ended.ok().transpose()?;
    match complaint(status) {
        None => {
            let outputs = output.lines().filter_map(|line| line.strip_prefix("made "));
            let outputs: Vec<_> = outputs.map(str::to_owned).collect();
            Ok(Checked { outputs, elapsed: begin.elapsed() })
        }
        Some(how) => {
            let mut lines = Lines::default();
            lines.push(&output, |_| {});
            Err(ImageError::Check { reference: reference.to_owned(), how, output: lines.last() })
        }
    }
}

/// Says what is wrong with an exit status; there is none after the time limit.
fn complaint(status: Option<i64>) -> Option<String> {
    match status {
        Some(0) => None,
        Some(137) => Some("was killed: mostly memory is short".to_owned()),
        Some(status) => Some(format!("ended with status {status}")),
        None => Some(format!("took longer than {} s", LIMIT.as_secs())),
    }
}

/// Starts a container and waits for its end; returns its exit status.
async fn run(engine: &Engine, id: &str) -> Result<i64, ImageError> {
    let no_options = None::<bollard::query_parameters::StartContainerOptions>;
    engine.docker().start_container(id, no_options).await.trying("start a container")?;
    let no_options = None::<bollard::query_parameters::WaitContainerOptions>;
    let mut ends = pin!(engine.docker().wait_container(id, no_options));
    match ends.next().await {
        Some(Ok(end)) => Ok(end.status_code),
        Some(Err(Error::DockerContainerWaitError { code, .. })) => Ok(code),
        Some(Err(source)) => Err(ImageError::Engine { action: "wait for a container", source }),
        None => Ok(0),
    }
}

async fn output(engine: &Engine, id: &str) -> Result<String, ImageError> {
    let options = LogsOptions { stdout: true, stderr: true, ..LogsOptions::default() };
    let mut pieces = pin!(engine.docker().logs(id, Some(options)));
    let mut output = Vec::new();
    while let Some(piece) = pieces.next().await {
        let (LogOutput::StdOut { message }
        | LogOutput::StdErr { message }
        | LogOutput::StdIn { message }
        | LogOutput::Console { message }) = piece.trying("read the output of a container")?;
        output.extend_from_slice(&message);
    }
    Ok(String::from_utf8_lossy(&output).into_owned())
}

/// Returns the script that builds the course, and says what it made.
fn script(kind: ImageKind) -> String {
    let sources = sources(kind).into_iter().map(|(path, text)| (format!("{TOPIC}/{path}"), text));
    let files = [("course-specs/check.xml".to_owned(), COURSE)].into_iter().chain(sources);
    let files: String = files
        .map(|(path, text)| format!("cat >{path} <<'END OF FILE'\n{text}END OF FILE\n"))
        .collect();
    let made = match kind {
        ImageKind::Notebook(_) => "*.html",
        ImageKind::PlantUml | ImageKind::Drawio => "*.png",
    };
    format!(
        "set -e
test \"$(/opt/clx/clx --version)\" = 'clx {VERSION}' || {{ echo 'its clx is not {VERSION}'; exit 1; }}
mkdir -p /tmp/course/course-specs /tmp/course/{TOPIC}/pu /tmp/course/{TOPIC}/drawio
cd /tmp/course
{files}/opt/clx/clx build course-specs/check.xml --language en --output-dir /tmp/out \
    --state-dir /tmp/state --image-format both --no-progress
cd /tmp/out
made=$(find . -type f -name '{made}' -exec sha256sum {{}} +)
test -n \"$made\"
echo \"$made\" | sed 's/^/made /'
"
    )
}

/// Returns the sources that need the tools of an image: path in the topic, and text.
fn sources(kind: ImageKind) -> Vec<(&'static str, &'static str)> {
    let of_kernel = |unit: &Unit| match unit {
        Unit::Python => Some(("slides_python.py", include_str!("../check/slides_python.py"))),
        Unit::TypeScript => {
            Some(("slides_typescript.ts", include_str!("../check/slides_typescript.ts")))
        }
        Unit::Java => Some(("slides_java.java", include_str!("../check/slides_java.java"))),
        Unit::Cpp => Some(("slides_cpp.cpp", include_str!("../check/slides_cpp.cpp"))),
        Unit::PlantUml | Unit::Drawio => None,
    };
    match kind {
        ImageKind::Notebook(variant) => variant.kernels().iter().filter_map(of_kernel).collect(),
        ImageKind::PlantUml => vec![("pu/class.puml", include_str!("../check/class.puml"))],
        ImageKind::Drawio => vec![("drawio/boxes.drawio", include_str!("../check/boxes.drawio"))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Variant;

    #[test]
    fn nothing_of_the_machine_reaches_a_worker() {
        for kind in ImageKind::ALL {
            let settings = hardened(kind);
            assert_eq!(settings.network_mode.as_deref(), Some("none"));
            assert_eq!(settings.readonly_rootfs, Some(true));
            assert_eq!(settings.binds, None);
            assert_eq!(settings.memory, settings.memory_swap);
        }
    }

    #[test]
    fn every_kernel_of_a_variant_has_its_page() {
        for variant in Variant::ALL {
            let sources = sources(ImageKind::Notebook(variant));
            assert_eq!(sources.len(), variant.kernels().len());
        }
    }

    #[test]
    fn script_writes_all_files_of_the_course() {
        let script = script(ImageKind::PlantUml);
        assert_eq!(script.matches("<<'END OF FILE'\n").count(), 2);
        assert_eq!(script.matches("\nEND OF FILE\n").count(), 2);
        assert!(script.contains("class Sensor") && script.contains(&format!("'clx {VERSION}'")));
    }

    #[test]
    fn only_success_is_no_complaint() {
        assert_eq!(complaint(Some(0)), None);
        assert_eq!(complaint(Some(1)).as_deref(), Some("ended with status 1"));
        assert!(complaint(Some(137)).is_some_and(|how| how.contains("memory")));
        assert!(complaint(None).is_some_and(|how| how.contains("300 s")));
    }
}
