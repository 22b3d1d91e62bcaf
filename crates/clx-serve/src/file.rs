//! Files and directories of a root. Principal function: [`serve`].

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use hyper::StatusCode;
use hyper::body::Bytes;
use tokio::sync::mpsc;

use crate::html::with_script;
use crate::listing;
use crate::media_type::{HTML, media_type};
use crate::options::Root;
use crate::path::encode;
use crate::reply::Reply;

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;

/// Pieces that are read ahead.
const AHEAD: usize = 4;

/// The page of a directory, if it has one.
const INDEX: &str = "index.html";

/// Answers with a file, or with a page that lists a directory. Blocks while it reads.
///
/// `version` is what the page will have seen; it has to be asked for before the file is read. Without
/// it nobody announces anything.
pub(crate) fn serve(root: &Root, relative: &Path, address: &str, version: Option<&str>) -> Reply {
    let html = |status, page: Vec<u8>| Reply::new(status, HTML, with_script(page, version));
    let answer = find(root, relative).map_or(Err(io::ErrorKind::NotFound.into()), |path| {
        if !path.is_dir() {
            return match media_type(&path) {
                HTML => Ok(html(StatusCode::OK, std::fs::read(&path)?)),
                media_type => stream(&path, media_type),
            };
        }
        if !address.ends_with('/') {
            return Ok(Reply::elsewhere(&format!("{}/", encode(address))));
        }
        match find(root, &relative.join(INDEX)) {
            Some(index) => Ok(html(StatusCode::OK, std::fs::read(index)?)),
            None => Ok(html(StatusCode::OK, listing::directory(&path, address)?.into_bytes())),
        }
    });
    answer.unwrap_or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            let page = listing::missing(address, version.is_some());
            html(StatusCode::NOT_FOUND, page.into_bytes())
        }
        _ => Reply::text(StatusCode::FORBIDDEN, &format!("it cannot be read: {error}")),
    })
}

/// Returns the real path of something in a root; `None` if it is not there, or behind a link that
/// leads out.
fn find(root: &Root, relative: &Path) -> Option<PathBuf> {
    let base = root.path.canonicalize().ok()?;
    let path = base.join(relative).canonicalize().ok()?;
    path.starts_with(&base).then_some(path)
}

/// Answers with a file piece by piece, however large it is.
fn stream(path: &Path, media_type: &'static str) -> io::Result<Reply> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        // A pipe would keep its reader for ever.
        return Ok(Reply::text(StatusCode::FORBIDDEN, "it is no file"));
    }
    let (sender, pieces) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || send(file, &sender));
    Ok(Reply::stream(media_type, pieces).with_length(metadata.len()))
}

/// Sends a file until its end, or until nobody wants it any more.
fn send(mut file: File, sender: &mpsc::Sender<Bytes>) {
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        match file.by_ref().take(PIECE as u64).read_to_end(&mut piece) {
            // A body that is too short ends the connection, so that the browser notices.
            Ok(0) | Err(_) => return,
            Ok(_) => {
                if sender.blocking_send(piece.into()).is_err() {
                    return;
                }
            }
        }
    }
}
