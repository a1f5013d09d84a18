//! What a job holds: [`Conn`] to read, [`Tx`] to write as well.

use std::{
    cell::{Cell, RefCell},
    ops::Deref,
};

use super::{
    error::Error,
    postgres,
    row::FromRow,
    sqlite,
    value::{Value, check},
};

/// What a job reads with. A statement is a `&'static str`: text that came from outside cannot get into one.
///
/// After a statement fails, every further one in the job fails alike, on both engines (PostgreSQL would refuse it,
/// SQLite would go on; a job cannot tell), up to the end of the [savepoint](Tx::savepoint) that it stands in.
pub struct Conn<'c> {
    session: Session<'c>,
    failure: RefCell<Option<Error>>,
}

/// What a job writes with. All or nothing of the job is stored.
pub struct Tx<'c> {
    conn: Conn<'c>,
    hooks: Cell<Vec<Hook>>,
}

/// What runs once a job is durable.
pub(super) type Hook = Box<dyn FnOnce() + Send>;

#[derive(Clone, Copy)]
pub(super) enum Session<'c> {
    Sqlite(&'c rusqlite::Connection),
    Postgres(&'c postgres::Session),
}

impl<'c> Conn<'c> {
    /// All rows.
    ///
    /// # Errors
    /// What the database refuses; [`Error::Job`] for a wrong parameter, column count or type.
    pub fn query<T: FromRow>(&self, sql: &'static str, params: &[Value<'_>]) -> Result<Vec<T>, Error> {
        self.run(|session| {
            check(params)?;
            match session {
                Session::Sqlite(conn) => sqlite::statement::query(conn, sql, params),
                Session::Postgres(session) => session.query(sql, params),
            }
        })
    }

    /// The one row, or none.
    ///
    /// # Errors
    /// As [`Self::query`]; [`Error::Job`] when there are two.
    pub fn query_opt<T: FromRow>(&self, sql: &'static str, params: &[Value<'_>]) -> Result<Option<T>, Error> {
        let mut rows = self.query(sql, params)?;
        let row = rows.pop();
        if rows.is_empty() {
            Ok(row)
        } else {
            Err(Error::Job(format!("more than one row: {sql}")))
        }
    }

    /// The one row.
    ///
    /// # Errors
    /// As [`Self::query_opt`]; [`Error::NoRow`] when there is none, after which the job may go on.
    pub fn query_one<T: FromRow>(&self, sql: &'static str, params: &[Value<'_>]) -> Result<T, Error> {
        self.query_opt(sql, params)?.ok_or(Error::NoRow)
    }

    /// Which dialect: for full-text search and claiming a job, the two places that differ.
    pub const fn is_postgres(&self) -> bool {
        matches!(self.session, Session::Postgres(_))
    }

    /// Runs a statement unless one has failed before; remembers its failure.
    fn run<T>(&self, statement: impl FnOnce(Session<'c>) -> Result<T, Error>) -> Result<T, Error> {
        if let Some(failure) = self.failure() {
            return Err(failure);
        }
        statement(self.session).inspect_err(|error| {
            *self.failure.borrow_mut() = Some(error.clone());
        })
    }

    /// Why every further statement fails, if they do.
    pub(super) fn failure(&self) -> Option<Error> {
        self.failure.borrow().clone()
    }
}

impl<'c> Tx<'c> {
    pub(super) fn new(session: Session<'c>) -> Self {
        Self {
            conn: Conn {
                session,
                failure: RefCell::default(),
            },
            hooks: Cell::default(),
        }
    }

    /// Runs a statement and tells how many rows it changed.
    ///
    /// # Errors
    /// As [`Conn::query`].
    pub fn execute(&self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, Error> {
        self.run(|session| {
            check(params)?;
            match session {
                Session::Sqlite(conn) => sqlite::statement::execute(conn, sql, params),
                Session::Postgres(session) => session.execute(sql, params),
            }
        })
    }

    /// Runs a part of the job that may fail by itself: what it changed is undone, and the job goes on.
    ///
    /// # Errors
    /// The part's own, or that of its failed statement when it hid it.
    pub fn savepoint<T, E: From<Error>>(&self, part: impl FnOnce(&Self) -> Result<T, E>) -> Result<T, E> {
        self.batch("SAVEPOINT part")?;
        let mut hooks = self.hooks.take();
        let outcome = part(self);
        let outcome = match self.failure() {
            Some(failure) if outcome.is_ok() => Err(failure.into()),
            _ => outcome,
        };
        if outcome.is_ok() {
            self.batch("RELEASE part")?;
            hooks.append(&mut self.hooks.take());
        } else {
            self.undo_part();
        }
        self.hooks.set(hooks);
        outcome
    }

    /// Runs `hook` once the job is durable, in commit order, whether or not its caller still waits: here the hub is told.
    /// Not at all when the job, or the savepoint that it is called in, is rolled back. It must be quick and not block.
    pub fn after_commit(&self, hook: impl FnOnce() + Send + 'static) {
        let mut hooks = self.hooks.take();
        hooks.push(Box::new(hook));
        self.hooks.set(hooks);
    }

    pub(super) fn into_hooks(self) -> Vec<Hook> {
        self.hooks.take()
    }

    /// Undoes the innermost savepoint. When that fails, the failure stays, and with it the job fails.
    fn undo_part(&self) {
        *self.conn.failure.borrow_mut() = None;
        // Discarded on purpose: `batch` has remembered it.
        let _ = self
            .batch("ROLLBACK TO part")
            .and_then(|()| self.batch("RELEASE part"));
    }

    fn batch(&self, sql: &'static str) -> Result<(), Error> {
        self.run(|session| match session {
            Session::Sqlite(conn) => sqlite::statement::control(conn, sql),
            Session::Postgres(session) => session.control(sql),
        })
    }
}

impl<'c> Deref for Tx<'c> {
    type Target = Conn<'c>;

    fn deref(&self) -> &Conn<'c> {
        &self.conn
    }
}
