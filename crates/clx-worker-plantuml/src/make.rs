//! Makes the pictures of one source. Principal type: [`Studio`].

use clx_core::{Diagnostic, DiagramRequest, PictureFormat};
use clx_store::ArtifactStore;

use crate::CATEGORY;
use crate::block::Block;
use crate::code;
use crate::directory::JobDirectory;
use crate::draw::Drawn;
use crate::explain::Explainer;
use crate::fault::Fault;
use crate::include::{Includes, with_absolute_paths};
use crate::job::DiagramJob;
use crate::picture::{Picture, pictures};
use crate::scale::{is_data, scaled};
use crate::tools::PlantUmlTools;
use crate::verdict::Verdict;
use crate::volatile;

/// A picture and warnings, or why there is none.
pub(crate) type Made = Result<(Vec<u8>, Vec<Diagnostic>), Vec<Diagnostic>>;

/// A source that was taken apart, with the files that it includes laid out.
#[derive(Debug)]
pub(crate) struct Studio<'a> {
    job: &'a DiagramJob,
    store: &'a dyn ArtifactStore,
    tools: &'a PlantUmlTools,
    pictures: Vec<Picture>,
    includes: Includes,
    /// Of the included sources.
    warnings: Vec<Diagnostic>,
    directory: JobDirectory,
}

impl<'a> Studio<'a> {
    /// Takes the source apart and lays out what it includes.
    ///
    /// # Errors
    /// Why none of its pictures can be made.
    pub(crate) fn prepare(
        job: &'a DiagramJob,
        store: &'a dyn ArtifactStore,
        tools: &'a PlantUmlTools,
    ) -> Result<Self, Vec<Diagnostic>> {
        let text = job.text().map_err(|problem| vec![*problem])?;
        let pictures = pictures(&job.input.file, text).map_err(|problem| vec![*problem])?;
        let includes = job.includes(text, store);
        if !includes.problems.is_empty() {
            return Err(includes.problems);
        }
        let directory =
            job.lay_files(&includes, &tools.directory, store).map_err(|problem| vec![*problem])?;
        let warnings = includes
            .sources
            .iter()
            .flat_map(|path| volatile::warnings(path, &job.text_of(path, store), 1, false));
        let warnings = warnings.collect();
        Ok(Self { job, store, tools, pictures, includes, warnings, directory })
    }

    /// Makes one picture.
    pub(crate) async fn make(&self, request: &DiagramRequest) -> Made {
        let file = &self.job.input.file;
        let picture = match &request.part {
            None => self.pictures.first(),
            Some(name) => self.pictures.iter().find(|picture| picture.name == *name),
        };
        let block = &picture.ok_or_else(|| vec![self.unknown_part(request)])?.block;
        let explainer = Explainer { file, block };
        if block.is_empty() {
            return Err(vec![explainer.empty()]);
        }
        let text = with_absolute_paths(file, &block.text, self.directory.path());
        let drawn = match request.format {
            PictureFormat::Png => self.draw_pixels(block, &text).await,
            PictureFormat::Svg => self.tools.draw(&text, PictureFormat::Svg).await,
            PictureFormat::Pdf => return Err(vec![self.unsupported(request.format)]),
        };
        let drawn = drawn.map_err(|fault| vec![explainer.fault(&fault)])?;
        match drawn.verdict {
            Verdict::Drawn { notice, is_cut } => {
                let mut warnings = self.warnings.clone();
                let is_gantt = block.keyword == "gantt";
                warnings.extend(volatile::warnings(file, &block.text, block.line, is_gantt));
                warnings.extend((!notice.is_empty()).then(|| explainer.notice(&notice)));
                warnings.extend(is_cut.then(|| explainer.cut()));
                Ok((drawn.picture, warnings))
            }
            Verdict::Refused { line, reason } => {
                Err(vec![self.refused(explainer, &text, line, &reason).await])
            }
            Verdict::Broken { reason } => Err(vec![explainer.broken(&reason, &drawn.report)]),
        }
    }

    /// Draws a PNG. PlantUML reports no data that it cannot read; words in the SVG tell.
    async fn draw_pixels(&self, block: &Block, text: &str) -> Result<Drawn, Fault> {
        if is_data(&block.keyword) {
            let drawn = self.tools.draw(text, PictureFormat::Svg).await?;
            if !matches!(drawn.verdict, Verdict::Drawn { .. }) {
                return Ok(drawn);
            }
        }
        let scaled = scaled(&block.keyword, text);
        let drawn = self.tools.draw(&scaled.text, PictureFormat::Png).await?;
        Ok(Drawn { verdict: drawn.verdict.without_lines(scaled.n_added), ..drawn })
    }

    /// Finds the place of an error, which may be in an included file.
    async fn refused(
        &self,
        explainer: Explainer<'_>,
        text: &str,
        line: Option<u32>,
        reason: &str,
    ) -> Diagnostic {
        let reason = reason.replace(&format!("{}/", self.directory.path().display()), "");
        if self.includes.sources.is_empty() {
            return explainer.refused(line, &reason);
        }
        // The report tells the line, but not of which file.
        let place = self.tools.locate(text).await;
        let included = place.as_ref().and_then(|place| {
            let path = self.directory.in_course(&place.file)?;
            self.includes.sources.get(&path).map(|path| (path, place.line))
        });
        match included {
            Some((path, line)) => {
                explainer.refused_in(path, &self.job.text_of(path, self.store), line, &reason)
            }
            None => explainer.refused(line, &reason),
        }
    }

    fn unknown_part(&self, request: &DiagramRequest) -> Diagnostic {
        let part = request.part.as_deref().unwrap_or_default();
        let known: Vec<_> = self.pictures.iter().map(|picture| picture.name.as_str()).collect();
        let message = format!("there is no diagram `{part}` in this file");
        Diagnostic::error(code::PART_UNKNOWN, CATEGORY, message)
            .in_file(&self.job.input.file)
            .with_hint(format!("it has: {}", known.join(", ")))
    }

    fn unsupported(&self, format: PictureFormat) -> Diagnostic {
        let message = format!("PlantUML pictures cannot be made as {format}");
        Diagnostic::error(code::FORMAT_UNSUPPORTED, CATEGORY, message)
            .in_file(&self.job.input.file)
            .with_hint("ask for png or svg")
    }
}
