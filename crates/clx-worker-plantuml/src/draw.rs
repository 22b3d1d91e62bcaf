//! Draws one block: warm, and once more in a fresh JVM. Principal type: [`Drawn`].

use clx_core::PictureFormat;

use crate::answer::Answer;
use crate::command::Purpose;
use crate::fault::Fault;
use crate::jvm::Jvm;
use crate::tools::PlantUmlTools;
use crate::verdict::{Verdict, judge};

/// What came of a block.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) picture: Vec<u8>,
    pub(crate) verdict: Verdict,
    /// What PlantUML said.
    pub(crate) report: String,
}

/// A place that PlantUML names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// `string` for the block itself, else the file as it is included.
    pub(crate) file: String,
    pub(crate) line: u32,
}

impl PlantUmlTools {
    /// Draws a block. If PlantUML fails, rather than refuses the block, a fresh JVM tries again, for
    /// one picture only and with a larger heap.
    ///
    /// # Errors
    /// The fault of the second JVM.
    pub(crate) async fn draw(&self, source: &str, format: PictureFormat) -> Result<Drawn, Fault> {
        match self.draw_warm(source, format).await {
            Ok(drawn) if !matches!(drawn.verdict, Verdict::Broken { .. }) => return Ok(drawn),
            Err(fault @ Fault::Start { .. }) => return Err(fault),
            Ok(_) | Err(_) => {}
        }
        let mut jvm = Jvm::start_cold(&self.invocation(format))?;
        let answer = jvm.draw(source, self.settings.picture_limit).await?;
        Ok(Drawn::new(format, answer))
    }

    async fn draw_warm(&self, source: &str, format: PictureFormat) -> Result<Drawn, Fault> {
        let mut jvm = match self.pool.take(format) {
            Some(jvm) => jvm,
            None => Jvm::start_warm(&self.invocation(format))?,
        };
        let answer = jvm.draw(source, self.settings.picture_limit).await?;
        let drawn = Drawn::new(format, answer);
        if !matches!(drawn.verdict, Verdict::Broken { .. }) {
            self.pool.put(format, jvm);
        }
        Ok(drawn)
    }

    /// Finds the file and line of an error in a block that was refused. Costs a start of Java.
    pub(crate) async fn locate(&self, source: &str) -> Option<Place> {
        let mut jvm = Jvm::start(&self.invocation(PictureFormat::Svg), Purpose::Locate).ok()?;
        let answer = jvm.draw(source, self.settings.picture_limit).await.ok()?;
        answer.report.lines().find_map(place)
    }
}

impl Drawn {
    fn new(format: PictureFormat, answer: Answer) -> Self {
        let verdict = judge(format, &answer);
        Self { picture: answer.picture, verdict, report: answer.report }
    }
}

/// Reads `FILE:LINE:error:REASON`.
fn place(line: &str) -> Option<Place> {
    let (place, _) = line.split_once(":error:")?;
    let (file, line) = place.rsplit_once(':')?;
    Some(Place { file: file.to_owned(), line: line.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_is_read_from_the_report() {
        let expected = Place { file: "/a:b/x.iuml".to_owned(), line: 2 };
        assert_eq!(place("/a:b/x.iuml:2:error:Syntax Error? (x:1)"), Some(expected));
        assert_eq!(place("java.io.IOException"), None);
    }
}
