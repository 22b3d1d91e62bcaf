//! What the notebook of a file topic refers to: images and modules beside it.

use std::path::PathBuf;

use clx_core::ProgLang;

use crate::lexical;

/// Returns the paths that the source names, relative to the module directory, in name order and
/// without those that leave it. They need not exist.
pub(super) fn references(source: &str, prog_lang: Option<ProgLang>) -> Vec<PathBuf> {
    let modules = prog_lang.into_iter().flat_map(|language| {
        source.lines().filter_map(move |line| {
            module(line).map(|module| format!("{module}{}", language.extension()))
        })
    });
    let mut paths: Vec<_> = images(source)
        .map(str::to_owned)
        .chain(modules)
        .filter_map(|text| lexical::below(&text))
        .filter(|path| !path.as_os_str().is_empty())
        .collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// Returns the sources in `<img src="…">`.
fn images(source: &str) -> impl Iterator<Item = &str> {
    source.split("<img").skip(1).filter_map(|tag| {
        let attribute = tag.strip_prefix(char::is_whitespace)?.trim_start();
        let (path, _) = attribute.strip_prefix("src=\"")?.split_once('"')?;
        (!path.contains('\n')).then_some(path)
    })
}

/// Returns the first module of a line `import X` or `from X import …`.
fn module(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    let (keyword, module) = (words.next()?, words.next()?);
    let is_import = keyword == "import" || (keyword == "from" && words.next() == Some("import"));
    let module = module.split([',', ';']).next().unwrap_or_default();
    (is_import && !module.is_empty()).then_some(module)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &[&str]) {
        let expected: Vec<_> = expected.iter().map(PathBuf::from).collect();
        assert_eq!(references(source, Some(ProgLang::Python)), expected, "{source}");
    }

    #[test]
    fn images_and_modules_are_found() {
        check("# <img src=\"img/b.png\"> <img src=\"img/a.png\"\n", &["img/a.png", "img/b.png"]);
        check("import helper\nfrom other import x\n", &["helper.py", "other.py"]);
        check("import a.b as c\nimport d, e\n", &["a.b.py", "d.py"]);
        check("    import indented", &["indented.py"]);
        check("from . import x\nimport\nimportant x\nfrom x imports y", &["..py"]);
    }

    #[test]
    fn other_forms_and_places_are_left_out() {
        check("<img alt=\"\" src=\"a.png\"> <img src='b.png'> <imgsrc=\"c.png\">", &[]);
        check("<img src=\"../x.png\"> <img src=\"/etc/x.png\"> <img src=\"\">", &[]);
        check("<img src=\"img/../x.png\">", &["x.png"]);
    }

    #[test]
    fn without_prog_lang_there_are_no_modules() {
        assert_eq!(references("import x\n", None), Vec::<PathBuf>::new());
    }
}
