//! What is copied as it is, a few at a time. Principal type: [`Copies`].

use std::path::Path;

use clx_course::FileCopy;

/// The places to copy to that are left.
pub(crate) struct Copies<'a> {
    open: Vec<(&'a FileCopy, &'a Path)>,
}

impl<'a> Copies<'a> {
    pub(crate) fn new(copies: &'a [FileCopy]) -> Self {
        let mut open: Vec<_> = copies
            .iter()
            .flat_map(|copy| copy.destinations.iter().map(move |path| (copy, path.as_path())))
            .collect();
        open.reverse();
        Self { open }
    }

    pub(crate) const fn is_done(&self) -> bool {
        self.open.is_empty()
    }

    pub(crate) fn give_up(&mut self) {
        self.open.clear();
    }

    pub(crate) fn take(&mut self, n: usize) -> impl Iterator<Item = (&'a FileCopy, &'a Path)> {
        let rest = self.open.len().saturating_sub(n);
        self.open.split_off(rest).into_iter().rev()
    }
}
