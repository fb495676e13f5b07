//! What a run is measured by.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// The figures of one or several scenarios.
#[derive(Debug, Default)]
pub struct Figures {
    pub seeds: Vec<u64>,
    pub inbound: usize,
    pub outbound: usize,
    pub faults: BTreeMap<&'static str, usize>,
    /// Until the session was live again after the fault was over, by its kind.
    pub back: BTreeMap<&'static str, Vec<Duration>>,
    /// Until list and open thread were the backend's, after the last fault.
    pub converged: Vec<Duration>,
    /// Texts whose fate the agent had to decide at the end.
    pub decided: usize,
    /// Resident bytes and descriptors, before and after.
    pub resources: Vec<((u64, usize), (u64, usize))>,
}

impl Figures {
    /// Adds another scenario's.
    pub fn add(&mut self, other: Self) {
        self.seeds.extend(other.seeds);
        self.inbound += other.inbound;
        self.outbound += other.outbound;
        for (kind, count) in other.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        for (kind, times) in other.back {
            self.back.entry(kind).or_default().extend(times);
        }
        self.converged.extend(other.converged);
        self.decided += other.decided;
        self.resources.extend(other.resources);
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: usize = self.faults.values().sum();
        writeln!(
            f,
            "{} messages in, {} out, {faults} faults, seeds {:?}; {} texts were decided by the agent",
            self.inbound, self.outbound, self.seeds, self.decided
        )?;
        let spread = |times: &[Duration]| {
            let mut times = times.to_vec();
            times.sort();
            let median = times.get(times.len() / 2).copied().unwrap_or_default();
            (median.as_secs_f64(), times.last().copied().unwrap_or_default().as_secs_f64())
        };
        writeln!(f, "{:<24} {:>6} {:>10} {:>10}", "live again after", "times", "median s", "longest s")?;
        for (kind, count) in &self.faults {
            let (median, longest) = spread(self.back.get(kind).map(Vec::as_slice).unwrap_or_default());
            let measured = self.back.get(kind).map_or(0, Vec::len);
            if measured == 0 {
                writeln!(f, "{kind:<24} {count:>6}   it never was not live")?;
            } else {
                writeln!(f, "{kind:<24} {count:>6} {median:>10.2} {longest:>10.2}")?;
            }
        }
        let (median, longest) = spread(&self.converged);
        writeln!(f, "equal to the backend after the last fault: median {median:.2} s, longest {longest:.2} s")?;
        for ((memory, descriptors), (memory_after, descriptors_after)) in &self.resources {
            writeln!(
                f,
                "memory {:.1} -> {:.1} MB, descriptors {descriptors} -> {descriptors_after}",
                *memory as f64 / 1e6,
                *memory_after as f64 / 1e6
            )?;
        }
        Ok(())
    }
}
