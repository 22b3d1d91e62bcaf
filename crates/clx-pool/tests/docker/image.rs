//! A tiny image with the probe as its only program. Principal type: [`ProbeImage`].

use std::path::PathBuf;
use std::time::Duration;

use bollard::Docker as Api;
use bollard::query_parameters::{CreateImageOptionsBuilder, RemoveImageOptionsBuilder};
use clx_core::ContentHash;
use clx_process::{Exit, Spawn, Waited};
use futures_util::StreamExt;

const SOURCE: &str = include_str!("probe.rs");
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// An image of one test's own; removed by [`ProbeImage::remove`].
pub(crate) struct ProbeImage {
    pub(crate) name: String,
}

impl ProbeImage {
    /// Imports the image; its processes run as `user`.
    pub(crate) async fn import(api: &Api, name: &str, user: &str) -> Self {
        let changes = vec![r#"ENTRYPOINT ["/probe"]"#.to_owned(), format!("USER {user}")];
        let options = CreateImageOptionsBuilder::new()
            .from_src("-")
            .repo(name)
            .tag("test")
            .changes(changes)
            .build();
        let body = bollard::body_full(tarball().into());
        let mut import = std::pin::pin!(api.create_image(Some(options), Some(body), None));
        while let Some(step) = import.next().await {
            step.expect("the engine imports the image");
        }
        Self { name: format!("{name}:test") }
    }

    pub(crate) async fn remove(&self, api: &Api) {
        let options = RemoveImageOptionsBuilder::new().force(true).build();
        api.remove_image(&self.name, Some(options), None).await.expect("the image is removed");
    }
}

fn tarball() -> Vec<u8> {
    let probe = std::fs::read(probe()).expect("the probe is compiled");
    let mut tarball = tar::Builder::new(Vec::new());
    let mut add = |name: &str, kind, mode, bytes: &[u8]| {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(bytes.len() as u64);
        header.set_mode(mode);
        header.set_cksum();
        tarball.append_data(&mut header, name, bytes).expect("memory takes all");
    };
    // As in every base image: what is mounted there gets the mode of the directory below.
    add("tmp/", tar::EntryType::Directory, 0o1777, &[]);
    add("probe", tar::EntryType::Regular, 0o755, &probe);
    tarball.into_inner().expect("memory takes all")
}

/// Compiles the probe, once for each version of its source.
fn probe() -> PathBuf {
    let dir = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let name = format!("probe-{}", &ContentHash::of(SOURCE).to_hex()[..16]);
    let program = dir.join(&name);
    if !program.exists() {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/docker/probe.rs");
        let half = dir.join(format!("{name}-{}", std::process::id()));
        let half_name = half.to_string_lossy().into_owned();
        let mut compiler = Spawn::new("rustc")
            .args(["--edition=2024", "--crate-name=probe", "-Cpanic=abort", "-Cstrip=symbols"])
            .args(["-Ctarget-feature=+crt-static", "--target", TARGET, "-o", &half_name, source])
            .start()
            .expect("rustc is in PATH");
        let ended = compiler.wait(Duration::from_secs(300)).expect("rustc ends");
        assert_eq!(ended, Waited::Exited(Exit::Status(0)), "{}", compiler.tail());
        std::fs::rename(half, &program).expect("the probe is put in place");
    }
    program
}
