//! Whether it is right to merge what is merged.
//!
//! Two worlds of one identity that are not the same must do the same: for each step of one there is one of the other, and the worlds
//! after them have one identity again. Where that holds of all that meet, nothing is lost by following only one of them.

use std::collections::{HashMap, VecDeque};

use crate::action::Action;
use crate::journal::Journal;
use crate::scope::Scope;
use crate::world::World;

/// Two worlds that were taken for one, and are not.
#[derive(Debug)]
#[non_exhaustive]
pub struct Unlike {
    /// The two, in the words of a debugger.
    pub worlds: [String; 2],
    /// The steps of each, with the identities of the worlds after them.
    pub steps: [Vec<(u64, String)>; 2],
}

/// Walks through all worlds of a scope until `most` have been met twice, and compares what each can do with what the first of its
/// identity can. Returns how many pairs it has compared.
///
/// # Errors
///
/// Returns the first two that were merged wrongly.
pub fn compare_twins(scope: Scope, most: usize) -> Result<usize, Box<Unlike>> {
    let mut journal = Journal::default();
    let mut met: HashMap<u64, World> = HashMap::new();
    let mut pending: VecDeque<World> =
        scope.setups().iter().map(|setup| World::new(scope, *setup, &mut journal)).collect();
    let mut compared = 0;
    while let Some(world) = pending.pop_front() {
        let identity = world.identity();
        if let Some(first) = met.get(&identity) {
            let worlds = [first, &world];
            let steps = worlds.map(steps);
            if !alike(&steps) {
                return Err(Box::new(Unlike {
                    worlds: worlds.map(|world| format!("{world:#?}")),
                    steps: steps.map(|steps| {
                        steps
                            .into_iter()
                            .map(|(identity, action)| (identity, format!("{action:?}")))
                            .collect()
                    }),
                }));
            }
            compared += 1;
            if compared == most {
                break;
            }
            continue;
        }
        pending.extend(steps(&world).into_iter().map(|(_, action)| world.after(action, &mut journal)));
        met.insert(identity, world);
    }
    Ok(compared)
}

/// Returns the identities that can come next, and how.
fn steps(world: &World) -> Vec<(u64, Action)> {
    let mut actions = Vec::new();
    world.actions(&mut actions);
    let mut steps: Vec<_> = actions
        .into_iter()
        .map(|action| (world.after(action, &mut Journal::default()).identity(), action))
        .collect();
    steps.sort_unstable_by_key(|(identity, _)| *identity);
    steps
}

fn alike(steps: &[Vec<(u64, Action)>; 2]) -> bool {
    let identities =
        |steps: &Vec<(u64, Action)>| steps.iter().map(|(identity, _)| *identity).collect::<Vec<_>>();
    identities(&steps[0]) == identities(&steps[1])
}
