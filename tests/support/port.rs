//! Ports that stay ours while nobody listens on them.

use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, TcpListener};

/// Below the range the kernel hands to outgoing connections, so that a port can be taken again after a restart.
const LOW: u64 = 20_000;
const HIGH: u64 = 32_000;

/// A loopback port that is free now.
pub(crate) fn free() -> u16 {
    for _ in 0..200 {
        let random = RandomState::new().hash_one(std::process::id());
        let port = (LOW + random % (HIGH - LOW)) as u16;
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
    panic!("no free port between {LOW} and {HIGH} on 127.0.0.1");
}
