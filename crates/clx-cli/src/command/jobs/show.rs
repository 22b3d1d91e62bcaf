//! `clx jobs show`: all that is known of a job.

use clx_queue::{JobId, JobState, QueueView};
use clx_status::words::{ago, span};
use clx_status::{AttemptView, JobView, word};

use super::{object, took};
use crate::args::ListFormat;
use crate::args::queue::ShowJobArgs;
use crate::command::failure::Failure;
use crate::command::queue_file::now;
use crate::display::{Style, stdout_line, stdout_text};
use crate::exit::Exit;

pub(super) fn run(queue: &dyn QueueView, args: &ShowJobArgs) -> Result<Exit, Failure> {
    let view = JobView::read(queue, JobId(args.job))?.ok_or_else(|| no_such_job(args.job))?;
    match args.queue.format {
        ListFormat::Json => {
            let mut json = object(&view.record);
            json["tries"] = serde_json::to_value(&view.attempts).unwrap_or_default();
            json["problems"] = serde_json::to_value(&view.problems).unwrap_or_default();
            json["made"] = serde_json::to_value(&view.made).unwrap_or_default();
            stdout_line(&json.to_string());
        }
        ListFormat::Table => stdout_text(&page(&view, Style::for_stdout(args.queue.no_color))),
    }
    Ok(Exit::Built)
}

/// Says that there is no such job.
pub(super) fn no_such_job(job: i64) -> Failure {
    Failure::refused(format!(
        "there is no job {job}\n  hint: `clx jobs list` shows those that there are; old ones are pruned"
    ))
}

fn page(view: &JobView, style: Style) -> String {
    let job = &view.record;
    let mut lines = vec![format!("{} {}", style.bold(&format!("Job {}:", job.id)), job.label)];
    let mut fact = |name: &str, value: String| lines.push(format!("  {name:<10}{value}"));
    fact("kind", job.job_type.clone());
    fact("state", state(view, style));
    fact("build", job.session.to_string());
    if let Some(worker) = job.worker {
        fact("worker", worker.to_string());
    }
    fact("enqueued", ago(now().since(job.created).as_secs_f64()));
    if let Some(seconds) = took(job) {
        fact("took", span(seconds));
    }
    if let Some(progress) = &job.progress {
        let step = if progress.total > 0 {
            format!("{} of {} {}", progress.step, progress.total, progress.note)
        } else {
            progress.note.clone()
        };
        fact("step", step.trim_end().to_owned());
    }
    if job.state == JobState::Blocked {
        fact("waits for", format!("{} other jobs", job.blocked_by));
    }
    if !view.problems.is_empty() {
        lines.push(String::new());
        lines.extend(view.problems.iter().map(|problem| style.diagnostic(problem)));
    }
    let earlier = |attempt: &&AttemptView| attempt.attempt < job.attempt || !job.state.is_final();
    let earlier: Vec<_> = view.attempts.iter().filter(earlier).collect();
    if !earlier.is_empty() {
        lines.push(format!("\n{}", style.bold("Attempts before:")));
        lines.extend(earlier.into_iter().map(attempt_line));
    }
    if !view.made.is_empty() {
        lines.push(format!("\n{}", style.bold("Made:")));
        let made = view.made.iter();
        lines.extend(
            made.map(|made| format!("  {} {}", made.kind, made.variant).trim_end().to_owned()),
        );
    }
    lines.push(String::new());
    lines.join("\n")
}

fn state(view: &JobView, style: Style) -> String {
    let word = word(&view.record);
    match view.record.state {
        JobState::Failed | JobState::Dead => style.bad(word),
        JobState::Completed if view.record.error_class.is_some() => style.bad(word),
        JobState::Completed => style.good(word),
        JobState::Running if view.record.cancel_requested => format!("{word}, asked to stop"),
        JobState::Blocked
        | JobState::Scheduled
        | JobState::Ready
        | JobState::Running
        | JobState::Cancelled => word.to_owned(),
    }
}

fn attempt_line(attempt: &AttemptView) -> String {
    let took =
        attempt.seconds.map(|seconds| format!(" after {}", span(seconds))).unwrap_or_default();
    let why = attempt
        .problems
        .first()
        .map(|problem| format!(": {}", problem.message))
        .unwrap_or_default();
    format!("  {} {}{took}{why}", attempt.attempt, attempt.error_class)
}
