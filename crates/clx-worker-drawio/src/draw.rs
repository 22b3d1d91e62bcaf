//! Draws pages in the browser. Principal types: [`Sheet`], [`Drawn`].

use clx_browser::{Page, Paper, Viewport};
use clx_core::{ContentHash, PictureFormat};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::DrawioError;
use crate::font::UsedFont;
use crate::picture::{pixels, without_dates};
use crate::{BORDER, PNG_SCALE};

/// The longest side of a PNG in pixels, near to what programs can show.
const MAX_SIDE: f64 = 32_000.0;

/// The area of a PNG in pixels. Chromium takes some 20 bytes for each.
const MAX_AREA: f64 = 64e6;

/// A page of a source, as our script is told it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sheet<'a> {
    xml: &'a str,
    id: String,
    file: &'a str,
    page: &'a str,
    number: usize,
    count: usize,
    variables: Option<Value>,
    border: u32,
    has_math_jax: bool,
}

impl<'a> Sheet<'a> {
    /// Takes page `index` of `pages`.
    pub(crate) fn new(
        pages: &'a [crate::DrawioPage],
        index: usize,
        file: &'a str,
        has_math_jax: bool,
    ) -> Self {
        let page = &pages[index];
        let mut id = ContentHash::of([&page.name, "\0", &page.model].concat()).to_hex();
        id.truncate(12);
        let variables = page.variables.as_ref().and_then(|json| serde_json::from_str(json).ok());
        Self {
            xml: &page.model,
            id,
            file,
            page: &page.name,
            number: index + 1,
            count: pages.len(),
            variables,
            border: BORDER,
            has_math_jax,
        }
    }
}

/// What our script tells of a page that it drew, and that stays in the browser's page.
#[derive(Debug, Clone, Deserialize)]
pub struct Drawn {
    /// The picture.
    pub svg: String,
    width: f64,
    height: f64,
    /// It has formulas, and there is no `MathJax`.
    pub(crate) lacks_math: bool,
    /// What `MathJax` says of formulas that it does not understand.
    pub(crate) formula_errors: Vec<String>,
    pub(crate) fonts: Vec<UsedFont>,
    /// Addresses of fonts that it wants to load.
    pub(crate) web_fonts: Vec<String>,
    /// Addresses of images that could not be shown.
    pub(crate) lost_images: Vec<String>,
    /// Addresses that were refused.
    #[serde(skip)]
    pub(crate) refused: Vec<String>,
}

impl Drawn {
    /// Reads what our script answered.
    ///
    /// # Errors
    /// [`DrawioError::Answer`].
    pub fn read(answer: Value) -> Result<Self, DrawioError> {
        serde_json::from_value(answer).map_err(|source| DrawioError::Answer { source })
    }

    /// Draws a sheet.
    pub(crate) async fn draw(page: &Page, sheet: &Sheet<'_>) -> Result<Self, DrawioError> {
        let sheet =
            serde_json::to_string(sheet).map_err(|source| DrawioError::Answer { source })?;
        let drawn = page.evaluate(&format!("clx.draw({sheet})")).await;
        let refused = page.take_refused();
        Ok(Self { refused, ..Self::read(drawn?)? })
    }

    /// Returns the picture of what is in the page.
    pub(crate) async fn picture(
        &self,
        page: &Page,
        format: PictureFormat,
    ) -> Result<Vec<u8>, DrawioError> {
        let (width, height) = (pixels(self.width), pixels(self.height));
        Ok(match format {
            PictureFormat::Svg => self.svg.clone().into_bytes(),
            PictureFormat::Png => {
                page.set_viewport(Viewport { width, height, scale: self.scale() }).await?;
                page.screenshot().await?
            }
            // A pixel more in height: rounding would make a second sheet.
            PictureFormat::Pdf => {
                without_dates(page.print(Paper { width, height: height + 1 }).await?)
            }
        })
    }

    /// Returns pixels of a PNG per CSS pixel; less than usual if it would get too large.
    #[must_use]
    pub fn scale(&self) -> f64 {
        let (width, height) = (self.width.max(1.0), self.height.max(1.0));
        let for_side = MAX_SIDE / width.max(height).ceil();
        let for_area = (MAX_AREA / (width * height)).sqrt();
        f64::from(PNG_SCALE).min(for_side).min(for_area)
    }

    /// Tells whether the PNG has fewer pixels than usual.
    pub(crate) fn is_reduced(&self) -> bool {
        self.scale() < f64::from(PNG_SCALE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_side_nor_area_of_a_png_gets_too_large() {
        let scale = |width: f64, height: f64| {
            let drawn = serde_json::json!({
                "svg": "", "width": width, "height": height, "lacks_math": false,
                "formula_errors": [], "fonts": [], "web_fonts": [], "lost_images": [],
            });
            serde_json::from_value::<Drawn>(drawn).unwrap().scale()
        };
        let is = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
        is(scale(0.0, 0.0), 3.0);
        is(scale(2000.0, 3000.0), 3.0);
        is(scale(16_000.0, 100.0), 2.0);
        is(scale(100.0, 16_000.0), 2.0);
        is(scale(4000.0, 4000.0), 2.0);
    }
}
