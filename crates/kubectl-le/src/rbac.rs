//! `kubectl le rbac`: the least rights that a replica needs.

use clap::{Args, ValueEnum};
use le_cli::{ConnectionArgs, Format};
use serde_json::{Value, json};

use crate::{Code, config_map, names};

/// Prints the least Role, RoleBinding and ServiceAccount that a replica needs
///
/// With --component, --queue and --buckets the rules name the Leases; without them they hold for all Leases of the namespace.
#[derive(Args, Debug)]
#[command(after_help = crate::cli::EXIT_CODES)]
pub(crate) struct RbacArgs {
    /// How leaders are elected
    #[arg(long, value_enum, default_value_t)]
    mode: Mode,
    /// The component, or, in mode single, the name of the Lease
    #[arg(long, value_name = "NAME")]
    component: Option<String>,
    /// The queue
    #[arg(long, value_name = "NAME", requires = "component")]
    queue: Option<String>,
    /// How many buckets there are
    #[arg(long, value_name = "N", requires = "queue")]
    buckets: Option<u32>,
    /// The program reads its configuration from the ConfigMap
    #[arg(long)]
    operator_config: bool,
    /// The service account of the replicas
    #[arg(long, value_name = "NAME", default_value = "leader-election")]
    service_account: String,
}

/// How leaders are elected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Mode {
    /// A Lease for each bucket
    #[default]
    Lease,
    /// By the ordinal of a StatefulSet
    Statefulset,
    /// One Lease
    Single,
}

/// The name of the Role and of its binding.
const NAME: &str = "leader-election";

/// Runs the command.
pub(crate) fn run(at: &ConnectionArgs, args: &RbacArgs, format: Format) -> anyhow::Result<Code> {
    let namespace = at.namespace.as_deref().unwrap_or("default");
    let objects = le_cli::grant(NAME, &args.service_account, namespace, &rules(args)?);
    let written = match format {
        Format::Json => {
            let list = json!({ "apiVersion": "v1", "kind": "List", "items": objects });
            serde_json::to_string_pretty(&list)? + "\n"
        }
        _ => le_cli::documents(&objects)?,
    };
    le_cli::print(&written)?;
    Ok(Code::Done)
}

fn rules(args: &RbacArgs) -> anyhow::Result<Vec<Value>> {
    let leases = |names: Option<Vec<String>>, verbs: &[&str]| {
        let mut rule =
            json!({ "apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": verbs });
        if let Some(names) = names {
            rule["resourceNames"] = json!(names);
        }
        rule
    };
    let named = match (args.mode, &args.component, &args.queue, args.buckets) {
        (Mode::Single, Some(lease), ..) => Some(vec![lease.clone()]),
        (Mode::Lease, Some(component), Some(queue), Some(buckets)) => {
            Some(names::derived(&names::with_buckets(buckets)?, component, queue)?)
        }
        _ => None,
    };
    // RBAC cannot restrict a creation by name, and a list and a watch to one name only.
    let mut rules = match (args.mode, named) {
        (Mode::Statefulset, _) => Vec::new(),
        (Mode::Single, Some(names)) => {
            vec![leases(None, &["create"]), leases(Some(names), &["get", "list", "watch", "update"])]
        }
        (Mode::Lease, Some(names)) => {
            vec![leases(None, &["create", "list", "watch"]), leases(Some(names), &["get", "update"])]
        }
        (_, None) => vec![leases(None, &["get", "list", "watch", "create", "update"])],
    };
    if args.operator_config {
        rules.push(json!({
            "apiGroups": [""], "resources": ["configmaps"], "resourceNames": [config_map::name()], "verbs": ["get"],
        }));
    }
    Ok(rules)
}
