//! A bounded queue from async callers to the database's threads. Full: callers wait (back-pressure), nothing is refused.

use std::collections::VecDeque;

use parking_lot::{Condvar, Mutex};
use tokio::sync::Semaphore;

pub(super) struct Queue<T> {
    /// Free places; closed with the queue.
    room: Semaphore,
    state: Mutex<State<T>>,
    ready: Condvar,
}

struct State<T> {
    jobs: VecDeque<T>,
    closed: bool,
}

impl<T> Queue<T> {
    pub(super) fn new(places: usize) -> Self {
        let state = State {
            jobs: VecDeque::new(),
            closed: false,
        };
        Self {
            room: Semaphore::new(places),
            state: Mutex::new(state),
            ready: Condvar::new(),
        }
    }

    /// Waits for a place. Gives the job back when the queue is closed.
    pub(super) async fn push(&self, job: T) -> Result<(), T> {
        let Ok(place) = self.room.acquire().await else {
            return Err(job);
        };
        let mut state = self.state.lock();
        if state.closed {
            return Err(job);
        }
        place.forget();
        state.jobs.push_back(job);
        drop(state);
        self.ready.notify_one();
        Ok(())
    }

    /// Waits for a job and takes up to `most` into `batch`. `false`: the queue is closed and empty.
    pub(super) fn take(&self, most: usize, batch: &mut VecDeque<T>) -> bool {
        let mut state = self.state.lock();
        while state.jobs.is_empty() {
            if state.closed {
                return false;
            }
            self.ready.wait(&mut state);
        }
        let taken = most.min(state.jobs.len());
        batch.extend(state.jobs.drain(..taken));
        drop(state);
        self.room.add_permits(taken);
        true
    }

    /// Refuses new jobs; those queued are still handed out.
    pub(super) fn close(&self) {
        self.state.lock().closed = true;
        self.room.close();
        self.ready.notify_all();
    }

    pub(super) fn len(&self) -> usize {
        self.state.lock().jobs.len()
    }
}
