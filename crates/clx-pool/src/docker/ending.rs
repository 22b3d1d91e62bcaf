//! How containers end, in words. Principal type: [`Ending`].

use clx_process::Exit as ProcessExit;

use crate::exit::{Exit, with_last_words};

/// Statuses above are signals, as shells count them.
const SIGNALS: i64 = 128;

/// The status of a process that was killed by `SIGKILL`.
pub(super) const KILLED: i64 = SIGNALS + 9;

/// The status of a `clx` that does not know its arguments.
const USAGE: i64 = 2;

/// How a container ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Ending {
    /// Its status, if the engine knows it.
    pub(super) code: Option<i64>,
    /// Whether it exceeded its memory limit in its life.
    pub(super) out_of_memory: bool,
    /// What the engine says about it, mostly nothing.
    pub(super) remark: String,
}

impl Ending {
    /// Says how the worker ended; `output` is what it wrote last.
    pub(super) fn describe(&self, memory_bytes: u64, output: &str) -> Exit {
        let limit = || format!("its memory limit of {}", in_words(memory_bytes));
        let mut how = match (self.code, self.out_of_memory) {
            (Some(0), _) => return Exit::Orderly,
            (Some(KILLED), true) => format!("the container was killed for exceeding {}", limit()),
            (Some(code), true) => {
                format!(
                    "{}, after a process in it was killed for exceeding {}",
                    status(code),
                    limit()
                )
            }
            (Some(code), false) => status(code),
            (None, _) => "somebody removed its container".to_owned(),
        };
        if !self.remark.is_empty() {
            how = format!("{how}: {}", self.remark);
        }
        if self.code == Some(USAGE) {
            // The next one would say the same.
            let why =
                "the clx in the image is another one; `clx docker build` makes the image anew";
            return Exit::Hopeless(format!("{why} ({})", with_last_words(&how, output)));
        }
        Exit::broken(&how, output)
    }
}

/// Says what happened when the memory limit was exceeded and the container lives on.
pub(super) fn memory_note(memory_bytes: u64) -> String {
    let limit = in_words(memory_bytes);
    format!("a process in its container was killed for exceeding the memory limit of {limit}")
}

fn status(code: i64) -> String {
    let number = i32::try_from(code - SIGNALS).unwrap_or_default();
    match number {
        1..=64 => ProcessExit::Signal(number).to_string(),
        _ => format!("exit status {code}"),
    }
}

/// Says a size in the largest unit that divides it.
fn in_words(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match units.into_iter().find(|(unit, _)| bytes.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{} {name}", bytes / unit),
        None => format!("{bytes} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_said_in_words() {
        let check = |code, out_of_memory, expected: &str| {
            let ending = Ending { code, out_of_memory, remark: String::new() };
            let Exit::Broken(how) = ending.describe(1 << 30, "") else { panic!("{expected}") };
            assert_eq!(how, expected);
        };
        check(Some(3), false, "exit status 3");
        check(Some(137), false, "killed by signal 9 (SIGKILL)");
        check(Some(137), true, "the container was killed for exceeding its memory limit of 1 GiB");
        check(
            Some(1),
            true,
            "exit status 1, after a process in it was killed for exceeding its memory limit of \
             1 GiB",
        );
        check(None, false, "somebody removed its container");
        check(Some(255), false, "exit status 255");
    }

    #[test]
    fn last_words_and_the_engines_remark_are_shown() {
        let remark = "no such program".to_owned();
        let ending = Ending { code: Some(127), out_of_memory: false, remark };
        let how = "exit status 127: no such program; it said: a / b".to_owned();
        assert_eq!(ending.describe(1 << 30, "a\nb\n"), Exit::Broken(how));
    }

    #[test]
    fn program_that_does_not_know_its_arguments_is_given_up_at_once() {
        let ending = Ending { code: Some(2), ..Ending::default() };
        let exit = ending.describe(1 << 30, "error: what?\n\nFor more information, try help.\n");
        let Exit::Hopeless(why) = exit else { panic!("{exit:?}") };
        assert!(why.contains("`clx docker build`") && why.contains("error: what?"), "{why}");
    }

    #[test]
    fn status_zero_is_in_order() {
        let ending = Ending { code: Some(0), ..Ending::default() };
        assert_eq!(ending.describe(1 << 30, "bye"), Exit::Orderly);
    }

    #[test]
    fn sizes_have_units() {
        assert_eq!(in_words(512 << 20), "512 MiB");
        assert_eq!(in_words(3 << 30), "3 GiB");
        assert_eq!(in_words(1536 << 20), "1536 MiB");
        assert_eq!(in_words(1000), "1000 bytes");
    }
}
