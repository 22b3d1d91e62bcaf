//! How functions of the C library say what went wrong. Principal function: [`set`].

use std::ffi::c_int;

unsafe extern "C" {
    fn __errno_location() -> *mut c_int;
}

/// Leaves the reason of a failure where callers look for it.
pub(super) fn set(error: rustix::io::Errno) {
    // SAFETY: the C library returns the place of this thread's number.
    unsafe { *__errno_location() = error.raw_os_error() };
}
