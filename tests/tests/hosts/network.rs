//! Hosts with addresses of their own, in network namespaces joined by a bridge. Principal type:
//! [`Network`].

use std::net::Ipv4Addr;
use std::time::{Duration, Instant};

use clx_process::{Exit, Spawn, Waited};

/// How long a command about networks may take.
const LIMIT: Duration = Duration::from_secs(30);

/// A network of this machine and some hosts beside it; removed when it is dropped.
pub(crate) struct Network {
    /// Makes names and addresses unlike those of other tests.
    id: u32,
    n_hosts: u8,
}

impl Network {
    /// Makes a network; `None`, with a word about it, where this user may not.
    pub(crate) fn new(n_hosts: u8) -> Option<Self> {
        let id = std::process::id();
        let mut this = Self { id, n_hosts: 0 };
        let bridge = this.bridge();
        let address = format!("{}/24", this.address(1));
        let made = ip(&["link", "add", &bridge, "type", "bridge"])
            && ip(&["addr", "add", &address, "dev", &bridge])
            && ip(&["link", "set", &bridge, "up"]);
        if !made {
            println!("SKIPPED: this user cannot make networks (`ip link add … type bridge`)");
            return None;
        }
        for host in 0..n_hosts {
            this.n_hosts += 1;
            let (name, cable) = (this.host(host), this.cable(host));
            let address = format!("{}/24", this.address(10 + host));
            for words in [
                vec!["netns", "add", &name],
                vec!["link", "add", &cable, "type", "veth", "peer", "name", "eth0", "netns", &name],
                vec!["link", "set", &cable, "master", &bridge, "up"],
                vec!["-n", &name, "addr", "add", &address, "dev", "eth0"],
                vec!["-n", &name, "link", "set", "eth0", "up"],
                vec!["-n", &name, "link", "set", "lo", "up"],
            ] {
                assert!(ip(&words), "ip {}", words.join(" "));
            }
        }
        Some(this)
    }

    /// Returns the address at which hosts reach this machine.
    pub(crate) fn center(&self) -> Ipv4Addr {
        self.address(1)
    }

    /// Makes a command of a host.
    pub(crate) fn on(&self, host: u8, program: &str) -> Spawn {
        Spawn::new("ip").args(["netns", "exec", &self.host(host), program])
    }

    /// Pulls or plugs the cable of a host.
    pub(crate) fn plug(&self, host: u8, is_plugged: bool) {
        let state = if is_plugged { "up" } else { "down" };
        assert!(ip(&["link", "set", &self.cable(host), state]));
    }

    /// Waits until a host reaches a port in the middle: addresses are learnt anew after its cable was out.
    pub(crate) fn wait_for(&self, host: u8, port: u16) {
        let end = Instant::now() + LIMIT;
        let connect = format!("exec 3<>/dev/tcp/{}/{port}", self.center());
        loop {
            let child = self.on(host, "bash").args(["-c", &connect]).start();
            let done = child.map(|mut child| child.wait(LIMIT));
            if matches!(done, Ok(Ok(Waited::Exited(Exit::Status(0))))) {
                return;
            }
            assert!(Instant::now() < end, "host {host} reaches nobody");
        }
    }

    fn address(&self, last: u8) -> Ipv4Addr {
        let [.., high, low] = self.id.to_be_bytes();
        Ipv4Addr::new(10, 128 | (high & 0x3f), low, last)
    }

    fn bridge(&self) -> String {
        format!("clxb{}", self.id)
    }

    fn host(&self, host: u8) -> String {
        format!("clx{}-{host}", self.id)
    }

    fn cable(&self, host: u8) -> String {
        format!("clxc{}.{host}", self.id)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for host in 0..self.n_hosts {
            ip(&["link", "del", &self.cable(host)]);
            ip(&["netns", "del", &self.host(host)]);
        }
        ip(&["link", "del", &self.bridge()]);
    }
}

/// Runs `ip`; tells whether it did what it should.
fn ip(words: &[&str]) -> bool {
    let child = Spawn::new("ip").args(words).start();
    child.is_ok_and(|mut child| matches!(child.wait(LIMIT), Ok(Waited::Exited(Exit::Status(0)))))
}
