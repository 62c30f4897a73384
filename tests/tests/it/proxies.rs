//! Proxies that answer from another server than the one that writes, and servers that do not write:
//! what decides that something is done is read where it is written.

mod one_session;
mod pgpool;
mod read_only;
