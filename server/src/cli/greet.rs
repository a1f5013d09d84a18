//! `flotilla greet`: whether there is a Flotilla at all.

use clap::Args;

use super::remote::{self, Remote};

/// Which server.
#[derive(Args, Clone, Debug)]
pub(super) struct Greet {
    #[command(flatten)]
    remote: Remote,
}

impl Greet {
    /// Prints the greeting; with `--json` as a JSON string.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let greeting = self.remote.client()?.greeting().await?;
        if self.remote.json {
            remote::print_json(&greeting)?
        } else {
            remote::print(&greeting)?
        };
        Ok(())
    }
}
