//! `kubectl le owner`: which bucket a key belongs to, and who holds it now.

mod keys;
mod rows;

use std::collections::{BTreeSet, HashMap};
use std::io::{self, BufRead as _, BufReader};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;
use le_cli::{ConnectionArgs, Format, LeaseView};
use le_config::Parser;
use le_hash::{BucketSet, Snapshot};

use crate::{Code, config_map, names};

use rows::Rows;

/// Shows which bucket a key belongs to, and who holds it now
///
/// The buckets are those of a component and a queue, whose Leases the cluster is asked for; their number is that of the ConfigMap
/// unless --buckets says another. With --names-from the names of the buckets come from a file, and no cluster is asked.
#[derive(Args, Debug)]
#[command(after_help = crate::cli::EXIT_CODES)]
pub(crate) struct OwnerArgs {
    /// The keys, as NAMESPACE/NAME, or /NAME for an object without a namespace; - reads them from standard input, one a line
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,
    /// The component
    #[arg(long, value_name = "NAME", required_unless_present = "names_from")]
    component: Option<String>,
    /// The queue
    #[arg(long, value_name = "NAME", required_unless_present = "names_from")]
    queue: Option<String>,
    /// How many buckets there are
    #[arg(long, value_name = "N", conflicts_with = "names_from")]
    buckets: Option<u32>,
    /// A file with the names of the buckets, one a line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["component", "queue"])]
    names_from: Option<PathBuf>,
}

/// The holder of each bucket, where the cluster was asked.
type Holders = HashMap<String, Option<String>>;

/// Runs the command.
pub(crate) async fn run(at: &ConnectionArgs, args: &OwnerArgs, format: Format) -> anyhow::Result<Code> {
    let (buckets, holders) = match &args.names_from {
        Some(path) => (names::from_file(path)?, None),
        None => asked(at, args).await?,
    };
    let mut asking =
        Asking { snapshot: buckets.snapshot(), rows: Rows::new(format, holders.as_ref()), wrong: false };
    match asking.answer_all(&args.keys) {
        // Nobody reads on, as behind `| head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            return Err(error).context("standard input is no text in UTF-8: give one key a line");
        }
        other => other?,
    }
    Ok(if asking.wrong { Code::Failed } else { Code::Done })
}

struct Asking<'a> {
    snapshot: Arc<Snapshot>,
    rows: Rows<'a>,
    /// A key was none.
    wrong: bool,
}

impl Asking<'_> {
    fn answer_all(&mut self, keys: &[String]) -> io::Result<()> {
        for key in keys {
            if key == "-" {
                self.answer_input()?;
            } else {
                self.answer(key, None)?;
            }
        }
        self.rows.finish()
    }

    fn answer_input(&mut self) -> io::Result<()> {
        let mut input = BufReader::with_capacity(1 << 16, io::stdin().lock());
        let (mut line, mut number) = (String::new(), 0);
        while input.read_line(&mut line)? > 0 {
            number += 1;
            let key = line.trim_end_matches(['\n', '\r']);
            if !key.is_empty() {
                self.answer(key, Some(number))?;
            }
            line.clear();
        }
        Ok(())
    }

    /// A key that is none is told, and does not keep the others from their answers.
    fn answer(&mut self, text: &str, line: Option<u64>) -> io::Result<()> {
        match keys::parse(text) {
            Ok(key) => self.rows.add(text, self.snapshot.owner(&key).as_str()),
            Err(why) => {
                self.wrong = true;
                let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
                le_cli::print_error(&format!("error: {place}{why}"));
                Ok(())
            }
        }
    }
}

/// Asks the cluster who holds the buckets, and, where that is not said, how many there are.
async fn asked(at: &ConnectionArgs, args: &OwnerArgs) -> anyhow::Result<(BucketSet, Option<Holders>)> {
    let (Some(component), Some(queue)) = (&args.component, &args.queue) else {
        bail!("name the component by --component and the queue by --queue")
    };
    let connection = at.connect().await?;
    let config = match args.buckets {
        Some(buckets) => names::with_buckets(buckets)?,
        None => {
            let data = config_map::read(&connection, &config_map::name()).await?.unwrap_or_default();
            // How many buckets a program allows is its own affair: all are taken here.
            let parser = Parser::new(le_config::MOST_BUCKETS)?;
            parser
                .parse_all(&data)
                .with_context(|| format!("the ConfigMap {:?} cannot be used", config_map::name()))?
        }
    };
    let names = names::derived(&config, component, queue)?;
    let leases = le_cli::leases(&connection, Some(&connection.namespace)).await?;
    warn(&leases, &names);
    let held: HashMap<&str, Option<&str>> =
        leases.iter().map(|lease| (&*lease.name, lease.holder.as_deref())).collect();
    let holder = |name: &String| held.get(&**name).copied().flatten().map(str::to_owned);
    let holders = names.iter().map(|name| (name.clone(), holder(name))).collect();
    Ok((BucketSet::new(&names)?, Some(holders)))
}

/// Tells when the Leases that there are do not fit to the names.
fn warn(leases: &[LeaseView], names: &[String]) {
    let Some((prefix, _, buckets)) = names.first().and_then(|name| le_config::bucket_of_lease(name)) else {
        return;
    };
    let found = leases.iter().filter_map(|lease| le_config::bucket_of_lease(&lease.name));
    let others: BTreeSet<u32> = found.filter(|(other, ..)| *other == prefix).map(|(.., of)| of).collect();
    if !others.contains(&buckets) {
        let known = match others.first() {
            Some(of) => format!("there are Leases of {of} buckets"),
            None => "there are none".to_owned(),
        };
        le_cli::print_error(&format!(
            "warning: no Lease of {buckets} buckets begins with {prefix:?}: {known}; look at --component, --queue and --buckets"
        ));
    }
}
