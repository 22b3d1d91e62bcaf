//! What hosts tell each other of their tools. Principal types: [`HostNote`], [`HostTools`].
//!
//! The same source gives the same output only with the same tools. A host that works for others notes what
//! it works with; a build chooses one of these notes for each kind of jobs, makes its keys with it, and
//! notes which; hosts with other tools leave its jobs alone.

use std::collections::BTreeMap;
use std::sync::Arc;

use clx_core::{ContentHash, JobKind, KeyBuilder, ProgLang};
use clx_queue::SessionRecord;
use serde::{Deserialize, Serialize};

use crate::command::pages::usual_kernels;
use crate::command::toolbox::{Kernel, Lack, Renderer, Toolbox};
use crate::command::tools::Tools;

/// Raised whenever the meaning of a digest changes.
const SCHEMA: &str = "host-1";

/// What a host works with; the note of its session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HostNote {
    version: u32,
    /// The version of clx: jobs and results of another one may look otherwise.
    clx: String,
    /// For people.
    pub(super) host: String,
    /// Names and digests of kernels by language, if it works on notebooks.
    notebook: Option<BTreeMap<ProgLang, (String, ContentHash)>>,
    /// Digests of what draws diagrams.
    renderers: BTreeMap<JobKind, ContentHash>,
}

impl HostNote {
    /// Looks at the tools of this host, as far as they are for these kinds of jobs.
    pub(super) fn of(tools: &Arc<Tools>, kinds: &[JobKind]) -> Self {
        let toolbox = Toolbox::Machine(Arc::clone(tools));
        let kernel = |language: ProgLang| {
            let found = toolbox.kernel(language, &usual_kernels(language)).ok()?;
            Some((language, (found.name, found.identity)))
        };
        let renderer = |kind: &JobKind| Some((*kind, toolbox.renderer(*kind).ok()?.identity));
        let diagrams = kinds.iter().filter(|kind| **kind != JobKind::Notebook);
        Self {
            version: 1,
            clx: env!("CARGO_PKG_VERSION").to_owned(),
            host: clx_process::host_name(),
            notebook: kinds
                .contains(&JobKind::Notebook)
                .then(|| ProgLang::ALL.into_iter().filter_map(kernel).collect()),
            renderers: diagrams.filter_map(renderer).collect(),
        }
    }

    pub(super) fn to_text(&self) -> String {
        serde_json::to_string(self).expect("names and hashes are always JSON")
    }

    fn of_session(session: &SessionRecord) -> Option<Self> {
        let note: Self = serde_json::from_str(&session.note).ok()?;
        (note.version == 1 && note.clx == env!("CARGO_PKG_VERSION")).then_some(note)
    }

    /// Names its languages, for people.
    pub(super) fn languages(&self) -> Vec<&'static str> {
        self.notebook.iter().flatten().map(|(language, _)| language.name()).collect()
    }

    /// Returns a digest of the tools for a kind of jobs, if it has any.
    fn digest(&self, kind: JobKind) -> Option<ContentHash> {
        let key = KeyBuilder::new(SCHEMA).with("clx", &self.clx);
        if kind != JobKind::Notebook {
            let renderer = self.renderers.get(&kind)?;
            return Some(key.with("renderer", renderer.as_bytes()).finish());
        }
        let kernels = self.notebook.as_ref()?.iter();
        let with = |key: KeyBuilder, (language, (name, identity)): (&ProgLang, &(String, _))| {
            let identity: &ContentHash = identity;
            key.with(language.name(), name).with(name.clone(), identity.as_bytes())
        };
        Some(kernels.fold(key, with).finish())
    }

    /// Tells whether this host may do the jobs of a build that chose these tools.
    pub(super) fn suits(&self, chosen: &BTreeMap<String, String>) -> bool {
        JobKind::ALL.into_iter().all(|kind| match (self.digest(kind), chosen.get(kind.name())) {
            (Some(own), Some(chosen)) => own.to_hex() == *chosen,
            (None, _) | (_, None) => true,
        })
    }
}

/// The tools that a build chose among those of other hosts.
#[derive(Debug, Default)]
pub(crate) struct HostTools {
    of_kind: BTreeMap<JobKind, HostNote>,
}

impl HostTools {
    /// Chooses for each kind of jobs what most of the pools have.
    pub(crate) fn choose(pools: &[SessionRecord]) -> Self {
        let notes: Vec<_> = pools.iter().filter_map(HostNote::of_session).collect();
        let choose = |kind: JobKind| {
            let mut votes: BTreeMap<ContentHash, (usize, &HostNote)> = BTreeMap::new();
            for note in &notes {
                if let Some(digest) = note.digest(kind) {
                    votes.entry(digest).or_insert((0, note)).0 += 1;
                }
            }
            let most = votes.into_iter().max_by_key(|(digest, (n, _))| (*n, *digest))?;
            Some((kind, most.1.1.clone()))
        };
        Self { of_kind: JobKind::ALL.into_iter().filter_map(choose).collect() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.of_kind.is_empty()
    }

    /// Returns digests of the chosen tools by the names of kinds, for the note of the build's session.
    pub(crate) fn digests(&self) -> BTreeMap<String, String> {
        let digest = |(kind, note): (&JobKind, &HostNote)| {
            Some((kind.name().to_owned(), note.digest(*kind)?.to_hex()))
        };
        self.of_kind.iter().filter_map(digest).collect()
    }

    pub(crate) fn kernel(&self, language: ProgLang, names: &[&str]) -> Result<Kernel, Lack> {
        let note = self.note(JobKind::Notebook)?;
        let found = note.notebook.iter().flatten().find(|(known, _)| **known == language);
        match found {
            Some((_, (name, identity))) if names.contains(&name.as_str()) => {
                Ok(Kernel { name: name.clone(), identity: *identity })
            }
            other => {
                let has =
                    other.map_or_else(String::new, |(_, (name, _))| format!(", but `{name}`"));
                Err(Lack {
                    reason: format!(
                        "the hosts that work on notebooks have no kernel `{}`{has}",
                        names.join("` or `")
                    ),
                    hint: format!(
                        "`clx setup kernels --language {}` installs one there; start `clx pool run` again \
                         afterwards",
                        language.name()
                    ),
                })
            }
        }
    }

    pub(crate) fn renderer(&self, kind: JobKind) -> Result<Renderer, Lack> {
        let note = self.note(kind)?;
        let identity = note.renderers.get(&kind).copied();
        identity.map(|identity| Renderer { identity, notice: None }).ok_or_else(|| lack(kind))
    }

    fn note(&self, kind: JobKind) -> Result<&HostNote, Lack> {
        self.of_kind.get(&kind).ok_or_else(|| lack(kind))
    }
}

fn lack(kind: JobKind) -> Lack {
    Lack {
        reason: format!("no host works on {kind} jobs"),
        hint: format!(
            "start workers on a host that has the tool: `clx worker run {kind} --queue URL --store URL`"
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn note(python: &str, plantuml: Option<&str>) -> HostNote {
        let kernel = ("python3".to_owned(), ContentHash::of(python));
        HostNote {
            version: 1,
            clx: env!("CARGO_PKG_VERSION").to_owned(),
            host: "a".to_owned(),
            notebook: Some([(ProgLang::Python, kernel)].into()),
            renderers: plantuml
                .map(|text| (JobKind::PlantUml, ContentHash::of(text)))
                .into_iter()
                .collect(),
        }
    }

    fn session(note: &HostNote) -> SessionRecord {
        SessionRecord {
            id: clx_queue::SessionId(1),
            token: String::new(),
            owner: clx_queue::Owner { pid: 1, start: 0, boot_id: String::new() },
            root: PathBuf::new(),
            role: clx_queue::SessionRole::Pool,
            note: note.to_text(),
            state: clx_queue::SessionState::Open,
            created: clx_core::Timestamp::default(),
            closed: None,
        }
    }

    #[test]
    fn most_hosts_decide_and_the_others_keep_out() {
        let (new, old) = (note("3.12", None), note("3.11", Some("1.2024")));
        let pools = [session(&old), session(&new), session(&new)];
        let tools = HostTools::choose(&pools);
        let kernel = tools.kernel(ProgLang::Python, &["python3"]).ok().unwrap();
        assert_eq!(kernel.identity, ContentHash::of("3.12"));
        assert_eq!(
            tools.renderer(JobKind::PlantUml).ok().unwrap().identity,
            ContentHash::of("1.2024")
        );
        let chosen = tools.digests();
        assert_eq!(chosen.len(), 2);
        assert!(new.suits(&chosen) && !old.suits(&chosen));
        assert!(note("3.12", Some("1.2024")).suits(&chosen));
        assert!(!note("3.12", Some("1.2025")).suits(&chosen));
    }

    #[test]
    fn hosts_of_another_version_are_not_chosen() {
        let other = HostNote { clx: "0.0.1".to_owned(), ..note("3.12", None) };
        let tools = HostTools::choose(&[session(&other)]);
        assert!(tools.is_empty());
        let lack = tools.kernel(ProgLang::Python, &["python3"]).err().unwrap();
        assert!(lack.reason.contains("no host works on notebook jobs"), "{}", lack.reason);
    }

    #[test]
    fn kernel_that_no_host_has_is_named() {
        let tools = HostTools::choose(&[session(&note("3.12", None))]);
        let lack = tools.kernel(ProgLang::Python, &["xpython"]).err().unwrap();
        assert!(lack.reason.contains("`xpython`, but `python3`"), "{}", lack.reason);
        assert!(tools.kernel(ProgLang::Java, &["java"]).is_err());
        assert!(tools.renderer(JobKind::Drawio).is_err());
    }
}
