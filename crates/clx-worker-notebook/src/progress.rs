//! Tells the queue how far a run is. Principal type: [`CellProgress`].

use std::time::Instant;

use clx_kernel::{CellExecution, RunObserver};
use clx_worker::JobContext;

/// Passes cells and their last line of output on; the worker's beat sends the newest of it.
pub(crate) struct CellProgress<'a> {
    context: &'a JobContext,
    n_cells: usize,
    begin: Instant,
    cell_begin: Instant,
}

impl<'a> CellProgress<'a> {
    pub(crate) fn new(context: &'a JobContext) -> Self {
        let now = Instant::now();
        Self { context, n_cells: 0, begin: now, cell_begin: now }
    }

    fn report(&self, done: usize, note: &str) {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.context.progress(number(done), number(self.n_cells), note);
    }
}

impl RunObserver for CellProgress<'_> {
    fn cell_started(&mut self, cell: usize, n_cells: usize) {
        self.n_cells = n_cells;
        self.cell_begin = Instant::now();
        self.report(cell, &format!("cell {} of {n_cells}", cell + 1));
    }

    fn output_line(&mut self, cell: usize, line: &str) {
        let seconds = self.cell_begin.elapsed().as_secs();
        self.report(cell, &format!("cell {} of {}, {seconds} s: {line}", cell + 1, self.n_cells));
    }

    fn cell_finished(&mut self, cell: usize, _execution: &CellExecution) {
        let seconds = self.begin.elapsed().as_secs();
        self.report(cell + 1, &format!("{} of {} cells, {seconds} s", cell + 1, self.n_cells));
    }
}
