//! The queue and the store over HTTP/1.1, for workers that must not or cannot open the files:
//! containers, and other hosts.
