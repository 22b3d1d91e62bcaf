//! The list of output trees.

use clx_serve::{Root, encode};
use serde_json::{Value, json};

use super::Page;
use crate::dashboard::Site;
use crate::problem::Problem;
use crate::stock::TREE;

/// Makes the list of the roots that builds wrote to.
pub(crate) fn tree(site: &Site, roots: &[Root]) -> Result<String, Problem> {
    let page = Page { template: "tree", title: "Outputs", section: "outputs", is_live: false };
    let root = |root: &Root| {
        json!({
            "name": root.name,
            "address": format!("{TREE}/{}/", encode(&root.name)),
            "path": root.path.display().to_string(),
            "is_there": root.path.is_dir(),
        })
    };
    let roots: Vec<Value> = roots.iter().map(root).collect();
    page.render(site, json!({ "roots": roots }))
}
