//! Sources as nobody writes them: they are read in the time that their length takes, and end nothing.

use std::path::Path;
use std::time::{Duration, Instant};

use clx_core::{Language, LanguageProfile, OutputFormat, OutputKind, ProgLang};
use clx_notebook::{Branding, NotebookRenderer, Variant};

/// A hundred times what is needed, and a tenth of what it took where each item looked at all others.
const LIMIT: Duration = Duration::from_secs(60);

/// Fails unless a source is read, and written if it can be, soon.
fn check(source: &str) {
    let variant = Variant {
        language: LanguageProfile::predefined(Language::EN),
        kind: OutputKind::predefined().remove(1),
        format: OutputFormat::Code,
        img_prefix: "img/".to_owned(),
    };
    let begin = Instant::now();
    let file = Path::new("slides.py");
    let mut renderer = NotebookRenderer::new(file, source, ProgLang::Python, &Branding::default());
    let read = renderer.unfiltered(&variant).is_ok();
    assert_eq!(renderer.render(&variant).is_ok(), read);
    assert!(begin.elapsed() < LIMIT, "{:?}", begin.elapsed());
}

#[test]
fn marker_with_very_many_options_is_read() {
    check(&format!("# %% {}\nx", "a=1 ".repeat(50_000)));
    check(&format!("# %% {} a=1\nx", "a ".repeat(50_000)));
    check(&format!("# %% {}\nx", "a=( ".repeat(100_000)));
}

#[test]
fn script_of_very_many_cells_is_read_and_written() {
    check(&"# %%\n)\n\n".repeat(20_000));
    check(&"# %%\ndef f(): pass\n\n".repeat(20_000));
}

#[test]
fn statement_with_very_many_quotes_or_operators_is_read() {
    check(&format!("{{{{ {}", "\\\"".repeat(100_000)));
    check(&"# j2 \\\"\n".repeat(20_000));
    check(&format!("{{{{ {}", "\"a\" % (".repeat(50_000)));
}

#[test]
fn expression_of_any_depth_is_read_or_refused() {
    for n in [900, 10_000] {
        for operator in ["not ", "-"] {
            check(&format!("{{{{ {}1 }}}}", operator.repeat(n)));
        }
        for operator in [".a", "+1", "~1", "|upper", "[0]", " if 1 else 1", " is none", "()"] {
            check(&format!("{{% set x = 1 %}}{{{{ x{} }}}}", operator.repeat(n)));
        }
        check(&format!("# j2 if 1\n{}# j2 endif\n", "# j2 elif 1\n".repeat(n)));
        check(&format!("{{{{ [{}] }}}}", "-1, ".repeat(n)));
        check(&"{% if 1 %}".repeat(n));
    }
}
