"""The notebooks that clx's pages are compared with nbconvert's on: name to (notebook, execute it).

Each entry of the list of differences in `tests/nbconvert.rs` has its case here.
"""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell

PYTHON = {"name": "python", "pygments_lexer": "ipython3"}
LANGUAGES = {
    "python": (PYTHON, "def f(x: int) -> str:\n    return f'{x:>3}'  # <b>\n\n\n@cached\nclass A: ...\n"),
    "cpp": (
        {"name": "C++"},
        "#include <vector>\n\ntemplate <typename T>\nauto f(const std::vector<T>& v) -> T {\n"
        "    return v[0] && true ? v[0] : T{};  // \"first\"\n}\n",
    ),
    "csharp": (
        {"name": "C#", "pygments_lexer": "csharp"},
        "using System;\nvar s = $\"{1 + 2} < 4\";\nConsole.WriteLine(@\"a\\b\" + s);\n",
    ),
    "java": (
        {"name": "Java", "pygments_lexer": "java"},
        "public record Point(int x, int y) {\n    @Override public String toString() { return \"<\" + x; }\n}\n",
    ),
    "typescript": (
        {"name": "typescript", "pygments_lexer": "typescript"},
        "const f = (x: number): string => `${x < 1 ? \"a\" : 'b'}`;\nconsole.log(f(1) ?? null);\n",
    ),
}


def notebook(cells, language=PYTHON):
    """Returns a notebook whose cells have running numbers as ids."""
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return new_notebook(cells=cells, metadata={"language_info": language})


def shown(data, metadata=None):
    return new_output("display_data", data, metadata=metadata or {})


def result(data, count=1):
    return new_output("execute_result", data, execution_count=count)


def printed(text, name="stdout"):
    return new_output("stream", name=name, text=text)


def code(source, *outputs, tags=()):
    cell = new_code_cell(source, outputs=list(outputs), execution_count=1)
    return tagged(cell, tags)


def tagged(cell, tags):
    if tags:
        cell.metadata["tags"] = list(tags)
    return cell


MARKDOWN = [
    "# Title\n\nA paragraph with *emphasis*, **strong text**, `code`, ~~no~~ and a\nsoft break.",
    "Title\n=====\n\nSubtitle\n--------\n\ntext",
    "#Glued heading\n\n##Another\n",
    "## Überschrift mit Größe & `code` – 100 %",
    "## Same\n\n## Same\n\n### What? (yes/no): a=b, c+d; [x]",
    "## A&nbsp;B -- C",
    "## With *emphasis* and [link](http://example.org/a_b)",
    "- one\n- two\n    - nested\n    - more\n- three\n\n1. first\n2. second\n\n7. seventh",
    "* loose\n\n* list\n\n  with a paragraph",
    "> a quote\n> with two lines\n>\n> - and a list",
    "| a | b |\n|:--|--:|\n| 1 | `x` |\n| **2** | $x$ |\n\nafter",
    "```python\ndef f(x):\n    return x < 1\n```",
    "```cpp\nint main() { return 0 && 1; }\n```\n\n```json\n{\"a\": [1, null]}\n```",
    "```sql\nSELECT a FROM b\n```\n\n```bash\necho \"$x\" | grep y\n```\n\n```html\n<a href=\"x\">y</a>\n```",
    "```rust\nfn main() {}\n```\n\n```kotlin\nfun main() = 1\n```\n\n```go\nfunc main() {}\n```\n\n```xml\n<a/>\n```",
    "```\nplain <b> & text\n\nwith a blank line\n```",
    "    indented code\n    more\n\ntext",
    "A link <https://example.org>, a bare https://example.org/x_y_z and [one](a.html \"Title\").",
    "[ref]: http://example.org/ref\n\nSee [the reference][ref] and [ref].",
    "![A picture](img/a.png) and ![](img/b.png)",
    "<img src=\"img/c.png\" alt=\"c\" style=\"width: 30%\">\n\ntext <b>bold</b> and <br> break",
    "<div class=\"alert\">\n\n**inside** a box\n\n</div>",
    "<div>\n*literal* inside a block\n</div>",
    "<details><summary>More</summary>\n\nHidden *text*\n\n</details>",
    "text <!-- a comment --> text &amp; &lt; &copy; \\* \\_",
    "Hard  \nbreak and\\\nbackslash",
    "---\n\n***",
    "- [ ] open\n- [x] done",
    "Term\n: Definition one\n: Definition two",
    "a <u>b</u> c_d_e 2*3*4 snake_case_word *a*b",
    "\"Quotes\" -- and ... 'more'",
    "1986\\. A great year\n\n1. a\n   ```python\n   x = 1\n   ```\n2. b",
    "",
    "\n\nleading lines\n\n\n\nand gaps\n\n",
    "Umlaute äöüß, 日本語, emoji 🎉, [x](#überschrift)",
]

DIFFERENT = {
    "unknown fence": "```brainfudge\n+++\n```",
    "mermaid": "```mermaid\ngraph TD;\n  A-->B;\n```",
    "bar in table code": "| a | b |\n|---|---|\n| `x|y` | z |",
    "malformed heading": "## Line<br>break",
}

MATH = [
    "Inline $x^2 + y_1$ and display $$\\int_0^1 f(x)\\,dx$$ in a paragraph.",
    "$$\na + b\n\nc\n$$",
    "\\begin{align}\na &= b \\\\\nc &= d\n\\end{align}",
    "Text before\n\\begin{equation*}\nE = mc^2\n\\end{equation*}\nand after.",
    "With parentheses \\\\(a < b\\\\) and brackets \\\\[a > b\\\\].",
    "Escaped \\$5 and \\$6, code `$x$`, and $a_{1}*b_{2}*c$.",
    "Two prices: $5 and $6 make math.",
    "Single backslashes \\(x\\) are text.",
    "- item $a$\n- item $b_1$ and $c_1$\n\n> quote $q$",
    "## Heading with $E = mc^2$",
    "> In a quote:\n>\n> $$\n> a < b\n> $$\n> and $c\n> d$.",
    "| a | b |\n|---|---|\n| $x$ | 5$ |\n| 6$ | $y_1$ |",
    "$\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}$ and $$\\begin{cases} 1 & x > 0 \\\\ 0 & x \\le 0 \\end{cases}$$",
    "Costs 5$ only.\n\nAnother 6$ there.",
    "$\\text{Größe} = \\sqrt{2} \\cdot \\frac{1}{2} \\sum_{i=1}^n i$, $\\mathbb{R}$, $\\hat{x}$",
    "$\\newcommand{\\R}{\\mathbb{R}}$ and $\\R^n$",
    "$\\notacommand{x}$",
]

ANSI = [
    "plain",
    "".join(f"\x1b[{n}m{n}\x1b[0m " for n in (*range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108))),
    "\x1b[1mbold\x1b[0m \x1b[1;31mbold red\x1b[22m red\x1b[0m \x1b[4munder\x1b[24mnot \x1b[7minverse\x1b[27m",
    "\x1b[31;42;7mboth inverse\x1b[0m \x1b[5mblink\x1b[21m \x1b[39;49mdefault",
    "\x1b[38;5;1mone \x1b[38;5;12mtwelve \x1b[38;5;208morange \x1b[48;5;240mgrey\x1b[0m",
    "\x1b[38;2;10;20;30mrgb \x1b[48;2;1;2;3mback\x1b[0m \x1b[38;5;999mbad \x1b[38;9mworse",
    "a\x1b[2Kb\x1b[1;1Hc\x1b[md <tag> & \"quotes\"",
]

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4"/></svg>'
TABLE = '<table border="1" class="dataframe"><thead><tr><th></th><th>a</th></tr></thead><tbody><tr><th>0</th><td>1</td></tr></tbody></table>'

BUNDLES = [
    result({"text/plain": "'ä <b>'"}),
    result({"text/plain": "x", "text/html": TABLE}),
    shown({"text/plain": "<Figure>", "image/png": PNG}),
    shown({"image/png": PNG}, {"image/png": {"width": 30, "height": 20}, "alt": "A dot"}),
    shown({"image/png": PNG}, {"image/png": {"unconfined": True, "alt": "own \"alt\""}, "alt": "other"}),
    shown({"image/jpeg": PNG, "text/plain": "jpeg"}),
    shown({"image/svg+xml": SVG, "image/png": PNG}),
    result({"text/markdown": "**bold** and $x$", "text/plain": "plain"}),
    result({"text/latex": "$\\displaystyle \\frac{1}{2} < 1$", "text/plain": "0.5", "image/png": PNG}),
    shown({"application/json": {"a": 1}, "text/plain": "json"}),
    shown({"application/x-unknown": "nothing"}),
    shown({"text/html": "<b>isolated</b>"}, {"text/html": {"isolated": True}}),
    printed("two\nlines\n"),
    printed("error\n", "stderr"),
    printed(""),
    printed("start\n10%\r20%\rdone\n"),
    new_output("error", ename="E", evalue="v", traceback=["\x1b[31mE\x1b[0m", "line <1>\nline 2"]),
]

SCRIPTS = [
    shown({"application/javascript": "alert('</script>')", "text/plain": "js"}),
    shown({"application/vnd.jupyter.widget-view+json": {"model_id": "</script>"}, "text/plain": "widget"}),
    shown({"text/vnd.mermaid": "graph TD", "text/plain": "mermaid"}),
]

STRUCTURE = [
    new_raw_cell("raw <b>bold</b> text"),
    new_code_cell("# between raw cells"),
    new_raw_cell("<video src=\"a.mp4\"></video>"),
    tagged(new_markdown_cell("## Slide"), ["slide", "two words"]),
    tagged(code("x = 1", tags=["keep", "a&b"]), ["keep", "a&b"]),
    new_code_cell(""),
    new_code_cell("\n\nx = 1\n\n"),
    new_code_cell("%%bash\necho 1"),
    new_raw_cell("left out", metadata={"raw_mimetype": "text/latex"}),
    new_raw_cell("<code>kept</code>", metadata={"raw_mimetype": "text/html"}),
    code("f()", printed("a\n"), printed("b\n", "stderr"), printed("c\n"), result({"text/plain": "1"}, 7)),
    new_code_cell("if x < 1 and y > 2:\n    print(\"</pre></script>\")"),
]

BOX = "<div style='background: yellow; color: black;'>\n{}\n</div>"
BOXES = [
    tagged(new_markdown_cell(BOX.format("Plain text.")), ["notes"]),
    tagged(new_markdown_cell(BOX.format("First *literal*\n\n- a\n- b")), ["notes"]),
    tagged(new_markdown_cell(BOX.format("## Heading\n\ntext").replace("yellow", "#FFEEBA")), ["voiceover"]),
    tagged(new_markdown_cell("*Answer:* " + BOX.format("text")), ["notes", "answer"]),
]

PROSE = (
    "## Step {n}: Größe und Maß\n\nSome *prose* with `code`, a [link](topic_{n}.html) and $x_{{{n}}}^2$.\n\n"
    "- first point\n- second point with **weight**\n- third\n\nAnd a closing sentence, long enough to be "
    "broken into several lines on a narrow screen."
)


def mixed():
    """Returns an executed notebook of 60 cells, as a lecture has them."""
    cells = [new_markdown_cell("# A Long Lecture")]
    programs = [
        "import pandas as pd\nimport matplotlib.pyplot as plt\nplt.rcParams['figure.dpi'] = 50",
        "frame = pd.DataFrame({'name': ['Ada', 'Größe'], 'value': [1.5, None]})\nframe",
        "frame.describe()",
        "print(*range(40))",
        "import sys\nprint('warning', file=sys.stderr)",
        "plt.plot([1, 3, 2]);",
        "{}['missing']",
        "def fib(n):\n    \"\"\"Returns a number.\"\"\"\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n\n[fib(n) for n in range(10)]",
        "from IPython.display import HTML, Latex, Markdown\ndisplay(Markdown('**bold** $x$'), Latex(r'$\\frac{1}{2}$'), HTML('<i>html</i>'))",
        "print('\\x1b[1;32mgreen\\x1b[0m and <plain>')",
        "fig, axes = plt.subplots(figsize=(3, 2))\naxes.bar(['a', 'b'], [1, 2])\nplt.show()",
        "1 / 0",
    ]
    number = 0
    while len(cells) < 60:
        cells.append(new_markdown_cell(PROSE.format(n=number)))
        if number < len(programs):
            source = programs[number]
            raises = ["raises-exception"] if source in ("1 / 0", "{}['missing']") else []
            cells.append(tagged(new_code_cell(source), raises))
        else:
            cells.append(new_code_cell(f"value = {number}\nfor i in range(3):\n    print(i * value)\nvalue"))
        number += 1
    return notebook(cells)


NOTEBOOKS = {
    "mixed": (mixed(), True),
    "markdown": (notebook([new_markdown_cell(text) for text in MARKDOWN]), False),
    "different": (notebook([new_markdown_cell(text) for text in DIFFERENT.values()]), False),
    "math": (notebook([new_markdown_cell(text) for text in MATH]), False),
    "ansi": (notebook([code("print()", printed(text)) for text in ANSI]), False),
    "bundles": (notebook([code("show()", output) for output in BUNDLES]), False),
    "scripts": (notebook([code("show()", output) for output in SCRIPTS]), False),
    "structure": (notebook(STRUCTURE), False),
    "boxes": (notebook(BOXES), False),
    **{
        name: (notebook([new_code_cell(source), code("x")], language), False)
        for name, (language, source) in LANGUAGES.items()
    },
}
