//! Finds the image for a kind of jobs. Principal function: [`find`].

use std::collections::{BTreeMap, HashMap};

use crate::engine::Engine;
use crate::error::ImageError;
use crate::kind::ImageKind;
use crate::label;
use crate::list::list;

/// An image in which workers can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundImage {
    /// Its name, such as `clx-plantuml:0.1.0`.
    pub reference: String,
    /// Its id, which names its bytes: `sha256:…`.
    pub id: String,
    /// The version of clx in it.
    pub version: String,
    /// Digest of all that it was built from: what its workers make depends on nothing else of it.
    pub build: String,
    /// Names of its kernels by language, such as `python` to `python3`.
    pub kernels: BTreeMap<String, String>,
}

/// Finds the image of a version of clx; [`VERSION`](crate::VERSION) is this one.
///
/// # Errors
/// [`ImageError::Missing`], [`ImageError::OtherVersion`], [`ImageError::Engine`].
pub async fn find(
    engine: &Engine,
    kind: ImageKind,
    version: &str,
) -> Result<FoundImage, ImageError> {
    if let Some(image) = find_named(engine, kind, version, kind.reference(version)).await? {
        return Ok(image);
    }
    let others = list(engine).await?.into_iter().filter(|other| other.is(kind));
    Err(match others.max_by_key(|other| other.created) {
        Some(other) => ImageError::OtherVersion {
            kind,
            reference: other.reference,
            found: other.version,
            wanted: version.to_owned(),
        },
        None => ImageError::Missing { kind },
    })
}

/// Looks at the image with a name, if there is one.
pub(crate) async fn find_named(
    engine: &Engine,
    kind: ImageKind,
    version: &str,
    reference: String,
) -> Result<Option<FoundImage>, ImageError> {
    let Some(image) = engine.image(&reference).await? else { return Ok(None) };
    let labels = image.config.and_then(|config| config.labels).unwrap_or_default();
    found(kind, version, reference, image.id.unwrap_or_default(), &labels).map(Some)
}

/// An image may have the name and be another all the same: names can be given to any.
fn found(
    kind: ImageKind,
    wanted: &str,
    reference: String,
    id: String,
    labels: &HashMap<String, String>,
) -> Result<FoundImage, ImageError> {
    let text = |name: &str| labels.get(name).cloned().unwrap_or_default();
    let (version, wanted) = (text(label::VERSION), wanted.to_owned());
    if text(label::KIND) != kind.job_kind().name() || text(label::VARIANT) != kind.variant_name() {
        return Err(ImageError::Missing { kind });
    }
    if version != wanted {
        return Err(ImageError::OtherVersion { kind, reference, found: version, wanted });
    }
    let kernels = label::kernels_from_json(&text(label::KERNELS));
    Ok(FoundImage { reference, id, version, build: text(label::BUILD), kernels })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Variant;
    use crate::label::{Facts, labels};

    fn find_in(kind: ImageKind, wanted: &str, has: ImageKind) -> Result<FoundImage, ImageError> {
        let facts = Facts { version: "1", tool: "t", tool_sha256: None, build: "b" };
        found(kind, wanted, "name".to_owned(), "sha256:1".to_owned(), &labels(has, facts))
    }

    #[test]
    fn labels_tell_version_and_kernels() {
        let kind = ImageKind::Notebook(Variant::Python);
        let image = find_in(kind, "1", kind).unwrap();
        assert_eq!((&*image.version, &*image.build), ("1", "b"));
        assert_eq!(image.kernels, BTreeMap::from([("python".to_owned(), "python3".to_owned())]));
    }

    #[test]
    fn image_with_the_name_only_is_not_taken() {
        let kind = ImageKind::Notebook(Variant::Full);
        let other = ImageKind::Notebook(Variant::Python);
        assert!(matches!(find_in(kind, "1", other), Err(ImageError::Missing { .. })));
        let error = find_in(kind, "2", kind).unwrap_err();
        assert_eq!(error.to_string(), "the image name is of clx 1, this is clx 2");
        let hint = "build it by `clx docker build --only notebook --variant full`";
        assert_eq!(error.hint().as_deref(), Some(hint));
    }
}
