//! Pictures of the files in `tests/diagrams`, compared with what is noted of good ones beside them in
//! `tests/golden`: size, shapes, places of texts, and a coarse picture in grey.
//!
//! Notes are not pixels: another version of Chromium or of a font moves those a little. To note anew,
//! set `CLX_UPDATE_GOLDEN` to a directory; look at the pictures that are written there.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clx_browser::{Answer, Browser, BrowserOptions, Page, PageOptions, Requests};
use clx_core::PictureFormat;
use clx_worker_drawio::{Renderer, pages};
use serde::{Deserialize, Serialize};

use crate::studio::{Studio, file, renderer};

/// How far a text may be from its noted place, in CSS pixels.
const MAX_SHIFT: f64 = 6.0;

/// How far a field of the grey picture may be from the noted one, of 255.
const MAX_GREY: i32 = 24;

/// What is noted of a picture.
#[derive(Debug, Deserialize)]
struct Notes {
    size: (f64, f64),
    /// Number of elements by name.
    shapes: Vec<(String, u32)>,
    /// Middle of each text.
    texts: Vec<(f64, f64, String)>,
    /// 16 rows of 16 fields.
    grey: Vec<Vec<i32>>,
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("JSON")
}

/// Looks at an SVG and a PNG in an empty page.
const LOOK: &str = r"(async (svg, png) => {
    document.body.innerHTML = svg;
    const root = document.querySelector('svg');
    const frame = root.getBoundingClientRect();
    const shapes = {};
    for (const node of root.querySelectorAll('rect, path, ellipse, image, img, mjx-container'))
        shapes[node.localName] = (shapes[node.localName] ?? 0) + 1;
    const texts = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = walker.currentNode;
        if (!text.data.trim() || text.parentElement.closest('switch > text, switch > a, style')) continue;
        const range = document.createRange();
        range.selectNode(text);
        const box = range.getBoundingClientRect();
        const middle = [box.x + box.width / 2 - frame.x, box.y + box.height / 2 - frame.y];
        if (box.width) texts.push([...middle.map(Math.round), text.data.trim()]);
    }
    const image = new Image();
    image.src = 'data:image/png;base64,' + png;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 16;
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(image, 0, 0, 16, 16);
    const { data } = context.getImageData(0, 0, 16, 16);
    const field = (n) => Math.round((data[4 * n] + data[4 * n + 1] + data[4 * n + 2]) / 3);
    const row = (y) => Array.from({ length: 16 }, (_, x) => field(16 * y + x));
    return {
        size: [image.naturalWidth / 3, image.naturalHeight / 3],
        shapes: Object.entries(shapes).sort(),
        texts,
        grey: Array.from({ length: 16 }, (_, y) => row(y)),
    };
})";

impl Notes {
    async fn of(page: &Page, svg: &str, png: &[u8]) -> Self {
        let svg = serde_json::to_string(svg).expect("JSON");
        let look = format!("{LOOK}({svg}, '{}')", STANDARD.encode(png));
        let notes = page.evaluate(&look).await.expect("the picture can be looked at");
        serde_json::from_value(notes).expect("notes")
    }

    /// Writes one line for each thing, so that changes can be read.
    fn to_json(&self) -> String {
        let lines = |lines: Vec<String>| format!("[\n    {}\n  ]", lines.join(",\n    "));
        let texts = self.texts.iter().map(json).collect();
        let grey = self.grey.iter().map(json).collect();
        format!(
            "{{\n  \"size\": {},\n  \"shapes\": {},\n  \"texts\": {},\n  \"grey\": {}\n}}\n",
            json(&self.size),
            json(&self.shapes),
            lines(texts),
            lines(grey)
        )
    }

    /// Returns what is otherwise than noted.
    fn differences(&self, noted: &Self) -> String {
        let mut found = String::new();
        let mut note = |text: String| writeln!(found, "  {text}").expect("a string takes it");
        if self.size != noted.size {
            note(format!("size {:?} instead of {:?}", self.size, noted.size));
        }
        if self.shapes != noted.shapes {
            note(format!("shapes {:?} instead of {:?}", self.shapes, noted.shapes));
        }
        if self.texts.len() != noted.texts.len() {
            note(format!("{} texts instead of {}", self.texts.len(), noted.texts.len()));
        }
        for ((x, y, text), (noted_x, noted_y, noted)) in self.texts.iter().zip(&noted.texts) {
            let shift = (x - noted_x).abs().max((y - noted_y).abs());
            if text != noted || shift > MAX_SHIFT {
                note(format!("`{text}` at {x},{y} instead of `{noted}` at {noted_x},{noted_y}"));
            }
        }
        for (y, (row, noted)) in self.grey.iter().zip(&noted.grey).enumerate() {
            for (x, (grey, noted)) in row.iter().zip(noted).enumerate() {
                if (grey - noted).abs() > MAX_GREY {
                    note(format!("grey {grey} instead of {noted} in column {x} of row {y}"));
                }
            }
        }
        found
    }
}

/// Draws every page of a file and compares; returns what is otherwise.
async fn check(studio: &Studio, page: &Page, name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let source = fs::read(folder.join(format!("diagrams/{name}.drawio"))).expect("the diagram");
    let mut found = String::new();
    for (number, part) in pages(Path::new(name), &source).expect("pages").iter().enumerate() {
        let wanted = [PictureFormat::Svg, PictureFormat::Png, PictureFormat::Pdf];
        let requests = wanted.map(|format| (format, Some(part.name.as_str())));
        let made = studio.make(&source, &requests).await.into_iter();
        let pictures: Vec<_> = made.map(|made| studio.picture(made)).collect();
        let [(svg, _), (png, warnings), (pdf, _)] = &pictures[..] else { panic!("three pictures") };
        let warnings: Vec<_> = warnings.iter().map(ToString::to_string).collect();
        let svg = String::from_utf8_lossy(svg);
        let notes = Notes::of(page, &svg, png).await;
        let stem = format!("{name}-{}", number + 1);
        let noted = folder.join(format!("golden/{stem}.json"));
        if let Some(pictures) = std::env::var_os("CLX_UPDATE_GOLDEN") {
            let write = |extension: &str, bytes: &[u8]| {
                let path = Path::new(&pictures).join(format!("{stem}.{extension}"));
                fs::write(path, bytes).expect("the picture is written");
            };
            write("svg", svg.as_bytes());
            write("png", png);
            write("pdf", pdf);
            write("txt", warnings.join("\n").as_bytes());
            fs::write(&noted, notes.to_json()).expect("the notes are written");
        }
        let json = fs::read(&noted).expect("there are notes");
        let differences = notes.differences(&serde_json::from_slice(&json).expect("notes"));
        if !differences.is_empty() {
            writeln!(found, "{stem}, {warnings:?}:\n{differences}").expect("a string takes it");
        }
    }
    found
}

/// Opens an empty page in a browser of its own.
async fn empty_page(studio: &Studio, program: PathBuf) -> Page {
    let options = BrowserOptions::new(program, studio.folder().join("looking"));
    let browser = Browser::launch(&options).await.expect("the browser starts");
    let requests = Requests::new(|_| Answer::Refuse);
    let limit = std::time::Duration::from_secs(60);
    browser.open_page(PageOptions { requests, limit }).await.expect("a page")
}

#[tokio::test]
async fn large_picture_shows_both_its_ends() {
    let Some(studio) = Studio::new() else { return };
    let Some(Renderer::Browser { program, .. }) = renderer() else { return };
    let page = empty_page(&studio, program).await;
    let black = |x: u32, y: u32| {
        format!(
            "<mxCell id=\"c{x}-{y}\" style=\"fillColor=#000000;\" vertex=\"1\" parent=\"1\">\
             <mxGeometry x=\"{x}\" y=\"{y}\" width=\"1000\" height=\"500\" as=\"geometry\"/></mxCell>"
        )
    };
    for (x, y) in [(12_000, 0), (0, 12_000)] {
        let source = file(&(black(0, 0) + &black(x, y)));
        let (png, _) = studio.one(&source, PictureFormat::Png).await;
        let Notes { grey, .. } = Notes::of(&page, "<svg/>", &png).await;
        let (first, last) =
            if x > 0 { (grey[8][0], grey[8][15]) } else { (grey[0][8], grey[15][8]) };
        assert!(first < 100 && last < 100, "{first} {last} at {x},{y}");
    }
}

#[tokio::test]
async fn diagrams_look_as_noted() {
    let Some(studio) = Studio::new() else { return };
    let Some(Renderer::Browser { program, bundle }) = renderer() else { return };
    let page = empty_page(&studio, program).await;
    let names = [
        "compressed",
        "edges",
        "er-table",
        "image",
        "layers",
        "math",
        "pages",
        "shapes",
        "sketch",
        "stencils",
        "swimlanes",
        "uml-class",
        "umlauts",
    ];
    let mut found = String::new();
    for name in names {
        // Without MathJax there are no formulas to compare.
        if name != "math" || bundle.math.is_some() {
            found += &check(&studio, &page, name).await;
        }
    }
    assert!(found.is_empty(), "{found}");
}
