//! Finds out whether a path lies on a network file system. Principal function: [`network_type`].

use std::path::Path;

/// File systems on which locks or shared memory are not reliable.
const NETWORK: [&str; 16] = [
    "nfs",
    "nfs4",
    "cifs",
    "smb2",
    "smb3",
    "smbfs",
    "fuse.sshfs",
    "fuse.davfs",
    "afs",
    "coda",
    "ftpfs",
    "glusterfs",
    "lustre",
    "ncpfs",
    "9p",
    "virtiofs",
];

/// Returns the type of the network file system that `path` lies on, according to the text of a
/// mount table (`/proc/self/mounts`). The longest matching mount point decides; the last entry of
/// equal length covers the earlier ones.
pub(crate) fn network_type(path: &Path, table: &str) -> Option<String> {
    let (_, file_system) = table
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(' ').skip(1);
            let mount_point = unescape(fields.next()?);
            let file_system = fields.next()?;
            path.starts_with(&mount_point).then_some((mount_point.len(), file_system))
        })
        .max_by_key(|&(length, _)| length)?;
    NETWORK.contains(&file_system).then(|| file_system.to_owned())
}

/// Undoes the octal escapes of the mount table: blank, tab, newline and backslash.
fn unescape(field: &str) -> String {
    field.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_mount_point_decides() {
        let table = "d / ext4 rw 0 0\nh:/x /home nfs4 rw 0 0\nd /home/me/local\\040disk ext4 rw\n";
        let check = |path: &str| network_type(Path::new(path), table);
        assert_eq!(check("/srv/jobs.db"), None);
        assert_eq!(check("/home/me/jobs.db"), Some("nfs4".to_owned()));
        assert_eq!(check("/home/me/local disk/jobs.db"), None);
        assert_eq!(check("/homework/jobs.db"), None);
    }

    #[test]
    fn every_network_type_is_recognised() {
        for file_system in NETWORK {
            let table = format!("x / ext4 rw\nserver /net {file_system} rw 0 0\n");
            assert_eq!(network_type(Path::new("/net/a"), &table).as_deref(), Some(file_system));
        }
    }
}
