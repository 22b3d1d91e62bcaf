//! The images that an engine has. Principal function: [`list`].

use bollard::models::ImageSummary;
use bollard::query_parameters::ListImagesOptions;

use crate::engine::Engine;
use crate::error::{ImageError, Trying};
use crate::kind::ImageKind;
use crate::label;

/// What docker shows for an image that has lost its name to a newer one.
const NO_NAME: &str = "<none>:<none>";

/// An image of clx under one of its names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedImage {
    /// The name, such as `clx-notebook:0.1.0-full`.
    pub reference: String,
    /// Its id.
    pub id: String,
    /// Name of the kind of jobs.
    pub kind: String,
    /// Name of the variant.
    pub variant: String,
    /// Version of clx.
    pub version: String,
    /// Size, that of its base included.
    pub bytes: u64,
    /// When it was built, in seconds since 1970.
    pub created: i64,
    /// Whether it is for this site only.
    pub is_site: bool,
}

impl ListedImage {
    /// Tells whether it is an image for these jobs, of whatever version.
    #[must_use]
    pub fn is(&self, kind: ImageKind) -> bool {
        self.kind == kind.job_kind().name() && self.variant == kind.variant_name()
    }
}

/// Lists the images of clx, of all versions, by their names.
///
/// # Errors
/// [`ImageError::Engine`].
pub async fn list(engine: &Engine) -> Result<Vec<ListedImage>, ImageError> {
    let filters =
        std::collections::HashMap::from([("label".to_owned(), vec![label::KIND.to_owned()])]);
    let options = ListImagesOptions { filters: Some(filters), ..ListImagesOptions::default() };
    let images = engine.docker().list_images(Some(options)).await.trying("list images")?;
    let mut listed: Vec<_> = images.iter().flat_map(named).collect();
    listed.sort_by(|a, b| a.reference.cmp(&b.reference));
    Ok(listed)
}

fn named(image: &ImageSummary) -> impl Iterator<Item = ListedImage> + '_ {
    let text = |name: &str| image.labels.get(name).cloned().unwrap_or_default();
    image.repo_tags.iter().filter(|name| *name != NO_NAME).map(move |reference| ListedImage {
        reference: reference.clone(),
        id: image.id.clone(),
        kind: text(label::KIND),
        variant: text(label::VARIANT),
        version: text(label::VERSION),
        bytes: u64::try_from(image.size).unwrap_or_default(),
        created: image.created,
        is_site: label::is_site(&image.labels),
    })
}
