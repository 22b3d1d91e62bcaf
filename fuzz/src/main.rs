//! One target of clx-fuzz under libFuzzer, which takes its arguments from the command line.
//!
//! The environment variable `CLX_FUZZ_TARGET` names the target.

#![no_main]

use std::sync::LazyLock;

use clx_fuzz::Target;
use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("CLX_FUZZ_TARGET").unwrap_or_default();
    let names = clx_fuzz::TARGETS.iter().map(|target| target.name);
    let names: Vec<_> = names.collect();
    clx_fuzz::target(&name)
        .unwrap_or_else(|| panic!("CLX_FUZZ_TARGET is none of {}", names.join(", ")))
});

fuzz_target!(|data: &[u8]| (TARGET.run)(data));
