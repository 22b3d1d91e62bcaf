//! Courses on the disk: what is found in them, what is refused, and where the outputs go.

mod course_x;
mod groups;
mod images;
mod part;
mod selection;
mod temp_course;
mod topics;
mod validation;
