//! Reads PNG as PlantUML writes it: 8 bits, not interlaced. Principal type: [`Pixels`].

use std::io::Read;

use flate2::read::ZlibDecoder;

/// A picture in grey.
pub(crate) struct Pixels {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// Row by row; 0 is black.
    grey: Vec<u8>,
}

impl Pixels {
    pub(crate) fn read(png: &[u8]) -> Self {
        let (mut header, mut palette, mut packed) = (&png[..0], &png[..0], Vec::new());
        let mut rest = &png[8..];
        while let [a, b, c, d, tail @ ..] = rest {
            let length = usize::try_from(u32::from_be_bytes([*a, *b, *c, *d])).expect("a length");
            let data = &tail[4..4 + length];
            match &tail[..4] {
                b"IHDR" => header = data,
                b"PLTE" => palette = data,
                b"IDAT" => packed.extend(data),
                _ => {}
            }
            // Behind the checksum.
            rest = &tail[4 + length + 4..];
        }
        let number = |at: usize| u32::from_be_bytes(header[at..at + 4].try_into().expect("four"));
        let (width, height) = (number(0), number(4));
        assert_eq!((header[8], header[12]), (8, 0), "8 bits, not interlaced");
        let n_channels = match header[9] {
            0 | 3 => 1,
            2 => 3,
            6 => 4,
            colour => panic!("colour type {colour}"),
        };
        let mut bytes = Vec::new();
        ZlibDecoder::new(&packed[..]).read_to_end(&mut bytes).expect("whole data");
        let row_length = usize::try_from(width).expect("a width") * n_channels;
        let bytes = unfilter(&bytes, row_length, n_channels);
        let grey = bytes.chunks(n_channels).map(|pixel| match pixel {
            [index] if header[9] == 3 => luma(&palette[3 * usize::from(*index)..]),
            [grey] => *grey,
            colour => luma(colour),
        });
        Self { width, height, grey: grey.collect() }
    }

    /// Returns how dark one of `n` by `n` fields is on average: 0 is white, 255 black.
    pub(crate) fn darkness(&self, (column, row): (u32, u32), n: u32) -> u32 {
        let range = |index: u32, whole: u32| {
            let begin = index * whole / n;
            begin..((index + 1) * whole / n).max(begin + 1).min(whole.max(1))
        };
        let columns = range(column, self.width);
        let mut sum = 0_u64;
        let mut n_pixels = 0_u64;
        for y in range(row, self.height) {
            for x in columns.clone() {
                let at = usize::try_from(y * self.width + x).expect("an index");
                sum += u64::from(255 - self.grey[at]);
                n_pixels += 1;
            }
        }
        u32::try_from(sum / n_pixels.max(1)).expect("at most 255")
    }
}

fn luma(colour: &[u8]) -> u8 {
    let [red, green, blue] = [colour[0], colour[1], colour[2]].map(u32::from);
    u8::try_from((red * 299 + green * 587 + blue * 114) / 1000).expect("at most 255")
}

/// Undoes the prediction of each row.
fn unfilter(bytes: &[u8], row_length: usize, n_channels: usize) -> Vec<u8> {
    let mut above = vec![0; row_length];
    let mut all = Vec::new();
    for row in bytes.chunks(row_length + 1) {
        let mut line = row[1..].to_vec();
        for at in 0..line.len() {
            let before = |row: &[u8]| if at < n_channels { 0 } else { row[at - n_channels] };
            let (left, up, corner) = (before(&line), above[at], before(&above));
            let guess = match row[0] {
                0 => 0,
                1 => left,
                2 => up,
                3 => u8::midpoint(left, up),
                4 => paeth(left, up, corner),
                filter => panic!("filter {filter}"),
            };
            line[at] = line[at].wrapping_add(guess);
        }
        all.extend(&line);
        above = line;
    }
    all
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, up, corner].map(i32::from);
    let (to_left, to_up, to_corner) = ((b - c).abs(), (a - c).abs(), (a + b - 2 * c).abs());
    if to_left <= to_up && to_left <= to_corner {
        left
    } else if to_up <= to_corner {
        up
    } else {
        corner
    }
}
