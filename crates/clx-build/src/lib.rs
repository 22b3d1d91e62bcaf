//! From a course's output plan to its output trees: steps with keys for the backend, publishing of
//! what comes back, copies, sweeping, and the report.
//!
//! ```text
//! OutputPlan ─▶ BuildPlan ─▶ Backend ─▶ artifacts ─▶ Publisher ─▶ output trees
//!                  └─ copies ──────────────────────────▲
//! ```
//!
//! The publisher is the only writer of output trees. It owns what it wrote (the store remembers),
//! writes only what differs, by temporary name and rename, and removes only what it owns.
//!
//! Principal types: [`BuildPlan`], [`Forecast`], [`Build`], [`BuildEvent`], [`BuildReport`].

pub mod code;

mod build;
mod components;
mod copies;
mod diagram;
mod difference;
mod event;
mod forecast;
mod key;
mod notebook;
mod order;
mod outlook;
mod page;
mod plan;
mod publish;
mod report;
mod restore;
mod stock;
mod timing;
mod verify;

pub use build::{Build, BuildError, BuildOptions, Control};
pub use diagram::{DiagramParts, DiagramTool, FurtherPicture, ReadDiagram};
pub use event::{BuildEvent, BuildTotals};
pub use forecast::{Cause, Forecast, OutputForecast, Past, PlaceState, StepForecast};
pub use outlook::{Slots, predict};
pub use page::{KernelChoice, PageSettings};
pub use plan::{BuildPlan, PlanError, PlanSettings};
pub use publish::{PublishError, Removed};
pub use report::{BuildReport, BuildStatus};
pub use restore::{CopyOf, Restoration, Restored};
pub use timing::{TimedStep, Timing};
pub use verify::Verifying;
