//! The real PlantUML.

use std::time::Duration;

use clx_core::PictureFormat::{Png, Svg};
use clx_process::group_members;

use crate::stage::{Stage, place, request};

#[tokio::test]
async fn syntax_error_is_named_with_its_line() {
    let Some(stage) = Stage::real(|_| {}) else { return };
    let source = "text\n@startuml\nA -> B\nclass {{{\nB -> C\n@enduml\n";
    for format in [Png, Svg] {
        let problem = stage.refusal(source, format).await;
        assert_eq!(problem.code, "CLX0804");
        assert_eq!(place(&problem), "slides/topic/pu/x.pu:4");
        assert!(problem.message.contains("Syntax Error?"), "{problem}");
        assert!(problem.frame.as_deref().is_some_and(|frame| frame.contains(">    4 | class {{{")));
        // The same JVM goes on.
        stage.draw("@startuml\nA -> B\n@enduml", format).await.expect("it is drawn");
    }
}

#[tokio::test]
async fn data_that_cannot_be_read_is_refused() {
    let Some(stage) = Stage::real(|_| {}) else { return };
    for format in [Png, Svg] {
        for (source, kind) in [
            ("@startjson\n{\"a\":\n@endjson", "JSON"),
            ("@startyaml\na: [\n- b\nc\n@endyaml", "YAML"),
        ] {
            let problem = stage.refusal(source, format).await;
            assert_eq!(problem.code, "CLX0804");
            assert!(problem.message.ends_with(&format!("the lines are no {kind}")), "{problem}");
        }
    }
}

#[tokio::test]
async fn unknown_kind_of_diagram_is_refused() {
    let Some(stage) = Stage::real(|_| {}) else { return };
    let problem = stage.refusal("@startfoo\na\n@endfoo\n", Png).await;
    assert_eq!(place(&problem), "slides/topic/pu/x.pu:1");
    assert!(problem.message.ends_with("draws no diagrams of this kind"), "{problem}");
}

#[tokio::test]
async fn failure_of_graphviz_is_told() {
    let Some(stage) = Stage::real(|settings| settings.dot = Some("/bin/false".into())) else {
        return;
    };
    for format in [Png, Svg] {
        let problem = stage.refusal("@startuml\nclass A\nA --> B\n@enduml", format).await;
        assert_eq!(problem.code, "CLX0808");
        assert!(problem.message.ends_with("Graphviz failed with exit status 1"), "{problem}");
    }
}

#[tokio::test]
async fn hanging_layout_is_stopped() {
    let hangs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fake/dot");
    let Some(stage) = Stage::real(|settings| {
        settings.dot = Some(hangs);
        settings.picture_limit = Duration::from_secs(3);
    }) else {
        return;
    };
    let problem = stage.refusal("@startuml\nclass A\nclass B\nA --> B\n@enduml", Png).await;
    assert_eq!(problem.code, "CLX0807");
}

#[tokio::test]
async fn hundred_diagrams_in_a_row_leave_nothing_behind() {
    let Some(stage) = Stage::real(|settings| settings.max_pictures = 40) else { return };
    let sources: Vec<_> =
        (0..100).map(|n| format!("@startuml\nA -> B : message {n}\n@enduml\n")).collect();
    let source = sources.concat();
    let names = (1..100).map(|n| format!("x-{n:03}"));
    let parts = std::iter::once(None).chain(names.map(Some));
    let requests: Vec<_> = parts.map(|part| request(Svg, part.as_deref())).collect();
    let made = stage.draw_all(source.as_bytes(), &requests).await;
    for (n, picture) in made.into_iter().enumerate() {
        let (picture, _) = picture.expect("it is drawn");
        assert!(String::from_utf8_lossy(&picture).contains(&format!(">message {n}<")), "{n}");
    }
    let children = || -> Vec<u32> {
        let this = std::process::id().to_string();
        let path = format!("/proc/{this}/task/{this}/children");
        let listed = std::fs::read_to_string(path).unwrap_or_default();
        listed.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
    };
    drop(stage);
    let left: Vec<_> = children().into_iter().flat_map(group_members).flatten().collect();
    assert_eq!(left, Vec::<u32>::new());
}

#[tokio::test]
async fn same_source_gives_the_same_bytes_in_another_jvm_and_place() {
    let Some(one) = Stage::real(|_| {}) else { return };
    let Some(other) = Stage::real(|_| {}) else { return };
    let source = "@startuml\n!include a.iuml\nclass B\nA --> B\n@enduml\n";
    let file = |stage: Stage| stage.with_file("slides/topic/pu/a.iuml", "class A\n");
    let (one, other) = (file(one), file(other));
    for format in [Png, Svg] {
        other.draw("@startuml\nA -> B\n@enduml\n", format).await.expect("it is drawn");
        let (first, _) = one.draw(source, format).await.expect("it is drawn");
        let (second, _) = other.draw(source, format).await.expect("it is drawn");
        assert!(first == second, "{format}");
    }
}

#[tokio::test]
async fn layout_without_graphviz_draws_the_same_texts() {
    let Some(stage) = Stage::real(|settings| settings.dot = None) else { return };
    let svg = stage.svg("@startuml\nclass Apple\nclass Fruit\nFruit <|-- Apple\n@enduml").await;
    assert!(svg.contains(">Apple<") && svg.contains(">Fruit<"), "{svg}");
}

#[tokio::test]
async fn files_outside_and_variables_are_not_seen() {
    let Some(stage) = Stage::real(|_| {}) else { return };
    let outside = stage.directory.path().join("secret.iuml");
    std::fs::write(&outside, "A -> B : secret\n").expect("it is written");
    let path = outside.display();
    // Computed, so that only PlantUML itself can refuse it.
    let source = format!("@startuml\n!$p = \"{path}\"\n!include $p\n@enduml");
    let problem = stage.refusal(&source, Svg).await;
    assert_eq!(problem.code, "CLX0804");
    assert!(problem.hint.as_deref().is_some_and(|hint| hint.contains("literal")), "{problem}");
    let svg = stage.svg("@startuml\nA -> B : user %getenv(\"USER\").\n@enduml").await;
    assert!(svg.contains(">user .<"), "{svg}");
}

#[tokio::test]
async fn archive_is_made_once_and_used() {
    let Some(stage) = Stage::real(|settings| {
        settings.archives = Some(settings.base.with_file_name("archives"));
    }) else {
        return;
    };
    let made = stage.tools.make_archive().await.expect("it is made").expect("there is a directory");
    let changed =
        || std::fs::metadata(&made).and_then(|data| data.modified()).expect("it is there");
    let before = changed();
    stage.tools.make_archive().await.expect("it is there");
    assert_eq!(changed(), before);
    stage.svg("@startuml\nA -> B\n@enduml").await;
    let maps = |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/maps")).unwrap_or_default();
    let pids = std::fs::read_dir("/proc")
        .expect("processes")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let name = made.to_str().expect("a path");
    assert!(pids.into_iter().any(|pid| maps(pid).contains(name)), "a JVM has mapped it");
}

#[tokio::test]
async fn damaged_archive_does_no_harm() {
    let Some(stage) = Stage::real(|settings| {
        settings.archives = Some(settings.base.with_file_name("archives"));
    }) else {
        return;
    };
    let made = stage.tools.make_archive().await.expect("it is made").expect("there is a directory");
    std::fs::write(&made, "no archive").expect("it is written");
    let svg = stage.svg("@startuml\nA -> B\n@enduml").await;
    assert!(svg.ends_with("</svg>"));
}
