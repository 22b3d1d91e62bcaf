//! Pictures that are made, with something that their author should know.

use clx_core::{Diagnostic, PictureFormat};
use clx_worker_drawio::{Bundle, Renderer};

use crate::studio::{Studio, cell, file, file_with, renderer};

fn shown(warnings: &[Diagnostic]) -> Vec<String> {
    warnings.iter().map(|warning| format!("{} {}", warning.code, warning.message)).collect()
}

async fn check(source: &[u8], expected: &[&str]) {
    let Some(studio) = Studio::new() else { return };
    let (_, warnings) = studio.one(source, PictureFormat::Png).await;
    assert_eq!(shown(&warnings), expected);
}

#[tokio::test]
async fn external_pictures_and_fonts_are_left_out_and_told() {
    let linked = cell("a", "", "shape=image;image=https://example.com/a.png;");
    let label = cell("b", "&lt;img src='http://example.com/b.gif'&gt;", "");
    let library = cell("c", "", "image;image=img/lib/azure2/compute/VM.svg;");
    let local = cell("d", "", "shape=image;image=file:///etc/hostname;");
    let broken = cell("f", "", "shape=image;image=data:image/png,AAAA;");
    let font = cell("e", "x", "fontFamily=Lobster;fontSource=https%3A%2F%2Fexample.com%2Ffont;");
    check(
        &file(&[linked, label, library, local, broken, font].concat()),
        &[
            "CLX0828 the page `P` lacks an embedded picture, which is broken",
            "CLX0828 the page `P` lacks `file:///etc/hostname`",
            "CLX0828 the page `P` lacks `img/lib/azure2/compute/VM.svg` of draw.io's web site",
            "CLX0828 the page `P` lacks `http://example.com/b.gif`",
            "CLX0828 the page `P` lacks `https://example.com/a.png`",
            "CLX0828 the page `P` lacks `https://example.com/font`",
            "CLX0829 the page `P` uses the font `Lobster`, which is not installed",
        ],
    )
    .await;
}

#[tokio::test]
async fn missing_font_is_told_once_and_usual_ones_are_not() {
    let fonts = ["Architects Daughter", "Helvetica", "Courier New", "Architects Daughter", "serif"];
    let cells = fonts.iter().enumerate().map(|(number, font)| {
        cell(&format!("c{number}"), "text", &format!("fontFamily={font};fontStyle={number};"))
    });
    check(
        &file(&cells.collect::<String>()),
        &["CLX0829 the page `P` uses the font `Architects Daughter`, which is not installed"],
    )
    .await;
}

#[tokio::test]
async fn page_without_content_is_told() {
    check(&file(""), &["CLX0831 the page `P` has nothing on it"]).await;
    check(b"<mxfile><diagram/></mxfile>", &["CLX0831 the page has nothing on it"]).await;
}

#[tokio::test]
async fn large_page_has_a_smaller_scale() {
    let Some(studio) = Studio::new() else { return };
    let far = "<mxCell id=\"far\" style=\"fillColor=#000000;strokeColor=none;\" vertex=\"1\" parent=\"1\">\
        <mxGeometry x=\"12000\" y=\"10\" width=\"100\" height=\"60\" as=\"geometry\"/></mxCell>";
    let source = file(&(cell("a", "near", "") + far));
    let (png, warnings) = studio.one(&source, PictureFormat::Png).await;
    let shown = shown(&warnings);
    assert!(shown[0].starts_with("CLX0832 the page `P` is large: its PNG has 2.6"), "{shown:?}");
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert!((31_990..=32_000).contains(&number(16)), "{}", number(16));
    let (_, warnings) = studio.one(&source, PictureFormat::Svg).await;
    assert!(warnings.is_empty());
}

#[tokio::test]
async fn formulas_without_mathjax_are_told_and_prices_are_none() {
    let Some(Renderer::Browser { program, bundle }) = renderer() else { return };
    let bundle = Bundle { math: None, ..bundle };
    let studio = Studio::with(Renderer::Browser { program, bundle }, |settings| settings);
    let source = file_with("math=\"1\"", &cell("a", "$$x^2$$", ""));
    let (_, warnings) = studio.one(&source, PictureFormat::Svg).await;
    assert_eq!(shown(&warnings), ["CLX0830 the page `P` has formulas, and MathJax is not set up"]);
    let source = file_with("math=\"1\"", &cell("a", "5 $", ""));
    assert_eq!(studio.one(&source, PictureFormat::Svg).await.1, []);
    let source = file_with("math=\"0\"", &cell("a", "$$x^2$$", ""));
    assert_eq!(studio.one(&source, PictureFormat::Svg).await.1, []);
}

#[tokio::test]
async fn formula_that_mathjax_does_not_understand_is_told() {
    let Some(Renderer::Browser { bundle, .. }) = renderer() else { return };
    let label = "$$\\unknown{x}$$ and $$\\frac{1}{2}$$ and $$\\frac$$";
    let source = file_with("math=\"1\"", &cell("a", label, ""));
    if bundle.math.is_some() {
        check(
            &source,
            &["CLX0833 the page `P` has a formula that is wrong: Missing argument for \\frac"],
        )
        .await;
    }
}

#[tokio::test]
async fn fonts_are_embedded_where_that_is_wanted() {
    let Some(renderer) = renderer() else { return };
    let source = file(&cell("a", "text", ""));
    let plain = Studio::with(renderer.clone(), |settings| settings);
    let (svg, _) = plain.one(&source, PictureFormat::Svg).await;
    assert!(!String::from_utf8_lossy(&svg).contains("@font-face"));
    let embedding = Studio::with(renderer, |mut settings| {
        settings.embeds_fonts = true;
        settings
    });
    let (svg, _) = embedding.one(&source, PictureFormat::Svg).await;
    let svg = String::from_utf8_lossy(&svg);
    let rule =
        "@font-face{font-family:\"Helvetica\";font-weight:400;font-style:normal;src:url(data:font/";
    assert!(svg.contains(rule), "{}", &svg[..300]);
}
