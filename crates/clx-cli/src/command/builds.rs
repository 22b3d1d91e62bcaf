//! `clx builds`: what was built when, and how it went.

use clx_queue::{JobFilter, JobRecord, QueueView, SessionFilter, SessionId};
use clx_status::words::{ago, span};
use clx_status::{Build, BuildState, problems};
use serde_json::json;

use super::failure::Failure;
use super::queue_file::now;
use super::shown::{Shown, with_queue};
use crate::args::ListFormat;
use crate::args::queue::{BuildsCommand, ListBuildsArgs, ShowBuildArgs};
use crate::display::{Style, plural, stdout_line, stdout_text, table};
use crate::exit::Exit;

/// Failures and slowest jobs shown of a build.
const SHOWN: usize = 10;

/// Jobs of a build that are looked at for the slowest.
const LOOKED_AT: u32 = 10_000;

pub(super) fn run(command: &BuildsCommand) -> Exit {
    match command {
        BuildsCommand::List(args) => {
            with_queue(&args.queue.look, |queue, shown| list(queue, shown, args))
        }
        BuildsCommand::Show(args) => {
            with_queue(&args.queue.look, |queue, shown| show(queue, shown, args))
        }
    }
}

fn list(queue: &dyn QueueView, shown: &Shown, args: &ListBuildsArgs) -> Result<Exit, Failure> {
    let filter = SessionFilter {
        open: args.running,
        after: args.after.map(SessionId),
        limit: args.limit.saturating_add(1),
        session: None,
    };
    let mut builds = Build::list(queue, &filter, now(), &shown.is_dead())?;
    let has_more = builds.len() > args.limit as usize;
    builds.truncate(args.limit as usize);
    match args.queue.format {
        ListFormat::Json => {
            stdout_line(&json!({ "builds": builds, "has_more": has_more }).to_string());
        }
        ListFormat::Table if builds.is_empty() => {
            stdout_line(if args.running { "No build runs." } else { "No builds." });
        }
        ListFormat::Table => {
            let rows: Vec<_> = builds.iter().map(row).collect();
            let headings = ["BUILD", "COURSE", "STATE", "BEGAN", "TOOK", "JOBS", "FAILED"];
            stdout_text(&table(headings, &rows));
            if let (true, Some(last)) = (has_more, builds.last()) {
                stdout_line(&format!("\n`--after {}` lists the next.", last.id));
            }
        }
    }
    Ok(Exit::Built)
}

fn row(build: &Build) -> [String; 7] {
    let jobs = match build.state {
        BuildState::Running => format!("{} of {}", build.done, build.jobs),
        BuildState::Ended | BuildState::Died | BuildState::Abandoned => build.jobs.to_string(),
    };
    [
        build.id.to_string(),
        build.about(),
        build.state.name().to_owned(),
        ago(seconds_ago(build)),
        span(build.elapsed_seconds),
        jobs,
        build.failed.to_string(),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "seconds since a build")]
fn seconds_ago(build: &Build) -> f64 {
    (clx_status::unix_seconds(now()) - build.started) as f64
}

fn show(queue: &dyn QueueView, shown: &Shown, args: &ShowBuildArgs) -> Result<Exit, Failure> {
    let filter =
        SessionFilter { session: args.build.map(SessionId), limit: 1, ..SessionFilter::default() };
    let build = Build::list(queue, &filter, now(), &shown.is_dead())?.pop().ok_or_else(|| {
        Failure::refused(match args.build {
            Some(id) => format!(
                "there is no build {id}\n  hint: `clx builds list` shows those that there are"
            ),
            None => "no build has had anything to do yet".to_owned(),
        })
    })?;
    let of_build = JobFilter { session: Some(build.id), ..JobFilter::default() };
    let failed = queue.jobs(&JobFilter { troubled: true, ..of_build.clone() })?;
    let mut slowest = queue.jobs(&JobFilter { limit: LOOKED_AT, ..of_build })?;
    slowest.retain(|job| duration(job) > 0.0);
    slowest.sort_by(|one, other| duration(other).total_cmp(&duration(one)));
    slowest.truncate(SHOWN);
    if args.queue.format == ListFormat::Json {
        let slow = |job: &JobRecord| json!({ "job_id": job.id, "document": job.label, "seconds": duration(job) });
        let failures: Vec<_> = failed
            .iter()
            .map(|job| Ok(json!({ "job_id": job.id, "document": job.label, "problems": problems(queue, job)? })))
            .collect::<Result<_, Failure>>()?;
        let slowest: Vec<_> = slowest.iter().map(slow).collect();
        let json = json!({ "build": build, "failures": failures, "slowest_jobs": slowest });
        stdout_line(&json.to_string());
        return Ok(Exit::Built);
    }
    print_page(queue, &build, &failed, &slowest, Style::for_stdout(args.queue.no_color))?;
    Ok(Exit::Built)
}

fn duration(job: &JobRecord) -> f64 {
    match (job.started, job.finished) {
        (Some(started), Some(finished)) => finished.since(started).as_secs_f64(),
        _ => 0.0,
    }
}

fn print_page(
    queue: &dyn QueueView,
    build: &Build,
    failed: &[JobRecord],
    slowest: &[JobRecord],
    style: Style,
) -> Result<(), Failure> {
    stdout_line(&format!("{} {}", style.bold(&format!("Build {}:", build.id)), build.about()));
    let fact = |name: &str, value: String| stdout_line(&format!("  {name:<10}{value}"));
    fact("state", build.state.name().to_owned());
    fact("course", build.root.display().to_string());
    fact("began", ago(seconds_ago(build)));
    fact("took", span(build.elapsed_seconds));
    let jobs = plural(usize::try_from(build.jobs).unwrap_or(usize::MAX), "job");
    let (done, failures, cancelled) = (build.done, build.failed, build.cancelled);
    fact("jobs", format!("{jobs}, {done} done, {failures} failed, {cancelled} cancelled"));
    if !failed.is_empty() {
        stdout_line(&format!("\n{}", style.bold("Failed:")));
        for job in failed.iter().take(SHOWN) {
            let first = problems(queue, job)?.into_iter().next();
            let what = first.map_or_else(|| job.label.clone(), |problem| style.headline(&problem));
            stdout_line(&format!("  job {}: {what}", job.id));
        }
        if failed.len() > SHOWN {
            let id = build.id;
            stdout_line(&format!(
                "  `clx jobs list --failed --build {id}` lists all {}",
                failed.len()
            ));
        }
    }
    if !slowest.is_empty() {
        stdout_line(&format!("\n{}", style.bold("Slowest:")));
        for job in slowest {
            stdout_line(&format!("  {:>8}  {}", span(duration(job)), job.label));
        }
    }
    Ok(())
}
