//! What the engine is told when it makes a container: everything that a worker must not do is
//! refused here. Principal function: [`container_body`].

use std::collections::HashMap;
use std::time::Duration;

use bollard::models::{ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount, MountType};
use clx_queue::WorkerId;

use super::admission::{Admission, GATEWAY_DIRECTORY};
use super::label;
use super::settings::{DockerSettings, Network};

/// The only place to write, empty and in memory. It is the home directory, too: programs that do
/// not find one to write to hang.
const SCRATCH: &str = "/tmp";

/// Describes the container of a worker; the image is set when it was found.
///
/// Nothing of the host is in it but the gateway's directory, read-only: that suffices to connect
/// to a socket. Its environment is the image's, and `HOME`.
pub(super) fn container_body(
    settings: &DockerSettings,
    worker: WorkerId,
    admission: &Admission,
) -> ContainerCreateBody {
    let mut command = admission.arguments();
    command.extend(["--worker".to_owned(), worker.to_string()]);
    ContainerCreateBody {
        cmd: Some(command),
        hostname: Some("clx".to_owned()),
        user: settings.user.map(|user| format!("{}:{}", user.uid, user.gid)),
        env: Some(vec![format!("HOME={SCRATCH}")]),
        working_dir: Some(SCRATCH.to_owned()),
        labels: Some(label::labels(settings, worker)),
        stop_timeout: Some(whole_seconds(settings.stop_grace)),
        host_config: Some(host_config(settings, admission)),
        ..ContainerCreateBody::default()
    }
}

fn host_config(settings: &DockerSettings, admission: &Admission) -> HostConfig {
    let memory = Some(signed(settings.memory_bytes));
    HostConfig {
        // Reaps the children of children that browsers and Java leave behind.
        init: Some(true),
        readonly_rootfs: Some(true),
        tmpfs: Some(HashMap::from([(SCRATCH.to_owned(), scratch(settings.scratch_bytes))])),
        shm_size: Some(signed(settings.shm_bytes)),
        mounts: Some(vec![gateway_mount(admission)]),
        network_mode: Some(network_mode(settings.network).to_owned()),
        extra_hosts: admission
            .is_over_tcp()
            .then(|| vec!["host.docker.internal:host-gateway".to_owned()]),
        cap_drop: Some(vec!["ALL".to_owned()]),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        privileged: Some(false),
        memory,
        memory_swap: memory,
        pids_limit: Some(i64::from(settings.max_processes)),
        cpu_shares: Some(i64::from(settings.cpu_weight)),
        nano_cpus: settings.cpu_limit_millis.map(|millis| i64::from(millis) * 1_000_000),
        log_config: Some(bounded_log()),
        ..HostConfig::default()
    }
}

const fn network_mode(network: Network) -> &'static str {
    match network {
        Network::None => "none",
        Network::Bridge => "bridge",
    }
}

/// A directory in memory that everybody may write; kernels run what they compile there. The mode
/// holds where the image has no such directory; else that directory's mode does.
fn scratch(bytes: u64) -> String {
    format!("rw,exec,nosuid,nodev,size={bytes},mode=1777")
}

fn gateway_mount(admission: &Admission) -> Mount {
    Mount {
        typ: Some(MountType::BIND),
        source: Some(admission.directory().to_string_lossy().into_owned()),
        target: Some(GATEWAY_DIRECTORY.to_owned()),
        read_only: Some(true),
        ..Mount::default()
    }
}

/// Keeps what a worker says last, for when it breaks. Two files: one alone is emptied when full.
fn bounded_log() -> HostConfigLogConfig {
    let bounds = [("max-size", "256k"), ("max-file", "2")];
    HostConfigLogConfig {
        typ: Some("json-file".to_owned()),
        config: Some(
            bounds.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        ),
    }
}

fn signed(bytes: u64) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn whole_seconds(time: Duration) -> i64 {
    signed(time.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clx_queue::Owner;

    fn settings() -> DockerSettings {
        let owner = Owner { pid: 17, start: 23, boot_id: "boot".to_owned() };
        DockerSettings::new("notebook", "clx-notebook", "0123456789abcdef", owner)
    }

    fn body(settings: &DockerSettings, admission: &Admission) -> ContainerCreateBody {
        container_body(settings, WorkerId(5), admission)
    }

    fn by_socket() -> Admission {
        Admission::socket("/run/host/clx-5", ())
    }

    #[test]
    fn worker_is_told_its_gateway_and_its_id() {
        let check = |admission: &Admission, command: &str| {
            let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
            assert_eq!(body(&settings(), admission).cmd, Some(words));
        };
        check(&by_socket(), "--gateway /run/clx/gateway.sock --worker 5");
        check(
            &Admission::tcp("172.17.0.1:4711", "/run/host/clx-5", ()),
            "--gateway http://172.17.0.1:4711 --token-file /run/clx/token --worker 5",
        );
    }

    #[test]
    fn only_the_directory_of_the_gateway_is_mounted() {
        let host = body(&settings(), &by_socket()).host_config.unwrap();
        assert_eq!(host.binds, None);
        assert_eq!(host.volumes_from, None);
        let mounts = host.mounts.unwrap();
        let [mount] = mounts.as_slice() else { panic!("{mounts:?}") };
        assert_eq!(mount.source.as_deref(), Some("/run/host/clx-5"));
        assert_eq!(mount.target.as_deref(), Some("/run/clx"));
        assert_eq!(mount.read_only, Some(true));
    }

    #[test]
    fn environment_of_the_host_is_not_inherited() {
        assert_eq!(body(&settings(), &by_socket()).env, Some(vec!["HOME=/tmp".to_owned()]));
    }

    #[test]
    fn container_is_confined() {
        let host = body(&settings(), &by_socket()).host_config.unwrap();
        assert_eq!(host.privileged, Some(false));
        assert_eq!(host.readonly_rootfs, Some(true));
        assert_eq!(host.cap_drop, Some(vec!["ALL".to_owned()]));
        assert_eq!(host.cap_add, None);
        assert_eq!(host.security_opt, Some(vec!["no-new-privileges".to_owned()]));
        assert_eq!(host.network_mode.as_deref(), Some("none"));
        assert_eq!(host.restart_policy, None);
        assert_eq!(host.devices, None);
        assert_eq!(host.pid_mode, None);
        assert_eq!(host.memory, Some(1024 * 1024 * 1024));
        assert_eq!(host.memory_swap, host.memory);
        assert_eq!(host.pids_limit, Some(512));
    }

    #[test]
    fn settings_are_passed_on() {
        let settings = DockerSettings {
            user: Some(crate::docker::User { uid: 1000, gid: 100 }),
            network: Network::Bridge,
            cpu_limit_millis: Some(1500),
            scratch_bytes: 4096,
            ..settings()
        };
        let body = body(&settings, &by_socket());
        assert_eq!(body.user.as_deref(), Some("1000:100"));
        let host = body.host_config.unwrap();
        assert_eq!(host.network_mode.as_deref(), Some("bridge"));
        assert_eq!(host.nano_cpus, Some(1_500_000_000));
        assert_eq!(host.tmpfs.unwrap()["/tmp"], "rw,exec,nosuid,nodev,size=4096,mode=1777");
    }
}
