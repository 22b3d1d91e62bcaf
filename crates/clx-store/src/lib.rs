//! Content-addressed blobs and action results.
