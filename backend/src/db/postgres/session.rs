//! One connection, its runtime and its prepared statements. It connects again when the server has gone away.

use std::{cell::RefCell, collections::HashMap, time::Duration};

use tokio::runtime::Runtime;
use tokio_postgres::{Client, Config, NoTls, Statement, types::ToSql};

use super::statement::{self, Bound};
use crate::db::{
    error::{Error, OpenError},
    row::{FromRow, Row, Source, check_columns},
    value::Value,
};

/// How long to wait for a server that does not answer at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A dead peer is noticed within about this.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// - No statement of ours takes seconds; one that does must not hold its locks for ever.
/// - `synchronous_commit`: an acknowledged write is on disk, whatever the server's default.
const SET_UP: &str = "SET statement_timeout = '30s'; SET lock_timeout = '10s'; \
    SET idle_in_transaction_session_timeout = '60s'; SET synchronous_commit = on; SET client_min_messages = warning; \
    SET default_transaction_isolation = 'read committed'";
const READ_ONLY: &str = "SET default_transaction_read_only = on";

/// A connection that a thread owns.
pub(in crate::db) struct Session {
    runtime: Runtime,
    config: Config,
    read_only: bool,
    link: RefCell<Option<Link>>,
}

struct Link {
    client: Client,
    prepared: HashMap<&'static str, Statement>,
}

impl Session {
    /// Connects at the first use.
    pub(super) fn new(mut config: Config, read_only: bool) -> Result<Self, OpenError> {
        config
            .connect_timeout(CONNECT_TIMEOUT)
            .keepalives_idle(KEEPALIVE)
            .tcp_user_timeout(KEEPALIVE);
        if config.get_application_name().is_none() {
            config.application_name("flotilla");
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(OpenError::Thread)?;
        Ok(Self {
            runtime,
            config,
            read_only,
            link: RefCell::default(),
        })
    }

    /// Makes sure that there is a connection. To be called before each job, outside a transaction.
    pub(super) fn ready(&self) -> Result<(), Error> {
        let alive = self.link.borrow().as_ref().is_some_and(|link| {
            // Nobody looked at the socket while the thread slept. Twice: once for the driver to see that the server has
            // gone, once for the connection's task to act on it.
            self.runtime.block_on(async {
                tokio::task::yield_now().await;
                tokio::task::yield_now().await;
            });
            !link.client.is_closed()
        });
        if !alive {
            let link = self
                .connect()
                .inspect_err(|error| tracing::error!(%error, "no connection"))?;
            *self.link.borrow_mut() = Some(link);
        }
        Ok(())
    }

    fn connect(&self) -> Result<Link, Error> {
        self.runtime.block_on(async {
            let (client, connection) = self.config.connect(NoTls).await.map_err(statement::lost)?;
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::warn!(error = %statement::text(&error), "a database connection broke");
                }
            });
            client.batch_execute(SET_UP).await.map_err(statement::error)?;
            if self.read_only {
                client.batch_execute(READ_ONLY).await.map_err(statement::error)?;
            }
            Ok(Link {
                client,
                prepared: HashMap::new(),
            })
        })
    }

    pub(in crate::db) fn query<T: FromRow>(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
    ) -> Result<Vec<T>, Error> {
        self.with(sql, params, |client, statement, params| {
            check_columns::<T>(statement.columns().len())?;
            let rows = self
                .runtime
                .block_on(client.query(statement, params))
                .map_err(statement::error)?;
            rows.iter().map(|row| Row::read(Source::Postgres(row))).collect()
        })
    }

    pub(in crate::db) fn execute(&self, sql: &'static str, params: &[Value<'_>]) -> Result<u64, Error> {
        self.with(sql, params, |client, statement, params| {
            self.runtime
                .block_on(client.execute(statement, params))
                .map_err(statement::error)
        })
    }

    /// Prepares the statement unless it is, and the parameters.
    fn with<T>(
        &self,
        sql: &'static str,
        params: &[Value<'_>],
        run: impl FnOnce(&Client, &Statement, &[&(dyn ToSql + Sync)]) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let mut link = self.link.borrow_mut();
        let Link { client, prepared } = link.as_mut().ok_or_else(not_connected)?;
        if !prepared.contains_key(sql) {
            let statement = self
                .runtime
                .block_on(client.prepare(sql))
                .map_err(statement::error)?;
            prepared.insert(sql, statement);
        }
        let statement = prepared.get(sql).ok_or_else(not_connected)?;
        let wanted = statement.params().len();
        if wanted != params.len() {
            return Err(Error::Job(format!(
                "{} parameters for {wanted} placeholders",
                params.len()
            )));
        }
        let bound: Vec<Bound<'_>> = params.iter().map(|param| Bound(*param)).collect();
        let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|param| param as _).collect();
        run(client, statement, &bound)
    }

    /// `BEGIN`, `SAVEPOINT` and their like.
    pub(in crate::db) fn control(&self, sql: &str) -> Result<(), Error> {
        let link = self.link.borrow();
        let link = link.as_ref().ok_or_else(not_connected)?;
        self.runtime
            .block_on(link.client.batch_execute(sql))
            .map_err(statement::error)
    }

    /// Begins a transaction; on a new connection if this one turns out to be broken.
    pub(super) fn begin(&self, sql: &str) -> Result<(), Error> {
        self.ready()?;
        let begun = self.control(sql);
        if !matches!(begun, Err(Error::Lost(_))) {
            return begun;
        }
        *self.link.borrow_mut() = None;
        self.ready()?;
        self.control(sql)
    }

    /// Ends a transaction that changes nothing. When that fails, the connection is given up, and with it what it held.
    pub(super) fn end(&self, sql: &str) -> Result<(), Error> {
        self.control(sql).inspect_err(|_| *self.link.borrow_mut() = None)
    }

    /// Commits.
    ///
    /// # Errors
    /// [`Error::Unknown`] when the connection breaks before the answer.
    pub(super) fn commit(&self) -> Result<(), Error> {
        self.end("COMMIT").map_err(|error| match error {
            Error::Lost(_) => Error::Unknown,
            other => other,
        })
    }
}

fn not_connected() -> Error {
    Error::Lost("not connected".to_owned())
}
