//! Faults of the machine, made by the program that suffers them: it is killed at a boundary of a
//! transaction, its disk is slow or loses power, its clock jumps.
//!
//! They reach below clx, to what SQLite and the C library offer, so no crate of clx knows of them and
//! no program that is released contains them. [`arm`] reads variables of the environment, which worker
//! processes inherit:
//!
//! | variable | value | what happens |
//! |---|---|---|
//! | [`KILL`] | `ROLE N VICTIM FILE` | see [`boundary`] |
//! | [`SLOW_DISK`] | milliseconds | each wait for the disk takes so long, each write of a database a tenth |
//! | [`CLOCK`] | seconds, with blanks between | how far the wall clock is off, changing all the time |

#![expect(
    unsafe_code,
    reason = "what takes the place of functions of the C library, and hooks of SQLite"
)]

pub mod boundary;
pub mod clock;
mod errno;
pub mod power;
pub mod slow;

pub use boundary::KILL;
pub use clock::CLOCK;
pub use slow::SLOW_DISK;

/// Makes the faults that the environment asks for happen to this process.
pub fn arm() {
    boundary::arm();
    clock::arm();
    slow::arm();
}
