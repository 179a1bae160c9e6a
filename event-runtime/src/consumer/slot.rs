use super::{Shared, Work, process::process};
use crate::handler::Handler;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A place in which one call runs after another, in the same memory: no allocation per call.
pub(crate) trait Slot: Send {
    /// Puts the next call in place; the last one must have ended.
    fn start(&mut self, work: Work);

    /// Drives the call.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Work>;
}

struct Place<M, F> {
    make: M,
    running: Pin<Box<Option<F>>>,
}

impl<M, F> Slot for Place<M, F>
where
    M: Fn(Work) -> F + Send,
    F: Future<Output = Work> + Send,
{
    fn start(&mut self, work: Work) {
        let call = (self.make)(work);
        self.running.as_mut().set(Some(call));
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Work> {
        let Some(running) = self.running.as_mut().as_pin_mut() else {
            return Poll::Ready(Work::Nothing);
        };
        let done = running.poll(cx);
        if done.is_ready() {
            self.running.as_mut().set(None);
        }
        done
    }
}

/// A slot for calls of `H`.
pub(crate) fn slot<H: Handler>(shared: Arc<Shared>, needs: Arc<H::Needs>) -> Box<dyn Slot> {
    let make = move |work| {
        let (shared, needs) = (Arc::clone(&shared), Arc::clone(&needs));
        async move { process::<H>(&shared, &needs, work).await }
    };
    Box::new(Place {
        make,
        running: Box::pin(None),
    })
}

/// A call that was not done at once; gives its slot back at the end.
pub(crate) struct Running(Option<Box<dyn Slot>>);

impl Running {
    pub(crate) fn new(slot: Box<dyn Slot>) -> Self {
        Self(Some(slot))
    }
}

impl Future for Running {
    type Output = (Box<dyn Slot>, Work);

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(slot) = &mut self.0 else { return Poll::Pending };
        let work = std::task::ready!(slot.poll(cx));
        match self.0.take() {
            Some(slot) => Poll::Ready((slot, work)),
            None => Poll::Pending,
        }
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Running")
    }
}
