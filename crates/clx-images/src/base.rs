//! What images are built on. Principal function: [`provide_base`].

use std::path::Path;
use std::time::Duration;

use bollard::query_parameters::BuildImageOptions;

use crate::build;
use crate::engine::Engine;
use crate::error::ImageError;
use crate::event::ImageEvent;
use crate::label;
use crate::{bootstrap, site, transfer};

/// The base where a registry can be reached.
pub const DEFAULT_BASE: &str = "debian:bookworm-slim";

/// Names of bases of one's own begin with this.
const OWN: &str = "clx-base";

/// How long pulling may take; the default has 30 MB. Without a registry it fails at once.
const PULL_LIMIT: Duration = Duration::from_secs(5 * 60);

/// Where the host has its package sources.
const ETC_APT: &str = "/etc/apt";

/// Which base is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum BaseChoice {
    /// A local `clx-base`, else the default, else one made here.
    #[default]
    Automatic,
    /// This one, local or pulled.
    Given(String),
    /// One made here anew.
    Bootstrap,
}

/// An image to build on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseImage {
    /// Its name.
    pub reference: String,
    /// Its id.
    pub id: String,
    /// Whether it is for this site only, and so is what is built on it.
    pub is_site: bool,
}

/// Finds, pulls or makes the base that is wanted. Making one takes a minute or two, blocks the thread, and
/// leaves nothing in `scratch`.
///
/// # Errors
/// [`ImageError::BaseMissing`], [`ImageError::Bootstrap`], [`ImageError::Engine`], [`ImageError::Build`].
pub async fn provide_base(
    engine: &Engine,
    choice: &BaseChoice,
    scratch: &Path,
    on_event: &mut dyn FnMut(ImageEvent),
) -> Result<BaseImage, ImageError> {
    let base = match choice {
        BaseChoice::Given(reference) => given(engine, reference, on_event).await?,
        BaseChoice::Bootstrap => {
            bootstrap::make(engine, Path::new(ETC_APT), scratch, on_event).await?;
            with_site(engine, on_event).await?
        }
        BaseChoice::Automatic => match local(engine).await? {
            Some(base) => base,
            None => default_or_own(engine, scratch, on_event).await?,
        },
    };
    let (reference, is_site) = (base.reference.clone(), base.is_site);
    on_event(ImageEvent::Base { reference, is_site });
    Ok(base)
}

/// Returns a base by its name, pulled if it is not there.
async fn given(
    engine: &Engine,
    reference: &str,
    on_event: &mut dyn FnMut(ImageEvent),
) -> Result<BaseImage, ImageError> {
    if let Some(base) = look_at(engine, reference).await? {
        return Ok(base);
    }
    let missing = |reason| ImageError::BaseMissing { reference: reference.to_owned(), reason };
    let pull = transfer::fetch(engine, reference, on_event);
    match tokio::time::timeout(PULL_LIMIT, pull).await {
        Ok(Ok(())) => {}
        Ok(Err(ImageError::Transfer { message, .. })) => return Err(missing(message)),
        Ok(Err(error)) => return Err(error),
        Err(_) => return Err(missing(format!("it took longer than {} s", PULL_LIMIT.as_secs()))),
    }
    look_at(engine, reference).await?.ok_or_else(|| missing("it is gone again".to_owned()))
}

async fn default_or_own(
    engine: &Engine,
    scratch: &Path,
    on_event: &mut dyn FnMut(ImageEvent),
) -> Result<BaseImage, ImageError> {
    let (reference, reason) = match given(engine, DEFAULT_BASE, on_event).await {
        Err(ImageError::BaseMissing { reference, reason }) => (reference, reason),
        other => return other,
    };
    on_event(ImageEvent::BaseNotPulled { reference: reference.clone(), reason: reason.clone() });
    if look_at(engine, bootstrap::REFERENCE).await?.is_none() {
        if let Err(lack) = bootstrap::is_bootstrap_possible() {
            let reason = format!("{reason}; and none can be made here: {lack}");
            return Err(ImageError::BaseMissing { reference, reason });
        }
        bootstrap::make(engine, Path::new(ETC_APT), scratch, on_event).await?;
    }
    with_site(engine, on_event).await
}

/// Adds the layer of the site to the base that was made here.
async fn with_site(
    engine: &Engine,
    on_event: &mut dyn FnMut(ImageEvent),
) -> Result<BaseImage, ImageError> {
    let context = site::layer(Path::new(ETC_APT))?;
    let arguments = [("BASE_IMAGE".to_owned(), bootstrap::REFERENCE.to_owned())];
    let options = BuildImageOptions {
        buildargs: Some(arguments.into()),
        ..build::options(site::REFERENCE, Default::default())
    };
    build::run(engine, site::REFERENCE, options, &context, on_event).await?;
    let (reference, reason) = (site::REFERENCE.to_owned(), "it is gone again".to_owned());
    let base = look_at(engine, site::REFERENCE).await?;
    base.ok_or(ImageError::BaseMissing { reference, reason })
}

/// Returns a local base of one's own, that of the site first.
async fn local(engine: &Engine) -> Result<Option<BaseImage>, ImageError> {
    if let Some(base) = look_at(engine, site::REFERENCE).await? {
        return Ok(Some(base));
    }
    let mut names = engine.names_of(OWN).await?;
    names.sort();
    match names.first() {
        Some(name) => look_at(engine, name).await,
        None => Ok(None),
    }
}

async fn look_at(engine: &Engine, reference: &str) -> Result<Option<BaseImage>, ImageError> {
    Ok(engine.image(reference).await?.map(|image| {
        let labels = image.config.and_then(|config| config.labels).unwrap_or_default();
        let (reference, id) = (reference.to_owned(), image.id.unwrap_or_default());
        BaseImage { reference, id, is_site: label::is_site(&labels) }
    }))
}
