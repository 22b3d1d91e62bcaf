//! Real files, changed in the ways of editors and other programs.

#![expect(clippy::unwrap_used, reason = "the helpers of these tests fail by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use clx_watch::{Change, News, WatchError, WatchOptions, Watcher};

/// Longest wait for what must come.
const LIMIT: Duration = Duration::from_secs(30);

/// A watched tree.
struct Bench {
    news: mpsc::Receiver<News>,
    root: PathBuf,
    _watcher: Watcher,
    _directory: tempfile::TempDir,
}

impl Bench {
    fn new(prepare: impl FnOnce(&Path) -> WatchOptions) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap().join("course");
        fs::create_dir(&root).unwrap();
        let options = prepare(&root);
        let (sender, news) = mpsc::channel();
        let watcher = Watcher::start(options, move |change| drop(sender.send(change))).unwrap();
        Self { news, root, _watcher: watcher, _directory: directory }
    }

    fn with_slides() -> Self {
        Self::new(|root| {
            fs::create_dir(root.join("slides")).unwrap();
            fs::write(root.join("slides/a.py"), "old").unwrap();
            WatchOptions::new(root)
        })
    }

    fn write(&self, path: &str) {
        fs::write(self.root.join(path), "new").unwrap();
    }

    /// Changes a file of its own and returns what was told until then, that file left out.
    #[track_caller]
    fn told(&self) -> BTreeSet<String> {
        self.write("slides/last");
        let mut told = Change::default();
        while !told.paths().any(|path| path.ends_with("slides/last")) {
            told.merge(self.news.recv_timeout(LIMIT).expect("a change").expect("no error"));
        }
        let relative = |path: &Path| path.strip_prefix(&self.root).unwrap().display().to_string();
        told.paths().map(relative).filter(|path| path != "slides/last").collect()
    }

    #[track_caller]
    fn expect(&self, paths: &[&str]) {
        assert_eq!(self.told(), paths.iter().map(|&path| path.to_owned()).collect());
    }
}

#[test]
fn written_file_is_told() {
    let bench = Bench::with_slides();
    bench.write("slides/a.py");
    bench.expect(&["slides/a.py"]);
}

#[test]
fn twenty_quick_saves_are_told_at_once() {
    let bench = Bench::new(|root| {
        fs::create_dir(root.join("slides")).unwrap();
        // However slow the machine is, they come within this time.
        WatchOptions { quiet: Duration::from_secs(2), most: LIMIT, ..WatchOptions::new(root) }
    });
    (0..20).for_each(|_| bench.write("slides/a.py"));
    let change = bench.news.recv_timeout(LIMIT).unwrap().unwrap();
    assert_eq!(change.paths().collect::<Vec<_>>(), [bench.root.join("slides/a.py")]);
    bench.write("slides/b.py");
    let change = bench.news.recv_timeout(LIMIT).unwrap().unwrap();
    assert_eq!(change.paths().collect::<Vec<_>>(), [bench.root.join("slides/b.py")]);
}

#[test]
fn save_by_rename_is_told() {
    let bench = Bench::with_slides();
    // As Vim: a probe, a backup, the new file.
    bench.write("slides/4913");
    fs::remove_file(bench.root.join("slides/4913")).unwrap();
    fs::rename(bench.root.join("slides/a.py"), bench.root.join("slides/a.py~")).unwrap();
    bench.write("slides/.a.py.swp");
    fs::rename(bench.root.join("slides/.a.py.swp"), bench.root.join("slides/a.py")).unwrap();
    bench.expect(&["slides/a.py"]);
}

#[test]
fn files_of_editors_are_not_told() {
    let bench = Bench::with_slides();
    for name in ["slides/.a.py.swp", "slides/a.py~", "slides/.#a.py", "slides/4913"] {
        bench.write(name);
    }
    bench.expect(&[]);
}

#[test]
fn new_directory_is_watched_with_all_below_it() {
    let bench = Bench::with_slides();
    fs::create_dir_all(bench.root.join("slides/module/topic")).unwrap();
    assert!(bench.told().contains("slides/module"));
    bench.write("slides/module/topic/b.py");
    bench.expect(&["slides/module/topic/b.py"]);
}

#[test]
fn moved_directory_is_watched_where_it_is_now() {
    let bench = Bench::with_slides();
    fs::create_dir_all(bench.root.join("slides/old/topic")).unwrap();
    assert!(bench.told().contains("slides/old"));
    fs::rename(bench.root.join("slides/old"), bench.root.join("slides/new")).unwrap();
    bench.expect(&["slides/new", "slides/old"]);
    bench.write("slides/new/topic/b.py");
    bench.expect(&["slides/new/topic/b.py"]);
}

#[test]
fn directory_that_was_moved_away_is_watched_no_more() {
    let bench = Bench::with_slides();
    fs::create_dir(bench.root.join("slides/old")).unwrap();
    assert!(bench.told().contains("slides/old"));
    let elsewhere = bench.root.with_file_name("elsewhere");
    fs::rename(bench.root.join("slides/old"), &elsewhere).unwrap();
    bench.expect(&["slides/old"]);
    fs::write(elsewhere.join("b.py"), "new").unwrap();
    bench.expect(&[]);
}

#[test]
fn removed_files_and_directories_are_told() {
    let bench = Bench::with_slides();
    fs::create_dir(bench.root.join("slides/topic")).unwrap();
    bench.write("slides/topic/b.py");
    assert!(bench.told().contains("slides/topic"));
    fs::remove_dir_all(bench.root.join("slides/topic")).unwrap();
    fs::remove_file(bench.root.join("slides/a.py")).unwrap();
    let told = bench.told();
    assert!(told.contains("slides/topic") && told.contains("slides/a.py"), "{told:?}");
    fs::create_dir(bench.root.join("slides/topic")).unwrap();
    assert!(bench.told().contains("slides/topic"));
    bench.write("slides/topic/b.py");
    bench.expect(&["slides/topic/b.py"]);
}

#[test]
fn links_count_when_they_are_made() {
    let bench = Bench::with_slides();
    let at = |path: &str| bench.root.join(path);
    fs::hard_link(at("slides/a.py"), at("slides/hard.py")).unwrap();
    std::os::unix::fs::symlink("a.py", at("slides/soft.py")).unwrap();
    let told = bench.told();
    assert!(told.contains("slides/hard.py") && told.contains("slides/soft.py"), "{told:?}");
}

#[test]
fn what_is_left_out_is_not_told() {
    let bench = Bench::new(|root| {
        for directory in ["slides", "output/public", ".git", "slides/__pycache__"] {
            fs::create_dir_all(root.join(directory)).unwrap();
        }
        let skip = vec![root.join("output"), root.join(".clx")];
        WatchOptions { skip, skip_names: vec![".git", "__pycache__"], ..WatchOptions::new(root) }
    });
    fs::create_dir(bench.root.join(".clx")).unwrap();
    for path in [".clx/jobs.db", ".git/HEAD", "output/public/a.html", "slides/__pycache__/a.pyc"] {
        bench.write(path);
    }
    fs::create_dir(bench.root.join("slides/.git")).unwrap();
    bench.expect(&[]);
}

#[test]
fn new_directory_around_what_is_left_out_is_no_change() {
    let bench = Bench::new(|root| {
        fs::create_dir(root.join("slides")).unwrap();
        WatchOptions { skip: vec![root.join("a/b/output")], ..WatchOptions::new(root) }
    });
    fs::create_dir_all(bench.root.join("a/b/output")).unwrap();
    bench.write("a/b/output/page.html");
    bench.expect(&[]);
    bench.write("a/b/notes.txt");
    bench.expect(&["a/b/notes.txt"]);
}

#[test]
fn single_file_outside_is_told_and_its_neighbours_are_not() {
    let bench = Bench::new(|root| {
        let specs = root.with_file_name("specs");
        fs::create_dir_all(&specs).unwrap();
        fs::create_dir(root.join("slides")).unwrap();
        WatchOptions { files: vec![specs.join("course.xml")], ..WatchOptions::new(root) }
    });
    let specs = bench.root.with_file_name("specs");
    fs::write(specs.join("other.xml"), "new").unwrap();
    fs::write(specs.join("course.xml"), "new").unwrap();
    let change = bench.news.recv_timeout(LIMIT).unwrap().unwrap();
    assert_eq!(change.paths().collect::<Vec<_>>(), [specs.join("course.xml")]);
    bench.expect(&[]);
}

#[test]
fn links_into_other_trees_are_not_followed() {
    let bench = Bench::with_slides();
    let elsewhere = bench.root.with_file_name("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, bench.root.join("slides/link")).unwrap();
    bench.expect(&["slides/link"]);
    fs::write(elsewhere.join("b.py"), "new").unwrap();
    bench.expect(&[]);
}

#[test]
fn tree_that_is_gone_is_an_error() {
    let bench = Bench::with_slides();
    fs::rename(&bench.root, bench.root.with_file_name("renamed")).unwrap();
    let news = bench.news.recv_timeout(LIMIT).unwrap();
    assert!(matches!(&news, Err(WatchError::Gone { path }) if *path == bench.root), "{news:?}");
    let missing = Watcher::start(WatchOptions::new(&bench.root), |_| {}).unwrap_err();
    assert!(matches!(missing, WatchError::Gone { .. }), "{missing:?}");
}

#[test]
fn more_events_than_the_kernel_keeps_mean_that_everything_may_have_changed() {
    let limit = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
    let limit: usize = limit.trim().parse().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let root = directory.path().canonicalize().unwrap();
    fs::create_dir(root.join("slides")).unwrap();
    let (sender, news) = mpsc::channel();
    // The thread is kept from reading until all has happened.
    let (go, wait) = mpsc::channel::<()>();
    let on_news = move |change: News| {
        sender.send(change).unwrap();
        let _gone = wait.recv();
    };
    let options = WatchOptions { quiet: Duration::ZERO, ..WatchOptions::new(&root) };
    let _watcher = Watcher::start(options, on_news).unwrap();
    fs::write(root.join("slides/first"), "").unwrap();
    assert!(!news.recv_timeout(LIMIT).unwrap().unwrap().is_everything());
    fs::create_dir(root.join("late")).unwrap();
    let names = ["slides/a", "slides/b"].map(|name| root.join(name));
    for _ in 0..=limit / names.len() {
        names.iter().for_each(|name| fs::write(name, "").unwrap());
    }
    fs::create_dir(root.join("unseen")).unwrap();
    drop(go);
    let mut told = Change::default();
    while !told.is_everything() {
        told.merge(news.recv_timeout(LIMIT).unwrap().unwrap());
    }
    fs::write(root.join("unseen/c.py"), "").unwrap();
    while !told.paths().any(|path| path.ends_with("unseen/c.py")) {
        told.merge(news.recv_timeout(LIMIT).unwrap().unwrap());
    }
}
