//! The images in which workers run with pinned tools: what they are made of, how they are built and
//! checked, which ones an engine has. Runs no workers, prints nothing.
//!
//! | type | what for |
//! |---|---|
//! | [`ImageKind`], [`Variant`] | which images there are, and how they are called |
//! | [`Engine`] | a Docker engine that answers and is new enough |
//! | [`find`], [`FoundImage`] | the image for a kind of jobs, or the one reason why there is none |
//! | [`provide_base`], [`BaseChoice`] | what images are built on, also without a registry |
//! | [`build`], [`BuildRequest`] | makes an image, unless there is one of the same digest |
//! | [`check`], [`hardened`] | runs a real job in an image, as workers are run in it |
//! | [`list`], [`pull`], [`push`] | what there is, from and to elsewhere |
//! | [`ImageError`] | why something failed, and what helps |
//!
//! An image holds the one statically linked `clx`, and tools laid out as `clx setup` lays them out:
//!
//! ```text
//! /opt/clx/
//!   clx                       the worker
//!   tools/                    CLX_TOOLS_DIR
//!     plantuml-9f31c0aa7e42/  a unit, see clx-setup
//! ```
//!
//! ```no_run
//! # async fn example() -> Result<(), clx_images::ImageError> {
//! use clx_images::{Engine, ImageKind, VERSION, find};
//!
//! let engine = Engine::connect().await?;
//! let image = find(&engine, ImageKind::PlantUml, VERSION).await?;
//! assert_eq!(image.reference, format!("clx-plantuml:{VERSION}"));
//! # Ok(())
//! # }
//! ```

pub mod code;

mod apt;
mod artefact;
mod base;
mod bootstrap;
mod build;
mod check;
mod context;
mod dockerfile;
mod engine;
mod error;
mod event;
mod find;
mod kind;
mod label;
mod list;
mod pip;
mod site;
mod stream;
mod transfer;
mod worker;

pub use base::{BaseChoice, BaseImage, DEFAULT_BASE, provide_base};
pub use build::{BuildRequest, Built, build, build_system};
pub use check::{Checked, check, hardened};
pub use engine::Engine;
pub use error::ImageError;
pub use event::ImageEvent;
pub use find::{FoundImage, find};
pub use kind::{ImageKind, Variant};
pub use list::{ListedImage, list};
pub use transfer::{pull, push};
pub use worker::is_static;

/// The version of images that this clx builds and uses: its own.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
