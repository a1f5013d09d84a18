//! Brings the schema up to date, once, however many servers start together.

use tokio_postgres::Config;

use super::session::Session;
use crate::{
    Clock,
    db::{
        DatabaseUrl,
        error::{Error, OpenError},
        examine::Seen,
        migrate::{self, MIGRATIONS, Migration},
    },
    params,
};

/// Held until the migrations are committed; of the schema, since several databases of ours may share a server.
const LOCK: &str = "SELECT 1 FROM (SELECT pg_advisory_xact_lock(718293, hashtext(current_schema()))) AS held";

pub(super) fn migrate(config: &Config, clock: &Clock) -> Result<(), OpenError> {
    let session = Session::new(config.clone(), false)?;
    session.ready().map_err(|error| unreachable(config, error))?;
    session.control("BEGIN")?;
    let outcome = run_missing(&session, clock);
    let end = session.control(if outcome.is_ok() { "COMMIT" } else { "ROLLBACK" });
    outcome?;
    Ok(end?)
}

/// Looks at the database without changing it. Blocks; must not be called on a runtime's thread.
pub(in crate::db) fn look(config: &Config) -> Result<Seen, OpenError> {
    let session = Session::new(config.clone(), true)?;
    session.ready().map_err(|error| unreachable(config, error))?;
    let version = session.query::<String>("SELECT current_setting('server_version')", &[])?;
    let engine = format!("PostgreSQL {}", version.concat());
    let ours = session.query::<bool>(
        "SELECT CAST(CAST(COUNT(*) > 0 AS INTEGER) AS BIGINT) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'migrations'",
        &[],
    )?;
    let applied = match ours.first() {
        Some(true) => Some(session.query::<String>(migrate::APPLIED, &[])?),
        _ => None,
    };
    Ok(Seen {
        engine,
        applied,
        broken: None,
    })
}

fn run_missing(session: &Session, clock: &Clock) -> Result<(), OpenError> {
    session.query::<i64>(LOCK, &[])?;
    session.control(migrate::TABLE)?;
    let applied = session.query::<String>(migrate::APPLIED, &[])?;
    for migration in migrate::missing(&applied, MIGRATIONS)? {
        apply(session, migration, clock).map_err(|reason| OpenError::Migration {
            name: migration.name,
            reason,
        })?;
        tracing::info!(migration = migration.name, "applied");
    }
    Ok(())
}

fn apply(session: &Session, migration: &Migration, clock: &Clock) -> Result<(), Error> {
    session.control(migration.postgres)?;
    session.execute(migrate::RECORD, params![migration.name, clock.now()])?;
    Ok(())
}

fn unreachable(config: &Config, error: Error) -> OpenError {
    let reason = match error {
        Error::Lost(reason) | Error::Sql(reason) => reason,
        other => other.to_string(),
    };
    OpenError::Server {
        server: DatabaseUrl::Postgres(Box::new(config.clone())).to_string(),
        reason,
    }
}
