//! The words of the languages.

macro_rules! words {
    ($($name:ident: $($word:literal)*;)*) => {
        $(pub(super) const $name: &[&str] = &[$($word),*];)*
    };
}

words! {
    PYTHON_KEYWORDS:
        "and" "as" "assert" "async" "await" "break" "class" "continue" "def" "del" "elif" "else"
        "except" "finally" "for" "from" "global" "if" "import" "in" "is" "lambda" "nonlocal" "not"
        "or" "pass" "raise" "return" "try" "while" "with" "yield";
    PYTHON_CONSTANTS:
        "Ellipsis" "False" "None" "NotImplemented" "True" "__file__" "__name__" "cls" "self";
    PYTHON_TYPES:
        "bool" "bytearray" "bytes" "complex" "dict" "float" "frozenset" "int" "list" "object" "set"
        "str" "tuple" "type";
    PYTHON_BUILTINS:
        "__import__" "abs" "all" "any" "bin" "callable" "chr" "classmethod" "delattr" "dir"
        "display" "divmod" "enumerate" "eval" "exec" "filter" "format" "getattr" "hasattr" "hash"
        "help" "hex" "id" "input" "isinstance" "issubclass" "iter" "len" "map" "max" "min" "next"
        "oct" "open" "ord" "pow" "print" "property" "range" "repr" "reversed" "round" "setattr"
        "sorted" "staticmethod" "sum" "super" "vars" "zip";
    CPP_KEYWORDS:
        "alignas" "alignof" "and" "asm" "auto" "break" "case" "catch" "class" "co_await"
        "co_return" "co_yield" "concept" "const" "const_cast" "consteval" "constexpr" "constinit"
        "continue" "decltype" "default" "delete" "do" "dynamic_cast" "else" "enum" "explicit"
        "export" "extern" "final" "for" "friend" "goto" "if" "import" "inline" "module" "mutable"
        "namespace" "new" "noexcept" "not" "operator" "or" "override" "private" "protected"
        "public" "register" "reinterpret_cast" "requires" "return" "sizeof" "static"
        "static_assert" "static_cast" "struct" "switch" "template" "thread_local" "throw" "try"
        "typedef" "typeid" "typename" "union" "using" "virtual" "volatile" "while";
    CPP_CONSTANTS:
        "NULL" "false" "nullptr" "this" "true";
    CPP_TYPES:
        "array" "bool" "char" "char16_t" "char32_t" "char8_t" "double" "float" "int" "int16_t"
        "int32_t" "int64_t" "int8_t" "long" "map" "optional" "pair" "ptrdiff_t" "set" "shared_ptr"
        "short" "signed" "size_t" "span" "ssize_t" "string" "string_view" "tuple" "uint16_t"
        "uint32_t" "uint64_t" "uint8_t" "unique_ptr" "unordered_map" "unordered_set" "unsigned"
        "variant" "vector" "void" "wchar_t" "weak_ptr";
    CSHARP_KEYWORDS:
        "abstract" "and" "as" "async" "await" "base" "break" "case" "catch" "checked" "class"
        "const" "continue" "default" "delegate" "do" "else" "enum" "event" "explicit" "extern"
        "finally" "fixed" "for" "foreach" "get" "global" "goto" "if" "implicit" "in" "init"
        "interface" "internal" "is" "lock" "nameof" "namespace" "new" "not" "operator" "or" "out"
        "override" "params" "partial" "private" "protected" "public" "readonly" "record" "ref"
        "required" "return" "sealed" "set" "sizeof" "stackalloc" "static" "struct" "switch" "throw"
        "try" "typeof" "unchecked" "unsafe" "using" "value" "var" "virtual" "volatile" "when"
        "where" "while" "with" "yield";
    CSHARP_CONSTANTS:
        "false" "null" "this" "true";
    CSHARP_TYPES:
        "bool" "byte" "char" "decimal" "double" "dynamic" "float" "int" "long" "nint" "object"
        "sbyte" "short" "string" "uint" "ulong" "ushort" "void";
    JAVA_KEYWORDS:
        "abstract" "assert" "break" "case" "catch" "class" "const" "continue" "default" "do" "else"
        "enum" "extends" "final" "finally" "for" "goto" "if" "implements" "import" "instanceof"
        "interface" "native" "new" "non-sealed" "package" "permits" "private" "protected" "public"
        "record" "return" "sealed" "static" "strictfp" "super" "switch" "synchronized" "throw"
        "throws" "transient" "try" "var" "volatile" "when" "while" "yield";
    JAVA_CONSTANTS:
        "false" "null" "this" "true";
    JAVA_TYPES:
        "boolean" "byte" "char" "double" "float" "int" "long" "short" "void";
    TYPESCRIPT_KEYWORDS:
        "abstract" "as" "async" "await" "break" "case" "catch" "class" "const" "continue"
        "debugger" "declare" "default" "delete" "do" "else" "enum" "export" "extends" "finally"
        "for" "from" "function" "get" "if" "implements" "import" "in" "infer" "instanceof"
        "interface" "is" "keyof" "let" "namespace" "new" "of" "override" "package" "private"
        "protected" "public" "readonly" "return" "satisfies" "set" "static" "super" "switch"
        "throw" "try" "type" "typeof" "unique" "var" "while" "with" "yield";
    TYPESCRIPT_CONSTANTS:
        "Infinity" "NaN" "false" "null" "this" "true" "undefined";
    TYPESCRIPT_TYPES:
        "any" "bigint" "boolean" "never" "number" "object" "string" "symbol" "unknown" "void";
    RUST_KEYWORDS:
        "as" "async" "await" "break" "const" "continue" "crate" "dyn" "else" "enum" "extern" "fn"
        "for" "if" "impl" "in" "let" "loop" "match" "mod" "move" "mut" "pub" "ref" "return"
        "static" "struct" "super" "trait" "type" "unsafe" "use" "where" "while";
    RUST_CONSTANTS:
        "Err" "None" "Ok" "Self" "Some" "false" "self" "true";
    RUST_TYPES:
        "bool" "char" "f32" "f64" "i128" "i16" "i32" "i64" "i8" "isize" "str" "u128" "u16" "u32"
        "u64" "u8" "usize";
    KOTLIN_KEYWORDS:
        "abstract" "actual" "annotation" "as" "break" "by" "catch" "class" "companion" "const"
        "constructor" "continue" "crossinline" "data" "do" "else" "enum" "expect" "external"
        "final" "finally" "for" "fun" "get" "if" "import" "in" "infix" "init" "inline" "inner"
        "interface" "internal" "is" "lateinit" "noinline" "object" "open" "operator" "out"
        "override" "package" "private" "protected" "public" "reified" "return" "sealed" "set"
        "super" "suspend" "tailrec" "throw" "try" "typealias" "val" "value" "var" "vararg" "when"
        "where" "while";
    KOTLIN_CONSTANTS:
        "false" "it" "null" "this" "true";
    GO_KEYWORDS:
        "break" "case" "chan" "const" "continue" "default" "defer" "else" "fallthrough" "for"
        "func" "go" "goto" "if" "import" "interface" "map" "package" "range" "return" "select"
        "struct" "switch" "type" "var";
    GO_CONSTANTS:
        "false" "iota" "nil" "true";
    GO_TYPES:
        "any" "bool" "byte" "complex128" "complex64" "error" "float32" "float64" "int" "int16"
        "int32" "int64" "int8" "rune" "string" "uint" "uint16" "uint32" "uint64" "uint8" "uintptr";
    GO_BUILTINS:
        "append" "cap" "clear" "close" "copy" "delete" "len" "make" "max" "min" "new" "panic"
        "print" "println" "recover";
    SHELL_KEYWORDS:
        "case" "do" "done" "elif" "else" "esac" "export" "fi" "for" "function" "if" "in" "local"
        "readonly" "return" "select" "source" "then" "until" "while";
    SHELL_BUILTINS:
        "alias" "awk" "cargo" "cat" "cd" "chmod" "clx" "cp" "curl" "docker" "echo" "eval" "exec"
        "exit" "find" "git" "grep" "kill" "ls" "make" "mkdir" "mv" "npm" "pip" "printf" "ps" "pwd"
        "python" "python3" "read" "rm" "sed" "set" "shift" "sort" "sudo" "tail" "tar" "test"
        "touch" "trap" "uv" "wc" "xargs";
    SQL_KEYWORDS:
        "add" "all" "alter" "and" "as" "asc" "begin" "between" "by" "case" "cast" "check" "column"
        "commit" "constraint" "create" "cross" "database" "default" "delete" "desc" "distinct"
        "drop" "else" "end" "except" "exists" "explain" "foreign" "from" "full" "group" "having"
        "if" "in" "index" "inner" "insert" "intersect" "into" "is" "join" "key" "left" "like"
        "limit" "natural" "not" "offset" "on" "or" "order" "outer" "over" "partition" "pragma"
        "primary" "recursive" "references" "returning" "right" "rollback" "select" "set" "table"
        "then" "transaction" "trigger" "union" "unique" "update" "using" "values" "view" "when"
        "where" "with";
    SQL_CONSTANTS:
        "current_date" "current_time" "current_timestamp" "false" "null" "true";
    SQL_TYPES:
        "bigint" "blob" "boolean" "char" "date" "datetime" "decimal" "double" "float" "int"
        "integer" "json" "numeric" "real" "serial" "smallint" "text" "time" "timestamp" "uuid"
        "varchar";
}
