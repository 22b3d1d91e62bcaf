//! Makes pictures of one source, with new tries after faults. Principal type: [`Studio`].

use std::path::Path;

use clx_core::{Diagnostic, DiagramRequest, PictureFormat};
use tokio::time::timeout;

use crate::draw::{Drawn, Sheet};
use crate::error::DrawioError;
use crate::explain;
use crate::pool::{Lease, PagePool};
use crate::settings::Renderer;
use crate::source::{DrawioPage, pages};
use crate::tools::DrawioTools;
use crate::{desktop, font, picture};

/// How often a picture is tried while the renderer fails.
const N_ATTEMPTS: u32 = 3;

/// A picture and its warnings, or why there is none.
pub(crate) type Made = Result<(Vec<u8>, Vec<Diagnostic>), Box<Diagnostic>>;

/// The pages of one source, and the page of the browser that draws them.
pub(crate) struct Studio<'a> {
    file: &'a Path,
    pages: Vec<DrawioPage>,
    tools: &'a DrawioTools,
    stage: Option<Stage<'a>>,
}

/// A page of the browser with what is drawn in it.
struct Stage<'a> {
    lease: Lease<'a>,
    drawn: Option<(usize, Drawn)>,
}

impl<'a> Studio<'a> {
    /// Reads the source.
    pub(crate) fn new(
        file: &'a Path,
        source: &[u8],
        tools: &'a DrawioTools,
    ) -> Result<Self, Box<Diagnostic>> {
        Ok(Self { file, pages: pages(file, source)?, tools, stage: None })
    }

    /// Makes one picture.
    pub(crate) async fn make(&mut self, request: &DiagramRequest) -> Made {
        let index = match &request.part {
            None => 0,
            Some(name) => self
                .pages
                .iter()
                .position(|page| page.name == *name)
                .ok_or_else(|| explain::page_unknown(self.file, name, &self.pages))?,
        };
        let mut n_attempts = 1;
        loop {
            match self.attempt(index, request.format).await {
                Ok((picture, drawn)) => {
                    let page = &self.pages[index];
                    let warnings =
                        explain::warnings(self.file, page, request.format, drawn.as_ref());
                    return Ok((picture, warnings));
                }
                Err(error) => {
                    // Whatever is left in that page, nobody should draw in it.
                    self.stage = None;
                    if !error.is_transient() || n_attempts == N_ATTEMPTS {
                        let page = &self.pages[index];
                        return Err(explain::error(self.file, page, &error, n_attempts));
                    }
                    n_attempts += 1;
                }
            }
        }
    }

    /// Gives the page of the browser back.
    pub(crate) fn finish(self) {
        if let Some(stage) = self.stage {
            stage.lease.give_back();
        }
    }

    async fn attempt(
        &mut self,
        index: usize,
        format: PictureFormat,
    ) -> Result<(Vec<u8>, Option<Drawn>), DrawioError> {
        let settings = &self.tools.settings;
        let limit = settings.picture_limit;
        let too_slow = |_| DrawioError::TimeLimit { limit };
        let made = match (&settings.renderer, &self.tools.pool) {
            (Renderer::Browser { bundle, .. }, Some(pool)) => {
                self.prepare(pool).await?;
                let draw = self.draw(index, format, bundle.math.is_some());
                timeout(limit, draw).await.map_err(too_slow)?
            }
            (Renderer::Desktop { program } | Renderer::Browser { program, .. }, _) => {
                let draw = desktop::draw(program, &settings.base, &self.pages[index], format);
                timeout(limit, draw).await.map_err(too_slow)?.map(|picture| (picture, None))
            }
        };
        let made = made?;
        if picture::has_form(&made.0, format) {
            Ok(made)
        } else {
            Err(DrawioError::Form { format })
        }
    }

    /// Leases a page of the browser; starting one is not counted as drawing.
    async fn prepare(&mut self, pool: &'a PagePool) -> Result<(), DrawioError> {
        if self.stage.is_none() {
            self.stage = Some(Stage { lease: pool.lease().await?, drawn: None });
        }
        Ok(())
    }

    async fn draw(
        &mut self,
        index: usize,
        format: PictureFormat,
        has_math_jax: bool,
    ) -> Result<(Vec<u8>, Option<Drawn>), DrawioError> {
        let stage = self.stage.as_mut().expect("prepared above");
        let page = stage.lease.page();
        let drawn = match stage.drawn.take().filter(|(drawn, _)| *drawn == index) {
            Some((_, drawn)) => drawn,
            None => {
                let name = self.file.file_name().unwrap_or_default().to_string_lossy();
                Drawn::draw(page, &Sheet::new(&self.pages, index, &name, has_math_jax)).await?
            }
        };
        let mut picture = drawn.picture(page, format).await?;
        if format == PictureFormat::Svg && self.tools.settings.embeds_fonts {
            picture = font::embed(&drawn.svg, &drawn.fonts).into_bytes();
        }
        stage.lease.count();
        stage.drawn = Some((index, drawn.clone()));
        Ok((picture, Some(drawn)))
    }
}
