//! The `clx` program under another name, for the suites of this package.

fn main() -> std::process::ExitCode {
    clx_cli::main()
}
