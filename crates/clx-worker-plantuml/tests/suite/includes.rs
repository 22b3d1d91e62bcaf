//! What the real PlantUML includes.

use clx_core::PictureFormat::{Png, Svg};

use crate::stage::{Stage, place};

/// A diagram that includes a file that includes another.
fn course(stage: Stage, deep: &str) -> Stage {
    stage
        .with_file("slides/topic/pu/sub/a.iuml", "class Near\n\n!include ../../common/b.iuml\n")
        .with_file("slides/topic/common/b.iuml", deep)
}

const SOURCE: &str = "@startuml\nclass Own\n!include sub/a.iuml\nclass Last\n@enduml\n";

#[tokio::test]
async fn files_are_found_beside_those_that_include_them() {
    let Some(stage) = Stage::real(|_| {}) else { return };
    let svg = course(stage, "class Far\n").svg(SOURCE).await;
    for name in ["Own", "Near", "Far", "Last"] {
        assert!(svg.contains(&format!(">{name}<")), "{name}");
    }
}

#[tokio::test]
async fn error_is_located_in_the_included_file() {
    let Some(stage) = Stage::real(|_| {}) else { return };
    let stage = course(stage, "class Far\nclass {{{ wrong\n");
    for format in [Png, Svg] {
        let problem = stage.refusal(SOURCE, format).await;
        assert_eq!(place(&problem), "slides/topic/common/b.iuml:2");
        assert!(problem.message.ends_with("included by slides/topic/pu/x.pu"), "{problem}");
        assert!(problem.frame.is_some_and(|frame| frame.contains(">    2 | class {{{ wrong")));
    }
}

#[tokio::test]
async fn error_after_an_include_is_located_in_the_source() {
    let Some(stage) = Stage::real(|_| {}) else { return };
    let stage = course(stage, "class Far\n");
    let source = "\n@startuml\n!include sub/a.iuml\nA -> -> B\n@enduml\n";
    for format in [Png, Svg] {
        let problem = stage.refusal(source, format).await;
        assert_eq!(place(&problem), "slides/topic/pu/x.pu:4", "{format}: {problem}");
    }
}

#[tokio::test]
async fn missing_file_is_named_as_the_course_has_it() {
    let Some(stage) = Stage::real(|_| {}) else { return };
    let problem = stage.refusal("@startuml\n!include sub/none.iuml\nA -> B\n@enduml", Svg).await;
    assert_eq!(place(&problem), "slides/topic/pu/x.pu:2");
    let words = "cannot include slides/topic/pu/sub/none.iuml";
    assert!(problem.message.ends_with(words), "{problem}");
}

#[tokio::test]
async fn built_in_library_needs_no_file() {
    let Some(stage) = Stage::real(|_| {}) else { return };
    let source = "@startuml\n!include <C4/C4_Container>\nPerson(author, \"Author\")\n@enduml";
    assert!(stage.svg(source).await.contains(">Author<"));
}

#[tokio::test]
async fn pictures_and_data_of_the_course_are_shown() {
    let Some(stage) = Stage::real(|_| {}) else { return };
    let picture = include_bytes!("../golden/common/dot.png");
    let stage = stage
        .with_file("slides/topic/img/dot.png", picture)
        .with_file("slides/topic/pu/d.json", r#"{"who": "Ada"}"#);
    let source = "@startuml\n!$data = %load_json(\"d.json\")\n\
                  A -> B : <img:../img/dot.png> hello $data.who\n@enduml";
    let svg = stage.svg(source).await;
    assert!(svg.contains("<image ") && svg.contains("hello Ada"), "{svg}");
}
