//! `kmsim seed`: checks seed files without a server.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Subcommand};

use super::Failure;
use crate::dialects::{Accounts, AuthMode, Clouds};
use crate::engine::Engine;
use crate::seed::{self, Seeds};
use crate::store::Sqlite;
use crate::world::World;

pub(crate) const EXAMPLES: &str = "Examples:
  kmsim seed check seed.yaml more/
  kmsim seed schema > seed.schema.json";

/// What to do with seeds.
#[derive(Subcommand)]
pub enum Seed {
    /// Check seed files. Prints nothing if they are valid, else the first error with file, line and
    /// field.
    #[command(after_help = EXAMPLES)]
    Check(Check),
    /// Print the JSON Schema of a seed file, for editors.
    #[command(after_help = EXAMPLES)]
    Schema,
}

/// The options of `seed check`.
#[derive(Args)]
pub struct Check {
    /// The files, or folders of files, that a server would be given together.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// The region of realms that name none. Default: the cloud's own.
    #[arg(long, env = "KMSIM_REGION", value_name = "REGION")]
    region: Option<String>,
}

pub(super) fn run(what: &Seed) -> Result<(), Failure> {
    match what {
        Seed::Check(options) => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            runtime.block_on(check(options))
        }
        Seed::Schema => Ok(std::io::stdout().lock().write_all(seed::SCHEMA.as_bytes())?),
    }
}

/// Applies the seeds to an engine in memory that serves no requests.
async fn check(options: &Check) -> Result<(), Failure> {
    let mut accounts = Accounts::default();
    let mut seeds = Vec::new();
    for path in &options.files {
        for seed in seed::read_path(path)? {
            seed.add_accounts(&mut accounts)?;
            seeds.push(seed);
        }
    }
    let clouds = Clouds::new(
        &Arc::new(accounts),
        AuthMode::Strict,
        options.region.as_deref(),
        &Arc::default(),
    );
    let engine = Engine::open(
        Box::new(Sqlite::in_memory().await?),
        Arc::new(World::default()),
        clouds.rules(),
    );
    let engine = engine.await?;
    let seeds = Seeds::prepare(seeds, &clouds, &engine).await?;
    engine.add(seeds.additions(&engine)?).await?;
    Ok(())
}
