//! To which names a server answers, so that no page of the network can read along by letting its own
//! name resolve to us. Principal type: [`Hosts`].

use std::net::IpAddr;

/// To which names in `Host` a server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hosts {
    /// Those of this machine, with whatever port: one may be forwarded.
    ThisMachine,
    /// Those of this machine with the server's own port.
    ThisMachineAndPort,
    /// Those of this machine and every numeric address, with the server's own port. A number resolves
    /// to nothing, so no page can have it for a name.
    Numeric,
    /// Every name: for pages that tell nothing that a page of the network must not read along, and that
    /// change nothing.
    Any,
}

impl Hosts {
    /// Tells whether a server at `port` answers to a `Host`.
    pub(crate) fn answer_to(self, host: &str, port: u16) -> bool {
        let (name, own_port) = split(host);
        let is_ours =
            ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| own.eq_ignore_ascii_case(name));
        // Browsers leave out the port of the scheme.
        let is_port = own_port.map_or(port == 80, |own| own.parse() == Ok(port));
        match self {
            Self::ThisMachine => is_ours,
            Self::ThisMachineAndPort => is_ours && is_port,
            Self::Numeric => (is_ours || is_numeric(name)) && is_port,
            Self::Any => true,
        }
    }

    /// Says why a request was refused.
    pub(crate) const fn refusal(self) -> &'static str {
        match self {
            Self::ThisMachine => "this server answers to 127.0.0.1 and localhost only",
            Self::ThisMachineAndPort => {
                "this server answers to 127.0.0.1 and localhost with its own port only"
            }
            Self::Numeric => "this server answers to numeric addresses with its own port only",
            Self::Any => "this server answers to every name",
        }
    }
}

fn split(host: &str) -> (&str, Option<&str>) {
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    match host.rsplit_once(':').filter(|(_, port)| is_port(port)) {
        Some((name, port)) => (name, Some(port)),
        None => (host, None),
    }
}

fn is_numeric(name: &str) -> bool {
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    bare.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::Hosts;

    #[track_caller]
    fn check(hosts: Hosts, answered: &[&str], refused: &[&str]) {
        let answers = |host: &&&str| hosts.answer_to(host, 4680);
        assert_eq!(answered.iter().find(|host| !answers(host)), None);
        assert_eq!(refused.iter().find(answers), None);
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        let strangers =
            ["", "example.org", "localhost.example.org:4680", "127.0.0.1.example.org", "::1"];
        let own = ["127.0.0.1", "127.0.0.1:4680", "LocalHost:80", "[::1]:4680", "[::1]"];
        check(Hosts::ThisMachine, &own, &strangers);
    }

    #[test]
    fn port_has_to_be_right_if_it_counts() {
        check(
            Hosts::ThisMachineAndPort,
            &["127.0.0.1:4680", "localhost:4680", "[::1]:4680"],
            &["127.0.0.1", "127.0.0.1:80", "localhost:46800", "10.0.0.1:4680", "localhost:x"],
        );
        assert!(Hosts::ThisMachineAndPort.answer_to("localhost", 80));
    }

    #[test]
    fn numbers_are_answered_and_names_are_not() {
        check(
            Hosts::Numeric,
            &["10.0.0.1:4680", "[fe80::1]:4680", "localhost:4680"],
            &["10.0.0.1", "example.org:4680", "10.0.0.1.example.org:4680"],
        );
    }

    #[test]
    fn every_name_is_answered_if_none_is_asked_for() {
        check(Hosts::Any, &["lab-7:9100", "10.0.0.1", "example.org:80"], &[]);
    }
}
