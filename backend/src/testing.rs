//! What tests start from: a backend of their own, or each database in turn. Every test has its own data.

use std::{io::Write as _, ops::Deref};

use tempfile::TempDir;
use wire::time::Time;

use crate::{
    Backend, Clock, Config, Random,
    accounts::{Cost, Settings},
    db::{DatabaseUrl, Db},
};

/// The PostgreSQL server to test on as well, as a `postgres://` address. `scripts/postgres.sh` sets it.
pub const POSTGRES: &str = "FLOTILLA_TEST_POSTGRES";
/// A file that gets a line for every test that ran on PostgreSQL, so that a script can check that they did.
pub const POSTGRES_MARKER: &str = "FLOTILLA_TEST_POSTGRES_MARKER";

/// When a test's clock stands, unless moved: 2026-01-01T00:00:00Z.
pub const START: Time = Time(1_767_225_600_000_000);

/// A backend on a temporary SQLite file, with a clock that stands still and seeded randomness.
pub struct TestBackend {
    backend: Backend,
    _folder: TempDir,
}

impl Deref for TestBackend {
    type Target = Backend;

    fn deref(&self) -> &Backend {
        &self.backend
    }
}

/// A configuration for a test, on a file in `folder`.
pub fn config(folder: &TempDir) -> Config {
    let accounts = Settings {
        password_cost: Cost::CHEAP,
        ..Settings::default()
    };
    Config {
        accounts,
        clock: Clock::fixed(START),
        random: Random::from_seed(1),
        ..Config::new(sqlite(folder))
    }
}

/// A backend with [`config`].
pub async fn backend() -> TestBackend {
    backend_with(|config| config).await
}

/// A backend with [`config`], changed.
pub async fn backend_with(change: impl FnOnce(Config) -> Config) -> TestBackend {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let backend = Backend::start(change(config(&folder))).await.expect("a backend");
    TestBackend {
        backend,
        _folder: folder,
    }
}

/// Runs a check on an empty SQLite database, and then on an empty PostgreSQL one when [`POSTGRES`] is set.
pub async fn each_database<F, Fut>(check: F)
where
    F: Fn(Db) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    each_url(|url| {
        let check = &check;
        async move {
            let db = Db::open(&url, &Clock::fixed(START))
                .await
                .expect("an empty database");
            let outcome = tokio::spawn(check(db.clone())).await;
            db.close().await;
            if let Err(panic) = outcome {
                std::panic::resume_unwind(panic.into_panic());
            }
        }
    })
    .await;
}

/// As [`each_database`], for a check that opens the database itself.
pub async fn each_url<F, Fut>(check: F)
where
    F: Fn(DatabaseUrl) -> Fut,
    Fut: Future<Output = ()>,
{
    let folder = tempfile::tempdir().expect("a temporary folder");
    check(sqlite(&folder)).await;
    on_postgres(check).await;
}

/// Runs a check on an empty PostgreSQL database when [`POSTGRES`] is set; else not at all.
pub async fn on_postgres<F, Fut>(check: F)
where
    F: Fn(DatabaseUrl) -> Fut,
    Fut: Future<Output = ()>,
{
    let Ok(server) = std::env::var(POSTGRES) else {
        return;
    };
    let schema = Schema::create(&server).await;
    check(schema.url.clone()).await;
    schema.drop().await;
    mark();
}

/// The file that a test's SQLite database is in.
pub fn sqlite(folder: &TempDir) -> DatabaseUrl {
    DatabaseUrl::Sqlite(folder.path().join("flotilla.db"))
}

fn mark() {
    let Ok(marker) = std::env::var(POSTGRES_MARKER) else {
        return;
    };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(marker);
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    file.and_then(|mut file| writeln!(file, "{name}"))
        .expect("the marker file is written");
}

/// A schema of a test's own on the PostgreSQL server.
struct Schema {
    name: String,
    server: tokio_postgres::Config,
    url: DatabaseUrl,
}

impl Schema {
    async fn create(server: &str) -> Self {
        let server: tokio_postgres::Config = server.parse().expect("FLOTILLA_TEST_POSTGRES is an address");
        let name = format!(
            "test_{}",
            Random::from_os()
                .bytes::<8>()
                .map(|byte| format!("{byte:02x}"))
                .concat()
        );
        let schema = Self {
            url: DatabaseUrl::Postgres(Box::new(Self::within(&server, &name))),
            name,
            server,
        };
        schema.run(&format!("CREATE SCHEMA {}", schema.name)).await;
        schema
    }

    fn within(server: &tokio_postgres::Config, name: &str) -> tokio_postgres::Config {
        let mut config = server.clone();
        config
            .options(format!("-c search_path={name}"))
            .application_name(name);
        config
    }

    async fn drop(self) {
        self.run(&format!("DROP SCHEMA {} CASCADE", self.name)).await;
    }

    async fn run(&self, sql: &str) {
        let (client, connection) = self
            .server
            .connect(tokio_postgres::NoTls)
            .await
            .expect("PostgreSQL answers");
        let connection = tokio::spawn(connection);
        client.batch_execute(sql).await.expect("PostgreSQL agrees");
        drop(client);
        connection
            .await
            .expect("no panic")
            .expect("the connection ends well");
    }
}
