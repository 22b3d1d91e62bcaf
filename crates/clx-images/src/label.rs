//! What an image says of itself. Principal function: [`labels`].

use std::collections::{BTreeMap, HashMap};

use clx_setup::Unit;
use serde_json::Value;

use crate::kind::ImageKind;

/// Version of clx.
pub(crate) const VERSION: &str = "clx.version";
/// Kind of jobs.
pub(crate) const KIND: &str = "clx.kind";
/// Variant.
pub(crate) const VARIANT: &str = "clx.variant";
/// Names and versions of the tools.
pub(crate) const TOOL: &str = "clx.tool";
/// SHA-256 of the tool, if it is one file.
pub(crate) const TOOL_SHA256: &str = "clx.tool.sha256";
/// Digest of all that it was built from.
pub(crate) const BUILD: &str = "clx.build";
/// `1` if it is for this site only; images inherit it from their base.
pub(crate) const SITE: &str = "clx.site";
/// JSON object from languages to names of kernels.
pub(crate) const KERNELS: &str = "clx.kernels";

/// What an image is labelled with, beside its kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'f> {
    pub(crate) version: &'f str,
    /// Such as `PlantUML 1.2026.2`.
    pub(crate) tool: &'f str,
    pub(crate) tool_sha256: Option<&'f str>,
    pub(crate) build: &'f str,
}

/// Returns the labels of an image.
pub(crate) fn labels(kind: ImageKind, facts: Facts<'_>) -> HashMap<String, String> {
    let mut labels = vec![
        (VERSION, facts.version.to_owned()),
        (KIND, kind.job_kind().name().to_owned()),
        (VARIANT, kind.variant_name().to_owned()),
        (TOOL, facts.tool.to_owned()),
        (BUILD, facts.build.to_owned()),
    ];
    labels.extend(facts.tool_sha256.map(|sha256| (TOOL_SHA256, sha256.to_owned())));
    if !kind.kernels().is_empty() {
        labels.push((KERNELS, kernels_to_json(kind.kernels())));
    }
    labels.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Tells whether labels say that an image is for this site only.
pub(crate) fn is_site(labels: &HashMap<String, String>) -> bool {
    labels.get(SITE).is_some_and(|value| value != "0" && !value.is_empty())
}

fn kernels_to_json(units: &[Unit]) -> String {
    let kernels = units.iter().filter_map(|unit| Some((unit.name(), unit.kernel()?)));
    let kernels: BTreeMap<_, _> = kernels.collect();
    Value::from_iter(kernels).to_string()
}

/// Reads the kernels of an image; what is no such object has none.
pub(crate) fn kernels_from_json(json: &str) -> BTreeMap<String, String> {
    serde_json::from_str(json).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Variant;

    #[test]
    fn labels_tell_kernels_of_notebook_images_only() {
        let facts = Facts { version: "1", tool: "t 2", tool_sha256: None, build: "b" };
        let full = labels(ImageKind::Notebook(Variant::Full), facts);
        let expected =
            r#"{"cpp":"clang_repl","java":"java","python":"python3","typescript":"deno"}"#;
        assert_eq!(full[KERNELS], expected);
        assert_eq!(kernels_from_json(expected)["cpp"], "clang_repl");
        let plantuml = labels(ImageKind::PlantUml, Facts { tool_sha256: Some("0a"), ..facts });
        assert!(!plantuml.contains_key(KERNELS));
        assert_eq!((&*plantuml[TOOL_SHA256], &*plantuml[VARIANT]), ("0a", "default"));
    }

    #[test]
    fn site_is_said_by_any_value_but_none() {
        let check = |value: &str, expected: bool| {
            let labels = HashMap::from([(SITE.to_owned(), value.to_owned())]);
            assert_eq!(is_site(&labels), expected, "{value}");
        };
        check("1", true);
        check("0", false);
        check("", false);
        assert!(!is_site(&HashMap::new()));
    }
}
