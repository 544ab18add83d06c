//! A program with a clock and a transport of its own.

use le_config::Timing;
use le_core::Moment;
use le_lease::{Machine, Sighting, WatchState, WriteTime};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut machine = Machine::new(Timing::default(), "replica".parse()?, 1);
    machine.handle_watch(Moment::ORIGIN, WatchState::Up);
    machine.handle_sighting(Moment::ORIGIN, Sighting::Absent { asked: Moment::ORIGIN });
    machine.handle_timeout(Moment::ORIGIN);
    println!("{:?}", machine.poll_request(Moment::ORIGIN, WriteTime::from_micros(0)));
    Ok(())
}
