//! The `clx` program; everything is in the library, so that tests can build the same.

/// A build makes millions of short texts on several threads; with the allocator of the C library a
/// fifth of its time went into them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    clx_cli::main()
}
