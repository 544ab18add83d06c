//! A program that makes a configuration.

use le_config::{Config, Timing};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let buckets = std::env::args().count();
    let config = Config::new(u32::try_from(buckets)?, Timing::default())?;
    println!("{:?}", config.component("operator").lease_names("maps")?);
    Ok(())
}
