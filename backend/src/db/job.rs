//! A queued job: a closure, its result kept until the commit, and whom to tell.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use super::{
    conn::{Hook, Tx},
    error::Error,
};

/// A job whose types are hidden, so that one queue holds all.
pub(super) trait Job: Send {
    /// Runs it. `false`: its changes must be undone. Called at most once.
    fn run(&mut self, tx: &Tx<'_>) -> bool;

    /// Tells the caller, after the commit or instead of it. A result that is an error already stays that error.
    fn answer(self: Box<Self>, committed: Result<(), Error>);
}

struct Work<F, T, E> {
    work: Option<F>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

/// A job, and where its answer will come.
pub(super) fn job<F, T, E>(work: F) -> (Box<dyn Job>, oneshot::Receiver<Result<T, E>>)
where
    F: FnOnce(&Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    (
        Box::new(Work {
            work: Some(work),
            result: None,
            reply,
        }),
        answer,
    )
}

impl<F, T, E> Job for Work<F, T, E>
where
    F: FnOnce(&Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, tx: &Tx<'_>) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        let result =
            catch_unwind(AssertUnwindSafe(|| work(tx))).unwrap_or_else(|_| Err(Error::Panicked.into()));
        let result = match tx.failure() {
            // It hid the failure of a statement, and nothing after that statement can have been stored.
            Some(failure) if result.is_ok() => Err(failure.into()),
            _ => result,
        };
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn answer(self: Box<Self>, committed: Result<(), Error>) {
        let result = match (committed, self.result) {
            (_, Some(Err(error))) => Err(error),
            (Ok(()), Some(Ok(value))) => Ok(value),
            (Ok(()), None) => Err(Error::Closed.into()),
            (Err(error), _) => Err(error.into()),
        };
        // The caller may have gone; the job is done all the same.
        let _ = self.reply.send(result);
    }
}

/// Runs what waits for a commit. A panic there concerns nobody else.
pub(super) fn run_hooks(hooks: Vec<Hook>) {
    for hook in hooks {
        if catch_unwind(AssertUnwindSafe(hook)).is_err() {
            tracing::error!("an after-commit hook panicked");
        }
    }
}
