//! C++ by `clang-repl`, in the kernel that `clx setup kernels --language cpp` installs.

use clx_kernel::FaultClass;

use crate::{Stage, text_of};

#[tokio::test]
async fn cells_share_what_they_define_and_print_as_they_are() {
    let Some(stage) = Stage::new("clang_repl") else { return };
    let sources = [
        "#include <concepts>\n#include <iostream>\n\
         template <std::integral T> T twice(T x) { return 2 * x; }",
        "",
        "std::cout << \"  \" << twice(21) << \" Grüße\\n\\n\";",
    ];
    let execution = stage.run(&sources).await.unwrap();
    assert_eq!(text_of(&execution, 2), "  42 Grüße\n\n");
}

#[tokio::test]
async fn compiler_and_linker_errors_end_the_run() {
    let Some(stage) = Stage::new("clang_repl") else { return };
    let check = async |source: &str, words: &str| {
        let error = stage.run(&["int x = 1;", source]).await.unwrap_err();
        assert_eq!((error.class(), error.cell()), (FaultClass::Cell, Some(1)));
        assert!(format!("{error:?}").contains(words), "{error:?}");
    };
    check("\nint y = undefined;", "cell:2:9: error: use of undeclared identifier").await;
    check("#include <nothing.h>", "cell:1:10: fatal error: 'nothing.h' file not found").await;
    check("extern int nowhere; int y = nowhere;", "Symbols not found: [ nowhere ]").await;
}

#[tokio::test]
async fn exception_ends_the_run_and_an_error_in_the_output_does_not() {
    let Some(stage) = Stage::new("clang_repl") else { return };
    let harmless = "#include <iostream>\nstd::cerr << \"error: not of the compiler\\n\";";
    let execution = stage.run(&[harmless]).await.unwrap();
    assert_eq!(text_of(&execution, 0), "error: not of the compiler\n");
    let error = stage.run(&["throw 3;", "int x = 1;"]).await.unwrap_err();
    assert_eq!((error.class(), error.cell()), (FaultClass::Cell, Some(0)));
}
