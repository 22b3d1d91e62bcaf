//! What can happen to a course between two builds. Principal type: [`Author`].

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clx_testkit::random::Random;
use clx_tests::e2e::TestCourse;

/// Somebody who works on a course, and what is known of it.
pub(crate) struct Author {
    pub(crate) course: TestCourse,
    /// Ids of topics that have a directory, which is named in the spec or not.
    topics: Vec<Topic>,
    sections: Vec<Section>,
    targets: Vec<String>,
    options: Vec<String>,
    dir_groups: bool,
    shared_images: bool,
    /// Outputs that were changed by hand since the last comparison.
    edited: BTreeSet<String>,
    /// Files of the author's own in the output trees.
    own: BTreeMap<String, String>,
    /// Makes names and contents different.
    count: usize,
}

struct Topic {
    id: String,
    directory: String,
}

struct Section {
    name: String,
    topics: Vec<String>,
}

type Edit = fn(&mut Author, &mut Random) -> String;

/// Everything that can happen; what happens more often in life stands twice.
const EDITS: &[Edit] = &[
    Author::edit_prose,
    Author::edit_prose,
    Author::edit_code,
    Author::edit_code,
    Author::break_or_mend,
    Author::rename_deck,
    Author::write_data,
    Author::change_data_secretly,
    Author::remove_data,
    Author::write_image,
    Author::remove_image,
    Author::add_topic,
    Author::forget_topic,
    Author::remove_topic,
    Author::move_topic,
    Author::move_directory,
    Author::order_sections,
    Author::rename_section,
    Author::change_targets,
    Author::change_options,
    Author::switch_dir_groups,
    Author::switch_images,
    Author::change_template,
    Author::edit_output,
    Author::delete_output,
    Author::delete_outputs,
    Author::write_own_file,
];

impl Author {
    pub(crate) fn new(random: &mut Random) -> Self {
        let mut author = Self {
            course: TestCourse::default(),
            topics: Vec::new(),
            sections: ["One", "Two"].map(Section::named).into(),
            targets: Vec::new(),
            options: Vec::new(),
            dir_groups: false,
            shared_images: false,
            edited: BTreeSet::new(),
            own: BTreeMap::new(),
            count: 0,
        };
        author.course.write("extra/notes.txt", "notes");
        author.course.write("extra/deep/more.txt", "more");
        for _ in 0..3 {
            author.add_topic(random);
        }
        author
    }

    /// Does something and tells what.
    pub(crate) fn edit(&mut self, random: &mut Random) -> String {
        let edit = random.pick(EDITS).expect("there are some");
        let told = edit(self, random);
        self.write_spec();
        told
    }

    pub(crate) fn args(&self) -> Vec<&'static str> {
        if self.shared_images { vec!["--image-mode", "shared"] } else { Vec::new() }
    }

    pub(crate) fn take_own_files(&mut self) -> BTreeMap<String, String> {
        let own = std::mem::take(&mut self.own);
        for path in own.keys() {
            let path = self.course.root().join("output").join(path);
            fs::remove_file(path).expect("clx leaves files of others alone");
        }
        own
    }

    /// Tells whether a file lies in the tree of a target that the spec names now.
    pub(crate) fn is_in_target(&self, path: &str) -> bool {
        let root = path.split('/').next().unwrap_or_default();
        match self.targets.len() {
            0 => ["public", "speaker"].contains(&root),
            n => (0..n).any(|target| root == format!("t{target}")),
        }
    }

    pub(crate) fn was_edited(&self, path: &str) -> bool {
        self.edited.contains(path)
    }

    /// Removes what was edited, kept, and is no output any more: it is the author's now.
    pub(crate) fn tidy_edited(&mut self, outputs: &BTreeMap<String, Vec<u8>>) {
        for path in std::mem::take(&mut self.edited) {
            if !outputs.contains_key(&path) {
                self.course.remove(&format!("output/{path}"));
            }
        }
    }

    fn next(&mut self) -> usize {
        self.count += 1;
        self.count
    }

    fn write_spec(&self) {
        let sections: String =
            self.sections.iter().map(|section| section.xml(&self.options)).collect();
        let groups = if self.dir_groups {
            "<dir-groups><dir-group include-root-files=\"true\"><name>Extra</name><path>extra</path>\
             <subdirs><subdir>deep</subdir></subdirs></dir-group></dir-groups>"
        } else {
            ""
        };
        let targets = match self.targets.is_empty() {
            true => String::new(),
            false => format!("<output-targets>{}</output-targets>", self.targets.concat()),
        };
        let author = match self.options.iter().any(|option| option == "author") {
            true => "<author>Ada</author>",
            false => "",
        };
        let spec = format!(
            "<course>\n<name><de>Kurs</de><en>Course</en></name>\n<prog-lang>python</prog-lang>\n{author}\
             <sections>\n{sections}</sections>\n{groups}{targets}</course>\n"
        );
        self.course.write("course-specs/course.xml", spec);
    }

    /// Returns the files below a directory of a topic whose paths please.
    fn files(&self, pleases: impl Fn(&str) -> bool) -> Vec<String> {
        let files = self.course.files("slides");
        files
            .into_keys()
            .filter(|path| pleases(path))
            .map(|path| format!("slides/{path}"))
            .collect()
    }

    fn decks(&self) -> Vec<String> {
        self.files(|path| path.ends_with(".py"))
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.course.root().join(path)).expect("readable")
    }

    fn edit_prose(&mut self, random: &mut Random) -> String {
        let n = self.next();
        let language = ["", " lang=\"de\"", " lang=\"en\""][random.below(3)];
        self.append(random, &format!("\n# %% [markdown]{language}\n# Prose {n} ![](img/a.png)\n"))
    }

    fn edit_code(&mut self, random: &mut Random) -> String {
        let n = self.next();
        let tag =
            ["", " tags=[\"keep\"]", " tags=[\"private\"]", " tags=[\"start\"]"][random.below(4)];
        self.append(random, &format!("\n# %%{tag}\nprint {n}\n"))
    }

    fn append(&mut self, random: &mut Random, text: &str) -> String {
        let decks = self.decks();
        let Some(deck) = random.pick(&decks) else { return "no deck".to_owned() };
        self.course.write(deck, self.read(deck) + text);
        format!("append to {deck}: {text:?}")
    }

    fn break_or_mend(&mut self, random: &mut Random) -> String {
        const BROKEN: &str = "\n# %%\nprint {{ nothing }}\n";
        let decks = self.decks();
        let Some(deck) = random.pick(&decks) else { return "no deck".to_owned() };
        let text = self.read(deck);
        let new = if text.contains(BROKEN) { text.replace(BROKEN, "") } else { text + BROKEN };
        self.course.write(deck, new);
        format!("break or mend {deck}")
    }

    fn rename_deck(&mut self, random: &mut Random) -> String {
        let n = self.next();
        let decks = self.decks();
        let Some(deck) = random.pick(&decks) else { return "no deck".to_owned() };
        let new = Path::new(deck).with_file_name(format!("slides_renamed_{n}.py"));
        fs::rename(self.course.root().join(deck), self.course.root().join(&new)).expect("renamed");
        format!("rename {deck} to {}", new.display())
    }

    fn write_data(&mut self, random: &mut Random) -> String {
        let n = self.next();
        let Some(topic) = random.pick(&self.topics) else { return "no topic".to_owned() };
        let name = ["data.txt", "data/table.csv", "helper.txt"][random.below(3)];
        let path = format!("{}/{name}", topic.directory);
        self.course.write(&path, format!("data {n}"));
        format!("write {path}")
    }

    /// Changes a file so that neither its size nor its time tell.
    fn change_data_secretly(&mut self, random: &mut Random) -> String {
        let files = self.files(|path| path.ends_with(".txt"));
        let Some(path) = random.pick(&files) else { return "no data".to_owned() };
        let file = self.course.root().join(path);
        let time = fs::metadata(&file).and_then(|data| data.modified()).expect("a time");
        let text: String = self.read(path).chars().rev().collect();
        fs::write(&file, text).expect("written");
        let opened = fs::File::options().write(true).open(&file).expect("opened");
        opened.set_modified(time).expect("set");
        format!("change {path} secretly")
    }

    fn remove_data(&mut self, random: &mut Random) -> String {
        let files = self.files(|path| path.ends_with(".txt") || path.ends_with(".csv"));
        self.remove_one(random, &files)
    }

    fn write_image(&mut self, random: &mut Random) -> String {
        let n = self.next();
        let Some(topic) = random.pick(&self.topics) else { return "no topic".to_owned() };
        let name = ["img/a.png", "img/b.svg"][random.below(2)];
        // Equal names in different topics of a shared image directory have equal bytes.
        let content = if self.shared_images { name.to_owned() } else { format!("picture {n}") };
        let path = format!("{}/{name}", topic.directory);
        self.course.write(&path, content);
        format!("write {path}")
    }

    fn remove_image(&mut self, random: &mut Random) -> String {
        let files = self.files(|path| path.contains("/img/"));
        self.remove_one(random, &files)
    }

    fn remove_one(&self, random: &mut Random, files: &[String]) -> String {
        let Some(path) = random.pick(files) else { return "nothing to remove".to_owned() };
        self.course.remove(path);
        format!("remove {path}")
    }

    fn add_topic(&mut self, random: &mut Random) -> String {
        let id = format!("t{}", self.next());
        let directory = format!("slides/module_100_m/topic_100_{id}");
        let source = format!(
            "# j2 from 'macros.j2' import header\n# {{{{ header(\"Titel {id}\", \"Title {id}\") }}}}\n\n# %%\nprint {id}\n\n\
             # %% [markdown] lang=\"de\"\n# Text\n\n# %% tags=[\"keep\"]\nprint kept\n"
        );
        self.course.write(&format!("{directory}/slides_{id}.py"), source);
        let n_sections = self.sections.len();
        self.sections[random.below(n_sections)].topics.push(id.clone());
        self.topics.push(Topic { id: id.clone(), directory });
        self.write_spec();
        format!("add {id}")
    }

    fn forget_topic(&mut self, random: &mut Random) -> String {
        let n_sections = self.sections.len();
        let topics = &mut self.sections[random.below(n_sections)].topics;
        if topics.is_empty() {
            return "nothing to forget".to_owned();
        }
        format!("forget {}", topics.remove(random.below(topics.len())))
    }

    fn remove_topic(&mut self, random: &mut Random) -> String {
        if self.topics.len() < 2 {
            return "too few topics".to_owned();
        }
        let topic = self.topics.remove(random.below(self.topics.len()));
        for section in &mut self.sections {
            section.topics.retain(|id| *id != topic.id);
        }
        self.course.remove(&topic.directory);
        format!("remove {}", topic.id)
    }

    fn move_topic(&mut self, random: &mut Random) -> String {
        let n_sections = self.sections.len();
        let from = random.below(n_sections);
        let Some(id) = self.sections[from].topics.pop() else { return "no topic".to_owned() };
        let to = random.below(n_sections);
        self.sections[to].topics.insert(0, id.clone());
        format!("move {id} to the front of section {to}")
    }

    fn move_directory(&mut self, random: &mut Random) -> String {
        let n = self.next();
        let n_topics = self.topics.len();
        let topic = &mut self.topics[random.below(n_topics)];
        let to = format!("slides/module_{n}_n/topic_100_{}", topic.id);
        let root = self.course.root();
        let target: PathBuf = root.join(&to);
        fs::create_dir_all(target.parent().expect("a module")).expect("made");
        fs::rename(root.join(&topic.directory), target).expect("renamed");
        topic.directory.clone_from(&to);
        format!("move a topic to {to}")
    }

    fn order_sections(&mut self, _: &mut Random) -> String {
        self.sections.reverse();
        "reverse the sections".to_owned()
    }

    fn rename_section(&mut self, random: &mut Random) -> String {
        let n = self.next();
        let n_sections = self.sections.len();
        self.sections[random.below(n_sections)].name = format!("Section {n}");
        format!("rename a section to {n}")
    }

    fn change_targets(&mut self, random: &mut Random) -> String {
        let list = |random: &mut Random, outer: &str, inner: &str, all: &[&str]| {
            let start = random.below(all.len());
            let items: String =
                all[start..].iter().map(|item| format!("<{inner}>{item}</{inner}>")).collect();
            format!("<{outer}>{items}</{outer}>")
        };
        let n_targets = random.below(3);
        self.targets = (0..n_targets)
            .map(|n| {
                let kinds = list(random, "kinds", "kind", &["code-along", "completed", "speaker"]);
                let formats = list(random, "formats", "format", &["html", "notebook", "code"]);
                let languages = list(random, "languages", "language", &["de", "en"]);
                format!(
                    "<output-target name=\"t{n}\"><path>output/t{n}</path>{kinds}{formats}{languages}\
                     </output-target>"
                )
            })
            .collect();
        format!("targets: {:?}", self.targets)
    }

    fn change_options(&mut self, random: &mut Random) -> String {
        let option = ["author", "html=\"no\"", "evaluate=\"no\""][random.below(3)];
        match self.options.iter().position(|known| known == option) {
            Some(position) => drop(self.options.remove(position)),
            None => self.options.push(option.to_owned()),
        }
        format!("options: {:?}", self.options)
    }

    fn switch_dir_groups(&mut self, _: &mut Random) -> String {
        self.dir_groups = !self.dir_groups;
        format!("directory groups: {}", self.dir_groups)
    }

    fn switch_images(&mut self, _: &mut Random) -> String {
        self.shared_images = !self.shared_images;
        // Pictures of one name but different bytes would be refused in a shared directory.
        for image in self.files(|path| path.contains("/img/")) {
            let name = Path::new(&image).file_name().expect("a file").to_string_lossy();
            self.course.write(&image, format!("img/{name}"));
        }
        format!("shared images: {}", self.shared_images)
    }

    fn change_template(&mut self, random: &mut Random) -> String {
        let n = self.next();
        match random.below(4) {
            0 => self.course.remove("templates"),
            1 => {
                let page = format!("<html><!-- {n} -->{{{{ cells }}}}</html>");
                self.course.write("templates/html/page.html.j2", page);
            }
            _ => self.course.write("templates/html/style.css", format!("/* {n} */")),
        }
        "change templates".to_owned()
    }

    fn an_output(&self, random: &mut Random) -> Option<String> {
        let outputs: Vec<String> = self.course.files("output").into_keys().collect();
        random.pick(&outputs).cloned().filter(|path| !self.own.contains_key(path))
    }

    fn edit_output(&mut self, random: &mut Random) -> String {
        let Some(path) = self.an_output(random) else { return "no output".to_owned() };
        let n = self.next();
        let text = format!("edited by hand, for the time no. {n}");
        self.course.write(&format!("output/{path}"), text);
        self.edited.insert(path.clone());
        format!("edit {path}")
    }

    fn delete_output(&mut self, random: &mut Random) -> String {
        let Some(path) = self.an_output(random) else { return "no output".to_owned() };
        self.course.remove(&format!("output/{path}"));
        format!("delete {path}")
    }

    fn delete_outputs(&mut self, random: &mut Random) -> String {
        if random.below(3) > 0 || !self.own.is_empty() {
            return "leave the outputs".to_owned();
        }
        self.course.remove("output");
        "delete all outputs".to_owned()
    }

    fn write_own_file(&mut self, random: &mut Random) -> String {
        let Some(path) = self.an_output(random) else { return "no output".to_owned() };
        let n = self.next();
        let own = Path::new(&path).with_file_name(format!("own {n}.txt")).display().to_string();
        self.course.write(&format!("output/{own}"), format!("own {n}"));
        self.own.insert(own.clone(), format!("own {n}"));
        format!("write {own}")
    }
}

impl Section {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), topics: Vec::new() }
    }

    fn xml(&self, options: &[String]) -> String {
        let attributes: String = options
            .iter()
            .filter(|option| option.contains('='))
            .map(|option| format!(" {option}"))
            .collect();
        let topics: String =
            self.topics.iter().map(|id| format!("<topic{attributes}>{id}</topic>\n")).collect();
        let name = &self.name;
        format!(
            "<section><name><de>{name}</de><en>{name}</en></name>\n<topics>\n{topics}</topics>\
             </section>\n"
        )
    }
}
