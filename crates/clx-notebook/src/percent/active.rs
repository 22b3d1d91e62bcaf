//! Decides whether a cell is active for a file extension, by its `active` option or an
//! `active-…` tag.

use crate::value::{Metadata, Value};

/// Options whose type makes the question meaningless.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ActiveError {
    /// `tags` is no list of texts.
    #[error("`tags` must be a list of texts")]
    Tags,
    /// `active` is no text.
    #[error("`active` must be a text such as `ipynb,py`")]
    Active,
    /// `run_control` is no object.
    #[error("`run_control` must be an object")]
    RunControl,
}

/// Tells whether a cell with `metadata` is active for `extension` (without its dot).
pub(crate) fn is_active(
    extension: &str,
    metadata: &Metadata,
    default: bool,
) -> Result<bool, ActiveError> {
    if is_frozen(metadata)? {
        return Ok(extension == "ipynb");
    }
    if let Some(tag) = active_tag(metadata)? {
        return Ok(tag.split('-').any(|part| part == extension));
    }
    match metadata.get("active") {
        None => Ok(default),
        Some(Value::Text(active)) => Ok(active.split(['.', ',']).any(|part| part == extension)),
        Some(_) => Err(ActiveError::Active),
    }
}

fn is_frozen(metadata: &Metadata) -> Result<bool, ActiveError> {
    let Some(control) = metadata.get("run_control") else { return Ok(false) };
    let control = control.as_map().ok_or(ActiveError::RunControl)?;
    Ok(control.get("frozen") == Some(&Value::Bool(true)))
}

fn active_tag(metadata: &Metadata) -> Result<Option<&str>, ActiveError> {
    let Some(tags) = metadata.get("tags") else { return Ok(None) };
    for tag in tags.as_list().ok_or(ActiveError::Tags)? {
        let tag = tag.as_text().ok_or(ActiveError::Tags)?;
        if tag.starts_with("active-") {
            return Ok(Some(tag));
        }
    }
    Ok(None)
}
