//! Sources that are wrong before PlantUML sees them.

use clx_core::PictureFormat::{Pdf, Png, Svg};

use crate::stage::{Stage, place, request};

async fn check(source: &str, code: &str, expected: &str) {
    let problem = Stage::fake(|_| {}).refusal(source, Svg).await;
    assert_eq!((problem.code.as_str(), place(&problem).as_str()), (code, expected), "{problem}");
    assert_eq!(problem.category, "diagram");
}

#[tokio::test]
async fn source_without_a_diagram_is_refused() {
    check("", "CLX0800", "slides/topic/pu/x.pu").await;
    check("A -> B\n", "CLX0800", "slides/topic/pu/x.pu").await;
    check("\n@startuml\nA -> B\n", "CLX0801", "slides/topic/pu/x.pu:2").await;
    check("\n\n@startuml\n' later\n\n@enduml\n", "CLX0802", "slides/topic/pu/x.pu:3").await;
}

#[tokio::test]
async fn source_that_is_no_text_is_refused() {
    let stage = Stage::fake(|_| {});
    let source = b"@startuml\nA -> B : k\xe4se\n@enduml\n";
    let problem = stage.draw_all(source, &[request(Svg, None)]).await.remove(0);
    let problem = problem.expect_err("Latin 1 is refused").remove(0);
    assert_eq!(
        (problem.code.as_str(), place(&problem).as_str()),
        ("CLX0815", "slides/topic/pu/x.pu:2")
    );
}

#[tokio::test]
async fn wrong_request_fails_alone() {
    let stage = Stage::fake(|_| {});
    let source = b"@startuml\nA -> B\n@enduml\n@startuml login\nA -> B\n@enduml\n";
    let requests = [
        request(Svg, None),
        request(Svg, Some("logout")),
        request(Pdf, None),
        request(Svg, Some("login")),
    ];
    let made = stage.draw_all(source, &requests).await;
    assert!(made[0].is_ok() && made[3].is_ok());
    let problem = &made[1].as_ref().expect_err("there is none")[0];
    assert_eq!(problem.code, "CLX0803");
    assert_eq!(problem.hint.as_deref(), Some("it has: x, login"));
    assert_eq!(made[2].as_ref().expect_err("PDF is refused")[0].code, "CLX0814");
}

#[tokio::test]
async fn all_that_is_refused_is_told_at_once() {
    let stage = Stage::fake(|_| {});
    let source = "@startuml\n!include ../../../../x.iuml\nA -> B : <img:no.png>\n@enduml";
    let problems = stage.draw(source, Png).await.expect_err("it is refused");
    let told: Vec<_> =
        problems.iter().map(|problem| (problem.code.as_str(), place(problem))).collect();
    let place = |line| format!("slides/topic/pu/x.pu:{line}");
    assert_eq!(told, [("CLX0805", place(2)), ("CLX0806", place(3))]);
}

#[tokio::test]
async fn dates_and_chance_are_warned_of() {
    let stage = Stage::fake(|_| {}).with_file("slides/topic/pu/a.iuml", "\nfooter %date()\n");
    let source = "@startuml\n!include a.iuml\n!$x = %random(6)\n@enduml";
    let (_, made) = stage.draw(source, Svg).await.expect("it is drawn");
    let told = made.diagnostics.iter().map(|warning| (warning.code.as_str(), place(warning)));
    let expected = ["slides/topic/pu/a.iuml:2", "slides/topic/pu/x.pu:3"];
    assert_eq!(told.collect::<Vec<_>>(), expected.map(|place| ("CLX0811", place.to_owned())));
}

#[tokio::test]
async fn missing_graphviz_is_said_by_the_tools() {
    let without = Stage::fake(|_| {});
    assert_eq!(without.tools.notice().expect("it is missing").code, "CLX0810");
    let with = Stage::fake(|settings| settings.dot = Some("dot".into()));
    assert_eq!(with.tools.notice(), None);
    assert_ne!(with.tools.identity(), without.tools.identity());
}
