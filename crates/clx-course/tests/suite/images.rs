//! Images, pictures of diagrams, and output paths that two sources claim.

use clx_core::{JobKind, PictureFormat};
use clx_course::{ImageMode, Selection, outputs};

use crate::temp_course::{TempCourse, relative, summary};

const HTML: &str = "output/public/De/Kurs/Folien/Html/Code-Along/Teil";

fn shared() -> Selection {
    Selection { image_mode: ImageMode::Shared, ..Selection::default() }
}

#[test]
fn pictures_of_diagrams_are_images_of_the_topic() {
    let course = TempCourse::with_topics(&["x"]);
    course.touch(&[
        "slides/m/t_1_x/pu/a.de.pu",
        "slides/m/t_1_x/drawio/y.drawio",
        "slides/m/t_1_x/top: 1.puml",
        "slides/m/t_1_x/deep/pu/z.plantuml",
        "slides/m/t_1_x/img/y.png",
    ]);
    let (plan, findings) = course.plan();
    assert_eq!(summary(&findings), [""; 0]);
    let shown = |path| relative(path, &course.root().join(HTML));
    let pictures: Vec<_> = plan
        .diagrams
        .iter()
        .map(|diagram| (diagram.stem.as_str(), diagram.kind, shown(&diagram.pictures[0].places[0])))
        .collect();
    let expected = [
        ("z", JobKind::PlantUml, "deep/img/z.png"),
        ("y", JobKind::Drawio, "img/y.png"),
        ("a.de", JobKind::PlantUml, "img/a.de.png"),
        ("top 1", JobKind::PlantUml, "img/top 1.png"),
    ]
    .map(|(stem, kind, place)| (stem, kind, place.to_owned()));
    assert_eq!(pictures, expected);
    assert!(plan.diagrams.iter().all(|diagram| diagram.pictures[0].places.len() == 18));
    assert!(plan.copies.is_empty(), "the diagram wins over the picture in the source tree");
}

#[test]
fn diagrams_have_a_picture_per_format_and_notebooks_know_them() {
    let course = TempCourse::with_topics(&["x"]);
    let topic = "slides/m/t_1_x";
    for file in ["slides_a.py", "pu/d.pu", "img/d.svg", "img/d.png", "img/other.png"] {
        course.touch(&[&format!("{topic}/{file}")]);
    }
    let of = |picture_formats: Vec<PictureFormat>| {
        let (plan, _) = course.plan_of(&Selection { picture_formats, ..Selection::default() });
        let notebook = &plan.notebooks[0];
        let pictures = notebook.topic_pictures.iter().map(|picture| &picture.relative);
        let seen = notebook.support_files().map(|file| &file.relative);
        let names = pictures.chain(seen).map(|path| path.display().to_string());
        (plan.diagrams[0].pictures.len(), names.collect::<Vec<_>>())
    };
    let (n_pictures, names) = of(vec![]);
    assert_eq!(
        (n_pictures, names),
        (1, ["img/d.png", "img/d.svg", "img/other.png"].map(String::from).into())
    );
    let (n_pictures, names) = of(vec![PictureFormat::Png, PictureFormat::Svg]);
    assert_eq!(
        (n_pictures, names),
        (2, ["img/d.png", "img/d.svg", "img/other.png"].map(String::from).into())
    );
}

#[test]
fn shared_images_lie_in_the_course_directory() {
    let course = TempCourse::with_topics(&["x"]);
    course.touch(&[
        "slides/m/t_1_x/slides_a.py",
        "slides/m/t_1_x/img/deep/i.png",
        "slides/m/t_1_x/pu/d.pu",
        "slides/m/t_1_x/other/img/k.png",
    ]);
    let (plan, _) = course.plan_of(&shared());
    let first = |paths: &[std::path::PathBuf]| (paths.len(), relative(&paths[0], course.root()));
    let images: Vec<_> = plan.copies.iter().map(|copy| first(&copy.destinations)).collect();
    let place = |rest: &str| (4, format!("output/public/De/Kurs/img/{rest}"));
    assert_eq!(images, [place("deep/i.png"), place("k.png")]);
    assert_eq!(first(&plan.diagrams[0].pictures[0].places), place("d.png"));
    let prefixes: Vec<_> =
        plan.notebooks[0].outputs.iter().map(|o| o.img_prefix.as_str()).collect();
    assert_eq!(prefixes, ["../../../../img/"; 18]);
    let (plan, _) = course.plan();
    assert!(plan.notebooks[0].outputs.iter().all(|output| output.img_prefix == "img/"));
}

#[test]
fn shared_images_with_different_bytes_collide() {
    let course = TempCourse::with_topics(&["x", "y"]);
    course.write("slides/m/t_1_x/img/same.png", "1");
    course.write("slides/m/t_2_y/img/same.png", "1");
    assert!(outputs(&course.course(), &shared()).is_ok_and(|(_, findings)| findings.is_empty()));
    course.write("slides/m/t_1_x/img/a.png", "1");
    course.write("slides/m/t_2_y/img/a.png", "2");
    course.write("slides/m/t_1_x/pu/d.pu", "1");
    course.write("slides/m/t_2_y/img/d.png", "1");
    let problems = outputs(&course.course(), &shared()).expect_err("collisions");
    let errors: Vec<_> = problems.iter().filter(|problem| problem.is_error()).cloned().collect();
    let place = |file: &str| format!("slides/m/t_2_y/img/{file}: Error CLX0131");
    assert_eq!(summary(&errors), [place("a.png"), place("d.png")]);
    assert!(errors.iter().all(|error| error.category == "image_collision"));
}

#[test]
fn first_source_in_course_order_has_the_path() {
    let course = TempCourse::with_topics(&["y", "x"]);
    course.write("slides/m/t_1_x/data.csv", "1");
    course.write("slides/m/t_2_y/data.csv", "2");
    course.write("slides/m/t_1_x/same.csv", "1");
    course.write("slides/m/t_2_y/same.csv", "1");
    let (plan, findings) = course.plan();
    assert_eq!(summary(&findings), ["slides/m/t_1_x/data.csv: High CLX0130"]);
    assert!(findings[0].message.contains("slides/m/t_2_y/data.csv"), "{}", findings[0].message);
    assert_eq!(findings[0].category, "duplicate_output_file");
    let sources: Vec<_> = plan.copies.iter().map(|c| relative(&c.source, course.root())).collect();
    assert_eq!(sources, ["slides/m/t_2_y/data.csv", "slides/m/t_2_y/same.csv"]);
}

#[test]
fn diagrams_with_one_picture_are_an_error() {
    let check = |files: &[(&str, &str)], expected: &[&str]| {
        let course = TempCourse::with_topics(&["x", "y"]);
        for (file, text) in files {
            course.write(&format!("slides/m/{file}"), text);
        }
        let (plan, findings) = course.plan();
        assert_eq!(summary(&findings), expected);
        assert_eq!(plan.diagrams[0].pictures[0].places.len(), 18);
    };
    check(
        &[("t_1_x/pu/a.pu", "1"), ("t_1_x/drawio/a.drawio", "2")],
        &["slides/m/t_1_x/pu/a.pu: Error CLX0132"],
    );
    check(
        &[("t_1_x/pu/a.pu", "1"), ("t_2_y/pu/a.pu", "2")],
        &["slides/m/t_2_y/pu/a.pu: Error CLX0132"],
    );
    check(&[("t_1_x/pu/a.pu", "1"), ("t_2_y/pu/a.pu", "1")], &[]);
    check(
        &[("t_1_x/pu/a.pu", "!include b"), ("t_2_y/pu/a.pu", "!include b")],
        &["slides/m/t_2_y/pu/a.pu: Error CLX0132"],
    );
    check(
        &[("t_1_x/pu/a.pu", "1"), ("t_1_x/pu/?.pu", "1")],
        &["slides/m/t_1_x/pu/?.pu: Error CLX0133"],
    );
}

#[test]
fn sections_of_one_name_share_their_paths() {
    let section = |id: &str| {
        format!("<section><name><de>S</de></name><topics><topic>{id}</topic></topics></section>")
    };
    let course = TempCourse::new(&format!(
        "<course><name><de>K</de></name><prog-lang>python</prog-lang>\
         <sections>{}{}{}</sections></course>",
        section("x"),
        section("x"),
        section("y"),
    ));
    for topic in ["t_1_x", "t_2_y"] {
        course.write(&format!("slides/m/{topic}/slides_a.py"), "{{ header('A', 'B') }}");
    }
    let (plan, findings) = course.plan();
    assert_eq!(summary(&findings), ["slides/m/t_2_y/slides_a.py: High CLX0130"]);
    let counts: Vec<_> = plan.notebooks.iter().map(|notebook| notebook.outputs.len()).collect();
    assert_eq!(counts, [9, 0]);
    assert_eq!(plan.directories.len(), 9);
}
