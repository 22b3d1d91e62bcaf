//! Faults of sources and of the browser, and what is left afterwards.

use std::time::Duration;

use clx_core::PictureFormat;
use clx_process::{group_members, kill_group};
use clx_worker_drawio::{Bundle, Renderer};

use crate::studio::{Studio, cell, eventually, file, renderer};

const SVG: PictureFormat = PictureFormat::Svg;
const PNG: PictureFormat = PictureFormat::Png;

#[tokio::test]
async fn broken_source_is_told_without_starting_a_browser() {
    let renderer = Renderer::Browser {
        program: "/no/such/browser".into(),
        bundle: Bundle { viewer: "/no/such/bundle".into(), math: None },
    };
    let studio = Studio::with(renderer, |settings| settings);
    let source = file(&cell("a", "text", ""));
    let cut = &source[..source.len() - 70];
    let problem = studio.problem(cut).await;
    assert!(problem.starts_with("drawio/test.drawio:1:"), "{problem}");
    assert!(problem.contains("error[CLX0821]: the file is broken: "), "{problem}");
    let problem = studio.problem(b"").await;
    assert_eq!(problem, "drawio/test.drawio: error[CLX0820]: the file is empty");
    let problem = studio.problem(&source).await;
    assert!(
        problem.contains("error[CLX0827]") && problem.contains("/no/such/browser"),
        "{problem}"
    );
}

#[tokio::test]
async fn incomplete_bundle_is_told_with_the_missing_file() {
    let Some(Renderer::Browser { program, .. }) = renderer() else { return };
    let bundle = Bundle { viewer: "/no/such/bundle".into(), math: None };
    let studio = Studio::with(Renderer::Browser { program, bundle }, |settings| settings);
    let problem = studio.problem(&file(&cell("a", "text", ""))).await;
    assert!(problem.contains("error[CLX0827]: the file /no/such/bundle/viewer"), "{problem}");
    assert!(problem.contains("hint: `clx setup drawio`"), "{problem}");
}

#[tokio::test]
async fn unknown_page_fails_alone() {
    let Some(studio) = Studio::new() else { return };
    let source = file(&cell("a", "text", ""));
    let mut made = studio.make(&source, &[(SVG, Some("Q")), (SVG, Some("P"))]).await;
    studio.picture(made.remove(1));
    let clx_core::RequestResult::Failed(problems) = made.remove(0) else { panic!("it has a Q") };
    assert_eq!(
        problems[0].to_string(),
        "drawio/test.drawio: error[CLX0823]: there is no page `Q`\n  hint: it has `P`"
    );
}

/// A table whose rows are so many that drawing takes minutes.
fn endless() -> Vec<u8> {
    let child = |n: u32| {
        format!(
            "<mxCell id=\"c{n}\" value=\"{n}\" style=\"html=1;rounded=1;sketch=1;\" vertex=\"1\" parent=\"1\">\
             <mxGeometry x=\"{}\" y=\"{}\" width=\"3000\" height=\"3000\" as=\"geometry\"/></mxCell>",
            n % 100 * 10,
            n / 100 * 10
        )
    };
    file(&(0..4000).map(child).collect::<String>())
}

#[tokio::test]
async fn hanging_diagram_is_stopped_and_others_go_on() {
    let Some(renderer) = renderer() else { return };
    let studio = Studio::with(renderer, |mut settings| {
        settings.picture_limit = Duration::from_secs(3);
        settings
    });
    let good = file(&cell("a", "text", ""));
    studio.one(&good, SVG).await;
    let group = studio.tools.browser_group().unwrap();
    let before = group_members(group).unwrap().len();
    let problem = studio.problem(&endless()).await;
    let expected = "drawio/test.drawio: error[CLX0825]: the page `P`: drawing took longer than 3 s\n  \
        hint: split the page";
    assert_eq!(problem, expected);
    studio.one(&good, PNG).await;
    assert_eq!(studio.tools.browser_group(), Some(group), "the browser stays");
    eventually(|| group_members(group).unwrap().len() <= before).await;
}

#[tokio::test]
async fn killed_browser_is_replaced_between_pictures_and_within_one() {
    let Some(studio) = Studio::new() else { return };
    let source = file(&cell("a", "text", ""));
    let (first, _) = studio.one(&source, SVG).await;
    let group = studio.tools.browser_group().unwrap();
    kill_group(group).unwrap();
    let (second, _) = studio.one(&source, SVG).await;
    assert_eq!(first, second);
    let group = studio.tools.browser_group().unwrap();
    let requests = [(PNG, None)];
    // The second is asked when the first waits for the browser.
    let (made, ()) = tokio::join!(studio.make(&source, &requests), async {
        kill_group(group).unwrap();
    });
    made.into_iter().for_each(|made| drop(studio.picture(made)));
    assert_ne!(studio.tools.browser_group(), Some(group));
}

#[tokio::test]
async fn same_source_gives_the_same_bytes_in_another_browser() {
    let (Some(one), Some(two)) = (Studio::new(), Studio::new()) else { return };
    let source = file(&cell("a", "text", "sketch=1;fillColor=#dae8fc;"));
    for format in [SVG, PNG, PictureFormat::Pdf] {
        one.one(&file(&cell("other", "before", "sketch=1;")), format).await;
        let (first, _) = one.one(&source, format).await;
        assert!(first == two.one(&source, format).await.0, "{format}");
    }
}

#[tokio::test]
async fn cancelled_job_leaves_no_page_and_the_browser_goes_on() {
    let Some(studio) = Studio::new() else { return };
    studio.one(&file(&cell("a", "text", "")), SVG).await;
    let group = studio.tools.browser_group().unwrap();
    let before = group_members(group).unwrap().len();
    let endless = endless();
    let requests = [(SVG, None)];
    tokio::select! {
        biased;
        _ = studio.make(&endless, &requests) => panic!("it takes minutes"),
        // Asked when the first waits for the browser.
        () = std::future::ready(()) => {}
    }
    eventually(|| group_members(group).unwrap().len() <= before).await;
    studio.one(&file(&cell("b", "text", "")), SVG).await;
}

#[tokio::test]
async fn hundred_diagrams_in_a_row_leave_nothing_behind() {
    let Some(renderer) = renderer() else { return };
    let studio = Studio::with(renderer, |mut settings| {
        settings.max_pictures = 40;
        settings
    });
    let mut groups = Vec::new();
    for number in 0..100 {
        let source = file(&cell("a", &format!("number {number}"), "rounded=1;"));
        let (png, _) = studio.one(&source, PNG).await;
        assert!(png.len() > 500);
        groups.extend(studio.tools.browser_group());
    }
    groups.dedup();
    assert_eq!(groups.len(), 3, "a browser for each 40 pictures");
    let folder = studio.close();
    eventually(|| groups.iter().all(|group| group_members(*group).unwrap().is_empty())).await;
    let left = std::fs::read_dir(folder.path().join("base")).unwrap().count();
    assert_eq!(left, 0, "no directory of a browser");
}

#[tokio::test]
async fn unused_browser_ends_and_comes_back() {
    let Some(renderer) = renderer() else { return };
    let studio = Studio::with(renderer, |mut settings| {
        settings.idle_limit = Duration::from_millis(200);
        settings
    });
    let source = file(&cell("a", "text", ""));
    studio.one(&source, SVG).await;
    let group = studio.tools.browser_group().unwrap();
    eventually(|| studio.tools.browser_group().is_none()).await;
    eventually(|| group_members(group).unwrap().is_empty()).await;
    let left = std::fs::read_dir(studio.folder().join("base")).unwrap().count();
    assert_eq!(left, 0, "the browser's directory is gone");
    studio.one(&source, SVG).await;
}

#[tokio::test]
async fn jobs_at_the_same_time_share_a_browser() {
    let Some(studio) = Studio::new() else { return };
    let sources = ["one", "two", "three"].map(|label| file(&cell("a", label, "")));
    let requests = [(SVG, None), (PNG, None)];
    let [one, two, three] = &sources;
    let (one, two, three) = tokio::join!(
        studio.make(one, &requests),
        studio.make(two, &requests),
        studio.make(three, &requests)
    );
    for (mut made, label) in [(one, "one"), (two, "two"), (three, "three")] {
        studio.picture(made.remove(1));
        let (svg, _) = studio.picture(made.remove(0));
        assert!(String::from_utf8_lossy(&svg).contains(label));
    }
    let profiles = std::fs::read_dir(studio.folder().join("base")).unwrap().count();
    assert_eq!(profiles, 1, "one browser");
}
