//! With a real engine: images are found by their labels or told apart, the label of the site is inherited,
//! images go to a real registry and come back, or are refused. Says `SKIPPED` where no engine answers.

use std::pin::pin;

use bollard::query_parameters::{
    BuildImageOptions, CreateImageOptions, PushImageOptions, RemoveImageOptions, TagImageOptions,
};
use clx_images::{
    BaseChoice, Engine, ImageError, ImageEvent, ImageKind, VERSION, Variant, find, list,
    provide_base, pull, push,
};
use clx_testkit::registry::Registry;
use futures_util::StreamExt;

/// A name of their own, so that images that somebody uses are left alone.
const REPOSITORY: &str = "clx-test-images";

/// An engine, and names that are removed at the end.
struct Workbench {
    engine: Engine,
    test: &'static str,
    names: Vec<String>,
}

impl Workbench {
    /// Returns nothing where no engine answers.
    #[expect(
        clippy::print_stdout,
        reason = "whoever runs the tests has to know that they did not run"
    )]
    async fn set_up(test: &'static str) -> Option<Self> {
        match Engine::connect().await {
            Ok(engine) => Some(Self { engine, test, names: Vec::new() }),
            Err(error) => {
                println!("SKIPPED: {error}");
                None
            }
        }
    }

    /// Returns a version that only this test has.
    fn version(&self) -> String {
        format!("0.0.0-{}-{}", self.test, std::process::id())
    }

    /// Makes an empty image with these labels, and returns its name.
    async fn image(&mut self, labels: &[(&str, &str)]) -> String {
        let (tag, name) = (self.version(), format!("{REPOSITORY}:{}", self.version()));
        let labels = labels.iter().map(|(name, value)| format!("LABEL {name}={value}"));
        let options = CreateImageOptions {
            from_src: Some("-".to_owned()),
            repo: Some(REPOSITORY.to_owned()),
            tag: Some(tag),
            changes: labels.collect(),
            ..CreateImageOptions::default()
        };
        let empty = tar::Builder::new(Vec::new()).into_inner().expect("an empty archive");
        let body = bollard::body_full(empty.into());
        let mut answers = pin!(self.engine.docker().create_image(Some(options), Some(body), None));
        while let Some(answer) = answers.next().await {
            answer.expect("imported");
        }
        self.names.push(name.clone());
        name
    }

    /// Makes an empty image of this kind under a name that workers are looked for by.
    async fn worker_image(
        &mut self,
        kind: &str,
        repository: &str,
        tag: &str,
        more: &[(&str, &str)],
    ) {
        let version = self.version();
        let labels = [("clx.version", &*version), ("clx.kind", kind), ("clx.variant", "default")];
        let name = self.image(&[&labels, more].concat()).await;
        let options =
            TagImageOptions { repo: Some(repository.to_owned()), tag: Some(tag.to_owned()) };
        self.engine.docker().tag_image(&name, Some(options)).await.expect("tagged");
        self.names.push(format!("{repository}:{tag}"));
    }

    /// Builds an image from a text of one line, and returns its name.
    async fn build(&mut self, dockerfile: &str) -> String {
        let name = format!("{REPOSITORY}:{}-built", self.version());
        let mut archive = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_size(dockerfile.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, "Dockerfile", dockerfile.as_bytes()).expect("added");
        let options = BuildImageOptions {
            dockerfile: "Dockerfile".to_owned(),
            t: Some(name.clone()),
            rm: true,
            ..BuildImageOptions::default()
        };
        let body = bollard::body_full(archive.into_inner().expect("packed").into());
        let mut log = pin!(self.engine.docker().build_image(options, None, Some(body)));
        while let Some(line) = log.next().await {
            line.expect("built");
        }
        // Before its base, which cannot be removed while there is what is built on it.
        self.names.insert(0, name.clone());
        name
    }

    /// Gives an image a name in a registry, and pushes it as it is.
    async fn send(&mut self, image: &str, remote: &str) {
        let (repository, tag) = remote.rsplit_once(':').expect("a tag");
        let options =
            TagImageOptions { repo: Some(repository.to_owned()), tag: Some(tag.to_owned()) };
        self.engine.docker().tag_image(image, Some(options)).await.expect("tagged");
        // As above.
        self.names.insert(0, remote.to_owned());
        let options = PushImageOptions { tag: Some(tag.to_owned()), ..PushImageOptions::default() };
        let mut answers = pin!(self.engine.docker().push_image(repository, Some(options), None));
        while let Some(answer) = answers.next().await {
            answer.expect("pushed");
        }
    }

    async fn remove(&self, name: &str) {
        let options = None::<RemoveImageOptions>;
        self.engine.docker().remove_image(name, options, None).await.expect("removed");
    }

    async fn clean_up(self) {
        for name in &self.names {
            self.remove(name).await;
        }
    }
}

#[tokio::test]
async fn image_is_found_by_version_and_labels() {
    let Some(mut bench) = Workbench::set_up("find").await else { return };
    let version = bench.version();
    bench.worker_image("drawio", "clx-drawio", &version, &[("clx.build", "ab")]).await;
    let found = find(&bench.engine, ImageKind::Drawio, &version).await;
    let listed = list(&bench.engine).await;
    let other = find(&bench.engine, ImageKind::Drawio, "0.0.0-no-such").await;
    bench.clean_up().await;
    let found = found.expect("found");
    assert_eq!((&*found.reference, &*found.build), (&*format!("clx-drawio:{version}"), "ab"));
    assert!(found.kernels.is_empty());
    assert!(listed.expect("listed").iter().any(|image| image.id == found.id));
    assert!(matches!(other, Err(ImageError::OtherVersion { .. })), "{other:?}");
}

#[tokio::test]
async fn image_of_another_kind_under_the_name_is_not_taken() {
    let Some(mut bench) = Workbench::set_up("kind").await else { return };
    let version = bench.version();
    bench.worker_image("drawio", "clx-notebook", &format!("{version}-full"), &[]).await;
    let found = find(&bench.engine, ImageKind::Notebook(Variant::Full), &version).await;
    bench.clean_up().await;
    assert!(matches!(found, Err(ImageError::Missing { .. })), "{found:?}");
}

#[tokio::test]
async fn image_of_this_site_is_not_pushed() {
    let Some(mut bench) = Workbench::set_up("push").await else { return };
    let version = bench.version();
    bench.worker_image("plantuml", "clx-plantuml", &version, &[("clx.site", "1")]).await;
    let to = "registry.invalid/clx";
    let pushed = push(&bench.engine, ImageKind::PlantUml, &version, to, &mut |_| {}).await;
    bench.clean_up().await;
    assert!(matches!(pushed, Err(ImageError::PushRefused { .. })), "{pushed:?}");
}

#[tokio::test]
async fn pushed_image_is_pulled_by_another_host() {
    let Some(mut bench) = Workbench::set_up("transfer").await else { return };
    let (registry, version) = (Registry::start(), bench.version());
    bench.worker_image("notebook", "clx-notebook", &version, &[("clx.variant", "python")]).await;
    let kind = ImageKind::Notebook(Variant::Python);
    let mut told = Vec::new();
    let mut tell = |event| told.push(event);
    let remote = push(&bench.engine, kind, &version, &registry.prefix(), &mut tell).await;
    let remote = remote.expect("pushed");
    assert_eq!(remote, format!("{}/clx-notebook:{version}", registry.prefix()));
    let before = find(&bench.engine, kind, &version).await.expect("found");
    // What another host has: nothing of it.
    bench.names.push(remote);
    for name in std::mem::take(&mut bench.names) {
        bench.remove(&name).await;
    }
    let lacks = find(&bench.engine, kind, &version).await;
    assert!(matches!(lacks, Err(ImageError::Missing { .. } | ImageError::OtherVersion { .. })));

    let prefix = format!("{}/", registry.prefix());
    let pulled = pull(&bench.engine, kind, &version, &prefix, &mut tell).await;
    assert_eq!(pulled.expect("pulled"), format!("clx-notebook:{version}"));
    assert_eq!(find(&bench.engine, kind, &version).await.expect("found"), before);
    let reference = format!("{prefix}clx-notebook:{version}");
    assert!(told.contains(&ImageEvent::Pushing { reference: reference.clone() }), "{told:?}");
    assert!(told.contains(&ImageEvent::Pulling { reference: reference.clone() }), "{told:?}");
    let names = kind.references(&version);
    bench.names.extend(names.into_iter().chain([reference]));
    bench.clean_up().await;
}

#[tokio::test]
async fn another_image_in_the_registry_takes_no_local_name() {
    let Some(mut bench) = Workbench::set_up("foreign").await else { return };
    let (registry, version) = (Registry::start(), bench.version());
    let kind = ImageKind::PlantUml;
    bench.worker_image("plantuml", "clx-plantuml", &version, &[("clx.build", "right")]).await;
    let (prefix, reference) = (registry.prefix(), kind.reference(&version));
    let missing = pull(&bench.engine, kind, &version, &prefix, &mut |_| {}).await;

    let foreign = format!("FROM {REPOSITORY}:{version}\nLABEL clx.kind=drawio\n");
    let foreign = bench.build(&foreign).await;
    let remote = format!("{prefix}/{reference}");
    bench.send(&foreign, &remote).await;
    let refused = pull(&bench.engine, kind, &version, &prefix, &mut |_| {}).await;
    let found = find(&bench.engine, kind, &version).await;
    bench.clean_up().await;

    let missing = missing.expect_err("nothing is there").diagnostic();
    assert_eq!(missing.code, "CLX0848");
    assert!(missing.hint.expect("a hint").contains(&format!("docker pull {remote}")));
    let refused = refused.expect_err("it is another").to_string();
    assert_eq!(refused, format!("cannot pull {remote}: it is no image of clx for plantuml"));
    assert_eq!(found.expect("as it was").build, "right");
}

#[tokio::test]
async fn label_of_the_site_is_inherited_by_what_is_built_on_it() {
    let Some(mut bench) = Workbench::set_up("base").await else { return };
    let base = bench.image(&[("clx.site", "1")]).await;
    let built = bench.build(&format!("FROM {base}\nLABEL a=1\n")).await;
    let scratch = tempfile::tempdir().expect("a temp dir");
    let choice = BaseChoice::Given(built);
    let found = provide_base(&bench.engine, &choice, scratch.path(), &mut |_| {}).await;
    bench.clean_up().await;
    assert!(found.expect("there").is_site);
}

#[tokio::test]
async fn image_that_lacks_is_named_with_the_command_that_builds_it() {
    let Some(bench) = Workbench::set_up("lack").await else { return };
    match find(&bench.engine, ImageKind::PlantUml, VERSION).await {
        Ok(found) => assert_eq!(found.version, VERSION),
        Err(error) => assert!(error.hint().expect("a hint").contains("clx docker build")),
    }
}
