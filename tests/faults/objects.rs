//! Channels that the broker closes, exchanges and queues that somebody deletes.
