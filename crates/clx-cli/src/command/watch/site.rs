//! The outputs in browsers. Principal type: [`Site`].

use clx_build::BuildEvent;
use clx_core::{Diagnostic, Language};
use clx_course::Target;
use clx_serve::{Announcement, LiveServer, Port, Root, ServeOptions};
use tokio::runtime::Runtime;

use crate::command::failure::Failure;
use crate::command::wanted::Wanted;
use crate::command::with_causes;

/// Serves the output roots.
pub(super) struct Site(LiveServer);

impl Site {
    /// Begins to serve, nothing yet.
    pub(super) fn open(port: Port, runtime: &Runtime) -> Result<Self, Failure> {
        let options = ServeOptions { port, title: String::new(), roots: Vec::new() };
        let server = LiveServer::start(runtime.handle(), options);
        server.map(Self).map_err(|error| {
            let hint = "`--serve` without a number takes one that is free";
            Failure::environment(format!("{}\n  hint: {hint}", with_causes(&error)))
        })
    }

    /// Returns the address for browsers.
    pub(super) fn url(&self) -> String {
        self.0.url()
    }

    /// Serves the outputs of a course from now on.
    pub(super) fn show(&self, wanted: &Wanted) {
        let codes = wanted.course.codes();
        let language = codes.iter().find(|&&code| code == Language::EN).or(codes.first());
        let title = language.map(|&code| wanted.course.name.get(code)).unwrap_or_default();
        let targets = wanted.outputs.targets.iter();
        self.0.replace_roots(title, targets.map(root).collect());
    }

    /// Tells browsers of files that changed.
    pub(super) fn take(&self, event: &BuildEvent) {
        if let BuildEvent::Written(files) | BuildEvent::Swept(files) = event {
            self.0.announce(&Announcement::Changed(files.clone()));
        }
    }

    /// Tells browsers which errors there are.
    pub(super) fn problems(&self, problems: &[Diagnostic]) {
        let errors = problems.iter().filter(|problem| problem.is_error()).cloned().collect();
        self.0.announce(&Announcement::Problems(errors));
    }
}

fn root(target: &Target) -> Root {
    Root { name: target.name.replace('/', "-"), path: target.root.clone() }
}
