//! What must hold, as properties of a world.

use stateright::Property;

use crate::model::Candidates;
use crate::world::World;

/// A rule that is looked after while something happens; a world in which it was broken says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rule {
    Tokens,
    WorkBeforeLock,
    OwnTermOnly,
    FromASuccess,
    KnownLoss,
    OneAtATime,
    Order,
    NeverStuck,
}

/// Returns the properties. The first is looked at in each world, for a right also ends where nothing happens.
pub(crate) fn properties() -> Vec<Property<Candidates>> {
    fn kept(world: &World, rule: Rule) -> bool {
        world.broken != Some(rule)
    }
    vec![
        Property::always("at most one right to lead at any instant", |_, world: &World| world.leaders() <= 1),
        Property::always("tokens grow from term to term", |_, world| kept(world, Rule::Tokens)),
        Property::always("work ends before the lock does", |_, world| kept(world, Rule::WorkBeforeLock)),
        Property::always("a release frees no term but its own", |_, world| kept(world, Rule::OwnTermOnly)),
        Property::always("a right comes from a success in time only", |_, world: &World| {
            kept(world, Rule::FromASuccess)
        }),
        Property::always("known loss is immediate loss", |_, world| kept(world, Rule::KnownLoss)),
        Property::always("one request at a time, and no hot loop", |_, world| kept(world, Rule::OneAtATime)),
        Property::always("events keep their order", |_, world| kept(world, Rule::Order)),
        Property::always("nobody waits for nothing", |_, world| kept(world, Rule::NeverStuck)),
        // Stateright looks at this in worlds that have no next, and where two paths join it goes on with what held on the first.
        // So a world remembers by itself whether somebody has led since the storm ended: worlds that differ in that do not join.
        // And every path through a calm ends, for each tick of it counts down.
        Property::eventually("somebody leads once the storm is over", |_, world: &World| {
            world.led || world.broken.is_some() || world.leaders() > 1
        }),
    ]
}
