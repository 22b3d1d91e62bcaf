//! Collects what cells put out, within limits. Principal type: [`Outputs`].

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::execution::CellExecution;
use crate::limits::Limits;

/// More outputs than any page can show; each costs memory beyond its text.
const N_OUTPUTS: usize = 10_000;

/// The outputs of all cells so far; the last is the one that runs.
#[derive(Debug)]
pub(crate) struct Outputs {
    cells: Vec<Cell>,
    /// Where the outputs with a `display_id` are: cell and output.
    displays: BTreeMap<String, Vec<(usize, usize)>>,
    cell_limit: usize,
    notebook_limit: usize,
}

#[derive(Debug, Default)]
struct Cell {
    execution: CellExecution,
    /// The weight of each output.
    bytes: Vec<usize>,
    /// Their sum.
    total: usize,
    /// Cleared when the next output comes.
    is_stale: bool,
    /// Says so in a note; nothing more is kept.
    is_full: bool,
}

impl Outputs {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            cells: Vec::new(),
            displays: BTreeMap::new(),
            cell_limit: limits.cell_output_bytes,
            notebook_limit: limits.notebook_output_bytes,
        }
    }

    /// All that follows belongs to a new cell.
    pub(crate) fn begin_cell(&mut self) {
        self.cells.push(Cell::default());
    }

    /// Returns the cell that ran.
    pub(crate) fn end_cell(&mut self, duration: Duration) -> &CellExecution {
        let execution = &mut self.current().execution;
        execution.duration_us = duration.as_micros().try_into().unwrap_or(u64::MAX);
        execution
    }

    pub(crate) fn into_cells(self) -> Vec<CellExecution> {
        self.cells.into_iter().map(|cell| cell.execution).collect()
    }

    pub(crate) fn count(&mut self, execution_count: &Value) {
        if let Some(count) = execution_count.as_u64() {
            self.current().execution.execution_count = Some(count);
        }
    }

    /// Adds printed text, to the output before if that was printed to the same stream.
    pub(crate) fn stream(&mut self, name: &str, text: &str) {
        self.refresh();
        if self.current().is_full || text.is_empty() {
            return;
        }
        let kept = &text[..text.floor_char_boundary(self.room())];
        if !kept.is_empty() {
            self.current().print(name, kept);
        }
        if kept.len() < text.len() {
            self.overflow();
        }
    }

    /// Adds the content of a `display_data` or, with a count, an `execute_result`.
    pub(crate) fn display(&mut self, output_type: &str, content: &mut Value) {
        self.refresh();
        let (data, metadata) = bundle(content);
        let mut output = json!({"output_type": output_type, "data": data, "metadata": metadata});
        if output_type == "execute_result" {
            output["execution_count"] = content["execution_count"].take();
            self.count(&output["execution_count"]);
        }
        if self.current().is_full {
            return;
        }
        let bytes = weight(&output);
        if bytes > self.room() {
            self.overflow();
            return;
        }
        let place = (self.cells.len() - 1, self.current().bytes.len());
        self.current().push(output, bytes);
        if let Some(id) = content["transient"]["display_id"].as_str() {
            self.displays.entry(id.to_owned()).or_default().push(place);
        }
    }

    /// Replaces the data of all outputs with the `display_id` of the content, of earlier cells too.
    pub(crate) fn update(&mut self, content: &mut Value) {
        let id = content["transient"]["display_id"].as_str().unwrap_or_default().to_owned();
        let (data, metadata) = bundle(content);
        for (cell, index) in self.displays.get(&id).cloned().unwrap_or_default() {
            let mut output = self.cells[cell].execution.outputs[index].clone();
            output["data"].clone_from(&data);
            output["metadata"].clone_from(&metadata);
            let bytes = weight(&output);
            if bytes > self.room() + self.cells[cell].bytes[index] {
                self.overflow();
                return;
            }
            self.cells[cell].replace(index, output, bytes);
        }
    }

    /// Adds an error, however large.
    pub(crate) fn error(&mut self, ename: &str, evalue: &str, traceback: &[String]) {
        self.refresh();
        let output = json!({
            "output_type": "error",
            "ename": ename,
            "evalue": evalue,
            "traceback": traceback,
        });
        let bytes = weight(&output);
        self.current().push(output, bytes);
    }

    /// Removes the outputs of the cell, with `waits` only when the next one comes.
    pub(crate) fn clear(&mut self, waits: bool) {
        self.current().is_stale = true;
        if !waits {
            self.refresh();
        }
    }

    /// Notes, once, that output is dropped.
    pub(crate) fn overflow(&mut self) {
        if self.current().is_full {
            return;
        }
        let limit = if self.total() >= self.notebook_limit {
            format!("{} bytes for a notebook", self.notebook_limit)
        } else if self.current().bytes.len() >= N_OUTPUTS {
            format!("{N_OUTPUTS} outputs for a cell")
        } else {
            format!("{} bytes for a cell", self.cell_limit)
        };
        let note =
            format!("\n[clx: the output exceeds the limit of {limit}; the rest is dropped]\n");
        self.current().print("stderr", &note);
        self.current().is_full = true;
    }

    fn refresh(&mut self) {
        if !self.current().is_stale {
            return;
        }
        let current = self.cells.len() - 1;
        for places in self.displays.values_mut() {
            places.retain(|&(cell, _)| cell != current);
        }
        let cell = self.current();
        cell.execution.outputs.clear();
        cell.bytes.clear();
        cell.total = 0;
        cell.is_stale = false;
        cell.is_full = false;
    }

    fn current(&mut self) -> &mut Cell {
        if self.cells.is_empty() {
            self.begin_cell();
        }
        let last = self.cells.len() - 1;
        &mut self.cells[last]
    }

    fn room(&mut self) -> usize {
        if self.current().bytes.len() >= N_OUTPUTS {
            return 0;
        }
        let of_cell = self.cell_limit.saturating_sub(self.current().total);
        of_cell.min(self.notebook_limit.saturating_sub(self.total()))
    }

    fn total(&self) -> usize {
        self.cells.iter().map(|cell| cell.total).sum()
    }
}

impl Cell {
    fn replace(&mut self, index: usize, output: Value, bytes: usize) {
        self.total = self.total + bytes - self.bytes[index];
        self.bytes[index] = bytes;
        self.execution.outputs[index] = output;
    }

    fn push(&mut self, output: Value, bytes: usize) {
        self.total += bytes;
        self.bytes.push(bytes);
        self.execution.outputs.push(output);
    }

    fn print(&mut self, name: &str, text: &str) {
        if let (Some(last), Some(bytes)) =
            (self.execution.outputs.last_mut(), self.bytes.last_mut())
            && last["output_type"] == "stream"
            && last["name"] == name
            && let Value::String(printed) = &mut last["text"]
        {
            printed.push_str(text);
            *bytes += text.len();
            self.total += text.len();
        } else {
            let output = json!({"output_type": "stream", "name": name, "text": text});
            self.push(output, text.len());
        }
    }
}

/// Takes data and metadata out of a content; what is missing is empty.
fn bundle(content: &mut Value) -> (Value, Value) {
    let mut object = |name: &str| match content.get_mut(name).map(Value::take) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    };
    let (mut data, metadata) = (object("data"), object("metadata"));
    for (mime_type, value) in &mut data {
        if !mime_type.contains("json") {
            join_lines(value);
        }
    }
    (data.into(), metadata.into())
}

/// Some kernels send a text as a list of lines.
fn join_lines(value: &mut Value) {
    if let Some(lines) = value.as_array() {
        let text: Option<String> = lines.iter().map(Value::as_str).collect();
        if let Some(text) = text {
            *value = Value::String(text);
        }
    }
}

/// About how many bytes a value has in memory and as JSON.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(values) => values.iter().map(weight).sum::<usize>() + values.len(),
        Value::Object(object) => {
            object.iter().map(|(name, value)| name.len() + weight(value) + 1).sum()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outputs(limits: Limits) -> Outputs {
        let mut outputs = Outputs::new(&limits);
        outputs.begin_cell();
        outputs
    }

    fn text_of(outputs: Outputs, cell: usize, output: usize) -> String {
        let text = &outputs.into_cells()[cell].outputs[output]["text"];
        text.as_str().unwrap().to_owned()
    }

    #[test]
    fn text_is_cut_between_characters() {
        let mut outputs = outputs(Limits { cell_output_bytes: 4, ..Limits::default() });
        outputs.stream("stdout", "a");
        outputs.stream("stdout", "ääää");
        assert_eq!(text_of(outputs, 0, 0), "aä");
    }

    #[test]
    fn flood_of_small_outputs_ends_with_a_note() {
        let mut outputs = outputs(Limits::default());
        for _ in 0..N_OUTPUTS {
            outputs.stream("stdout", "a");
            outputs.stream("stderr", "b");
        }
        let cells = outputs.into_cells();
        let last = cells[0].outputs.last().unwrap()["text"].as_str().unwrap();
        assert_eq!(cells[0].outputs.len(), N_OUTPUTS);
        assert!(last.contains("10000 outputs for a cell"), "{last}");
    }

    #[test]
    fn progress_bar_does_not_use_up_the_room() {
        let mut outputs = outputs(Limits { cell_output_bytes: 1000, ..Limits::default() });
        let content = |n: usize| json!({"data": {"text/plain": format!("{n}")}, "transient": {"display_id": "bar"}});
        outputs.display("display_data", &mut content(0));
        for n in 0..1000 {
            outputs.update(&mut content(n));
        }
        outputs.stream("stdout", "after");
        let cells = outputs.into_cells();
        assert_eq!(cells[0].outputs[0]["data"]["text/plain"], "999");
        assert_eq!(cells[0].outputs[1]["text"], "after");
    }

    #[test]
    fn output_that_is_too_large_leaves_a_note_alone() {
        let mut outputs = outputs(Limits { cell_output_bytes: 100, ..Limits::default() });
        let mut image = json!({"data": {"image/png": "x".repeat(200)}});
        outputs.display("display_data", &mut image);
        outputs.error("E", &"x".repeat(200), &[]);
        let cells = outputs.into_cells();
        let types: Vec<_> = cells[0].outputs.iter().map(|output| &output["output_type"]).collect();
        assert_eq!(types, ["stream", "error"]);
    }

    #[test]
    fn lines_are_joined_in_texts_but_not_in_json() {
        let mut outputs = outputs(Limits::default());
        let lines = json!(["a\n", "b"]);
        let mut content = json!({"data": {"text/html": lines, "application/json": lines}});
        outputs.display("display_data", &mut content);
        let data = &outputs.into_cells()[0].outputs[0]["data"];
        assert_eq!(data["text/html"], "a\nb");
        assert_eq!(data["application/json"], lines);
    }
}
