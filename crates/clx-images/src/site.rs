//! What containers need of this site to fetch packages: sources, settings, certificates. The images that
//! have it are never pushed. Principal function: [`layer`].

use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_process::{Spawn, Waited};

use crate::apt;
use crate::context::Context;
use crate::error::ImageError;
use crate::label::SITE;
use crate::pip;

/// The base with this layer.
pub(crate) const REFERENCE: &str = "clx-base:site";

/// Where the certificates of the host lie in images: not at the usual place, which packages write anew.
const CERTIFICATES: &str = "/etc/clx-site/ca-certificates.crt";

/// Where Debian and its relatives keep them.
const HOST_CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Programs that only print settings.
const LIMIT: Duration = Duration::from_secs(60);

/// Returns the context of the layer: a Dockerfile, and files as they lie in the image below `files`.
///
/// # Errors
/// [`ImageError::Io`].
pub(crate) fn layer(etc_apt: &Path) -> Result<Context, ImageError> {
    let sources = apt::sources(etc_apt);
    let list: String = sources.iter().map(|source| source.to_line() + "\n").collect();
    let certificates = certificates();
    let pip = said(Spawn::new("python3").args(["-m", "pip", "config", "list"]));
    let settings = apt::settings(&said(Spawn::new("apt-config").arg("dump")));
    let in_image = certificates.as_ref().map(|_| CERTIFICATES);
    let pip = pip::configuration(&pip, in_image);
    let mut context = Context::default()
        .text("Dockerfile", &dockerfile(in_image))
        .text("files/etc/apt/sources.list", &list)
        .text("files/etc/apt/apt.conf.d/99clx-site", &settings)
        .text("files/etc/pip.conf", &pip);
    for path in sources.iter().filter_map(|source| source.signed_by.as_deref()) {
        if path.is_file() {
            context = context.file(below(path), path)?;
        }
    }
    match certificates {
        Some(path) => context.file(below(Path::new(CERTIFICATES)), &path),
        None => Ok(context),
    }
}

fn below(path: &Path) -> PathBuf {
    Path::new("files").join(path.strip_prefix("/").unwrap_or(path))
}

fn dockerfile(certificates: Option<&str>) -> String {
    let variables = certificates.map(|path| {
        format!("ENV NODE_EXTRA_CA_CERTS={path} REQUESTS_CA_BUNDLE={path} SSL_CERT_FILE={path}\n")
    });
    format!(
        "ARG BASE_IMAGE=debian:bookworm-slim\nFROM ${{BASE_IMAGE}}\nCOPY files /\n{}LABEL {SITE}=1\n",
        variables.unwrap_or_default()
    )
}

fn certificates() -> Option<PathBuf> {
    let named = std::env::var_os("SSL_CERT_FILE").map(PathBuf::from);
    let usual = PathBuf::from(HOST_CERTIFICATES);
    named.into_iter().chain([usual]).find(|path| path.is_file())
}

/// Returns what a program prints; nothing if it is not there or fails.
fn said(spawn: Spawn) -> String {
    let run = || {
        let mut child = spawn.guarded(true).start().ok()?;
        match child.wait(LIMIT).ok()? {
            Waited::Exited(exit) if exit.is_success() => Some(child.tail()),
            Waited::Exited(_) | Waited::TimedOut => None,
        }
    };
    run().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layer_is_marked_and_only_adds_files() {
        let text = dockerfile(Some("/c.crt"));
        assert!(text.ends_with("LABEL clx.site=1\n") && text.contains("SSL_CERT_FILE=/c.crt"));
        assert!(!text.contains("RUN") && !text.contains("--"));
        assert!(!dockerfile(None).contains("ENV"));
    }
}
