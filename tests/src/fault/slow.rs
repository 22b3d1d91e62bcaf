//! A disk that takes its time. Principal function: [`arm`].

use std::ffi::{c_int, c_void};
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::event::Timespec;

use super::{errno, power};

/// Variable of the environment: how long a wait for the disk takes, in milliseconds.
pub const SLOW_DISK: &str = "__CLX_FAKE_SLOW_DISK_MS";

static SYNC_MS: AtomicU32 = AtomicU32::new(0);

/// Makes the disk of this process as slow as the environment says.
pub fn arm() {
    if let Ok(text) = std::env::var(SLOW_DISK) {
        SYNC_MS.store(text.parse().expect("milliseconds"), Ordering::Relaxed);
        std::hint::black_box([fsync as *const (), write as *const ()]);
    }
}

/// Waits as the thread of a program does whose disk is busy.
fn wait(share: u32) {
    let ms = SYNC_MS.load(Ordering::Relaxed) / share;
    if ms > 0 {
        let time = Timespec::try_from(Duration::from_millis(ms.into())).expect("in range");
        rustix::event::poll(&mut [], Some(&time)).ok();
    }
}

fn is_of_a_database(file: c_int) -> bool {
    SYNC_MS.load(Ordering::Relaxed) > 0
        && std::fs::read_link(format!("/proc/self/fd/{file}"))
            .is_ok_and(|path| path.to_string_lossy().contains(".db"))
}

fn sync(file: c_int) -> c_int {
    wait(1);
    if power::sync(file) {
        return 0;
    }
    // SAFETY: the caller has the file open.
    let file = unsafe { BorrowedFd::borrow_raw(file) };
    match rustix::fs::fsync(file) {
        Ok(()) => 0,
        Err(error) => {
            errno::set(error);
            -1
        }
    }
}

/// Takes the place of the function of the C library.
#[unsafe(no_mangle)]
pub extern "C" fn fsync(file: c_int) -> c_int {
    sync(file)
}

/// Takes the place of the function of the C library.
#[unsafe(no_mangle)]
pub extern "C" fn fdatasync(file: c_int) -> c_int {
    sync(file)
}

/// Takes the place of the function of the C library.
///
/// # Safety
/// As that of the C library: `length` bytes at `bytes` can be read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(file: c_int, bytes: *const c_void, length: usize) -> isize {
    if length == 0 {
        // There may be no bytes to point at.
        return 0;
    }
    if is_of_a_database(file) {
        wait(10);
    }
    // SAFETY: the caller has the file open and says how many bytes there are.
    let (file, bytes) = unsafe {
        (BorrowedFd::borrow_raw(file), std::slice::from_raw_parts(bytes.cast::<u8>(), length))
    };
    match rustix::io::write(file, bytes) {
        Ok(length) => length.cast_signed(),
        Err(error) => {
            errno::set(error);
            -1
        }
    }
}
