//! The worker of these tests, compiled by them into a program without libraries. It connects to
//! its gateway, says how it was called, and does what it is told there.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpStream, UdpSocket};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, exit};
use std::time::Duration;

unsafe extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
    fn _exit(status: i32) -> !;
    fn setuid(uid: u32) -> i32;
    fn chroot(path: *const std::ffi::c_char) -> i32;
    fn socket(domain: i32, kind: i32, protocol: i32) -> i32;
}

const SIGTERM: i32 = 15;
const SIG_IGN: usize = 1;

extern "C" fn end_in_order(_: i32) {
    unsafe { _exit(0) }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "eat") {
        eat();
    }
    if arguments.first().is_some_and(|first| first == "nothing") {
        return;
    }
    unsafe { signal(SIGTERM, end_in_order as *const () as usize) };
    let at = arguments.iter().position(|argument| argument == "--gateway").expect("no gateway");
    let mut gateway = File::from(connect(&arguments[at + 1]));
    say(&mut gateway, &arguments.join(" "));
    if let Some(at) = arguments.iter().position(|argument| argument == "--token-file") {
        say(&mut gateway, &fs::read_to_string(&arguments[at + 1]).expect("no token"));
    }
    let mut told = BufReader::new(gateway.try_clone().expect("no second handle")).lines();
    // The end of the connection is the end of the test.
    while let Some(Ok(line)) = told.next() {
        let (what, argument) = line.split_once(' ').unwrap_or((&line, ""));
        match what {
            "eat" => eat(),
            "let-child-eat" => let_child_eat(),
            "fail" => {
                eprintln!("no kernel");
                exit(argument.parse().expect("no status"));
            }
            "ignore-signals" => drop(unsafe { signal(SIGTERM, SIG_IGN) }),
            "try" => attempts(argument).iter().for_each(|(name, result)| {
                say(&mut gateway, &format!("{name}: {result}"));
            }),
            _ => panic!("what is `{line}`?"),
        }
        say(&mut gateway, "done");
    }
}

fn connect(gateway: &str) -> OwnedFd {
    match gateway.strip_prefix("http://") {
        Some(address) => TcpStream::connect(address).expect("no way to the gateway").into(),
        None => UnixStream::connect(gateway).expect("no way to the gateway").into(),
    }
}

fn say(gateway: &mut File, line: &str) {
    writeln!(gateway, "{line}").expect("the gateway is gone");
}

fn eat() -> ! {
    let mut all = Vec::new();
    loop {
        all.push(vec![1_u8; 1 << 20]);
    }
}

fn let_child_eat() {
    let ended = Command::new("/proc/self/exe").arg("eat").status();
    println!("the child ended: {ended:?}");
}

/// Tries what a worker must not do, and what it needs.
fn attempts(secret: &str) -> Vec<(String, String)> {
    let mut results = vec![
        ("user".to_owned(), status_line("Uid")),
        ("capabilities".to_owned(), status_line("CapEff")),
        ("no new privileges".to_owned(), status_line("NoNewPrivs")),
        ("environment".to_owned(), environment()),
        ("links".to_owned(), names("/sys/class/net")),
        ("gateway directory".to_owned(), names("/run/clx")),
    ];
    let mut judge = |name: &str, allowed: bool| {
        let result = if allowed { "allowed" } else { "refused" };
        results.push((name.to_owned(), result.to_owned()));
    };
    for directory in ["/", "/etc", "/run/clx", "/proc/sys/kernel", "/sys/fs/cgroup", "/dev"] {
        judge(&format!("write to {directory}"), writes(directory, 1));
    }
    judge("unlink the socket", fs::remove_file("/run/clx/gateway.sock").is_ok());
    judge("read the secret", fs::read(secret).is_ok());
    judge("read the engine's socket", Path::new("/var/run/docker.sock").exists());
    judge("read the shadow file", fs::read("/etc/shadow").is_ok());
    judge("connect by TCP", connects());
    judge("send by UDP", sends());
    judge("open a raw socket", unsafe { socket(2, 3, 1) } >= 0);
    judge("become root", unsafe { setuid(0) } == 0);
    judge("change the root", unsafe { chroot(c"/tmp".as_ptr()) } == 0);
    judge("write to /tmp", writes("/tmp", 1));
    judge("write to home", writes(&std::env::var("HOME").unwrap_or_default(), 1));
    judge("fill /tmp", writes("/tmp", 17 << 20));
    judge("run what it wrote", runs_from_tmp());
    judge("start 1000 threads", starts_threads(1000));
    results
}

fn status_line(name: &str) -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or("?").split_whitespace().next().unwrap_or("?").to_owned()
}

fn environment() -> String {
    let mut names: Vec<String> = std::env::vars().map(|(name, _)| name).collect();
    names.sort();
    names.join(" ")
}

fn names(directory: &str) -> String {
    let mut names: Vec<String> = fs::read_dir(directory)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    names.sort();
    names.join(" ")
}

fn writes(directory: &str, n_bytes: usize) -> bool {
    let file = Path::new(directory).join("probe");
    let written = fs::write(&file, vec![1_u8; n_bytes]).is_ok();
    fs::remove_file(file).ok();
    written
}

fn connects() -> bool {
    ["1.1.1.1:53", "172.17.0.1:22", "169.254.169.254:80"].iter().any(|address| {
        let address = address.parse().expect("no address");
        TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_ok()
    })
}

fn sends() -> bool {
    let sent = || UdpSocket::bind("0.0.0.0:0")?.send_to(b"x", "1.1.1.1:53");
    sent().is_ok()
}

fn runs_from_tmp() -> bool {
    fs::copy("/proc/self/exe", "/tmp/copy").is_ok()
        && Command::new("/tmp/copy").arg("nothing").status().is_ok_and(|status| status.success())
}

fn starts_threads(n: usize) -> bool {
    let nap = || std::thread::park_timeout(Duration::from_secs(1));
    (0..n).all(|_| std::thread::Builder::new().stack_size(16 << 10).spawn(nap).is_ok())
}
