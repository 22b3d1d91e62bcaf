//! Whole pages: frame, notes, warnings and templates.

use std::collections::BTreeMap;

use clx_core::{Language, ProgLang};
use clx_render::{
    CellContent, Execution, HtmlRenderer, Page, PageCell, RenderedPage, Templates, code,
    renderer_identity,
};
use serde_json::{Value, json};

fn cell<'a>(source: &'a str, content: CellContent<'a>) -> PageCell<'a> {
    PageCell { id: "1", tags: Vec::new(), source, content }
}

fn markdown(source: &str) -> PageCell<'_> {
    cell(source, CellContent::Markdown)
}

fn printing(outputs: &[Value]) -> PageCell<'_> {
    cell("f()", CellContent::Code { execution_count: Some(1), outputs })
}

fn page<'a>(language: Language, execution: Execution<'a>, cells: &'a [PageCell<'a>]) -> Page<'a> {
    Page {
        language,
        title: "Größe <1>",
        prog_lang: ProgLang::Python,
        lexer: "ipython3",
        execution,
        cells,
        pictures: &[],
    }
}

fn render(cells: &[PageCell<'_>]) -> RenderedPage {
    let page = page(Language::EN, Execution::Done, cells);
    HtmlRenderer::new(Templates::bundled()).render(&page).expect("the bundled template works")
}

/// Returns cell, line and code of each warning.
fn warnings(page: &RenderedPage) -> Vec<(usize, usize, &str)> {
    page.warnings
        .iter()
        .map(|warning| (warning.cell, warning.line, warning.problem.code.as_str()))
        .collect()
}

#[test]
fn a_page_names_its_language_and_title_and_loads_nothing() {
    let html = render(&[markdown("# A\n\n$x$"), printing(&[])]).html;
    assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">\n"));
    assert!(html.contains("<title>Größe &lt;1&gt;</title>"));
    assert!(html.contains("<main>"));
    assert!(html.ends_with("</html>\n"));
    for loading in ["<script", "<link", "@import", "url(", "src="] {
        assert!(!html.contains(loading), "{loading}");
    }
}

#[test]
fn the_same_page_has_the_same_bytes() {
    let cells = [markdown("# A\n\n| a |\n|---|\n| $b$ |"), printing(&[])];
    assert_eq!(render(&cells).html, render(&cells).html);
}

#[test]
fn a_renderer_may_be_shared_between_threads() {
    let renderer = HtmlRenderer::new(Templates::bundled());
    let cells = [markdown("$x$ and `y`"), printing(&[])];
    let page = page(Language::EN, Execution::Done, &cells);
    let html = || renderer.render(&page).expect("the page is made").html;
    let pages = std::thread::scope(|scope| {
        let threads = [scope.spawn(html), scope.spawn(html)];
        threads.map(|thread| thread.join().expect("it does not panic"))
    });
    assert_eq!(pages[0], pages[1]);
}

#[test]
fn only_a_page_that_lacks_its_kernel_says_so() {
    let renderer = HtmlRenderer::new(Templates::bundled());
    let html = |language, execution| {
        renderer.render(&page(language, execution, &[])).expect("the page is made").html
    };
    let mark = "class=\"page-note\"";
    assert!(!html(Language::DE, Execution::Done).contains(mark));
    assert!(!html(Language::DE, Execution::NotWanted).contains(mark));
    let unavailable = |note| Execution::Unavailable { note };
    assert!(html(Language::DE, unavailable(None)).contains("nicht ausgeführt"));
    assert!(html(Language::EN, unavailable(None)).contains("not executed"));
    let own = html(Language::EN, unavailable(Some("no <kernel>")));
    assert!(own.contains("<p class=\"page-note\" role=\"note\">no &lt;kernel&gt;</p>"));
}

#[test]
fn a_formula_that_cannot_be_shown_warns_at_its_line() {
    let box_of =
        |text: &str| format!("<div style='background: yellow; color: black;'>\n{text}\n</div>");
    let notes = box_of("first\n\n$\\nothing$");
    let page =
        render(&[markdown("$x$"), markdown("a\n\n$$\ny\n$$\n$\\nothing{<}$"), markdown(&notes)]);
    assert_eq!(warnings(&page), [(1, 5, code::MATH_ERROR), (2, 2, code::MATH_ERROR)]);
    let problem = &page.warnings[0].problem;
    assert!(problem.message.ends_with("`\\nothing`"), "{}", problem.message);
    assert_eq!((problem.category.as_str(), problem.severity.word()), ("math_error", "warning"));
    assert!(page.html.contains("<code class=\"math-error\">$\\nothing{&lt;}$</code>"));
}

#[test]
fn scripts_are_kept_inert_and_warned_of_once() {
    let script = json!({
        "output_type": "display_data",
        "data": {"application/javascript": "f('</script>')", "text/plain": "x"},
    });
    let widget = json!({
        "output_type": "display_data",
        "data": {"application/vnd.jupyter.widget-view+json": {"model_id": "</script>"}},
    });
    let outputs = [script, widget];
    let page = render(&[markdown("a"), printing(&outputs), printing(&outputs)]);
    assert_eq!(warnings(&page), [(1, 0, code::INERT_SCRIPT)]);
    assert!(page.html.contains("<script type=\"text/plain\">\nf('<\\/script>')\n</script>"));
    assert!(page.html.contains("{\"model_id\":\"<\\/script>\"}"));
    assert!(!page.html.contains("text/javascript"));
}

#[test]
fn an_error_without_traceback_shows_its_name_and_value() {
    let output =
        json!({"output_type": "error", "ename": "Oops", "evalue": "<why>", "traceback": []});
    assert!(render(&[printing(&[output])]).html.contains("<pre>Oops: &lt;why&gt;</pre>"));
}

#[test]
fn incomplete_outputs_are_shown_as_far_as_they_go() {
    for output in [
        json!(null),
        json!({}),
        json!({"output_type": "stream"}),
        json!({"output_type": "stream", "text": ["a", 1, "b"]}),
        json!({"output_type": "error"}),
        json!({"output_type": "execute_result", "data": 7}),
        json!({"output_type": "display_data", "data": {"image/png": 7}, "metadata": []}),
        json!({"output_type": "new_in_nbformat_9"}),
    ] {
        let html = render(&[printing(&[output])]).html;
        assert!(html.contains("<div class=\"output_area\">"));
    }
}

#[test]
fn macros_hold_for_the_formulas_after() {
    let definition = "$\\newcommand{\\set}[1]{\\{#1\\}} \\DeclareMathOperator{\\rank}{rk}$";
    let page = render(&[
        markdown(definition),
        markdown("$\\set{x} \\rank A$ and $\\def\\R{\\mathbb{R}} \\R$"),
        markdown("$$\\begin{eqnarray} \\R &=& \\boxed{1} \\tag{2} \\label{l} \\end{eqnarray}$$"),
    ]);
    assert_eq!(warnings(&page), []);
    assert_eq!(page.html.matches("<math").count(), 4);
    assert!(!page.html.contains("<merror"));
}

#[test]
fn formulas_stay_text_in_code_and_tags() {
    let html = render(&[markdown(
        "`$a$` <span title=\"$b$\">$c$</span> <code>$d$</code> [$e$](x$f$y)\n\n```\n$g$\n```\n\n    $h$",
    )])
    .html;
    assert_eq!(html.matches("<math").count(), 2);
    for kept in [
        "<code>$a$</code>",
        "title=\"$b$\"",
        "<code>$d$</code>",
        "\"x$f$y\"",
        "$g$\n</code>",
        "$h$",
    ] {
        assert!(html.contains(kept), "{kept}: {html}");
    }
}

#[test]
fn own_templates_change_page_and_identity() {
    let files = BTreeMap::from([
        ("page.html.j2".to_owned(), "{{ title }}|{{ style }}|{{ lexer }}|{{ cells }}".to_owned()),
        ("style.css".to_owned(), "p > a { color: red }\n".to_owned()),
    ]);
    let templates = Templates::with_overrides(&files).expect("they are valid");
    let bundled = renderer_identity(&Templates::bundled());
    assert_ne!(renderer_identity(&templates), bundled);
    assert_eq!(renderer_identity(&Templates::bundled()), bundled);
    let cells = [markdown("a")];
    let page = page(Language::EN, Execution::Done, &cells);
    let html = HtmlRenderer::new(templates).render(&page).expect("the template works").html;
    assert!(html.starts_with("Größe &lt;1&gt;|p > a { color: red }|ipython3|<div id="), "{html}");
}

#[test]
fn broken_templates_are_reported_with_their_line() {
    let files = BTreeMap::from([
        ("page.html.j2".to_owned(), "a\n{% if %}\n".to_owned()),
        ("pages.html".to_owned(), String::new()),
    ]);
    let problems = Templates::with_overrides(&files).expect_err("both are wrong");
    let shown: Vec<(&str, Option<u32>)> = problems
        .iter()
        .map(|problem| {
            (problem.code.as_str(), problem.location.as_ref().and_then(|place| place.line))
        })
        .collect();
    assert_eq!(shown, [(code::TEMPLATE_UNKNOWN, None), (code::TEMPLATE_SYNTAX, Some(2))]);

    let failing = BTreeMap::from([("page.html.j2".to_owned(), "\n\n{{ title + 1 }}".to_owned())]);
    let templates = Templates::with_overrides(&failing).expect("the syntax is right");
    let problem = HtmlRenderer::new(templates)
        .render(&page(Language::EN, Execution::Done, &[]))
        .expect_err("text and number cannot be added");
    assert_eq!(problem.code, code::TEMPLATE_FAILED);
    assert_eq!(problem.location.and_then(|place| place.line), Some(3));
}
