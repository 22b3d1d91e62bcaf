//! What `clx build` prints in each output mode. Principal type: [`BuildDisplay`].

use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_build::{BuildEvent, BuildReport, BuildTotals};
use clx_core::{Diagnostic, Language, Severity};
use clx_course::Course;

use super::closing::Closing;
use super::event_log::{BuildLog, EventLog};
use super::events::{self, Ending, Event};
use super::github::Annotator;
use super::json::{self, JsonReport};
use super::phase::Phase;
use super::progress::Progress;
use super::style::Style;
use super::{plural, stderr_line, stdout_line, step_summary, timing};
use crate::args::SpecArgs;
use crate::args::build::OutputMode;
use crate::command::{LastBuild, exit_of};
use crate::exit::Exit;
use crate::settings::DisplaySettings;

/// Errors and warnings repeated in the summary at most.
const SUMMARY_ERRORS: usize = 10;
const SUMMARY_WARNINGS: usize = 5;

/// Returns the name of a course in English, or in its first language.
pub(crate) fn course_name(course: &Course) -> &str {
    let codes = course.codes();
    let language = codes.iter().find(|&&code| code == Language::EN).or(codes.first());
    language.map(|&code| course.name.get(code)).unwrap_or_default()
}

/// Prints a build as it goes.
pub(crate) struct BuildDisplay {
    mode: OutputMode,
    style: Style,
    shows_progress: bool,
    progress: Progress,
    /// How long it will still take.
    left: Option<Duration>,
    /// What goes on before there is progress.
    phase: Option<Phase>,
    events: BuildLog,
    /// Writes problems for GitHub, if they are wanted so.
    annotator: Option<Annotator>,
    cached: usize,
    totals: BuildTotals,
    course_name: String,
    /// Problems shown as they came, so that the summary repeats them only if they scrolled away.
    shown: usize,
    /// Whether other builds follow.
    is_watching: bool,
    begin: clx_core::Timestamp,
}

impl BuildDisplay {
    pub(crate) fn new(args: &DisplaySettings, spec: &SpecArgs, events: &EventLog) -> Self {
        let shows_progress = !args.no_progress
            && matches!(args.output_mode, OutputMode::Default | OutputMode::Verbose);
        let is_github = args.output_mode == OutputMode::Github;
        let this = Self {
            mode: args.output_mode,
            style: Style::for_stderr(args.no_color),
            shows_progress,
            progress: Progress::Hidden,
            left: None,
            phase: None,
            events: events.of_build(),
            annotator: is_github.then(|| Annotator::new(spec.root())),
            cached: 0,
            totals: BuildTotals::default(),
            course_name: String::new(),
            shown: 0,
            is_watching: false,
            begin: clx_core::Clock::now(&clx_core::SystemClock),
        };
        this.log(|| events::begin(&spec.spec, this.begin));
        this
    }

    /// Makes the display of a build that others follow.
    pub(crate) fn of_watch(args: &DisplaySettings, spec: &SpecArgs, events: &EventLog) -> Self {
        Self { is_watching: true, ..Self::new(args, spec, events) }
    }

    /// Writes an event, if they are wanted.
    fn log(&self, event: impl FnOnce() -> Event) {
        if let Err(lost) = self.events.write(event) {
            self.progress.print(&format!("{} {lost}", self.style.doubtful("warning:")));
        }
    }

    /// Takes the progress of a build away that is begun anew.
    pub(crate) fn outdated(&mut self) {
        self.phase = None;
        self.progress.end();
        self.log(|| events::end(&Ending::Outdated));
    }

    /// Says that outputs are put back, if that takes long.
    pub(crate) fn restoring(&mut self) {
        self.phase("Restoring outputs");
    }

    /// Says that the course is read, if that takes long.
    pub(crate) fn reading(&mut self) {
        self.phase("Reading the course");
    }

    fn phase(&mut self, what: &'static str) {
        // The one before ends first, and may have something to say.
        self.phase = None;
        self.phase = self.shows_progress.then(|| Phase::begin(what));
    }

    /// Says which course is built.
    pub(crate) fn begin(&mut self, course: &Course) {
        self.phase = None;
        self.name_course(course_name(course).to_owned());
        self.phase("Getting ready");
    }

    fn name_course(&mut self, name: String) {
        self.course_name = name;
        self.log(|| events::course(&self.course_name));
        if matches!(self.mode, OutputMode::Default | OutputMode::Verbose) {
            stderr_line(&format!("Building {}", self.style.bold(&self.course_name)));
        }
    }

    /// Reports that nothing has changed since the last build of the same request, but for outputs that
    /// were put back.
    pub(crate) fn repeat_last(
        &mut self,
        last: &LastBuild,
        report: &BuildReport,
        written: Vec<PathBuf>,
        elapsed: Duration,
    ) -> Exit {
        self.phase = None;
        let LastBuild { course_name, totals, found, problems, .. } = last;
        self.name_course(course_name.clone());
        self.totals = *totals;
        self.log(|| events::planned(totals));
        self.log(|| events::copied(totals.files()));
        if !written.is_empty() {
            self.event(&BuildEvent::Written(written));
        }
        for problem in found.iter().chain(problems) {
            self.problem(problem);
        }
        self.finish(report, found, elapsed)
    }

    /// Reports that the spec or the selection is wrong.
    pub(crate) fn refuse(&self, spec: &Path, problems: &[Diagnostic]) {
        for problem in problems {
            self.log(|| events::problem(problem));
        }
        self.log(|| events::end(&Ending::Refused(problems)));
        if self.mode == OutputMode::Json {
            stdout_line(&json::refusal(spec, problems));
            return;
        }
        for problem in problems {
            match &self.annotator {
                Some(annotator) => stdout_line(&annotator.problem(problem)),
                None => stderr_line(&self.style.diagnostic(problem)),
            }
        }
        let errors = problems.iter().filter(|problem| problem.is_error()).count();
        let closing = Closing::of_refusal(errors, self.is_watching);
        closing.print(self.style);
        self.summarise(&closing.text, &problems.iter().collect::<Vec<_>>());
    }

    /// Shows a problem as it comes, if the mode wants it now.
    pub(crate) fn problem(&mut self, problem: &Diagnostic) {
        self.log(|| events::problem(problem));
        if let Some(annotator) = &self.annotator {
            stdout_line(&annotator.problem(problem));
        }
        let wanted = match self.mode {
            OutputMode::Json | OutputMode::Github => false,
            OutputMode::Quiet => problem.is_error(),
            OutputMode::Default => problem.severity >= Severity::High,
            OutputMode::Verbose => true,
        };
        if wanted {
            self.shown += 1;
            self.progress.print(&self.style.diagnostic(problem));
        }
    }

    /// Takes an event of the build.
    pub(crate) fn event(&mut self, event: &BuildEvent) {
        match event {
            BuildEvent::Planned(totals) => {
                self.log(|| events::planned(totals));
                self.phase = None;
                self.totals = *totals;
                if self.shows_progress {
                    self.progress = Progress::begin((totals.outputs + totals.copies) as u64);
                }
            }
            BuildEvent::StepFinished { label, cached, made, failed, executed, duration } => {
                self.log(|| events::step(label, [*cached, *made, *failed, *executed], *duration));
                self.cached += cached;
                self.progress.advance(cached + made + failed, self.cached);
                if self.mode == OutputMode::Verbose {
                    self.step_line(label, (*made, *failed), *executed, *duration);
                }
            }
            BuildEvent::Running(steps) => {
                self.log(|| events::running(steps, self.left));
                self.progress.running(steps);
            }
            BuildEvent::Copied(0) => {}
            BuildEvent::Copied(n) => {
                self.log(|| events::copied(*n));
                self.progress.advance(*n, self.cached);
            }
            BuildEvent::Left(left) => {
                self.left = Some(*left);
                self.progress.left(*left);
            }
            BuildEvent::Problem(problem) => self.problem(problem),
            BuildEvent::Written(files) => self.log(|| events::files("written", files)),
            BuildEvent::Swept(files) => {
                self.log(|| events::files("removed", files));
                if self.mode == OutputMode::Verbose {
                    let n = plural(files.len(), "output");
                    let line = format!("removed {n} no longer wanted");
                    self.progress.print(&line);
                }
            }
        }
    }

    fn step_line(
        &self,
        label: &str,
        (made, failed): (usize, usize),
        executed: usize,
        duration: Option<Duration>,
    ) {
        let how = match duration {
            Some(duration) => format!("{:.2} s", duration.as_secs_f64()),
            None => "cached".to_owned(),
        };
        let failures = if failed > 0 {
            format!(", {}", self.style.bad(&format!("{failed} failed")))
        } else {
            String::new()
        };
        let made = plural(made, "output");
        let runs = match executed {
            0 => String::new(),
            n => format!(", code run {}", plural(n, "time")),
        };
        self.progress.print(&format!("{label}: {made} made{failures}{runs} ({how})"));
    }

    /// Prints the summary; returns the exit status.
    pub(crate) fn finish(
        &mut self,
        report: &BuildReport,
        found: &[Diagnostic],
        elapsed: Duration,
    ) -> Exit {
        self.phase = None;
        self.progress.end();
        let exit = exit_of(report, found);
        self.log(|| events::end(&Ending::Done { report, found, exit }));
        if self.mode == OutputMode::Json {
            let problems = found.iter().chain(&report.problems);
            stdout_line(
                &JsonReport::new(&self.course_name, self.begin, elapsed)
                    .with_build(report, &self.totals)
                    .with_problems(problems)
                    .print(exit),
            );
            return exit;
        }
        let problems: Vec<&Diagnostic> = found.iter().chain(&report.problems).collect();
        if matches!(self.mode, OutputMode::Default | OutputMode::Verbose) {
            self.repeat(&problems);
            for line in timing::lines(&report.timing, elapsed, self.style) {
                stderr_line(&line);
            }
        }
        let errors = problems.iter().filter(|problem| problem.is_error()).count();
        let closing = Closing::of(report, errors, elapsed, self.is_watching);
        closing.print(self.style);
        self.summarise(&closing.text, &problems);
        exit
    }

    /// Adds to the page of the workflow run, if there is one.
    fn summarise(&self, verdict: &str, problems: &[&Diagnostic]) {
        let file = std::env::var_os(step_summary::FILE).filter(|value| !value.is_empty());
        let Some(file) = file.filter(|_| self.annotator.is_some()).map(PathBuf::from) else {
            return;
        };
        if let Err(error) = step_summary::append(&file, &self.course_name, verdict, problems) {
            let warning = self.style.doubtful("warning:");
            stderr_line(&format!("{warning} {} gets no summary: {error}", file.display()));
        }
    }

    /// Repeats problems that may have scrolled away, and warnings that were not shown.
    fn repeat(&self, problems: &[&Diagnostic]) {
        let shown = |problem: &&&Diagnostic| problem.severity >= Severity::High;
        let (errors, warnings): (Vec<&&Diagnostic>, Vec<&&Diagnostic>) =
            problems.iter().partition(|problem| problem.is_error());
        if self.shown > SUMMARY_ERRORS && !errors.is_empty() {
            stderr_line(&format!("\n{}:", plural(errors.len(), "error")));
            self.list(&errors, SUMMARY_ERRORS);
        }
        let quiet: Vec<&&Diagnostic> =
            warnings.into_iter().filter(|problem| !shown(problem)).collect();
        if self.mode == OutputMode::Default && !quiet.is_empty() {
            stderr_line(&format!("{}:", plural(quiet.len(), "minor warning")));
            self.list(&quiet, SUMMARY_WARNINGS);
        }
    }

    fn list(&self, problems: &[&&Diagnostic], limit: usize) {
        for problem in problems.iter().take(limit) {
            stderr_line(&format!("  {}", self.style.headline(problem)));
        }
        if problems.len() > limit {
            let more = problems.len() - limit;
            stderr_line(&format!("  … and {more} more; `-O verbose` shows all"));
        }
    }

    /// Reports that the build could not go on.
    pub(crate) fn fail(
        &mut self,
        (message, exit): (&str, Exit),
        found: &[Diagnostic],
        elapsed: Duration,
    ) {
        self.phase = None;
        self.progress.end();
        self.log(|| events::end(&Ending::Fatal { message, found, exit }));
        if self.mode == OutputMode::Json {
            stdout_line(
                &JsonReport::new(&self.course_name, self.begin, elapsed)
                    .with_problems(found.iter())
                    .fatal(message),
            );
            return;
        }
        if self.annotator.is_some() {
            stdout_line(&Annotator::failure(message));
            self.summarise(message, &found.iter().collect::<Vec<_>>());
        } else {
            stderr_line(&format!("{} {message}", self.style.bad("error:")));
            if self.is_watching {
                stderr_line("Watching for the next change, Ctrl+C ends.");
            }
        }
    }
}
