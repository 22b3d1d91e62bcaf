//! Pictures of draw.io through one warm browser.

use std::path::Path;
use std::sync::Arc;

use clx_browser::find_program;
use clx_setup::Unit;
use clx_worker_drawio::{Bundle, DrawioHandler, DrawioSettings, DrawioTools, Renderer};
use serde_json::json;

use crate::Figures;
use crate::drawing::{Drawing, installed, runtime};
use crate::memory::peak_mb;

const N_DIAGRAMS: usize = 50;

/// Measures pictures after a first one, which starts the browser, and then the memory of another time
/// with the same browser.
pub fn measure(below: &Path) -> Figures {
    let directory = tempfile::tempdir_in(below)?;
    let directory = directory.path();
    let bundle = Bundle::find(&installed(Unit::Drawio)?.folder).ok_or("there is no viewer")?;
    let program = find_program(&std::env::var_os("PATH").unwrap_or_default());
    let program = program.ok_or("there is no Chromium in PATH")?;
    let settings =
        DrawioSettings::new(Renderer::Browser { program, bundle }, directory.join("base"));
    let tools = Arc::new(DrawioTools::new(settings));
    let warm = Drawing::new(directory, runtime()?, |store| DrawioHandler::new(store, tools))?;
    let sources: Vec<String> = (0..=N_DIAGRAMS).map(diagram).collect();
    let (first, others) = sources.split_at(1);
    warm.draw(first)?;
    let total_s: f64 = warm.draw(others)?.into_iter().sum();
    let memory_mb = peak_mb(|| warm.draw(others).map(drop))?;
    Ok(json!({ "picture_ms": total_s * 1e3 / N_DIAGRAMS as f64, "memory_mb": memory_mb }))
}

/// Returns four boxes and the edges between them, with labels of its own.
fn diagram(number: usize) -> String {
    let styles = ["rounded=1;fillColor=#dae8fc", "ellipse", "rhombus;dashed=1", "shape=umlActor"];
    let shape = |(n, style): (usize, &str)| {
        format!(
            "<mxCell id='s{n}' value='Part &lt;b&gt;{number}.{n}&lt;/b&gt;' style='{style};html=1;whiteSpace=wrap;' \
             vertex='1' parent='1'><mxGeometry x='{}' y='{}' width='120' height='60' as='geometry'/></mxCell>",
            20 + n % 2 * 220,
            20 + n / 2 * 140,
        )
    };
    let edge = |n: usize| {
        format!(
            "<mxCell id='e{n}' value='step {n}' style='edgeStyle=orthogonalEdgeStyle;html=1;endArrow=block;' \
             edge='1' parent='1' source='s{n}' target='s{}'><mxGeometry relative='1' as='geometry'/></mxCell>",
            n + 1,
        )
    };
    let shapes: String = styles.into_iter().enumerate().map(shape).collect();
    let edges: String = (0..styles.len() - 1).map(edge).collect();
    format!(
        "<mxfile><diagram name='Page {number}'><mxGraphModel><root><mxCell id='0'/>\
         <mxCell id='1' parent='0'/>{shapes}{edges}</root></mxGraphModel></diagram></mxfile>"
    )
}
