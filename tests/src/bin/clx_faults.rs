//! The `clx` program with faults that the environment asks for; see `clx_tests::fault`.

fn main() -> std::process::ExitCode {
    clx_tests::fault::arm();
    clx_cli::main()
}
