//! Changes inputs as hostile and careless people do. Principal function: [`mutated`].

use clx_testkit::random::Random;

/// Pieces that parsers stumble over.
const PIECES: [&[u8]; 32] = [
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\r",
    b"\n\n\n",
    b"\x0b",
    b"\x1c",
    "\u{85}".as_bytes(),
    "\u{2028}".as_bytes(),
    "\u{1f600}".as_bytes(),
    b"\"\"\"",
    b"'''",
    b"\\",
    b"\"",
    b"{{",
    b"%}",
    b"# %%",
    b"# j2 ",
    b"[markdown]",
    b"=",
    b"[[[[",
    b"}}}}",
    b"<",
    b"&#0;",
    b"&lt;",
    b"\\ud800",
    b"NaN",
    b"1e999",
    b"-1",
    b"18446744073709551616",
    b"/../",
];

/// Returns an input of the pool with one to six changes.
pub(crate) fn mutated(pool: &[&[u8]], random: &mut Random) -> Vec<u8> {
    let mut bytes = random.pick(pool).expect("a corpus is not empty").to_vec();
    for _ in 0..=random.below(6) {
        change(&mut bytes, pool, random);
    }
    bytes.truncate(64 * 1024);
    bytes
}

fn change(bytes: &mut Vec<u8>, pool: &[&[u8]], random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let end = at + random.below((bytes.len() - at).min(64) + 1);
    match random.below(8) {
        0 => bytes.truncate(at),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let piece = bytes[at..end].to_vec();
            let n_times = 1 + random.below(8);
            bytes.splice(at..at, piece.repeat(n_times));
        }
        3 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << random.below(8);
            }
        }
        4 | 5 => {
            let piece = random.pick(&PIECES).expect("there are pieces");
            bytes.splice(at..at, piece.iter().copied());
        }
        6 => {
            // Of lines, whole ones change places: that is what formats of lines are made of.
            let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
            let (a, b) = (random.below(lines.len()), random.below(lines.len()));
            lines.swap(a, b);
            *bytes = lines.join(&b'\n');
        }
        _ => {
            let other = random.pick(pool).expect("a corpus is not empty");
            let start = random.below(other.len() + 1);
            let length = random.below((other.len() - start).min(256) + 1);
            bytes.splice(at..end, other[start..start + length].iter().copied());
        }
    }
}
