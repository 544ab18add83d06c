//! What a process has used, as the kernel tells it.

use std::time::Duration;

use anyhow::Context as _;

/// What a process has used so far.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct Usage {
    /// The time that processors spent on it.
    pub cpu: Duration,
    /// Its resident memory, in KiB.
    pub resident: f64,
}

impl Usage {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// When there is no such process.
    pub fn of(pid: u32) -> anyhow::Result<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))
            .with_context(|| format!("process {pid} has ended"))?;
        // The name, in brackets, may have anything in it.
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
        let field = |index: usize| fields.get(index).and_then(|field| field.parse::<u64>().ok());
        let (user, system) = field(11).zip(field(12)).context("the kernel tells no time")?;
        let ticks = rustix::param::clock_ticks_per_second();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let resident = resident.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok());
        Ok(Self {
            cpu: Duration::from_secs_f64((user + system) as f64 / ticks as f64),
            resident: resident.context("the kernel tells no memory")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_works() {
        let before = Usage::of(std::process::id()).expect("this process runs");
        assert!(before.resident > 100.0);
        let mut sum = 0_u64;
        while Usage::of(std::process::id()).expect("this process runs").cpu == before.cpu {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(Usage::of(u32::MAX).is_err());
    }
}
