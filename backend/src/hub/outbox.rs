//! A connection's queue of frames, bounded in bytes.
//!
//! One side pushes (any thread, under a short lock), the other drains all that is queued and writes it with one flush.
//! The reader is woken only when the queue was empty: while it writes, pushes cost a lock and a slot.
//!
//! Whoever lets the queue fill is told to go: nothing is ever silently skipped.

use std::{
    collections::VecDeque,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use parking_lot::Mutex;

use super::Disconnect;

/// Bytes that may wait for one connection. A client on a poor line falls behind by seconds of events at most before it is
/// told to resume from its offset, and ten thousand stuck ones cannot fill the memory. Centrifugo's default is the same.
pub const QUEUE_BYTES: usize = 1 << 20;

/// Slots kept in an empty queue. An idle connection should weigh little; a busy one grows its queue again at once.
const IDLE_SLOTS: usize = 8;

/// What each frame counts beside its own bytes: the queue's slot, so that empty frames are bounded as well.
const SLOT_BYTES: usize = size_of::<Bytes>();

/// The queue.
#[derive(Debug)]
pub(super) struct Outbox(Mutex<Queue>);

#[derive(Debug)]
struct Queue {
    frames: VecDeque<Bytes>,
    /// At most one frame a topic, by the topic's number: a newer value takes the older one's place.
    latest: Vec<(u64, Bytes)>,
    bytes: usize,
    most: usize,
    gone: Option<Disconnect>,
    reader: Option<Waker>,
}

impl Outbox {
    pub(super) fn new(most: usize) -> Self {
        Self(Mutex::new(Queue {
            frames: VecDeque::new(),
            latest: Vec::new(),
            bytes: 0,
            most,
            gone: None,
            reader: None,
        }))
    }

    /// Queues a frame.
    pub(super) fn push(&self, frame: &Bytes) {
        let waker = {
            let mut queue = self.0.lock();
            if !queue.admit(frame.len()) {
                queue.reader.take()
            } else {
                queue.frames.push_back(frame.clone());
                queue.wake_first()
            }
        };
        wake(waker);
    }

    /// Queues a topic's latest value in the place of an earlier one.
    pub(super) fn push_latest(&self, topic: u64, frame: &Bytes) {
        let waker = {
            let mut queue = self.0.lock();
            let queue = &mut *queue;
            if let Some((_, old)) = queue.latest.iter_mut().find(|(of, _)| *of == topic) {
                queue.bytes = queue.bytes - old.len() + frame.len();
                *old = frame.clone();
                None
            } else if queue.admit(frame.len()) {
                queue.latest.push((topic, frame.clone()));
                queue.wake_first()
            } else {
                queue.reader.take()
            }
        };
        wake(waker);
    }

    /// Drops what is queued and tells the reader to close with this. The first reason counts.
    pub(super) fn close(&self, why: Disconnect) {
        let waker = {
            let mut queue = self.0.lock();
            queue.end(why);
            queue.reader.take()
        };
        wake(waker);
    }

    /// Why the connection is to go, if it is.
    pub(super) fn gone(&self) -> Option<Disconnect> {
        self.0.lock().gone
    }

    /// Bytes that wait.
    pub(super) fn bytes(&self) -> usize {
        self.0.lock().bytes
    }

    /// Why the connection is to go, once it is: for a reader that cannot take anything now.
    pub(super) fn poll_gone(&self, cx: &mut Context<'_>) -> Poll<Disconnect> {
        let mut queue = self.0.lock();
        match queue.gone {
            Some(why) => Poll::Ready(why),
            None => {
                queue.await_push(cx);
                Poll::Pending
            }
        }
    }

    /// Appends to `out` what is queued, until it holds `most` bytes. Pending when nothing is queued.
    pub(super) fn poll_drain(
        &self,
        cx: &mut Context<'_>,
        out: &mut Vec<u8>,
        most: usize,
    ) -> Poll<Result<(), Disconnect>> {
        let mut queue = self.0.lock();
        if let Some(why) = queue.gone {
            return Poll::Ready(Err(why));
        }
        if queue.is_empty() {
            queue.await_push(cx);
            return Poll::Pending;
        }
        queue.drain(out, most);
        Poll::Ready(Ok(()))
    }
}

impl Queue {
    /// Counts a frame in, or ends the connection when it does not fit. Nothing is queued for one that is to go.
    fn admit(&mut self, len: usize) -> bool {
        if self.gone.is_some() {
            return false;
        }
        let bytes = self.bytes + len + SLOT_BYTES;
        if bytes > self.most {
            self.end(Disconnect::SLOW);
            return false;
        }
        self.bytes = bytes;
        true
    }

    fn end(&mut self, why: Disconnect) {
        self.gone.get_or_insert(why);
        self.frames = VecDeque::new();
        self.latest = Vec::new();
        self.bytes = 0;
    }

    fn is_empty(&self) -> bool {
        self.frames.is_empty() && self.latest.is_empty()
    }

    /// Notes whom to wake.
    fn await_push(&mut self, cx: &Context<'_>) {
        if !self
            .reader
            .as_ref()
            .is_some_and(|waker| waker.will_wake(cx.waker()))
        {
            self.reader = Some(cx.waker().clone());
        }
    }

    /// The reader, if what was just pushed is the first thing it has to look at.
    fn wake_first(&mut self) -> Option<Waker> {
        if self.frames.len() + self.latest.len() == 1 {
            self.reader.take()
        } else {
            None
        }
    }

    fn drain(&mut self, out: &mut Vec<u8>, most: usize) {
        while out.len() < most
            && let Some(frame) = self.frames.pop_front()
        {
            out.extend_from_slice(&frame);
            self.bytes -= frame.len() + SLOT_BYTES;
        }
        if self.frames.is_empty() {
            for (_, frame) in self.latest.drain(..) {
                out.extend_from_slice(&frame);
                self.bytes -= frame.len() + SLOT_BYTES;
            }
            if self.frames.capacity() > IDLE_SLOTS {
                self.frames = VecDeque::new();
            }
            if self.latest.capacity() > IDLE_SLOTS {
                self.latest = Vec::new();
            }
        }
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}
