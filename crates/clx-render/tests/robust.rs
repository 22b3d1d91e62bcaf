//! Hostile and random texts: no panic, no loss, no time beyond linear.

use std::time::{Duration, Instant};

use clx_core::{Language, ProgLang};
use clx_render::{CellContent, Execution, HtmlRenderer, Page, PageCell, Templates};
use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use serde_json::json;

/// Far more than any of these texts takes in a debug build, far less than what is quadratic.
const LIMIT: Duration = Duration::from_secs(10);

const CODE: CellContent<'static> = CellContent::Code { execution_count: None, outputs: &[] };

fn render(prog_lang: ProgLang, content: CellContent<'_>, source: &str) -> String {
    let cells = [PageCell { id: "1", tags: Vec::new(), source, content }];
    let page = Page {
        language: Language::EN,
        title: "",
        prog_lang,
        lexer: "x",
        execution: Execution::Done,
        cells: &cells,
        pictures: &[],
    };
    HtmlRenderer::new(Templates::bundled()).render(&page).expect("the page is made").html
}

/// Returns the text of the first `<pre>` of a page, as a browser reads it.
fn text_of_pre(html: &str) -> String {
    let page = parse_document(RcDom::default(), ParseOpts::default()).one(html);
    let mut text = String::new();
    collect(&find_pre(&page.document).expect("the page has a <pre>"), &mut text);
    text
}

fn find_pre(handle: &Handle) -> Option<Handle> {
    match &handle.data {
        NodeData::Element { name, .. } if &*name.local == "pre" => Some(handle.clone()),
        _ => handle.children.borrow().iter().find_map(find_pre),
    }
}

fn collect(handle: &Handle, text: &mut String) {
    if let NodeData::Text { contents } = &handle.data {
        text.push_str(&contents.borrow());
    }
    handle.children.borrow().iter().for_each(|child| collect(child, text));
}

/// Pieces that mean something to some part of the renderer.
const PIECES: [&str; 97] = [
    "\"",
    "'",
    "`",
    "\"\"\"",
    "'''",
    "```",
    "~~~",
    "\\",
    "\\\\",
    "\n",
    "\n\n",
    "    ",
    "\t",
    " ",
    "\r",
    "\0",
    "$",
    "$$",
    "\\\\(",
    "\\\\)",
    "\\\\[",
    "\\\\]",
    "\\begin{align}",
    "\\end{align}",
    "&",
    "<",
    ">",
    "</script>",
    "</pre>",
    "<!--",
    "-->",
    "<b>",
    "<pre>",
    "<code>",
    "</div>",
    "{",
    "}",
    "{{",
    "}}",
    "${",
    "f\"",
    "R\"x(",
    ")x\"",
    "r#\"",
    "\"#",
    "@\"",
    "$\"",
    "//",
    "/*",
    "*/",
    "#",
    "# ",
    "##",
    "--",
    "def ",
    "class ",
    "match ",
    "0x1f",
    "1e-5",
    "1'0",
    "@a.b",
    "- ",
    "1. ",
    "> ",
    "| ",
    "|",
    "---",
    "===",
    "*",
    "**",
    "_",
    "~~",
    "[",
    "](",
    ")",
    "![",
    "http://a.b/c",
    ": ",
    "- [ ] ",
    "ä",
    "日本",
    "🎉",
    "\u{e000}",
    "\u{a0}",
    "\u{202e}",
    "\\frac",
    "\\left(",
    "\\right)",
    "^",
    "_{",
    "\\def\\a",
    "\\newcommand{\\b}",
    "\\sqrt",
    "\\text{ä}",
    "\\hline",
    "\\boxed{",
    "\x1b[31m",
];

/// Makes texts of pieces; the same ones in every run.
struct Texts(u64);

impl Texts {
    fn number(&mut self, below: usize) -> usize {
        // Numbers of a linear congruential generator by Knuth; the high bits are the random ones.
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % below
    }

    fn text(&mut self) -> String {
        let length = 1 + self.number(40);
        (0..length).map(|_| PIECES[self.number(PIECES.len())]).collect()
    }
}

#[test]
fn highlighted_code_keeps_its_text() {
    let mut texts = Texts(1);
    for round in 0..400 {
        let source = texts.text();
        let language = ProgLang::ALL[round % ProgLang::ALL.len()];
        // HTML cannot hold NUL.
        let expected = source.replace('\0', "\u{fffd}");
        assert_eq!(text_of_pre(&render(language, CODE, &source)), expected, "{source:?}");
    }
}

#[test]
fn fences_of_all_languages_keep_their_text() {
    let mut texts = Texts(2);
    let names =
        ["python", "cpp", "cs", "java", "ts", "rust", "kotlin", "go", "bash", "sql", "json", "xml"];
    for round in 0..400 {
        let source = texts.text().replace(['\0', '\r', '`', '\t', '\n'], "_");
        let fence = format!("```{}\n{source}\n```", names[round % names.len()]);
        let html = render(ProgLang::Python, CellContent::Markdown, &fence);
        assert_eq!(text_of_pre(&html), format!("{source}\n"), "{fence:?}");
    }
}

#[test]
fn random_prose_makes_a_page() {
    let mut texts = Texts(3);
    for _ in 0..3000 {
        let source = texts.text();
        assert!(render(ProgLang::Python, CellContent::Markdown, &source).ends_with("</html>\n"));
    }
}

#[test]
fn random_formulas_make_a_page() {
    let mut texts = Texts(4);
    for _ in 0..3000 {
        let formula = texts.text().replace(['$', '\n', '`'], " ");
        let source = format!("$${formula}$$");
        assert!(render(ProgLang::Python, CellContent::Markdown, &source).ends_with("</html>\n"));
    }
}

#[test]
fn random_outputs_keep_their_text() {
    let mut texts = Texts(5);
    for _ in 0..400 {
        let text = texts.text().replace(['\x1b', '\0', '\r'], "");
        let outputs = [json!({"output_type": "stream", "name": "stdout", "text": text})];
        let content = CellContent::Code { execution_count: Some(1), outputs: &outputs };
        let html = render(ProgLang::Python, content, "x");
        let (_, output) = html.split_once("output_stdout").expect("the output is there");
        assert_eq!(text_of_pre(&format!("<div class=\"{output}")), text, "{text:?}");
    }
}

#[test]
fn repeated_pieces_take_linear_time() {
    for piece in [
        "\"",
        "'",
        "`",
        "\"\"\"",
        "```\n",
        "\\",
        "\n",
        "$",
        "$$\n",
        "$x$ ",
        "$a ",
        "\\\\[ a",
        "\\\\(",
        "\\begin{a}",
        "\\begin{a}\\end{b}",
        "&",
        "<",
        "<a ",
        "<!--a",
        "</pre>",
        "<b>",
        "{",
        "${",
        "f\"{",
        "f\"{{",
        "{\"a",
        "R\"",
        "/* /* ",
        "*/",
        "#",
        "match match ",
        "@a.",
        "[a](",
        "![a",
        "](",
        "*a _b ",
        "> ",
        "> > ",
        "- ",
        "- - - ",
        "| a ",
        "||\n",
        "a\n===\n",
        "a:\n: b\n",
        "[a]: b\n",
        "\\def\\a{",
        "http://a.b",
        "`a``",
        "_{",
        "~~",
        "\x1b[3",
    ] {
        check_repeated(piece);
    }
}

/// Renders a text of 200 kB in which one piece repeats, as prose and as code.
fn check_repeated(piece: &str) {
    let source = piece.repeat(200_000 / piece.len());
    let begin = Instant::now();
    render(ProgLang::Python, CellContent::Markdown, &source);
    render(ProgLang::Python, CODE, &source);
    render(ProgLang::Cpp, CODE, &source);
    assert!(begin.elapsed() < LIMIT, "{piece:?} took {:?}", begin.elapsed());
}

#[test]
fn a_line_of_a_megabyte_is_a_line() {
    let source = format!("x = \"{}\"", "ä<".repeat(400_000));
    assert_eq!(text_of_pre(&render(ProgLang::Java, CODE, &source)), source);
    let outputs = [json!({"output_type": "stream", "text": &source})];
    let content = CellContent::Code { execution_count: None, outputs: &outputs };
    assert!(render(ProgLang::Java, content, "").len() > 1_000_000);
}

#[test]
fn deep_nesting_needs_no_deep_stack() {
    // Threads of a build may have no more than this.
    let deep = || {
        for (open, close) in [
            ("> ", ""),
            ("- ", ""),
            ("*", "*"),
            ("[", "](x)"),
            ("(", ")"),
            ("<div>\n", "</div>\n"),
            ("`", "`"),
            ("~~", "~~"),
            ("![", "](x)"),
            ("**a ", "**"),
        ] {
            let source = format!("{}x{}", open.repeat(20_000), close.repeat(20_000));
            render(ProgLang::Python, CellContent::Markdown, &source);
        }
        for (open, close) in [
            ("{", "}"),
            ("\\sqrt", ""),
            ("\\sqrt{", "}"),
            ("\\left(", "\\right)"),
            ("x^", ""),
            ("x^{", "}"),
            ("\\boxed{", "}"),
            ("\\begin{matrix}", "\\end{matrix}"),
            ("\\text{", "}"),
            ("\\frac", "12"),
            ("\\hat ", ""),
            ("'", ""),
            ("(", ")"),
            ("\\sqrt[", "]"),
            ("\\newcommand{\\a}{", "}"),
        ] {
            for times in [90, 4000] {
                let formula = format!("{}x{}", open.repeat(times), close.repeat(times));
                render(ProgLang::Python, CellContent::Markdown, &format!("$${formula}$$"));
            }
        }
        for open in ["f\"{", "`${", "$\"{", "/*", "{\"a\":["] {
            for language in ProgLang::ALL {
                render(language, CODE, &open.repeat(20_000));
            }
        }
    };
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(deep);
    thread.expect("a thread starts").join().expect("it does not panic");
}
