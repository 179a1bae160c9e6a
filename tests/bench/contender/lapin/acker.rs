//! One task that acks for all others: whatever is done without a gap goes as one multiple ack.

use std::collections::VecDeque;

use futures_util::FutureExt;
use lapin::Channel;
use lapin::options::BasicAckOptions;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::Result;

/// Acks the delivery tags that arrive, in any order, until the first `count` are acked.
pub(crate) async fn merge_acks(channel: Channel, mut done: UnboundedReceiver<u64>, count: usize) -> Result<()> {
    let mut line = Line::default();
    let mut tags = Vec::with_capacity(1_024);
    while line.acked < count as u64 && done.recv_many(&mut tags, 1_024).await > 0 {
        for tag in tags.drain(..) {
            line.mark(tag);
        }
        if let Some(newest) = line.advance() {
            ack_up_to(&channel, newest)?;
        }
    }
    Ok(())
}

/// Acks everything up to `newest`. The first poll hands the frame over; the answer would only say that it was written.
pub(crate) fn ack_up_to(channel: &Channel, newest: u64) -> Result<()> {
    let options = BasicAckOptions { multiple: true };
    if let Some(written) = channel.basic_ack(newest, options).now_or_never() {
        written?;
    }
    Ok(())
}

/// Which tags after the acked ones are done.
#[derive(Debug, Default)]
struct Line {
    acked: u64,
    done: VecDeque<bool>,
}

impl Line {
    fn mark(&mut self, tag: u64) {
        let at = usize::try_from(tag - self.acked - 1).unwrap_or(usize::MAX);
        if at >= self.done.len() {
            self.done.resize(at + 1, false);
        }
        self.done[at] = true;
    }

    /// Takes the done ones off the front; gives the newest of them.
    fn advance(&mut self) -> Option<u64> {
        let ready = self.done.iter().take_while(|done| **done).count();
        self.done.drain(..ready);
        self.acked += ready as u64;
        (ready > 0).then_some(self.acked)
    }
}
