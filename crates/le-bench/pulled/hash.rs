//! A program that asks whose a key is.

use le_core::NamespacedName;
use le_hash::BucketSet;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let names: Vec<String> = std::env::args().collect();
    let set = BucketSet::new(&names)?;
    println!("{}", set.owner(&NamespacedName::new("default", "object")));
    Ok(())
}
