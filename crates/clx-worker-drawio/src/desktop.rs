//! Draws with the desktop application of draw.io. Principal function: [`draw`].

use std::fs;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use clx_core::PictureFormat;
use clx_process::{ScratchDirectory, Spawn, Stdout, Waited};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe;

use crate::error::DrawioError;
use crate::source::DrawioPage;
use crate::{BORDER, PNG_SCALE};

/// First part of the names of directories for one export.
pub(crate) const PREFIX: &str = "drawio";

/// How long the application may take to end after it has closed its output.
const END_LIMIT: Duration = Duration::from_secs(5);

/// Draws a page, which the application gets as a file of its own: how it counts pages differs from
/// version to version. Without time limit; dropping the future kills the application.
pub(crate) async fn draw(
    program: &Path,
    base: &Path,
    page: &DrawioPage,
    format: PictureFormat,
) -> Result<Vec<u8>, DrawioError> {
    let directory = ScratchDirectory::make(base, PREFIX)?;
    let input = directory.path().join("page.drawio");
    let output = directory.path().join(format!("page.{format}"));
    fs::write(&input, single_page(page))
        .map_err(|source| DrawioError::File { path: input.clone(), source })?;
    let (exit, words) = run(&spawn(program, &input, &output, format)).await?;
    let failed = |exit| DrawioError::Desktop { exit, output: words.clone() };
    if exit != "exit status 0" {
        return Err(failed(exit));
    }
    match fs::read(&output) {
        Ok(picture) => Ok(picture),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(failed(exit)),
        Err(source) => Err(DrawioError::File { path: output, source }),
    }
}

fn spawn(program: &Path, input: &Path, output: &Path, format: PictureFormat) -> Spawn {
    let mut spawn = Spawn::new(program).arg("--export").arg(input);
    spawn = spawn.args(["--format", format.name(), "--output"]).arg(output);
    spawn = spawn.args(["--border", &BORDER.to_string()]);
    match format {
        PictureFormat::Png => spawn.args(["--scale", &PNG_SCALE.to_string()]),
        PictureFormat::Svg => spawn.arg("--embed-svg-images"),
        PictureFormat::Pdf => spawn,
    }
}

/// Returns how the application ended and what it printed.
async fn run(spawn: &Spawn) -> Result<(String, String), DrawioError> {
    let mut child = spawn.clone().stdout(Stdout::Piped).guarded(true).start()?;
    let mut printed = Vec::new();
    if let Some(stdout) = child.take_stdout()
        && let Ok(mut stdout) = pipe::Receiver::from_owned_fd(OwnedFd::from(stdout))
    {
        // Ends when the application, and all that it has started, has ended.
        stdout.read_to_end(&mut printed).await.ok();
    }
    let exit = match child.wait(END_LIMIT)? {
        Waited::Exited(exit) => exit,
        Waited::TimedOut => child.kill()?,
    };
    let words = [String::from_utf8_lossy(&printed).trim(), child.tail().trim()].join("\n");
    Ok((exit.to_string(), words.trim().to_owned()))
}

fn single_page(page: &DrawioPage) -> String {
    let escape = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&quot;")
            .replace('\n', "&#10;")
    };
    let variables = page.variables.as_ref().map(|json| format!(" vars=\"{}\"", escape(json)));
    format!(
        "<mxfile{}><diagram name=\"{}\">{}</diagram></mxfile>",
        variables.unwrap_or_default(),
        escape(&page.name),
        page.model
    )
}
