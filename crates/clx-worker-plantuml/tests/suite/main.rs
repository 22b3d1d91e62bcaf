//! The handler as workers use it: with a fake PlantUML that has fault modes, and with the real one,
//! found by `CLX_TEST_PLANTUML_JAR`; without it those tests are skipped, loudly.

mod errors;
mod faults;
mod golden;
mod includes;
mod png;
mod real;
mod stage;
