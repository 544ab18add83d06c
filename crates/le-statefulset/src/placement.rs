//! The place of a pod among the replicas of its StatefulSet.

use le_core::{Bucket, BucketName};
use le_hash::BucketSet;

use crate::PlacementError;
use crate::domain::cluster_domain;
use crate::pod::PodName;
use crate::variables::{
    CLUSTER_DOMAIN, ORDINAL, POD_NAMESPACE, SERVICE_NAME, SERVICE_PORT, SERVICE_PROTOCOL, SYSTEM_NAMESPACE,
    not_empty, optional, required,
};

/// The place of this pod among the replicas: its ordinal, its bucket, and the names of all the buckets.
#[derive(Clone, Debug)]
pub struct Placement {
    pod: String,
    ordinal: u32,
    bucket: Bucket,
    names: Vec<BucketName>,
}

impl Placement {
    /// Finds the place of this pod among `buckets` replicas, from its environment alone.
    ///
    /// Where `CLUSTER_DOMAIN` is unset or empty, `/etc/resolv.conf` is read.
    ///
    /// # Errors
    ///
    /// [`PlacementError`], which names the variable, when the environment does not give the pod a place.
    pub fn from_env(env: impl Fn(&str) -> Option<String>, buckets: u32) -> Result<Self, PlacementError> {
        let variables = Variables::read(&env)?;
        let (source, namespace) = [SYSTEM_NAMESPACE, POD_NAMESPACE]
            .into_iter()
            .find_map(|variable| Some((variable, not_empty(&env, variable)?)))
            .ok_or(PlacementError::NoNamespace)?;
        check(source, &namespace, is_dns_name, NAMESPACE)?;
        variables.place(&namespace, &cluster_domain(&env), buckets)
    }

    /// Finds the place of this pod among `buckets` replicas, in a namespace and a cluster domain that are known otherwise.
    ///
    /// Only the `STATEFUL_*` variables are looked up, and no file is read.
    ///
    /// # Errors
    ///
    /// [`PlacementError`], which names the variable, when the environment does not give the pod a place.
    pub fn new(
        env: impl Fn(&str) -> Option<String>,
        namespace: &str,
        cluster_domain: &str,
        buckets: u32,
    ) -> Result<Self, PlacementError> {
        let variables = Variables::read(&env)?;
        check("namespace", namespace, is_dns_name, NAMESPACE)?;
        variables.place(namespace, cluster_domain, buckets)
    }

    /// Returns the name of this pod.
    pub fn pod(&self) -> &str {
        &self.pod
    }

    /// Returns the ordinal of this pod.
    pub fn ordinal(&self) -> u32 {
        self.ordinal
    }

    /// Returns the bucket that this pod leads.
    pub fn bucket(&self) -> &Bucket {
        &self.bucket
    }

    /// Returns the names of all the buckets, in the order of the ordinals.
    pub fn names(&self) -> &[BucketName] {
        &self.names
    }

    /// The buckets of all other pods, and the pods' names.
    pub(crate) fn others(&self) -> impl Iterator<Item = (&BucketName, String)> {
        let set = self.pod.rsplit_once('-').map_or(&*self.pod, |(set, _)| set);
        let others = (0..).zip(&self.names).filter(|(ordinal, _)| *ordinal != self.ordinal);
        others.map(move |(ordinal, name)| (name, format!("{set}-{ordinal}")))
    }
}

const NAMESPACE: &str = "a namespace: lower-case letters, digits and '-'";

/// The `STATEFUL_*` variables, each of them valid.
struct Variables {
    /// The pod's name as it was written.
    pod: String,
    name: PodName,
    service: String,
    port: String,
    protocol: String,
}

impl Variables {
    fn read(env: &impl Fn(&str) -> Option<String>) -> Result<Self, PlacementError> {
        let pod = required(env, ORDINAL)?;
        let name = PodName::parse(&pod)?;
        check(
            ORDINAL,
            &name.set,
            is_dns_name,
            "a StatefulSet's name: lower-case letters, digits, '-' and '.'",
        )?;
        let service = required(env, SERVICE_NAME)?;
        check(SERVICE_NAME, &service, is_dns_name, "a Service's name: lower-case letters, digits and '-'")?;
        let port = optional(env, SERVICE_PORT)?.unwrap_or_else(|| "80".to_owned());
        check(SERVICE_PORT, &port, is_port, "a port: a number from 1 to 65535")?;
        let protocol = optional(env, SERVICE_PROTOCOL)?.unwrap_or_else(|| "http".to_owned());
        check(SERVICE_PROTOCOL, &protocol, is_scheme, "a scheme, like \"http\" or \"https\"")?;
        Ok(Self { pod, name, service, port, protocol })
    }

    fn place(self, namespace: &str, domain: &str, buckets: u32) -> Result<Placement, PlacementError> {
        check(CLUSTER_DOMAIN, domain, is_domain, "a DNS domain: letters, digits, '-' and '.'")?;
        let ordinal = match u32::try_from(self.name.ordinal) {
            Ok(ordinal) if ordinal < buckets => ordinal,
            _ => {
                return Err(PlacementError::OutOfRange {
                    ordinal: self.name.ordinal,
                    buckets,
                    value: self.pod,
                });
            }
        };
        let Self { pod, name: PodName { set, .. }, service, port, protocol } = self;
        let name =
            |i| BucketName::from(format!("{protocol}://{set}-{i}.{service}.{namespace}.svc.{domain}:{port}"));

        // The count is checked first, so that a senseless one does not fill the memory with names.
        let most = BucketSet::MAX_NAMES;
        if usize::try_from(buckets).is_ok_and(|buckets| buckets > most) {
            return Err(PlacementError::TooManyBuckets { buckets, most });
        }
        let names: Vec<_> = (0..buckets).map(name).collect();
        let set =
            BucketSet::new(names.iter().map(BucketName::as_str)).expect("there are 1 to MAX_NAMES names");
        // By name, and not by index: the set is sorted as text, where 10 comes before 2.
        let own = name(ordinal);
        let bucket = set
            .buckets()
            .into_iter()
            .find(|bucket| *bucket.name() == own)
            .expect("the set has all the names");
        Ok(Placement { pod, ordinal, bucket, names })
    }
}

fn check(
    variable: &'static str,
    value: &str,
    is_valid: fn(&str) -> bool,
    wanted: &'static str,
) -> Result<(), PlacementError> {
    if is_valid(value) {
        return Ok(());
    }
    Err(PlacementError::Invalid { variable, value: value.to_owned(), wanted })
}

/// Tells whether the text has only what a DNS name may have. That finds the slips (a space, a line end, a placeholder that was
/// not filled in) and leaves the finer rules to the API server, which has made the objects of these names.
fn is_dns_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'))
}

/// A domain may be written in capitals too.
fn is_domain(text: &str) -> bool {
    is_dns_name(&text.to_ascii_lowercase())
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}
