//! draw.io's viewer on disk and what its page may load of it. Principal type: [`Bundle`].

use std::fs;
use std::path::{Component, Path, PathBuf};

use clx_browser::{Answer, Requests};
use clx_core::{ContentHash, KeyBuilder};

use crate::error::DrawioError;

/// The host of the page. It exists nowhere: `invalid` is reserved for that.
pub(crate) const ORIGIN: &str = "http://drawio.invalid/";

/// The whole renderer with all shapes.
const SCRIPTS: [&str; 3] = ["viewer-static.min.js", "shapes.min.js", "stencils.min.js"];

const PAGE: &str = include_str!("../page/page.html");
const SETTINGS: &str = include_str!("../page/settings.js");
const DRAW: &str = include_str!("../page/draw.js");

/// Our part of what draws, for its identity.
pub(crate) const OWN_FILES: [&str; 3] = [PAGE, SETTINGS, DRAW];

const HTML: &str = "text/html; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// Where the viewer's files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// The directory with `viewer-static.min.js`, `shapes.min.js` and `stencils.min.js`.
    pub viewer: PathBuf,
    /// The directory `es5` of `MathJax` 3, for diagrams with formulas.
    pub math: Option<PathBuf>,
}

/// Where the Python packages that have them put the files, below the prefix of an environment.
const VIEWER: &str = "site-packages/jupyterlab_drawio_render_extension/static";
const MATH: &str = "share/jupyter/labextensions/@deathbeds/ipydrawio-mathjax/static/dio/math/es5";

impl Bundle {
    /// Finds the files in an environment into which the Python packages
    /// `jupyterlab_drawio_render_extension` and, for formulas, `ipydrawio-mathjax` were installed.
    #[must_use]
    pub fn find(prefix: &Path) -> Option<Self> {
        let pythons = fs::read_dir(prefix.join("lib")).ok()?.filter_map(Result::ok);
        let viewers = pythons.map(|python| python.path().join(VIEWER));
        let has_scripts = |folder: &PathBuf| SCRIPTS.iter().all(|name| folder.join(name).is_file());
        let viewer = viewers.into_iter().find(has_scripts)?;
        Some(Self { viewer, math: Some(prefix.join(MATH)).filter(|math| math.is_dir()) })
    }

    /// Returns the files that draw, in a fixed order.
    pub(crate) fn scripts(&self) -> [PathBuf; 3] {
        SCRIPTS.map(|name| self.viewer.join(name))
    }

    /// Returns a digest of the files that draw, and of the names and sizes in the tree of `MathJax`.
    ///
    /// # Errors
    /// [`DrawioError::Bundle`].
    pub(crate) fn digest(&self) -> Result<ContentHash, DrawioError> {
        let mut key = KeyBuilder::new("drawio-bundle-1");
        for path in self.scripts() {
            let script = fs::read(&path).map_err(|source| DrawioError::Bundle { path, source })?;
            key = key.with_hash("script", &ContentHash::of(script));
        }
        for (path, size) in self.math.iter().flat_map(|tree| crate::identity::files_below(tree)) {
            let path = path.strip_prefix(self.math.as_deref().unwrap_or(&path)).unwrap_or(&path);
            key = key
                .with("math", path.as_os_str().as_encoded_bytes())
                .with("size", size.to_le_bytes());
        }
        Ok(key.finish())
    }

    /// Serves the page, the viewer and `MathJax`, and nothing else.
    pub(crate) fn requests(&self) -> Requests {
        let bundle = self.clone();
        Requests::new(move |url| {
            let path = url.strip_prefix(ORIGIN);
            path.and_then(|path| bundle.serve(path)).unwrap_or(Answer::Refuse)
        })
    }

    fn serve(&self, path: &str) -> Option<Answer> {
        let own = |media_type, text: &str| {
            Some(Answer::Serve { media_type, body: text.as_bytes().to_vec() })
        };
        match path {
            "" => own(HTML, PAGE),
            "settings.js" => own(JAVASCRIPT, SETTINGS),
            "draw.js" => own(JAVASCRIPT, DRAW),
            _ => {
                let file = match path.strip_prefix("math/") {
                    Some(path) => self.math.as_ref()?.join(inside(path)?),
                    None => self.viewer.join(SCRIPTS.iter().find(|name| **name == path)?),
                };
                Some(Answer::Serve { media_type: JAVASCRIPT, body: fs::read(file).ok()? })
            }
        }
    }
}

/// Returns a relative path that does not lead out of its directory.
fn inside(path: &str) -> Option<&Path> {
    let path = Path::new(path);
    path.components().all(|part| matches!(part, Component::Normal(_))).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_page_and_the_bundle_are_served() {
        let folder = tempfile::tempdir().unwrap();
        let bundle =
            Bundle { viewer: folder.path().join("a"), math: Some(folder.path().join("b")) };
        for file in ["a/shapes.min.js", "a/other.js", "b/startup.js", "b/input/tex.js", "secret.js"]
        {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "text").unwrap();
        }
        let is_served = |path: &str| bundle.serve(path).is_some();
        for path in
            ["", "draw.js", "settings.js", "shapes.min.js", "math/startup.js", "math/input/tex.js"]
        {
            assert!(is_served(path), "{path}");
        }
        for path in
            ["other.js", "stencils.min.js", "math/none.js", "math/../secret.js", "img/a.png"]
        {
            assert!(!is_served(path), "{path}");
        }
        let without = Bundle { math: None, ..bundle };
        assert!(without.serve("math/startup.js").is_none());
    }

    #[test]
    fn packages_are_found_in_an_environment() {
        let prefix = tempfile::tempdir().unwrap();
        assert_eq!(Bundle::find(prefix.path()), None);
        let viewer = prefix.path().join("lib/python3.13").join(VIEWER);
        fs::create_dir_all(&viewer).unwrap();
        assert_eq!(Bundle::find(prefix.path()), None, "the files lack");
        SCRIPTS.iter().for_each(|name| fs::write(viewer.join(name), "").unwrap());
        let without = Bundle { viewer, math: None };
        assert_eq!(Bundle::find(prefix.path()), Some(without.clone()));
        let math = prefix.path().join(MATH);
        fs::create_dir_all(&math).unwrap();
        assert_eq!(Bundle::find(prefix.path()), Some(Bundle { math: Some(math), ..without }));
    }

    #[test]
    fn digest_changes_with_the_files_and_names_the_missing_one() {
        let folder = tempfile::tempdir().unwrap();
        let bundle = Bundle { viewer: folder.path().to_owned(), math: None };
        for name in SCRIPTS {
            assert!(matches!(bundle.digest(), Err(DrawioError::Bundle { .. })), "{name}");
            fs::write(folder.path().join(name), name).unwrap();
        }
        let first = bundle.digest().unwrap();
        fs::write(folder.path().join(SCRIPTS[2]), "other").unwrap();
        assert_ne!(bundle.digest().unwrap(), first);
    }
}
