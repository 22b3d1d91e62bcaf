//! The variables that clx reads beside those of keys. Principal type: [`Variable`].

/// A variable of the environment that is about no key.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What clx takes from it.
    pub about: &'static str,
    /// Which part of clx it is for.
    pub group: Group,
}

/// What variables are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Where things are.
    Places,
    /// What is printed.
    Display,
    /// Kernels, Java, browsers.
    Tools,
    /// Engines of containers, and images.
    Containers,
    /// Queue and store of many hosts.
    Hosts,
    /// What code of a course finds in its environment.
    Code,
}

impl Group {
    /// All groups, in the order of the reference.
    pub const ALL: [Self; 6] =
        [Self::Places, Self::Display, Self::Tools, Self::Containers, Self::Hosts, Self::Code];

    /// Returns the heading of the group.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Places => "Places",
            Self::Display => "Display",
            Self::Tools => "Tools",
            Self::Containers => "Containers",
            Self::Hosts => "Other hosts",
            Self::Code => "What code of a course sees",
        }
    }
}

const fn variable(group: Group, name: &'static str, about: &'static str) -> Variable {
    Variable { name, about, group }
}

const SEEN: &str = "handed on to kernels";

/// All variables that are about no key.
pub static VARIABLES: &[Variable] = &[
    variable(
        Group::Hosts,
        "CLX_QUEUE_PASSWORD_FILE",
        "file with the password of the queue that hosts share",
    ),
    variable(Group::Hosts, "PGPASSWORD", "that password itself, unless there is such a file"),
    variable(
        Group::Hosts,
        "PGPASSFILE",
        "file of passwords by host, database and user; default `~/.pgpass`",
    ),
    variable(
        Group::Hosts,
        "AWS_ACCESS_KEY_ID",
        "who asks for objects of the store that hosts share, as for other clients of S3",
    ),
    variable(Group::Hosts, "AWS_SECRET_ACCESS_KEY", "the secret that goes with it"),
    variable(Group::Places, "HOME", "below it are the user's configuration, tools and kernels"),
    variable(
        Group::Places,
        "XDG_CONFIG_HOME",
        "directory of the user's configuration, `clx/config.toml` in it; default `~/.config`",
    ),
    variable(
        Group::Places,
        "XDG_DATA_HOME",
        "directory of tools (`clx/tools`) and of the user's kernels (`jupyter`); default \
         `~/.local/share`",
    ),
    variable(
        Group::Places,
        "XDG_CACHE_HOME",
        "directory for what `clx docker build` fetches; default `~/.cache`",
    ),
    variable(
        Group::Places,
        "XDG_RUNTIME_DIR",
        "directory for the sockets of workers in containers; default that of temporary files",
    ),
    variable(Group::Places, "TMPDIR", "directory of temporary files; default `/tmp`"),
    variable(Group::Places, "PATH", "where programs are looked for"),
    variable(Group::Display, "NO_COLOR", "no colours if it has a value"),
    variable(Group::Display, "TERM", "no colours, and the screen is not cleared, if it is `dumb`"),
    variable(
        Group::Display,
        "GITHUB_STEP_SUMMARY",
        "file to which `--output-mode github` adds the summary of the build",
    ),
    variable(
        Group::Display,
        "GITHUB_WORKSPACE",
        "directory to which the paths in annotations of `--output-mode github` are relative",
    ),
    variable(Group::Tools, "JUPYTER_PATH", "further directories in which kernels are looked for"),
    variable(
        Group::Tools,
        "JUPYTER_DATA_DIR",
        "directory of the user's kernels; default `jupyter` in `XDG_DATA_HOME`",
    ),
    variable(Group::Tools, "JAVA_HOME", "Java for PlantUML and for its kernel; default in `PATH`"),
    variable(Group::Tools, "GRAPHVIZ_DOT", "`dot` for PlantUML; default in `PATH`"),
    variable(
        Group::Tools,
        "SSH_ASKPASS",
        "program that asks for a passphrase when `clx git` pushes; without it nothing is asked",
    ),
    variable(
        Group::Containers,
        "DOCKER_HOST",
        "socket of the engine, such as `unix:///run/docker.sock`",
    ),
    variable(
        Group::Containers,
        "SSL_CERT_FILE",
        "certificates that go into an image that is made from this machine's package source",
    ),
    variable(Group::Code, "DOTNET_ROOT", SEEN),
    variable(Group::Code, "HTTPS_PROXY", SEEN),
    variable(Group::Code, "HTTP_PROXY", SEEN),
    variable(Group::Code, "NO_PROXY", SEEN),
    variable(Group::Code, "LD_LIBRARY_PATH", "handed on to kernels, Java and Graphviz"),
    variable(Group::Code, "LOGNAME", SEEN),
    variable(Group::Code, "USER", SEEN),
    variable(Group::Code, "TZ", "handed on to Java and Graphviz"),
];
