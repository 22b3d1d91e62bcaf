//! Target `plantuml`: any text as a PlantUML source, and any bytes as what a JVM answers. Principal
//! function: [`run`].
//!
//! Blocks lie in the source and pictures have names of their own, which are names of files. What is
//! included lies in the course. An answer is found however it comes in pieces; nothing that PlantUML
//! complains about is taken for a picture, and what it complains about is told at a line of the block.

use std::collections::HashSet;
use std::path::{Component, Path};

use clx_core::PictureFormat;
use clx_worker_plantuml::reading::{Answer, Explainer, Fault, Verdict, judge, read_picture};
use clx_worker_plantuml::{Block, includes, pictures};
use tokio::io::AsyncReadExt;

use crate::place;

const FILE: &str = "slides/topic/pu/plan.pu";
const MARK: &str = "clx-mark-0123";

/// Reads a source, and the same bytes as an answer: the picture, a NUL, the report.
pub fn run(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == 0).unwrap_or(data.len());
    let (picture, report) = (&data[..end], data.get(end + 1..).unwrap_or_default());
    let report = String::from_utf8_lossy(report).into_owned();
    check_stream(picture);
    check_verdict(&Answer { picture: picture.to_vec(), report });
    check_source(&String::from_utf8_lossy(data));
}

fn check_source(source: &str) {
    let file = Path::new(FILE);
    let found = includes(file, source, |path| {
        assert!(path.components().all(|part| matches!(part, Component::Normal(_))), "{path:?}");
        Some(b"!include other.iuml\n".to_vec())
    });
    found.problems.iter().for_each(|problem| place::check(problem, file, source));
    let pictures = match pictures(file, source) {
        Ok(pictures) => pictures,
        Err(problem) => return place::check(&problem, file, source),
    };
    let names: HashSet<String> =
        pictures.iter().map(|picture| picture.name.to_lowercase()).collect();
    assert_eq!(names.len(), pictures.len(), "two pictures have one name");
    for picture in &pictures {
        let name = &picture.name;
        assert!(
            !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0']),
            "{name:?}"
        );
        check_block(&picture.block, source);
    }
}

fn check_block(block: &Block, source: &str) {
    let line = source.lines().nth(usize::try_from(block.line).unwrap() - 1).unwrap();
    assert!(line.contains(block.text.lines().next().unwrap()), "{line}");
    let last = block.text.lines().last().unwrap();
    assert!(last.to_ascii_lowercase().starts_with("@end"), "{last}");
    let _told = block.is_empty();
    let explainer = Explainer { file: Path::new(FILE), block };
    for line in [None, Some(0), Some(1), Some(u32::MAX)] {
        place::check(&explainer.refused(line, "Syntax Error?"), explainer.file, source);
    }
}

fn check_verdict(answer: &Answer) {
    for format in [PictureFormat::Png, PictureFormat::Svg, PictureFormat::Pdf] {
        let verdict = judge(format, answer);
        let is_drawn = matches!(verdict, Verdict::Drawn { .. });
        let complains = answer.report.lines().find_map(|line| line.strip_prefix("status="));
        if matches!(complains.map(str::trim), Some("ERROR" | "NO_DATA"))
            || answer.picture.is_empty()
        {
            assert!(!is_drawn, "{format}: {verdict:?}");
        }
        assert!(!is_drawn || format != PictureFormat::Pdf, "PlantUML draws no PDF");
        let block = Block {
            keyword: "uml".to_owned(),
            name: None,
            line: 1,
            text: "@startuml\n@enduml\n".to_owned(),
        };
        if let Verdict::Refused { line, reason } = verdict {
            let explainer = Explainer { file: Path::new(FILE), block: &block };
            place::check(&explainer.refused(line, &reason), explainer.file, &block.text);
            let included = Path::new("slides/other.iuml");
            let problem = explainer.refused_in(included, "A\n", line.unwrap_or(0), &reason);
            place::check(&problem, included, "A\n");
        }
    }
}

fn check_stream(picture: &[u8]) {
    let mark = format!("{MARK}\n");
    if picture.windows(mark.len()).any(|window| window == mark.as_bytes()) {
        return;
    }
    let whole = [picture, mark.as_bytes()].concat();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for cut in [0, 1, picture.len() / 2, picture.len(), picture.len() + 3] {
        let (head, tail) = whole.split_at(cut.min(whole.len()));
        let read = runtime.block_on(read_picture(&mut head.chain(tail), Some(MARK)));
        assert_eq!(read.expect("the mark is there"), picture, "cut after {cut} bytes");
    }
    let without = runtime.block_on(read_picture(&mut &*picture, Some(MARK)));
    assert!(matches!(without, Err(Fault::Ended { .. })), "{without:?}");
}
