//! The program that is copied into images. Principal function: [`is_static`].

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Where an ELF file of 64 bits, little-endian, says where its program headers are.
const HEADER_BYTES: usize = 64;
const ELF_64_LITTLE: &[u8] = b"\x7fELF\x02\x01";

/// Type of the header that names a dynamic linker.
const INTERPRETER: u32 = 3;

/// How many bytes at the beginning are looked at: program headers come first.
const LOOKED_AT: u64 = 64 * 1024;

/// Tells whether a program needs no libraries, so that it runs in any image. What is no ELF file of 64
/// bits, or cannot be read, is not.
#[must_use]
pub fn is_static(program: &Path) -> bool {
    let mut bytes = Vec::new();
    let read = File::open(program).and_then(|file| file.take(LOOKED_AT).read_to_end(&mut bytes));
    read.is_ok() && has_no_interpreter(&bytes).unwrap_or(false)
}

fn has_no_interpreter(bytes: &[u8]) -> Option<bool> {
    if bytes.len() < HEADER_BYTES || !bytes.starts_with(ELF_64_LITTLE) {
        return None;
    }
    let number = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let start = u64::from_le_bytes(bytes.get(32..40)?.try_into().ok()?);
    let (size, n_headers) = (usize::from(number(54)?), usize::from(number(56)?));
    let start = usize::try_from(start).ok()?;
    for index in 0..n_headers {
        let at = start.checked_add(index * size)?;
        let kind = u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?);
        if kind == INTERPRETER {
            return Some(false);
        }
    }
    Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn elf(types: &[u32]) -> Vec<u8> {
        let mut bytes = vec![0; HEADER_BYTES];
        bytes[..ELF_64_LITTLE.len()].copy_from_slice(ELF_64_LITTLE);
        bytes[32] = 64;
        bytes[54] = 56;
        bytes[56] = u8::try_from(types.len()).unwrap();
        for kind in types {
            bytes.extend(kind.to_le_bytes());
            bytes.extend([0; 52]);
        }
        bytes
    }

    #[test]
    fn program_without_dynamic_linker_is_static() {
        assert_eq!(has_no_interpreter(&elf(&[6, 1, 1])), Some(true));
        assert_eq!(has_no_interpreter(&elf(&[6, INTERPRETER, 1])), Some(false));
        assert_eq!(has_no_interpreter(b"#!/bin/sh\n"), None);
        let mut cut = elf(&[6, 1]);
        cut.truncate(100);
        assert_eq!(has_no_interpreter(&cut), None);
    }

    #[test]
    fn missing_file_and_script_are_not_static() {
        assert!(!is_static(Path::new("/nowhere")));
        assert!(!is_static(&Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")));
    }
}
