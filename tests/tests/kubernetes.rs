//! The manifests of `docker/kubernetes`: what they name exists in clx, containers have few rights, and every
//! field is one of Kubernetes.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

use std::path::{Path, PathBuf};
use std::time::Duration;

use clx_process::{Exit, Spawn, Waited};
use yaml_rust2::{Yaml, YamlLoader};

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docker/kubernetes")
}

/// Returns all files but the kustomization, which is none of Kubernetes' own kinds.
fn files() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory()).unwrap().map(|entry| entry.unwrap().path());
    let is_manifest = |path: &PathBuf| {
        path.extension().is_some_and(|ending| ending == "yaml")
            && !path.ends_with("kustomization.yaml")
    };
    entries.filter(is_manifest).collect()
}

/// Returns the templates of all pods, with the names of what makes them.
fn pods() -> Vec<(String, Yaml)> {
    let documents = files().into_iter().flat_map(|path| {
        YamlLoader::load_from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    });
    let pods = documents.filter_map(|document| {
        let spec = document["spec"]["template"]["spec"].clone();
        (!spec.is_badvalue())
            .then(|| (document["metadata"]["name"].as_str().unwrap().to_owned(), spec))
    });
    let pods: Vec<_> = pods.collect();
    assert_eq!(pods.len(), 4);
    pods
}

fn words(yaml: &Yaml) -> Vec<&str> {
    yaml.as_vec().unwrap().iter().map(|word| word.as_str().unwrap()).collect()
}

#[test]
fn commands_are_taken_by_clx() {
    for (name, pod) in pods() {
        let container = &pod["containers"][0];
        let line = [words(&container["command"]), words(&container["args"])].concat();
        assert_eq!(line[0], "/opt/clx/clx");
        let line = line.iter().map(|word| match *word {
            "$(CLX_QUEUE_URL)" => "postgres://clx@db.example/jobs",
            "$(CLX_STORE_URL)" => "s3://courses/clx",
            word => word,
        });
        let command = clx_cli::args::groups::command(None);
        let taken = command.try_get_matches_from(line);
        assert!(taken.is_ok(), "{name}: {}", taken.unwrap_err());
    }
}

#[test]
fn images_are_those_of_this_version() {
    for (name, pod) in pods() {
        let image = pod["containers"][0]["image"].as_str().unwrap();
        let (repository, version) = image.split_once(':').unwrap();
        assert_eq!(version, env!("CARGO_PKG_VERSION"), "{name}");
        let kind = repository.strip_prefix("clx-").unwrap();
        let dockerfile = directory().parent().unwrap().join(kind).join("Dockerfile");
        assert!(dockerfile.is_file(), "{name}: there is no {}", dockerfile.display());
    }
}

#[test]
fn containers_have_few_rights_and_bounds() {
    for (name, pod) in pods() {
        assert_eq!(pod["securityContext"]["runAsNonRoot"].as_bool(), Some(true), "{name}");
        assert_eq!(pod["automountServiceAccountToken"].as_bool(), Some(false), "{name}");
        for container in pod["containers"].as_vec().unwrap() {
            let security = &container["securityContext"];
            for (field, value) in [
                ("runAsNonRoot", true),
                ("readOnlyRootFilesystem", true),
                ("allowPrivilegeEscalation", false),
            ] {
                assert_eq!(security[field].as_bool(), Some(value), "{name}: {field}");
            }
            assert_eq!(words(&security["capabilities"]["drop"]), ["ALL"], "{name}");
            let resources = &container["resources"];
            for field in ["cpu", "memory"] {
                assert!(resources["requests"][field].as_str().is_some(), "{name}: {field}");
            }
            assert!(resources["limits"]["memory"].as_str().is_some(), "{name}");
        }
    }
}

#[test]
fn every_field_is_one_of_kubernetes() {
    let Some(python) = std::env::var_os("CLX_TEST_PYTHON").filter(|path| !path.is_empty()) else {
        println!("SKIPPED: CLX_TEST_PYTHON names no Python; `cargo xtask test` sets it up");
        return;
    };
    let program = PathBuf::from(python).with_file_name("kubernetes-validate");
    let valid = |path: &Path| {
        let run = Spawn::new(&program).args(["--strict", path.to_str().unwrap()]);
        matches!(
            run.start().unwrap().wait(Duration::from_secs(60)).unwrap(),
            Waited::Exited(Exit::Status(0))
        )
    };
    for path in files() {
        assert!(
            valid(&path),
            "{} is not valid: kubernetes-validate --strict tells why",
            path.display()
        );
    }
    let wrong = tempfile::tempdir().unwrap();
    let path = wrong.path().join("wrong.yaml");
    let text = std::fs::read_to_string(directory().join("notebook.yaml")).unwrap();
    std::fs::write(&path, text.replace("readOnlyRootFilesystem", "readOnlyRootFileSystem"))
        .unwrap();
    assert!(!valid(&path), "an unknown field is passed over");
}
