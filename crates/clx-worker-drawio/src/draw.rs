//! Draws pages in the browser. Principal types: [`Sheet`], [`Drawn`].

use clx_browser::{Page, Paper, Viewport};
use clx_core::{ContentHash, PictureFormat};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::DrawioError;
use crate::font::UsedFont;
use crate::picture::{pixels, without_dates};
use crate::{BORDER, PNG_SCALE};

/// The longest side of a PNG in pixels; beyond it Chromium leaves parts white.
const MAX_PIXELS: u32 = 16_384;

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
pub(crate) struct Drawn {
    pub(crate) svg: String,
    width: f64,
    height: f64,
    /// It has formulas, and there is no `MathJax`.
    pub(crate) lacks_math: bool,
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
    /// Draws a sheet.
    pub(crate) async fn draw(page: &Page, sheet: &Sheet<'_>) -> Result<Self, DrawioError> {
        let answer = |source| DrawioError::Answer { source };
        let sheet = serde_json::to_string(sheet).map_err(answer)?;
        let drawn = page.evaluate(&format!("clx.draw({sheet})")).await;
        let refused = page.take_refused();
        let drawn: Self = serde_json::from_value(drawn?).map_err(answer)?;
        Ok(Self { refused, ..drawn })
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
    pub(crate) fn scale(&self) -> f64 {
        let longest = self.width.max(self.height).ceil().max(1.0);
        f64::from(PNG_SCALE).min(f64::from(MAX_PIXELS) / longest)
    }

    /// Tells whether the PNG has fewer pixels than usual.
    pub(crate) fn is_reduced(&self) -> bool {
        self.scale() < f64::from(PNG_SCALE)
    }
}
