//! `clx outline`: what a course teaches, as Markdown or JSON.

use std::path::Path;

use clx_core::Language;
use clx_course::{Course, Outline};

use crate::args::outline::{OutlineArgs, OutlineFormat};
use crate::display::{stderr_line, stdout_text};
use crate::exit::Exit;

pub(super) fn run(args: &OutlineArgs) -> Exit {
    let course = match super::load_for_reading(&args.spec, args.data_dir.as_deref()) {
        Ok(course) => course,
        Err(exit) => return exit,
    };
    let Some(language) = language(&course, args.language) else {
        let wanted = args.language.map(|code| code.to_string()).unwrap_or_default();
        let known: Vec<_> = course.codes().iter().map(ToString::to_string).collect();
        stderr_line(&format!(
            "error: the course has no language `{wanted}`\n  hint: it has {}",
            known.join(", ")
        ));
        return Exit::Usage;
    };
    if let Some(directory) = &args.directory {
        return write_all(&course, directory, args);
    }
    let text = text_of(&Outline::new(&course, language), args.format);
    match &args.output {
        Some(path) => write(path, &text),
        None => {
            stdout_text(&text);
            Exit::Built
        }
    }
}

fn language(course: &Course, wanted: Option<Language>) -> Option<Language> {
    let codes = course.codes();
    match wanted {
        Some(wanted) => codes.contains(&wanted).then_some(wanted),
        None if codes.contains(&Language::EN) => Some(Language::EN),
        None => codes.first().copied(),
    }
}

fn text_of(outline: &Outline, format: OutlineFormat) -> String {
    match format {
        OutlineFormat::Markdown => outline.markdown(),
        OutlineFormat::Json => format!("{:#}\n", serde_json::json!(outline)),
    }
}

fn write_all(course: &Course, directory: &Path, args: &OutlineArgs) -> Exit {
    if let Err(error) = std::fs::create_dir_all(directory) {
        stderr_line(&format!("error: cannot create {}: {error}", directory.display()));
        return Exit::Environment;
    }
    let extension = match args.format {
        OutlineFormat::Markdown => "md",
        OutlineFormat::Json => "json",
    };
    let mut outlines = Outline::all(course);
    outlines.retain(|(_, outline)| args.language.is_none_or(|wanted| wanted == outline.language));
    for (stem, outline) in outlines {
        let path = directory.join(format!("{stem}.{extension}"));
        let exit = write(&path, &text_of(&outline, args.format));
        if exit != Exit::Built {
            return exit;
        }
    }
    Exit::Built
}

fn write(path: &Path, text: &str) -> Exit {
    match std::fs::write(path, text) {
        Ok(()) => Exit::Built,
        Err(error) => {
            stderr_line(&format!("error: cannot write {}: {error}", path.display()));
            Exit::Environment
        }
    }
}
