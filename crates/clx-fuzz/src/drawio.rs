//! Target `drawio`: any bytes as a draw.io file, and as what the browser answers. Principal function:
//! [`run`].
//!
//! A file has a page at least, and the model of each is XML that is read again as the same page. Problems
//! lie in the text. An answer is understood or an error, its scale is one that can be drawn, and putting
//! dates in order changes nothing before them.

use std::path::Path;

use clx_core::PictureFormat;
use clx_worker_drawio::reading::{Drawn, has_form, without_dates};
use clx_worker_drawio::{DrawioPage, pages};

use crate::place;

const FILE: &str = "drawio/plan.drawio";

/// What stands before a date of a PDF.
const DATE: &[u8] = b"Date (D:";

/// Reads a file, and the same bytes as an answer.
pub fn run(data: &[u8]) {
    let file = Path::new(FILE);
    match pages(file, data) {
        Ok(pages) => {
            assert!(!pages.is_empty());
            pages.iter().for_each(check_page);
        }
        Err(problem) => {
            let text = String::from_utf8_lossy(data);
            place::check(&problem, file, text.trim_start_matches('\u{feff}'));
        }
    }
    if let Ok(answer) = serde_json::from_slice(data)
        && let Ok(drawn) = Drawn::read(answer)
    {
        let scale = drawn.scale();
        assert!(scale.is_finite() && scale > 0.0 && scale <= 3.0, "{scale}");
    }
    check_picture(data);
}

fn check_page(page: &DrawioPage) {
    let model = roxmltree::Document::parse(&page.model)
        .unwrap_or_else(|error| panic!("a model is no XML: {error}\n{}", page.model));
    assert_eq!(model.root_element().tag_name().name(), "mxGraphModel");
    let file = format!("<mxfile><diagram name=\"again\">{}</diagram></mxfile>", page.model);
    let again = pages(Path::new(FILE), file.as_bytes()).expect("a model is a page");
    let [again] = &again[..] else { panic!("one page, not {again:?}") };
    assert_eq!((&again.model, again.has_content), (&page.model, page.has_content));
}

fn check_picture(data: &[u8]) {
    for format in [PictureFormat::Png, PictureFormat::Svg, PictureFormat::Pdf] {
        assert!(!has_form(data, format) || data.len() > 8, "{format}");
    }
    let dated = without_dates(data.to_vec());
    assert_eq!(dated.len(), data.len());
    let first = data.windows(DATE.len()).position(|window| window == DATE);
    let begin = first.map_or(data.len(), |at| at + DATE.len());
    assert_eq!(dated[..begin], data[..begin], "something before the first date has changed");
}
