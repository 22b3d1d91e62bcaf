//! The images in which workers run with pinned tools: what they are made of, how they are built and
//! checked, which ones an engine has. Runs no workers.
