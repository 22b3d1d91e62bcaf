//! Random scripts as authors, and careless ones, write them. Principal function: [`script`].

use clx_core::ProgLang;
use clx_testkit::random::Random;

/// What may follow `%%`; `#` stands for nothing, each is a whole marker.
const OPTIONS: &[&str] = &[
    "",
    " ",
    " [markdown]",
    " [markdown] ",
    " [md]",
    " [raw]",
    " tags=[\"keep\"]",
    " tags=[\"slide\", \"keep\"] lang=\"de\"",
    " lang=\"en\" tags=['alt']",
    " [markdown] lang=\"de\" tags=[\"subslide\"]",
    " [markdown] tags=[\"notes\"] lang=\"en\" slideshow={\"slide_type\": \"slide\"}",
    " A title",
    " A title [markdown] tags=[\"a\"]",
    " Title with = in it",
    " [markdown] two [raw]",
    " x=1 y=-2.5 z=1e3 w=None v=True u='it\\'s'",
    " a = [1, 2,  3]   b={\"c\": [null]}",
    " hidden",
    " name .cls key=\"v\"",
    " {\"tags\": [\"a\"], \"lang\": \"de\"}",
    " Titled {\"k\": 1}",
    " tags=[keep",
    " [markdown]tags=[\"x\"]",
    " k=\"a=b\" k=\"c\"",
    " active=\"py\"",
    " active=\"ipynb\"",
    " active=\"ipynb,py\"",
    " tags=[\"active-py\"]",
    " [raw] active=\"\"",
    " language=\"bash\"",
    " language=\"bash\" magic_args=\"-x\"",
    " [markdown] language=\"html\"",
    " language=\"R\"",
    "%% deeper",
    "%%%% [markdown] much deeper",
    "tags=[\"glued\"]",
    "\ttabbed",
    " lines_to_next_cell=3",
    " name=\"a\" collapsed=true",
];

const PYTHON: &[&str] = &[
    "x = 1",
    "print(x)  # a comment",
    "# a comment",
    "#",
    "#no blank",
    "# # twice",
    "def f(x):\n    return x",
    "async def g():\n    pass",
    "class A:\n\n    b = 1",
    "@decorator\ndef h(): ...",
    "    indented",
    ")",
    "if x:\n    y = 2\nelse:\n    y = 3",
    "s = \"\"\"\n# %% in a string\n\"\"\"",
    "s = '''one line'''",
    "s = 'it\\'s' + \"'\"",
    "\"\"\"a doc\nstring\"\"\"",
    "r'''raw\\d\ntext'''",
    "s = \"unclosed",
    "t = '\"\"\"'",
    "# %time f()",
    "# %%timeit",
    "# !ls -l",
    "# ?print",
    "# print?",
    "# y = !ls",
    "# cat file",
    "# copy the list",
    "# ls = 1",
    "# %magic # noescape",
    "# !ls \\\n#  -l",
    "%load_ext x",
    "# + a plus",
    "# # + two",
    "x = 'ä€😀'",
    "x = 1;\t",
    "\t",
];

const CURLY: &[&str] = &[
    "int x = 1;",
    "// a comment",
    "//",
    "//no blank",
    "// // twice",
    "# not a comment",
    "void f() {\n    g();\n}",
    "class A\n{\n};",
    "char c = '\"';",
    "auto s = \"a\\\"b\";",
    "String s = \"\"\"\n// %% in a string\n\"\"\";",
    "/* %% */",
    "`x\n// %%`",
    "// %time f()",
    "// %%timeit",
    "// !ls",
    "// #!time",
    "#!about",
    "%timeit f();",
    "// + a plus",
    "#include <vector>",
    "    indented();",
    "def f(): pass",
    "auto s = L\"ä€😀\";",
];

const PROSE: &[&str] = &[
    "# # A heading",
    "#",
    "# # Why?",
    "# # %time f()",
    "# %time f()",
    "# Why?",
    "# # copy the list",
    "# copy the list",
    "# # # !ls",
    "# # ls \\\n# # x",
    "%time f()",
    "# - an item",
    "#   indented",
    "#no blank",
    "text without comment",
    "\"\"\"\nquoted\n\"\"\"",
    "'''quoted'''",
    "r\"\"\"raw \\d\"\"\"",
    "# $x = \\frac{1}{2}$",
    "# ![](img/a.png)",
    "# ä€😀",
    "# ## %%",
    "  # behind blanks",
    "# | a | b |\n# |---|---|",
];

const HEADS: &[&str] = &[
    "# ---\n# jupyter:\n#   jupytext:\n#     text_representation:\n#       format_name: percent\n# ---\n\n",
    "# ---\n# title: A deck\n# author: somebody\n# ---\n\n",
    "# ---\n# title: A deck\n# jupyter:\n#   celltoolbar: Slideshow\n# ---\n",
    "#!/usr/bin/env python\n",
    "# -*- coding: utf-8 -*-\n\n",
];

const OTHER_MARKERS: &[&str] =
    &["# <codecell>", "# In[3]:", "# In[ ]", "## %%", "#%%", "  # %%", "# %%%", "# % %"];

/// Writes a script of up to ten cells.
pub(crate) fn script(language: ProgLang, random: &mut Random) -> String {
    let mut text = String::new();
    if random.one_in(5) {
        text += pick(HEADS, random);
    }
    if random.one_in(4) {
        text += pick(lines_of(language), random);
        text += &"\n".repeat(1 + random.below(3));
    }
    for _ in 0..random.below(10) {
        push_cell(&mut text, language, random);
    }
    if language == ProgLang::Python { text } else { in_slashes(&text) }
}

fn push_cell(text: &mut String, language: ProgLang, random: &mut Random) {
    let options = pick(OPTIONS, random);
    let is_prose = options.contains('[') && options.contains("m");
    if random.one_in(12) {
        *text += pick(OTHER_MARKERS, random);
    } else {
        *text += "# %%";
        *text += options;
    }
    *text += "\n";
    for _ in 0..random.below(4) {
        let lines = if is_prose == random.one_in(12) { lines_of(language) } else { PROSE };
        *text += pick(lines, random);
        *text += &"\n".repeat(1 + if random.one_in(4) { random.below(3) } else { 0 });
    }
    *text += &"\n".repeat(random.below(4));
    if random.one_in(40) {
        *text += "   \n";
    }
}

const fn lines_of(language: ProgLang) -> &'static [&'static str] {
    match language {
        ProgLang::Python => PYTHON,
        ProgLang::Cpp | ProgLang::CSharp | ProgLang::Java | ProgLang::TypeScript => CURLY,
    }
}

/// Writes comments as the other languages do: those at the beginnings of lines that were written for
/// Python.
fn in_slashes(text: &str) -> String {
    let line = |line: &str| {
        let blanks = line.len() - line.trim_start().len();
        let (indent, rest) = line.split_at(blanks);
        let is_code = CURLY.iter().any(|code| code.lines().any(|own| own == line));
        match rest.strip_prefix('#').filter(|_| !is_code) {
            Some(rest) => format!("{indent}//{rest}"),
            None => line.to_owned(),
        }
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn pick(items: &'static [&'static str], random: &mut Random) -> &'static str {
    random.pick(items).copied().unwrap_or_default()
}
