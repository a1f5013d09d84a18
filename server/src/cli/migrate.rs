//! `flotilla migrate`: brings the database up to date, and serves nothing.

use backend::{Clock, db::Db};

use super::{Failure, flags::Flags, remote};

pub(super) async fn run(flags: &Flags) -> Result<(), Failure> {
    let config = flags.config()?;
    let db = Db::open(&config.database, &Clock::system())
        .await
        .map_err(Failure::setup)?;
    db.close().await;
    remote::print(&format!("{} is up to date", config.database)).map_err(anyhow::Error::from)?;
    Ok(())
}
