//! Changes of files.

use std::fs;
use std::os::unix::fs::symlink;

use super::{Bench, PROJECT, USER};
use crate::setting::STATE_DIR;
use crate::{EditError, KEYS, Layer, Sources, initialise, set, unset};

#[test]
fn setting_a_key_keeps_all_else() {
    let bench = Bench::new();
    let before =
        "# mine\n[execution] # about code\n# few\nspare_kernels = 3 # or four\n\n[watch]\n";
    bench.write(USER, before);
    let set = |name: &str, value: &str| set(&bench.sources, Layer::User, name, value).unwrap();
    assert_eq!(set("execution.spare_kernels", "4"), bench.path(USER));
    set("execution.cell_timeout", "60");
    set("watch.debounce", "0.5");
    set("cache.max_size", "500M");
    set("worker_management.notebook.count", "2");
    let after = "# mine\n[execution] # about code\n# few\nspare_kernels = 4 # or four\ncell_timeout = \
                 60\n\n[watch]\ndebounce = 0.5\n\n[cache]\nmax_size = \
                 \"500M\"\n\n[worker_management.notebook]\ncount = 2\n";
    assert_eq!(bench.read(USER), after);
    assert_eq!(bench.load().problems(), []);
    let unset = |name: &str| unset(&bench.sources, Layer::User, name).unwrap();
    assert_eq!(unset("execution.cell_timeout"), (bench.path(USER), true));
    assert_eq!(unset("execution.cell_timeout"), (bench.path(USER), false));
    assert!(!bench.read(USER).contains("cell_timeout"));
}

#[test]
fn typed_path_begins_where_it_is_typed_but_in_a_course() {
    let bench = Bench::new();
    set(&bench.sources, Layer::User, "paths.state_dir", "state").unwrap();
    assert_eq!(bench.load().get(&STATE_DIR), Some(bench.path("work/state")));
    set(&bench.sources, Layer::Project, "paths.state_dir", "state").unwrap();
    assert_eq!(bench.read(PROJECT), "[paths]\nstate_dir = \"state\"\n");
    assert_eq!(bench.load().get(&STATE_DIR), Some(bench.path("course/state")));
}

#[test]
fn what_is_wrong_is_not_written() {
    let bench = Bench::new();
    let set = |name: &str, value: &str| set(&bench.sources, Layer::User, name, value).unwrap_err();
    assert!(matches!(set("execution.spare_kernels", "-1"), EditError::Refused { .. }));
    assert!(matches!(set("execution.spare", "1"), EditError::UnknownKey { .. }));
    assert!(matches!(set("logging.log_level", "INFO"), EditError::UnusedKey { .. }));
    assert!(!bench.path(USER).exists());
    bench.write(USER, "[execution\n");
    assert!(matches!(set("execution.spare_kernels", "1"), EditError::Refused { .. }));
    bench.write(USER, "execution = 3\n");
    assert!(matches!(set("execution.spare_kernels", "1"), EditError::Refused { .. }));
    assert_eq!(bench.read(USER), "execution = 3\n");
}

#[test]
fn file_that_is_a_link_stays_one() {
    let bench = Bench::new();
    bench.write("dotfiles/clx.toml", "# kept\n");
    fs::create_dir_all(bench.path("home/clx")).unwrap();
    symlink(bench.path("dotfiles/clx.toml"), bench.path(USER)).unwrap();
    set(&bench.sources, Layer::User, "diagrams.draw", "never").unwrap();
    assert!(bench.path(USER).symlink_metadata().unwrap().is_symlink());
    assert_eq!(bench.read("dotfiles/clx.toml"), "# kept\n\n[diagrams]\ndraw = \"never\"\n");
    let left = fs::read_dir(bench.path("dotfiles")).unwrap().count();
    assert_eq!(left, 1);
}

#[test]
fn new_file_changes_nothing_and_becomes_one_by_removing_marks() {
    for layer in Layer::ALL {
        let bench = Bench::new();
        let path = initialise(&bench.sources, layer, false).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let again = initialise(&bench.sources, layer, false);
        assert!(matches!(again, Err(EditError::Exists { .. })));
        assert_eq!(bench.load().problems(), []);
        assert!(bench.load().iter().all(|(_, current)| current.origin.kind() == "default"));
        // Without the marks, all keys with a default stand in the right section.
        let is_key = |line: &&str| line.starts_with('#') && !line.starts_with("# ");
        let marked: Vec<_> = text.lines().filter(is_key).collect();
        let allowed = KEYS.iter().filter(|key| crate::edit::may_set(layer, key));
        assert_eq!(marked.len(), allowed.count());
        let open = |line: &str| match line.strip_prefix('#') {
            Some(key) if !key.starts_with(' ') && !key.ends_with('=') => key.to_owned(),
            _ => line.to_owned(),
        };
        let opened: Vec<_> = text.lines().map(open).collect();
        fs::write(&path, opened.join("\n")).unwrap();
        assert_eq!(bench.load().problems(), []);
        let config = bench.load();
        let set = config.iter().filter(|(_, current)| current.origin.kind() != "default");
        assert!(set.count() > 10);
        initialise(&bench.sources, layer, true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn nothing_is_written_where_there_is_no_place() {
    let nowhere = Sources::default();
    for layer in Layer::ALL {
        assert!(matches!(initialise(&nowhere, layer, false), Err(EditError::NoPlace { .. })));
        let set = set(&nowhere, layer, "diagrams.draw", "never");
        assert!(matches!(set, Err(EditError::NoPlace { .. })));
    }
}
