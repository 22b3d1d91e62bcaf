//! The HTML page of one executed notebook.

use std::fs;
use std::path::Path;

use clx_core::{Language, ProgLang};
use clx_render::{CellContent, Execution, HtmlRenderer, Page, PageCell, Templates};
use serde_json::{Value, json};

use crate::Figures;
use crate::timing::{now_ns, quantile_ms};

/// Pairs of a prose cell and a code cell.
const N_PAIRS: usize = 30;

const N_WARM_UP: usize = 20;
const N_RENDERS: usize = 300;

const PLOT: &str = include_str!("plot.png.base64");

const PROSE: &str = "\
## Readings of a day

The mean of $n$ readings is $\\bar{x} = \\frac{1}{n} \\sum_{i=1}^{n} x_i$, and *most* lie within
$\\bar{x} \\pm 2\\sigma$; see the [handbook](https://example.org/handbook).

- Read the **file**.
- Drop what is `None`:
  1. sensors that were off,
  2. lines that are broken.

| sensor | unit | limit |
|--------|------|------:|
| air    | °C   |    45 |
| soil   | %    |   100 |

```python
def mean(values: list[float]) -> float:
    return sum(values) / len(values)
```

$$ \\sigma^2 = \\frac{1}{n} \\sum_{i=1}^{n} (x_i - \\bar{x})^2 $$
";

const CODE: &str = "\
# Reads all values of one sensor.
import csv

def readings(path: str, sensor: str) -> list[float]:
    with open(path, newline=\"\") as file:
        return [float(row[\"value\"]) for row in csv.DictReader(file) if row[\"sensor\"] == sensor]

air = readings(\"readings.csv\", sensor=\"air\")
print(f\"{len(air)} readings, {min(air):.1f} to {max(air):.1f}\")
";

/// Measures renders with everything warm; leaves the notebook for the peer.
pub fn measure(directory: &Path) -> Figures {
    let notebook = notebook();
    fs::write(directory.join("page.ipynb"), notebook.to_string())?;
    let cells: Vec<PageCell<'_>> =
        notebook["cells"].as_array().into_iter().flatten().map(page_cell).collect();
    let page = Page {
        language: Language::EN,
        title: "Readings",
        prog_lang: ProgLang::Python,
        lexer: "ipython3",
        execution: Execution::Done,
        cells: &cells,
        pictures: &[],
    };
    let renderer = HtmlRenderer::new(Templates::bundled());
    let mut sample = Vec::new();
    for round in 0..N_WARM_UP + N_RENDERS {
        let begin = now_ns();
        let rendered = renderer.render(&page).map_err(|problem| problem.message)?;
        if round >= N_WARM_UP {
            sample.push(now_ns() - begin);
        }
        if rendered.html.matches("<math").count() != 4 * N_PAIRS || !rendered.warnings.is_empty() {
            return Err(format!("the page is not complete: {:?}", rendered.warnings).into());
        }
    }
    Ok(json!({ "page_ms": quantile_ms(&mut sample, 0.5) }))
}

fn page_cell(cell: &Value) -> PageCell<'_> {
    let content = match cell["outputs"].as_array() {
        Some(outputs) => {
            CellContent::Code { execution_count: cell["execution_count"].as_u64(), outputs }
        }
        None => CellContent::Markdown,
    };
    let text = |name: &str| cell[name].as_str().unwrap_or_default();
    PageCell { id: text("id"), tags: Vec::new(), source: text("source"), content }
}

/// Returns the notebook in the format of Jupyter.
fn notebook() -> Value {
    let pair = |number| {
        let prose = json!({
            "cell_type": "markdown", "id": format!("prose-{number}"), "metadata": {}, "source": PROSE,
        });
        let code = json!({
            "cell_type": "code", "id": format!("code-{number}"), "metadata": {}, "source": CODE,
            "execution_count": number, "outputs": outputs(number),
        });
        [prose, code]
    };
    json!({
        "cells": (1..=N_PAIRS).flat_map(pair).collect::<Vec<_>>(),
        "metadata": {
            "kernelspec": { "display_name": "Python 3", "language": "python", "name": "python3" },
            "language_info": { "name": "python", "pygments_lexer": "ipython3" },
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    })
}

/// Returns the outputs of a code cell: of each five, one has a table, one an error with colours, and
/// two of all have pictures.
fn outputs(number: usize) -> Value {
    let stream = json!({
        "output_type": "stream", "name": "stdout",
        "text": "24 readings, 3.1 to 17.8\n\u{1b}[1m\u{1b}[31mlow\u{1b}[0m \u{1b}[32mfine\u{1b}[0m\n",
    });
    let result = |data: Value| {
        json!({
            "output_type": "execute_result", "execution_count": number, "metadata": {}, "data": data,
        })
    };
    match number % 5 {
        0 => json!([{
            "output_type": "error", "ename": "KeyError", "evalue": "'air'",
            "traceback": [
                "\u{1b}[31m------------------------------------------\u{1b}[39m",
                "\u{1b}[31mKeyError\u{1b}[39m        Traceback (most recent call last)",
                "\u{1b}[36mCell\u{1b}[39m\u{1b}[36m \u{1b}[39m\u{1b}[32mIn[4]\u{1b}[39m, line 8",
                "\u{1b}[31mKeyError\u{1b}[39m: 'air'",
            ],
        }]),
        1 => json!([
            stream,
            result(json!({ "text/plain": "   value\n0   3.1", "text/html": table() }))
        ]),
        2 if number < 10 => json!([result(json!({ "text/plain": "<Figure>", "image/png": PLOT }))]),
        _ => json!([stream, result(json!({ "text/plain": "[3.1, 4.7, 9.2, 17.8]" }))]),
    }
}

/// Returns a table as pandas writes it.
fn table() -> String {
    let row = |n| {
        format!(
            "    <tr>\n      <th>{n}</th>\n      <td>{n}.1</td>\n      <td>air</td>\n    </tr>\n"
        )
    };
    format!(
        "<div>\n<table border=\"1\" class=\"dataframe\">\n  <thead>\n    <tr style=\"text-align: right;\">\n\
         <th></th><th>value</th><th>sensor</th>\n    </tr>\n  </thead>\n  <tbody>\n{}  </tbody>\n</table>\n</div>",
        (0..6).map(row).collect::<String>()
    )
}
