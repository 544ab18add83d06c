//! A path through the search, told to people.

use crate::action::Action;
use crate::journal::Journal;
use crate::world::World;

/// Tells what happens on the path, a line for each step and each thing that comes of it.
pub(crate) fn tell(path: &[(World, Option<Action>)]) -> Vec<String> {
    let Some((first, _)) = path.first() else { return Vec::new() };
    let mut journal = Journal { coverage: None, lines: Some(Vec::new()) };
    journal.line(|| format!("{:?}", first.setup));
    let start = World::new(first.scope, first.setup, &mut journal).tick;
    let mut world = first.clone();
    for action in path.iter().filter_map(|(_, action)| *action) {
        let tick = world.tick - start;
        journal.line(|| format!("{tick:>4}  {action:?}"));
        world = world.after(action, &mut journal);
    }
    let leaders: Vec<_> = world
        .running()
        .filter_map(|(who, process)| {
            let (token, deadline) = process.machine.leading(world.now())?;
            Some(format!("c{who} under {token} until {deadline}"))
        })
        .collect();
    journal.line(|| format!("{:>4}  broken: {:?}; leading: {leaders:?}", world.tick - start, world.broken));
    journal.lines.unwrap_or_default()
}
