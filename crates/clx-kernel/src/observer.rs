//! Tells how a run goes on. Principal type: [`RunObserver`].

use crate::execution::CellExecution;

/// Learns what happens during a run, in the order in which it happens. Called by the task that
/// runs the cells, so it must return soon. Cells are counted from 0, as in the request.
///
/// `()` observes nothing.
pub trait RunObserver: Send {
    /// A cell begins; cells that are skipped do not.
    fn cell_started(&mut self, _cell: usize, _n_cells: usize) {}

    /// A cell printed. Comes for every piece of output, so often: `line` is the last line of the
    /// piece that is not blank, at most 200 characters of it.
    fn output_line(&mut self, _cell: usize, _line: &str) {}

    /// A cell ended, well or not.
    fn cell_finished(&mut self, _cell: usize, _execution: &CellExecution) {}
}

impl RunObserver for () {}
