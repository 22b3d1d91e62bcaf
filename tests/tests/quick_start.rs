//! The commands of `docs/guide/quick-start.md` run as they stand there, one after the other in one
//! place, and print what the page says.
//!
//! Blocks of the language `console` count: lines after `$` are commands, with what `<<'END'` feeds them;
//! lines below are what they print, where `…` stands for anything.

use std::path::PathBuf;

use clx_process::Spawn;
use clx_tests::e2e::{Clx, Run, finish};

const CLX: Clx = Clx(env!("CARGO_BIN_EXE_clx-e2e"));

const PAGE: &str = include_str!("../../docs/guide/quick-start.md");

/// Commands from this one on need a kernel, which tests cannot fetch.
const NEEDS_KERNEL: &str = "clx setup kernels";

/// A command of the page and what it prints, if the page says so.
#[derive(Debug, PartialEq, Eq)]
struct Command {
    text: String,
    printed: String,
}

/// Returns the commands of a page in order.
fn commands(page: &str) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    let mut lines = page.lines();
    while lines.any(|line| line == "```console") {
        while let Some(line) = lines.next().filter(|line| *line != "```") {
            if let Some(text) = line.strip_prefix("$ ") {
                let mut text = text.to_owned();
                if text.ends_with("<<'END'") {
                    let fed = lines.by_ref().take_while(|line| *line != "END");
                    let fed: String = fed.map(|line| format!("{line}\n")).collect();
                    text = format!("{text}\n{fed}END");
                }
                commands.push(Command { text, printed: String::new() });
            } else {
                let last = commands.last_mut().expect("a block begins with a command");
                last.printed.extend([line, "\n"]);
            }
        }
    }
    commands
}

/// Tells whether a line is what a page says, where `…` stands for anything.
fn is_line_as_said(line: &str, said: &str) -> bool {
    let Some((first, said)) = said.split_once('…') else { return line == said };
    let Some(mut line) = line.strip_prefix(first) else { return false };
    let (between, last) = said.rsplit_once('…').unwrap_or(("", said));
    for piece in between.split('…') {
        let Some(at) = line.find(piece) else { return false };
        line = &line[at + piece.len()..];
    }
    line.ends_with(last)
}

/// Tells whether lines are what a page says, where a line `…` stands for any number of lines, even none:
/// what a build tells of its progress and its times depends on how long it takes.
fn are_as_said(lines: &[&str], said: &[&str]) -> bool {
    match (said, lines) {
        (["…", said @ ..], _) => (0..=lines.len()).any(|n| are_as_said(&lines[n..], said)),
        ([first, said @ ..], [line, lines @ ..]) => {
            is_line_as_said(line, first) && are_as_said(lines, said)
        }
        _ => said.is_empty() && lines.is_empty(),
    }
}

/// Tells whether a text is what a page says. The page leaves out what builds only tell on slow machines.
fn is_as_said(text: &str, said: &str) -> bool {
    let text: Vec<&str> = text.lines().collect();
    let said = said.lines().flat_map(|line| {
        let is_build = line.starts_with("Building ");
        [line].into_iter().chain(is_build.then_some("…"))
    });
    are_as_said(&text, &said.collect::<Vec<_>>())
}

/// A user's home, and where the user is.
struct Place {
    home: tempfile::TempDir,
    directory: PathBuf,
    /// The tool folder, if it has a kernel for Python.
    tools: Option<String>,
}

/// Returns the tool folder if tests were told that it has a kernel for Python.
fn tools_with_kernel() -> Option<String> {
    let tools = std::env::var("CLX_TOOLS_DIR").ok()?;
    let kernels = std::env::var("CLX_TEST_KERNELS").ok()?;
    let begin = format!("{tools}/python-");
    kernels.split(':').any(|prefix| prefix.starts_with(&begin)).then_some(tools)
}

impl Place {
    fn new() -> Self {
        let home = tempfile::tempdir().expect("a temp dir");
        let programs = home.path().join("bin");
        std::fs::create_dir(&programs).expect("made");
        std::os::unix::fs::symlink(CLX.0, programs.join("clx")).expect("linked");
        let directory = home.path().to_owned();
        Self { home, directory, tools: tools_with_kernel() }
    }

    /// Runs a command as a shell of the user does.
    fn run(&mut self, command: &str) -> Run {
        let script = format!("exec 2>&1\n{command}");
        let path = format!("{}/bin:/usr/local/bin:/usr/bin:/bin", self.home.path().display());
        let shell = CLX
            .prepare(Spawn::new("sh").args(["-c", &script]))
            .env("HOME", self.home.path())
            .env("PATH", path)
            .current_dir(&self.directory);
        // Where the kernel is set up already, setting it up leaves it alone.
        let shell = match &self.tools {
            Some(tools) => shell.env("CLX_TOOLS_DIR", tools),
            None => shell,
        };
        let run = finish(shell.start().expect("a shell starts"));
        if let Some(directory) = command.strip_prefix("cd ") {
            self.directory.push(directory);
        }
        run
    }
}

#[test]
fn commands_print_what_the_page_says() {
    let commands = commands(PAGE);
    assert!(commands.len() > 10, "{commands:?}");
    let mut place = Place::new();
    for Command { text, printed } in commands {
        if text.starts_with(NEEDS_KERNEL) && place.tools.is_none() {
            println!("SKIPPED: CLX_TOOLS_DIR has no kernel for Python, from `{text}` on");
            return;
        }
        let run = place.run(&text).expect(0);
        let is_right = printed.is_empty() || is_as_said(&run.stdout, &printed);
        assert!(is_right, "$ {text}\nsaid:\n{printed}\nprinted:\n{}", run.stdout);
    }
}

#[test]
fn commands_are_read_from_blocks_of_the_console() {
    let page = "$ no\n```console\n$ one a\nx\ny\n$ two <<'END'\nfed\nEND\n```\n```sh\n$ no\n```\n";
    let command =
        |text: &str, printed: &str| Command { text: text.to_owned(), printed: printed.to_owned() };
    assert_eq!(commands(page), [command("one a", "x\ny\n"), command("two <<'END'\nfed\nEND", "")]);
}

#[test]
fn dots_stand_for_anything() {
    for (text, said, expected) in [
        ("Built 3 files in 5 ms.\n", "Built 3 files in … ms.\n", true),
        ("Built 4 files in 5 ms.\n", "Built 3 files in … ms.\n", false),
        ("Built 3 files in 5 ms, but.\n", "Built 3 files in … ms.\n", false),
        ("a\nb\nc\nd\n", "a\n…\nd\n", true),
        ("a\nb\nc\nd\n", "a\n…\n", true),
        ("a\nd\n", "a\n…\nd\n", true),
        ("a\nbd\n", "a\n…\nd\n", false),
        ("a\nb\nc\nd\n", "a\n", false),
        ("a\n", "a\nb\n", false),
        ("Building it\nBuilt it\n", "Building it\nBuilt it\n", true),
        ("Building it\n50 %\nBuilt it\n", "Building it\nBuilt it\n", true),
        ("Building it\n50 %\n", "Building it\nBuilt it\n", false),
    ] {
        assert_eq!(is_as_said(text, said), expected, "{text} {said}");
    }
}
