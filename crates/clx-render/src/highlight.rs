//! Highlighted program text: spans with classes of clx's own, whose text is the source unchanged.
//!
//! One table-driven scanner serves all programming languages, a second one markup. They know
//! words, strings, numbers and comments, no syntax trees: enough to read by, ready at once, and
//! linear in the text, at a hundredth of the weight of grammars made for editors.
//!
//! | class | what |
//! |---|---|
//! | `kw` | keyword, tag name |
//! | `cn` | constant word: `None`, `true`, `this` |
//! | `ty` | type, by name or by its capital |
//! | `bi` | built-in function or command |
//! | `df` | name that is being defined |
//! | `fc` | name that is being called |
//! | `at` | decorator, attribute, property, preprocessor line |
//! | `va` | variable of a shell or template |
//! | `st`, `es` | string, escape in a string |
//! | `nu` | number |
//! | `co` | comment |
//!
//! Principal type: [`Grammar`].

mod grammar;
mod markup;
mod scanner;
mod spans;
mod strings;
mod words;

pub(crate) use grammar::Grammar;

use crate::html::escape;
use spans::Spans;

/// Appends `<div class="…"><pre>…</pre></div>` with the highlighted `text`.
pub(crate) fn write_block(out: &mut String, classes: &str, grammar: &Grammar, text: &str) {
    out.push_str("<div class=\"");
    escape(out, classes);
    out.push_str("\"><pre>");
    // A parser drops a line feed right after `<pre>`.
    if text.starts_with('\n') {
        out.push('\n');
    }
    write(out, grammar, text);
    out.push_str("</pre></div>\n");
}

fn write(out: &mut String, grammar: &Grammar, text: &str) {
    let mut spans = Spans::new(out, text);
    if grammar.is_markup {
        markup::scan(&mut spans);
    } else {
        scanner::scan(&mut spans, grammar);
    }
    spans.finish();
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the spans as `class:text`, separated by blanks; other text is left out.
    fn classes(language: &str, text: &str) -> String {
        let mut html = String::new();
        write(&mut html, Grammar::named(language).unwrap(), text);
        let parts = html.split("<span class=\"").skip(1).map(|part| {
            let (class, rest) = part.split_once("\">").unwrap();
            format!("{class}:{}", rest.split_once("</span>").unwrap().0)
        });
        parts.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn python() {
        assert_eq!(
            classes(
                "python",
                "@cached\ndef f(x: int) -> None:  # why\n    return len(x) + 1_0.5e3"
            ),
            "at:@cached kw:def df:f ty:int cn:None co:# why kw:return bi:len nu:1_0.5e3"
        );
        assert_eq!(
            classes("python", "r'\\d' + f\"{x:>{n}} \\n\" + '''a\nb'''"),
            "st:r'\\d' st:f&quot; st:  es:\\n st:&quot; st:'''a\nb'''"
        );
        assert_eq!(
            classes("python", "match x:\n    case 1: pass\nmatch = 2"),
            "kw:match kw:case nu:1 kw:pass nu:2"
        );
        assert_eq!(classes("python", "a.print(b.class_)"), "fc:print");
    }

    #[test]
    fn c_family() {
        assert_eq!(
            classes("cpp", "#include <vector>\nauto s = R\"x(a\")b)x\"; // c\nint n = 1'000;"),
            "at:#include &lt;vector&gt; kw:auto st:R&quot;x(a&quot;)b)x&quot; co:// c ty:int nu:1'000"
        );
        assert_eq!(
            classes("csharp", "var s = $\"{x} {{\" + @\"a\\\";"),
            "kw:var st:$&quot; st: {{&quot; st:@&quot;a\\&quot;"
        );
        assert_eq!(classes("cs", "Task t = a.Run();"), "ty:Task fc:Run");
        assert_eq!(
            classes("java", "@Override public String toString() { return null; }"),
            "at:@Override kw:public ty:String fc:toString kw:return cn:null"
        );
        assert_eq!(
            classes("ts", "class A { b = `x${f(1)}y`; } // ü"),
            "kw:class df:A st:`x fc:f nu:1 st:y` co:// ü"
        );
    }

    #[test]
    fn fences() {
        assert_eq!(
            classes("bash", "for f in *.txt; do echo \"$f\" # x\ndone"),
            "kw:for kw:in kw:do bi:echo st:&quot; va:$f st:&quot; co:# x kw:done"
        );
        assert_eq!(classes("sql", "SELECT a FROM t -- x"), "kw:SELECT kw:FROM co:-- x");
        assert_eq!(classes("json", "{\"a\": [true, -1.5]}"), "at:&quot;a&quot; cn:true nu:1.5");
        assert_eq!(
            classes("rust", "fn f<'a>(c: &'a str) -> char { 'x' } /* /* */ */"),
            "kw:fn df:f va:'a va:'a ty:str ty:char st:'x' co:/* /* */ */"
        );
        assert_eq!(
            classes("html", "<!-- c --><a href=\"x\">t &amp; u</a>"),
            "co:&lt;!-- c --&gt; kw:&lt;a at:href st:&quot;x&quot; kw:&gt; es:&amp;amp; kw:&lt;/a&gt;"
        );
        assert_eq!(
            classes("kotlin", "fun main() = println(\"$x\")"),
            "kw:fun df:main fc:println st:&quot; va:$x st:&quot;"
        );
        assert_eq!(classes("go", "func f() { x := `a` }"), "kw:func df:f st:`a`");
    }
}
