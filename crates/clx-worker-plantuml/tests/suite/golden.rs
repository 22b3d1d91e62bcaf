//! Diagrams of every family, compared with what was looked at once. Pictures differ a little with
//! versions of fonts, Graphviz and PlantUML, so a golden holds no picture, but
//!
//! * the size of the SVG, and each text with its place;
//! * the size of the PNG, and how dark it is in each of 16 by 16 fields, in hexadecimal digits.
//!
//! `CLX_UPDATE_GOLDEN=1` writes them anew. Look at the pictures then: they are put where
//! `CLX_TEST_PICTURES` says.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use clx_core::PictureFormat::{Png, Svg};

use crate::png::Pixels;
use crate::stage::{Stage, request};

/// How far a text may move: pixels, and parts of the whole picture.
const MOVED_PIXELS: f64 = 6.0;
const MOVED_PARTS: f64 = 0.03;

/// How much sizes may differ, as a part.
const SIZE_PARTS: f64 = 0.06;

/// How much fields may differ on average, of 15.
const GREY_LEVELS: f64 = 1.0;

const N_FIELDS: u32 = 16;

/// A picture, reduced to what matters.
#[derive(Debug, Clone, PartialEq)]
struct Golden {
    svg: (f64, f64),
    /// Texts with their places, in the order of the SVG.
    texts: Vec<(f64, f64, String)>,
    png: (f64, f64),
    /// A digit for each field, row by row.
    grey: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// Sources, with the parts of each: `None` is the first.
const SOURCES: [(&str, &[Option<&str>]); 18] = [
    ("activity", &[None]),
    ("blocks", &[None, Some("login"), Some("x-002")]),
    ("class", &[None]),
    ("component", &[None]),
    ("deployment", &[None]),
    ("gantt", &[None]),
    ("include", &[None]),
    ("json", &[None]),
    ("mindmap", &[None]),
    ("object", &[None]),
    ("salt", &[None]),
    ("sequence", &[None]),
    ("state", &[None]),
    ("timing", &[None]),
    ("umlauts", &[None]),
    ("use_case", &[None]),
    ("wbs", &[None]),
    ("yaml", &[None]),
];

#[tokio::test]
async fn every_family_of_diagrams_looks_as_it_did() {
    let mut has_graphviz = false;
    let real = Stage::real(|settings| has_graphviz = settings.dot.is_some());
    let Some(stage) = real else { return };
    if !has_graphviz {
        println!("SKIPPED: Graphviz, which laid out some of the goldens, is not installed");
        return;
    }
    let stage = with_included_files(stage);
    let mut differences = Vec::new();
    for (name, parts) in SOURCES {
        let source = fs::read(folder().join(format!("{name}.pu"))).expect("a source");
        for part in parts {
            let title = part.map_or(name.to_owned(), |part| format!("{name}-{part}"));
            let drawn = draw(&stage, &source, *part, &title).await;
            let path = folder().join(format!("{title}.txt"));
            if std::env::var_os("CLX_UPDATE_GOLDEN").is_some() {
                fs::write(path, drawn.to_text()).expect("it is written");
                continue;
            }
            let expected = Golden::read(&fs::read_to_string(path).expect("a golden"));
            if let Err(difference) = expected.compare(&drawn) {
                differences.push(format!("{title}: {difference}\n{}", drawn.to_text()));
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[tokio::test]
async fn small_changes_are_seen() {
    let Some(stage) = Stage::real(|_| {}) else { return };
    let source = fs::read_to_string(folder().join("sequence.pu")).expect("a source");
    let expected =
        Golden::read(&fs::read_to_string(folder().join("sequence.txt")).expect("a golden"));
    let changes = [
        ("shop -> Stock : is it there?", "shop -> Stock"),
        ("sorry", "Sorry"),
        ("note right of Stock : counted every night", ""),
        ("actor", "skinparam backgroundColor #DDDDDD\nactor"),
    ];
    for (from, to) in changes {
        let changed = source.replace(from, to);
        assert_ne!(changed, source);
        let drawn = draw(&stage, changed.as_bytes(), None, "changed").await;
        assert!(expected.compare(&drawn).is_err(), "{from}");
    }
}

fn with_included_files(stage: Stage) -> Stage {
    let files =
        ["common/style.iuml", "common/deeper/colours.iuml", "common/parts.iuml", "common/dot.png"];
    files.into_iter().fold(stage, |stage, name| {
        let bytes = fs::read(folder().join(name)).expect("an included file");
        stage.with_file(&format!("slides/topic/pu/{name}"), bytes)
    })
}

async fn draw(stage: &Stage, source: &[u8], part: Option<&str>, title: &str) -> Golden {
    let made = stage.draw_all(source, &[request(Svg, part), request(Png, part)]).await;
    let mut pictures = made.into_iter().map(|made| match made {
        Ok((picture, made)) => {
            assert_eq!(made.diagnostics, [], "{title}");
            picture
        }
        Err(problems) => panic!("{title}: {}", problems[0]),
    });
    let (svg, png) = (pictures.next().expect("an SVG"), pictures.next().expect("a PNG"));
    if let Some(shown) = std::env::var_os("CLX_TEST_PICTURES") {
        let path = |extension| Path::new(&shown).join(format!("{title}.{extension}"));
        fs::write(path("svg"), &svg).expect("it is written");
        fs::write(path("png"), &png).expect("it is written");
    }
    Golden::of(&String::from_utf8(svg).expect("UTF-8"), &Pixels::read(&png))
}

impl Golden {
    fn of(svg: &str, pixels: &Pixels) -> Self {
        let attribute = |element: &str, name: &str| -> f64 {
            let value = element.split(&format!(" {name}=\"")).nth(1).expect("the attribute");
            let value = value.split('"').next().expect("its value");
            value.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().expect("a number")
        };
        let root = &svg[svg.find("<svg").expect("an element")..];
        let texts = svg.split("<text ").skip(1).map(|element| {
            let element = format!(" {element}");
            let text = element.split_once('>').expect("an element").1;
            let text = text.split('<').next().expect("its text").replace("&#160;", " ");
            (attribute(&element, "x").round(), attribute(&element, "y").round(), text)
        });
        let size = |n: u32| f64::from(n);
        Self {
            svg: (attribute(root, "width").round(), attribute(root, "height").round()),
            texts: texts.filter(|(_, _, text)| !text.trim().is_empty()).collect(),
            png: (size(pixels.width), size(pixels.height)),
            grey: grey(pixels),
        }
    }

    fn to_text(&self) -> String {
        let mut text = format!("svg {} {}\n", self.svg.0, self.svg.1);
        for (x, y, words) in &self.texts {
            writeln!(text, "{x} {y} {words}").expect("a text takes all");
        }
        writeln!(text, "png {} {}", self.png.0, self.png.1).expect("a text takes all");
        text + &self.grey.join("\n") + "\n"
    }

    fn read(text: &str) -> Self {
        let number =
            |text: Option<&str>| text.and_then(|text| text.parse().ok()).expect("a number");
        let pair = |text: &str| {
            let mut words = text.split(' ').skip(1);
            (number(words.next()), number(words.next()))
        };
        let mut lines = text.lines();
        let svg = pair(lines.next().expect("the first line"));
        let texts = lines.by_ref().take_while(|line| !line.starts_with("png "));
        let texts = texts.map(|line| {
            let mut words = line.splitn(3, ' ');
            let (x, y) = (number(words.next()), number(words.next()));
            (x, y, words.next().expect("a text").to_owned())
        });
        let texts = texts.collect();
        let png = text.lines().find(|line| line.starts_with("png ")).expect("the PNG's line");
        Self { svg, texts, png: pair(png), grey: lines.map(str::to_owned).collect() }
    }

    fn compare(&self, other: &Self) -> Result<(), String> {
        let words = |golden: &Self| -> Vec<String> {
            golden.texts.iter().map(|(_, _, words)| words.clone()).collect()
        };
        let (mine, others) = (words(self), words(other));
        if mine != others {
            return Err(format!("texts differ: {others:?} instead of {mine:?}"));
        }
        let far = |mine: f64, other: f64, whole: f64| {
            (mine - other).abs() > MOVED_PIXELS.max(MOVED_PARTS * whole)
        };
        for ((x, y, words), (other_x, other_y, _)) in self.texts.iter().zip(&other.texts) {
            if far(*x, *other_x, self.svg.0) || far(*y, *other_y, self.svg.1) {
                return Err(format!("`{words}` is at {other_x} {other_y} instead of {x} {y}"));
            }
        }
        for (mine, other) in [(self.svg, other.svg), (self.png, other.png)] {
            let differ = |mine: f64, other: f64| (mine - other).abs() > SIZE_PARTS * mine;
            if differ(mine.0, other.0) || differ(mine.1, other.1) {
                return Err(format!("the size is {other:?} instead of {mine:?}"));
            }
        }
        let difference = mean_difference(&self.grey, &other.grey);
        if difference > GREY_LEVELS {
            return Err(format!("greys differ by {difference:.2} of 15 on average"));
        }
        Ok(())
    }
}

/// Returns how dark each field is: `0` is white, `f` is black, and what is not white is not `0`, for
/// lines are thin.
fn grey(pixels: &Pixels) -> Vec<String> {
    let digit = |column, row| {
        let level = (15 * pixels.darkness((column, row), N_FIELDS)).div_ceil(255);
        char::from_digit(level, 16).expect("at most 15")
    };
    (0..N_FIELDS).map(|row| (0..N_FIELDS).map(|column| digit(column, row)).collect()).collect()
}

fn mean_difference(one: &[String], other: &[String]) -> f64 {
    let digits = |rows: &[String]| -> Vec<u32> {
        rows.concat().chars().filter_map(|digit| digit.to_digit(16)).collect()
    };
    let (one, other) = (digits(one), digits(other));
    assert_eq!(one.len(), other.len());
    let sum: u32 = one.iter().zip(&other).map(|(one, other)| one.abs_diff(*other)).sum();
    f64::from(sum) / f64::from(N_FIELDS * N_FIELDS)
}
