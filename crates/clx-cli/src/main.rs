//! The `clx` program; everything is in the library, so that tests can build the same.

fn main() -> std::process::ExitCode {
    clx_cli::main()
}
