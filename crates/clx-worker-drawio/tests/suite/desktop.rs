//! Drawing with the desktop application, played by scripts.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use clx_core::PictureFormat;
use clx_worker_drawio::Renderer;

use crate::studio::{Studio, cell, eventually, file};

/// Writes its arguments and its input to files; `$OUT` is where the picture has to go.
const BEGIN: &str = r#"#!/bin/sh
here=$(dirname "$0")
echo x >>"$here/runs"
echo "$@" >"$here/arguments"
cat "$2" >"$here/input"
while [ "$1" != --output ]; do shift; done
OUT=$2
"#;

const DRAWS: &str = r#"echo '<svg xmlns="http://www.w3.org/2000/svg"/></svg>' >"$OUT""#;

struct Application {
    studio: Studio,
    folder: tempfile::TempDir,
}

fn application(script: &str) -> Application {
    let folder = tempfile::tempdir().expect("a directory");
    let program = folder.path().join("drawio");
    fs::write(&program, format!("{BEGIN}{script}\n")).expect("a script");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("executable");
    let studio = Studio::with(Renderer::Desktop { program }, |mut settings| {
        settings.picture_limit = Duration::from_secs(20);
        settings
    });
    Application { studio, folder }
}

impl Application {
    fn file(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).expect("the application wrote it")
    }
}

fn source() -> Vec<u8> {
    file(&cell("a", "text", ""))
}

#[tokio::test]
async fn page_is_exported_with_the_usual_options() {
    let application = application(DRAWS);
    let (svg, warnings) = application.studio.one(&source(), PictureFormat::Svg).await;
    assert!(svg.starts_with(b"<svg") && warnings.is_empty());
    let arguments = application.file("arguments");
    let words: Vec<_> = arguments.split_whitespace().collect();
    assert_eq!((words[0], &words[2..5]), ("--export", &["--format", "svg", "--output"][..]));
    assert_eq!(&words[6..9], ["--border", "20", "--embed-svg-images"]);
    let left = fs::read_dir(application.studio.folder().join("base")).unwrap().count();
    assert_eq!(left, 0, "nothing is left");
}

#[tokio::test]
async fn wanted_page_is_the_only_one_in_the_file() {
    let application = application(DRAWS);
    let model = |label: &str| {
        let cell = cell("a", label, "");
        format!("<mxGraphModel><root><mxCell id=\"0\"/>{cell}</root></mxGraphModel>")
    };
    let source = format!(
        "<mxfile vars='{{\"a\":\"b\"}}'><diagram name='1'>{}</diagram>\
         <diagram name='2 &quot;&amp;'>{}</diagram></mxfile>",
        model("first"),
        model("second")
    );
    let request = [(PictureFormat::Svg, Some("2 \"&"))];
    let made = application.studio.make(source.as_bytes(), &request).await.remove(0);
    application.studio.picture(made);
    let begin = "<mxfile vars=\"{&quot;a&quot;:&quot;b&quot;}\"><diagram name=\"2 &quot;&amp;\">";
    assert_eq!(application.file("input"), format!("{begin}{}</diagram></mxfile>", model("second")));
}

#[tokio::test]
async fn png_has_three_pixels_each() {
    let application = application(r#"printf '\211PNG\r\n\032\n...IEND\256B`\202' >"$OUT""#);
    application.studio.one(&source(), PictureFormat::Png).await;
    assert!(application.file("arguments").trim_end().ends_with("--border 20 --scale 3"));
}

#[tokio::test]
async fn failing_application_is_tried_again_and_its_words_are_told() {
    let check = async |script: &str, expected: &str| {
        let application = application(script);
        let problem = application.studio.problem(&source()).await;
        assert!(problem.contains("error[CLX0826]: the page `P`: "), "{problem}");
        assert!(problem.contains(expected), "{problem}");
        assert!(problem.ends_with(", 3 times"), "{problem}");
        assert_eq!(application.file("runs").lines().count(), 3);
    };
    check("echo 'no display' >&2; exit 1", "(exit status 1): no display").await;
    check("echo nothing", "made no picture (exit status 0): nothing").await;
    check("kill -9 $$", "killed by signal 9").await;
    check(r#"echo '<svg' >"$OUT""#, "what was drawn is no svg").await;
}

#[tokio::test]
async fn application_that_crashes_once_is_forgiven() {
    let script = format!("[ $(wc -l <\"$here/runs\") = 1 ] && exit 139\n{DRAWS}");
    let application = application(&script);
    application.studio.one(&source(), PictureFormat::Svg).await;
    assert_eq!(application.file("runs").lines().count(), 2);
}

#[tokio::test]
async fn hanging_application_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("drawio");
    fs::write(&program, format!("{BEGIN}echo $$ >\"$here/pid\"; exec sleep 1000\n")).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let studio = Studio::with(Renderer::Desktop { program }, |mut settings| {
        settings.picture_limit = Duration::from_millis(500);
        settings
    });
    let problem = studio.problem(&source()).await;
    assert!(problem.contains("error[CLX0825]: the page `P`: drawing took longer than 0.5 s"));
    let pid = fs::read_to_string(folder.path().join("pid")).unwrap();
    eventually(|| !PathBuf::from(format!("/proc/{}", pid.trim())).exists()).await;
}

#[tokio::test]
async fn missing_application_is_told() {
    let program = PathBuf::from("/no/such/drawio");
    let studio = Studio::with(Renderer::Desktop { program }, |settings| settings);
    let problem = studio.problem(&source()).await;
    assert!(problem.contains("error[CLX0827]") && problem.contains("/no/such/drawio"), "{problem}");
}
