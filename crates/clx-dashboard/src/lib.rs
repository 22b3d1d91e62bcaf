//! The dashboard of clx: what a queue's file tells, as pages in a browser and as JSON.
//!
//! | type | what for |
//! |---|---|
//! | [`Dashboard`] | serves until it is dropped |
//! | [`DashboardOptions`] | what it shows, and where it listens |
//! | [`DashboardError`] | why nothing is served |
//!
//! ```text
//! /  /builds  /builds/ID  /jobs  /jobs/ID  /depends  /cache      pages
//! /tree/NAME/…                                                   built outputs, read-only
//! /api/…                                                         the same as JSON, see docs/reference/api.md
//! /events                                                        server-sent events: status, jobs, builds
//! POST /jobs/ID/cancel  /jobs/ID/retry  /builds/ID/cancel        from the forms of pages
//! ```
//!
//! Pages are HTML that is whole without a script. The script listens to `/events` and takes what
//! changed from the page as it is now; whatever it does, reloading does, too.
//!
//! # Who may do what
//!
//! Everybody who reaches the server may read. What changes something needs the token of this process,
//! which only its pages have, and comes from no other origin; a request whose `Host` is not ours is
//! refused before it gets here. Pages load nothing from elsewhere and run no script but ours. Built
//! pages may come from strangers: they are shown without scripts and forms, so they can do nothing
//! with the dashboard whose origin they share.

mod api;
mod build_query;
mod change;
mod chart;
mod dashboard;
mod error;
mod guard;
mod job_query;
mod job_row;
mod page;
mod problem;
mod push;
mod route;
mod stock;
mod template;
mod token;
mod words;

pub use dashboard::{Dashboard, DashboardOptions};
pub use error::DashboardError;
