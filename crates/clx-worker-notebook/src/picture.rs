//! The pictures that stand in pages themselves. Principal type: [`Pictures`].

use clx_core::InlinePicture;
use clx_render::InlineSvg;
use clx_store::{ArtifactStore, StoreError};

/// SVG texts, and what images refer to them by.
#[derive(Debug, Default)]
pub(crate) struct Pictures(Vec<(Vec<String>, String)>);

impl Pictures {
    /// Fetches the pictures.
    pub(crate) fn read(
        inline: &[InlinePicture],
        store: &dyn ArtifactStore,
    ) -> Result<Self, StoreError> {
        let read = |picture: &InlinePicture| {
            let paths = picture.paths.iter().map(|path| path.to_string_lossy().into_owned());
            let svg = String::from_utf8_lossy(&store.get(&picture.hash)?).into_owned();
            Ok((paths.collect(), svg))
        };
        inline.iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Calls `render` with the pictures as pages take them.
    pub(crate) fn with(&self, render: impl FnOnce(&[InlineSvg<'_>])) {
        let paths: Vec<Vec<&str>> =
            self.0.iter().map(|(paths, _)| paths.iter().map(String::as_str).collect()).collect();
        let pictures: Vec<InlineSvg<'_>> =
            self.0.iter().zip(&paths).map(|((_, svg), paths)| InlineSvg { paths, svg }).collect();
        render(&pictures);
    }
}
