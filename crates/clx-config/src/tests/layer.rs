//! Who wins, and where relative paths begin.

use std::time::Duration;

use super::{Bench, LOCAL, PROJECT, SYSTEM, USER};
use crate::code;
use crate::setting::{CELL_TIMEOUT, DIAGRAMS, JOBS_DB_PATH, PLANTUML_JAR, SPARE_KERNELS};

#[test]
fn first_layer_that_sets_a_key_wins() {
    let mut bench = Bench::new();
    let spare = |bench: &Bench| {
        let config = bench.load();
        assert_eq!(config.problems(), []);
        let origin = config.current(&SPARE_KERNELS.key).origin;
        (
            config.get(&SPARE_KERNELS),
            origin.to_string().replace(bench.path("").to_str().unwrap(), ""),
        )
    };
    let text = |n: u32| format!("# layer {n}\n\n[execution]\nspare_kernels = {n}\n");
    assert_eq!(spare(&bench), (1, "default".to_owned()));
    for (n, name) in [(2, SYSTEM), (3, USER), (4, PROJECT), (5, LOCAL)] {
        bench.write(name, &text(n));
        assert_eq!(spare(&bench), (n, format!("{name}:4")));
    }
    bench.variable("CLX_EXECUTION__SPARE_KERNELS", "6");
    assert_eq!(spare(&bench), (6, "CLX_EXECUTION__SPARE_KERNELS".to_owned()));
    bench.variable("CLX_EXECUTION__SPARE_KERNELS", "");
    assert_eq!(spare(&bench).0, 5);
}

#[test]
fn variable_of_the_key_wins_over_the_other_one() {
    let mut bench = Bench::new();
    bench.write(USER, "paths.jobs_db_path = \"u.db\"");
    assert_eq!(bench.load().get(&JOBS_DB_PATH), Some(bench.path("home/clx/u.db")));
    bench.variable("CLX_DB_PATH", "plain.db");
    assert_eq!(bench.load().get(&JOBS_DB_PATH), Some(bench.path("work/plain.db")));
    bench.variable("CLX_PATHS__JOBS_DB_PATH", "/own.db");
    assert_eq!(bench.load().get(&JOBS_DB_PATH), Some("/own.db".into()));
}

#[test]
fn other_keys_of_a_file_count_beside_those_that_are_overridden() {
    let bench = Bench::new();
    bench.write(USER, "[execution]\nspare_kernels = 2\ncell_timeout = 30\n");
    bench.write(PROJECT, "execution = { spare_kernels = 0 }\n[diagrams]\ndraw = 'never'");
    let config = bench.load();
    assert_eq!(config.get(&SPARE_KERNELS), 0);
    assert_eq!(config.get(&CELL_TIMEOUT), Some(Duration::from_secs(30)));
    assert_eq!(config.get(&DIAGRAMS), "never");
}

#[test]
fn relative_path_begins_beside_its_file() {
    let bench = Bench::new();
    bench.write(USER, "[external_tools]\nplantuml_jar = \"tools/p.jar\"\n");
    assert_eq!(bench.load().get(&PLANTUML_JAR), Some(bench.path("home/clx/tools/p.jar")));
    bench.write(USER, "[external_tools]\nplantuml_jar = \"~/p.jar\"\n");
    assert_eq!(bench.load().get(&PLANTUML_JAR), None);
    assert!(bench.problems()[0].0 == code::WRONG_VALUE);
}
