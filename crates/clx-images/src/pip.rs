//! Where `pip` of the host fetches packages. Principal function: [`configuration`].

use std::collections::BTreeMap;

/// What a container needs, too. Certificates are not among them: they lie elsewhere there.
const KEYS: [&str; 6] =
    ["default-timeout", "extra-index-url", "index-url", "proxy", "timeout", "trusted-host"];

/// Makes a configuration file from what `pip config list` prints; `certificates` is where they lie in the
/// container, if there are some.
pub(crate) fn configuration(list: &str, certificates: Option<&str>) -> String {
    let mut settings: BTreeMap<&str, (bool, String)> = BTreeMap::new();
    for (is_variable, key, value) in list.lines().filter_map(setting) {
        let known = settings.get(key);
        // Variables go before files, as with `pip` itself.
        if KEYS.contains(&key) && known.is_none_or(|(is_known, _)| is_variable || !is_known) {
            settings.insert(key, (is_variable, value));
        }
    }
    let certificates = certificates.map(|path| format!("cert = {path}\n"));
    let settings = settings.iter().map(|(key, (_, value))| format!("{key} = {value}\n"));
    let lines: String = settings.chain(certificates).collect();
    if lines.is_empty() { lines } else { format!("[global]\n{lines}") }
}

/// Reads a line such as `global.index-url='…'` or `:env:.cert='…'`: whether it comes from a variable, key
/// and value.
fn setting(line: &str) -> Option<(bool, &str, String)> {
    let (name, value) = line.split_once('=')?;
    let (scope, key) = name.split_once('.')?;
    let quote = value.chars().next().filter(|first| "'\"".contains(*first))?;
    let value = value.strip_prefix(quote)?.strip_suffix(quote)?;
    // Several values stand on lines of their own.
    let value = value.replace("\\n", "\n    ").trim_start().to_owned();
    ["global", "install", ":env:"].contains(&scope).then_some((scope == ":env:", key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_go_before_files_and_paths_of_the_host_are_left_out() {
        let list = ":env:.cert='/etc/ssl/x.crt'\n:env:.index-url='http://v.test'\n\
            global.find-links='/opt/wheels'\nglobal.index-url='http://f.test'\n\
            global.trusted-host='\\na.test\\nb.test'\nuser.proxy='http://p.test'\nWARNING: x\n";
        let expected = "[global]\nindex-url = http://v.test\n\
            trusted-host = a.test\n    b.test\ncert = /site.crt\n";
        assert_eq!(configuration(list, Some("/site.crt")), expected);
        assert_eq!(configuration("", None), "");
    }
}
