//! Which lines of the sources have code, and which of them were run. Principal type: [`Lines`].
//!
//! The rule is that of `llvm-cov`: a line was run if any region that begins on it was, or the innermost
//! that reaches into it from the line before. Who instantiates or compiles a function several times has
//! run a line if one of these has.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use llvm_profparser::coverage::coverage_mapping::read_object_file;
use llvm_profparser::{
    Counter, CounterMappingRegion, CounterType, ExprKind, Expression, FunctionRecordV3, RegionKind,
};

use super::count::Counts;
use super::source::Sources;
use crate::error::TaskError;

/// Lines with code, from 1; true if they were run.
pub(super) type OfFile = BTreeMap<usize, bool>;

/// The lines of all files below a directory.
#[derive(Debug)]
pub(super) struct Lines {
    root: PathBuf,
    files: BTreeMap<PathBuf, OfFile>,
    /// Functions that lie in several programs are looked at once.
    seen: HashSet<(u64, u64)>,
}

impl Lines {
    /// Makes an empty table for sources below `root`.
    pub(super) fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), files: BTreeMap::new(), seen: HashSet::new() }
    }

    /// Adds all functions of a program.
    pub(super) fn add(&mut self, program: &Path, counts: &Counts) -> Result<(), TaskError> {
        let mapping = read_object_file(program, counts.version()).map_err(|error| {
            TaskError::Mapping { file: program.to_owned(), problem: error.to_string() }
        })?;
        for function in &mapping.cov_fun {
            let (name, shape) = (function.header.name_hash, function.header.fn_hash);
            if self.seen.insert((name, shape)) {
                let files = mapping.get_files_from_id(function.header.filenames_ref);
                self.add_function(function, &files, counts.of(name, shape));
            }
        }
        Ok(())
    }

    fn add_function(&mut self, function: &FunctionRecordV3, files: &[PathBuf], counts: &[u64]) {
        let mut values = Values::new(counts, &function.expressions);
        let mut regions: Vec<_> =
            function.regions.iter().filter(|region| is_code(region)).collect();
        regions.sort_by_key(|region| (region.file_id, &region.loc));
        for of_file in regions.chunk_by(|a, b| a.file_id == b.file_id) {
            let path =
                files.get(of_file[0].file_id).and_then(|path| path.strip_prefix(&self.root).ok());
            let Some(path) = path else { continue };
            let lines = self.files.entry(path.to_owned()).or_default();
            for (line, is_run) in run(of_file, |region| values.of(region.count) > 0) {
                *lines.entry(line).or_default() |= is_run;
            }
        }
    }

    /// Returns the lines of a file, by its path below the root.
    pub(super) fn of(&self, path: &Path) -> Option<&OfFile> {
        self.files.get(path)
    }

    /// Returns what was not run of a crate: `path:first-last`.
    pub(super) fn missing(&self, sources: &Sources, name: &str) -> Vec<String> {
        let of_crate = sources.of(name);
        let found = of_crate.filter_map(|source| Some((source, self.of(&source.path)?)));
        let found = found.flat_map(|(source, lines)| {
            let path = source.path.display();
            ranges(lines.range(..=source.n_lines)).into_iter().map(move |(first, last)| {
                let end = if last > first { format!("-{last}") } else { String::new() };
                format!("{path}:{first}{end}")
            })
        });
        found.collect()
    }
}

fn is_code(region: &CounterMappingRegion) -> bool {
    region.kind == RegionKind::Code
}

/// Tells for each line of these regions, ordered by where they begin, whether it was run.
fn run(
    regions: &[&CounterMappingRegion],
    mut is_run: impl FnMut(&CounterMappingRegion) -> bool,
) -> OfFile {
    let (mut begun, mut reached) = (OfFile::new(), OfFile::new());
    for region in regions {
        let is_run = is_run(region);
        *begun.entry(region.loc.line_start).or_default() |= is_run;
        // What begins later lies further inside.
        for line in region.loc.line_start + 1..=region.loc.line_end {
            reached.insert(line, is_run);
        }
    }
    for (line, is_run) in begun {
        *reached.entry(line).or_default() |= is_run;
    }
    reached
}

/// Returns first and last of each stretch of lines that were not run.
fn ranges<'a>(lines: impl Iterator<Item = (&'a usize, &'a bool)>) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let mut is_inside = false;
    for (&line, &is_run) in lines {
        match ranges.last_mut() {
            Some((_, last)) if is_inside && !is_run => *last = line,
            _ if !is_run => ranges.push((line, line)),
            _ => {}
        }
        is_inside = !is_run;
    }
    ranges
}

/// The values of a function's counters; most are sums and differences of those that were counted.
struct Values<'a> {
    counts: &'a [u64],
    expressions: &'a [Expression],
    known: Vec<Option<i128>>,
}

impl<'a> Values<'a> {
    fn new(counts: &'a [u64], expressions: &'a [Expression]) -> Self {
        Self { counts, expressions, known: vec![None; expressions.len()] }
    }

    /// A function that was left by a panic may have less at its end than it subtracts.
    fn of(&mut self, counter: Counter) -> i128 {
        let index = usize::try_from(counter.id).unwrap_or(usize::MAX);
        match counter.kind {
            CounterType::Zero => 0,
            CounterType::ProfileInstrumentation => {
                self.counts.get(index).copied().unwrap_or_default().into()
            }
            CounterType::Expression(_) => match self.known.get(index) {
                None => 0,
                Some(Some(value)) => *value,
                Some(None) => {
                    let Expression { kind, lhs, rhs } = self.expressions[index];
                    let (left, right) = (self.of(lhs), self.of(rhs));
                    let value = match kind {
                        ExprKind::Add => left + right,
                        ExprKind::Subtract => left - right,
                    };
                    self.known[index] = Some(value);
                    value
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use llvm_profparser::SourceLocation;

    use super::*;

    fn region(id: u64, [line_start, column_start, line_end]: [usize; 3]) -> CounterMappingRegion {
        CounterMappingRegion {
            kind: RegionKind::Code,
            count: Counter::instrumentation(id),
            false_count: Counter::default(),
            file_id: 0,
            expanded_file_id: 0,
            loc: SourceLocation { line_start, column_start, line_end, column_end: 2 },
            mcdc_params: None,
        }
    }

    #[test]
    fn line_counts_by_what_begins_on_it_and_by_the_innermost_that_reaches_it() {
        let regions = [region(1, [1, 1, 5]), region(0, [2, 9, 4]), region(1, [3, 1, 3])];
        let regions: Vec<_> = regions.iter().collect();
        let lines = run(&regions, |region| region.count.id > 0);
        let expected = [(1, true), (2, true), (3, true), (4, false), (5, true)];
        assert_eq!(lines.into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn differences_of_sums_are_calculated() {
        let counter = Counter::instrumentation;
        let expression = |id, kind| Counter { kind: CounterType::Expression(kind), id };
        let mut sum = Expression::new(counter(1), counter(2));
        sum.set_kind(ExprKind::Add);
        let difference = Expression::new(counter(0), expression(0, ExprKind::Add));
        let expressions = [sum, difference];
        let mut values = Values::new(&[7, 1, 2], &expressions);
        assert_eq!(values.of(expression(1, ExprKind::Subtract)), 4);
        assert_eq!(values.of(counter(9)), 0, "nothing was counted");
    }

    #[test]
    fn stretches_end_at_a_line_that_was_run_and_pass_over_lines_without_code() {
        let lines = OfFile::from([(1, false), (3, false), (4, true), (5, false), (6, true)]);
        assert_eq!(ranges(lines.iter()), [(1, 3), (5, 5)]);
    }
}
