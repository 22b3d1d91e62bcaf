//! A JSON schema for editors. Principal function: [`schema`].

use serde_json::{Map, Value, json};

use crate::key::{Key, Preset, Project};
use crate::kind::Kind;
use crate::setting::KEYS;

/// Returns a schema (draft 7) of configuration files.
#[must_use]
pub fn schema() -> Value {
    let mut root = section();
    for key in KEYS {
        let mut at = &mut root;
        for name in key.section().split('.') {
            let properties = &mut at["properties"];
            if properties.get(name).is_none() {
                properties[name] = section();
            }
            at = &mut properties[name];
        }
        at["properties"][key.short_name()] = of_key(key);
    }
    root["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    root["title"] = json!("Configuration of clx");
    root
}

fn section() -> Value {
    json!({ "type": "object", "properties": {}, "additionalProperties": false })
}

fn of_key(key: &Key) -> Value {
    let mut about = key.about();
    if let Preset::Otherwise(words) = key.default {
        about = format!("{about} Default: {words}.");
    }
    if let Project::Refused(_) = key.project {
        about.push_str(" The file of a course may not set it.");
    }
    let mut schema = of_kind(key.kind);
    schema.insert("description".to_owned(), about.into());
    if let Preset::Value(default) = key.default
        && let Ok(value) = key.kind.parse(default)
    {
        // As it is written in the file: sizes with their units.
        let written = key.kind.toml(&value);
        let default = written.as_str().map_or_else(|| key.kind.json(&value), Value::from);
        schema.insert("default".to_owned(), default);
    }
    Value::Object(schema)
}

fn of_kind(kind: Kind) -> Map<String, Value> {
    let schema = match kind {
        Kind::Switch => json!({ "type": "boolean" }),
        Kind::Count { min, max } | Kind::Seconds { min, max, is_whole: true } => {
            json!({ "type": "integer", "minimum": min, "maximum": max })
        }
        Kind::Seconds { min, max, is_whole: false } => {
            json!({ "type": "number", "minimum": min, "maximum": max })
        }
        Kind::Days { or_off } => {
            let days = json!({ "type": "integer", "minimum": 0, "maximum": crate::kind::MAX_DAYS });
            if or_off { json!({ "anyOf": [days, { "const": "off" }] }) } else { days }
        }
        Kind::Size => json!({
            "anyOf": [
                { "type": "integer", "minimum": 0 },
                { "type": "string", "pattern": "^([0-9]+([KkMmGg]?[Bb]?)|off)$" },
            ],
        }),
        Kind::Memory => json!({ "type": "string", "pattern": "^[0-9]+[KkMmGg]?[Bb]?$" }),
        Kind::Choice(words) => json!({ "enum": words }),
        Kind::Name | Kind::Path => json!({ "type": "string", "minLength": 1 }),
    };
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}
