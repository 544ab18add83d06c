//! Keys as they are in clusters, of three kinds.

use le_core::NamespacedName;

/// A kind of keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Numbered objects in a hundred namespaces.
    Numbered,
    /// Names of pods: a stem, the hash of a template, five characters of chance.
    Pods,
    /// Objects without a namespace that are named by a UUID.
    Volumes,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Numbered, Self::Pods, Self::Volumes];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Numbered => "`team-07/order-00012345`",
            Self::Pods => "`shop/web-7d9c5bd78f-x2x4q`",
            Self::Volumes => "`/pvc-<uuid>`",
        }
    }

    pub(crate) fn keys(self, count: usize) -> Vec<NamespacedName<'static>> {
        let mut chance = fastrand::Rng::with_seed(7);
        (0..count).map(|number| self.key(number, &mut chance)).collect()
    }

    fn key(self, number: usize, chance: &mut fastrand::Rng) -> NamespacedName<'static> {
        match self {
            Self::Numbered => {
                NamespacedName::new(format!("team-{:02}", number % 100), format!("order-{number:08}"))
            }
            Self::Pods => {
                const APPS: [&str; 8] = ["web", "api", "worker", "cart", "search", "mail", "auth", "billing"];
                let (app, template) = (APPS[number % 8], chance.u64(..1 << 40));
                let end: String = (0..5)
                    .map(|_| {
                        chance.choice(b"bcdfghjklmnpqrstvwxz2456789").map_or('x', |byte| char::from(*byte))
                    })
                    .collect();
                NamespacedName::new(["shop", "shop-test"][number % 2], format!("{app}-{template:010x}-{end}"))
            }
            Self::Volumes => {
                let bits = chance.u128(..);
                NamespacedName::cluster(format!(
                    "pvc-{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
                    bits >> 96,
                    (bits >> 80) & 0xffff,
                    (bits >> 64) & 0xfff,
                    (bits >> 48) & 0xffff,
                    bits & 0xffff_ffff_ffff
                ))
            }
        }
    }
}
