//! `clx config show`: every key with its value and origin.

use clx_config::{Config, Current, Key, Origin, Preset, Sources};
use serde_json::{Value, json};

use crate::args::config::{ShowArgs, ShowFormat};
use crate::display::{stdout_text, table};
use crate::exit::Exit;
use crate::settings::{has_errors, print_problems};

pub(super) fn run(args: &ShowArgs, sources: &Sources) -> Exit {
    let config = Config::load(sources);
    print_problems(config.problems());
    stdout_text(&match args.format {
        ShowFormat::Table => for_people(&config, args.origin),
        ShowFormat::Json => format!("{:#}\n", as_json(&config)),
        ShowFormat::Toml => as_toml(&config, args.origin),
    });
    if has_errors(&config) { Exit::Spec } else { Exit::Built }
}

fn for_people(config: &Config, shows_origin: bool) -> String {
    let mut rows = Vec::new();
    let mut section = "";
    for (key, current) in config.iter() {
        if key.section() != section {
            section = key.section();
            rows.extend([
                ["", "", ""].map(str::to_owned),
                [format!("[{section}]"), String::new(), String::new()],
            ]);
        }
        let origin = current.origin.to_string();
        rows.push([format!("  {}", key.short_name()), value(key, &current), origin]);
    }
    if shows_origin {
        return table(["KEY", "VALUE", "ORIGIN"], &rows);
    }
    let rows: Vec<_> = rows.into_iter().map(|[key, value, _]| [key, value]).collect();
    table(["KEY", "VALUE"], &rows)
}

/// Shows a value, or in brackets what clx finds out by itself.
fn value(key: &Key, current: &Current) -> String {
    match (&current.value, key.default) {
        (Some(value), _) => key.kind.text(value),
        (None, Preset::Otherwise(words)) => format!("({})", words.replace('`', "")),
        (None, Preset::Value(_)) => String::new(),
    }
}

fn as_json(config: &Config) -> Value {
    let keys: Vec<Value> = config.iter().map(|(key, current)| object(key, &current)).collect();
    json!({ "keys": keys, "problems": config.problems() })
}

fn object(key: &Key, current: &Current) -> Value {
    let (file, line) = match &current.origin {
        Origin::File { path, line, .. } => (Some(path), Some(line)),
        Origin::Variable(_) | Origin::Default => (None, None),
    };
    let variable = match &current.origin {
        Origin::Variable(name) => Some(name),
        Origin::File { .. } | Origin::Default => None,
    };
    json!({
        "key": key.name,
        "value": current.value.as_ref().map(|value| key.kind.json(value)),
        "origin": current.origin.kind(),
        "file": file,
        "line": line,
        "variable": variable,
    })
}

fn as_toml(config: &Config, shows_origin: bool) -> String {
    let mut lines = Vec::new();
    let mut section = "";
    for (key, current) in config.iter() {
        if key.section() != section {
            section = key.section();
            lines.extend((!lines.is_empty()).then(String::new));
            lines.push(format!("[{section}]"));
        }
        let origin = if shows_origin { format!(" # {}", current.origin) } else { String::new() };
        let name = key.short_name();
        lines.push(match &current.value {
            Some(value) => format!("{name} = {}{origin}", key.kind.toml(value)),
            None => format!("#{name} ={origin}"),
        });
    }
    lines.join("\n") + "\n"
}
