//! Jobs from payload to picture. What needs the real renderer needs a Chromium in `PATH`, and in
//! `CLX_TEST_DRAWIO` the prefix of an environment as [`clx_worker_drawio::Bundle::find`] reads it;
//! elsewhere it says `SKIPPED`.

mod desktop;
mod fault;
mod golden;
mod studio;
mod warning;
