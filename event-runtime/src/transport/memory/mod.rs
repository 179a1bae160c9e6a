//! In process, with the semantics of the real broker.
