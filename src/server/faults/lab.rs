//! Which faults are on.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use serde_json::Value;
use tokio::net::TcpStream;

use super::joins::Join;
use super::moments::Moment;
use super::registry::{FAULTS, Fault, find};
use super::wires::Wires;
use crate::server::sockets::Emission;

/// The faults that are on in one server; cheap to clone.
#[derive(Clone, Default)]
pub struct Lab(Arc<Inner>);

/// No fault has this name, or it takes no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnknownFault {
    /// No such name.
    #[error("no fault is called {name:?}{}; `switchboard serve --fault list` names them", near.map(|near| format!(": did you mean {near}?")).unwrap_or_default())]
    Name {
        /// What was asked for.
        name: String,
        /// The name that is nearest.
        near: Option<&'static str>,
    },
    /// The number is none, or is not asked for.
    #[error("{0}")]
    Value(String),
}

#[derive(Default)]
struct Inner {
    any: AtomicBool,
    active: RwLock<Vec<(&'static Fault, u64)>>,
    counts: Mutex<HashMap<&'static str, u64>>,
    numbers: Mutex<HashMap<u64, String>>,
    wires: Wires,
    buried: Mutex<Vec<TcpStream>>,
}

impl Lab {
    /// Faults as the command line names them: `NAME` or `NAME=NUMBER`.
    pub fn of(names: &[String]) -> Result<Self, UnknownFault> {
        let lab = Self::default();
        for said in names {
            let (name, value) = match said.split_once('=') {
                None => (said.as_str(), None),
                Some((name, value)) => {
                    let number = value.parse::<u64>();
                    let number =
                        number.map_err(|_| UnknownFault::Value(format!("{value:?} in {said:?} is no number")))?;
                    (name, Some(number))
                }
            };
            lab.switch_on(name, value)?;
        }
        Ok(lab)
    }

    /// Switches a fault on, or gives one that is on another number; gives its number.
    pub fn switch_on(&self, name: &str, value: Option<u64>) -> Result<u64, UnknownFault> {
        let Some(fault) = find(name) else {
            let near = FAULTS.iter().map(|fault| (strsim::damerau_levenshtein(fault.name, name), fault.name));
            let near = near.min().filter(|(distance, _)| *distance <= 4).map(|(_, near)| near);
            return Err(UnknownFault::Name { name: name.to_owned(), near });
        };
        if value.is_some() && fault.setting.is_none() {
            return Err(UnknownFault::Value(format!("the fault {name} takes no number")));
        }
        let value = value.or(fault.setting.map(|setting| setting.default)).unwrap_or_default();
        let mut active = self.0.active.write().unwrap_or_else(PoisonError::into_inner);
        active.retain(|(one, _)| one.name != name);
        active.push((fault, value));
        active.sort_by_key(|(one, _)| FAULTS.iter().position(|fault| fault.name == one.name));
        self.0.any.store(true, Ordering::Release);
        tracing::warn!(fault = name, value, "a fault is on");
        Ok(value)
    }

    /// Switches a fault off; nothing happens if it is not on.
    pub fn switch_off(&self, name: &str) {
        let mut active = self.0.active.write().unwrap_or_else(PoisonError::into_inner);
        active.retain(|(one, _)| one.name != name);
        self.0.any.store(!active.is_empty(), Ordering::Release);
        tracing::warn!(fault = name, "a fault is off");
    }

    /// Switches every fault off, and closes the connections that were left half open.
    pub fn clear(&self) {
        for (fault, _) in self.active() {
            self.switch_off(fault.name);
        }
        held(&self.0.buried).clear();
    }

    /// The faults that are on, with their numbers.
    pub fn active(&self) -> Vec<(&'static Fault, u64)> {
        if !self.0.any.load(Ordering::Acquire) {
            return Vec::new();
        }
        self.0.active.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The fault's number, if it is on.
    pub fn is_on(&self, name: &str) -> Option<u64> {
        self.active().into_iter().find(|(fault, _)| fault.name == name).map(|(_, value)| value)
    }

    /// What an event becomes.
    pub(in crate::server) fn events(&self, emission: Emission) -> Vec<Emission> {
        let mut emissions = vec![emission];
        for (fault, value) in self.active() {
            if let Some(event) = fault.hooks.event {
                emissions = emissions.into_iter().flat_map(|emission| event(self, value, emission)).collect();
            }
        }
        emissions
    }

    /// The namespace that sockets connect to.
    pub(in crate::server) fn namespace(&self) -> &'static str {
        self.active().into_iter().find_map(|(fault, _)| fault.hooks.namespace).unwrap_or("/")
    }

    /// Why a handshake is refused.
    pub(in crate::server) fn handshake(&self) -> Option<&'static str> {
        self.active().into_iter().find_map(|(fault, _)| fault.hooks.handshake)
    }

    /// What is done with the argument of a join, a leave or typing.
    pub(in crate::server) fn join(&self, argument: Option<&Value>) -> Join {
        let mut join = Join::AsUsual;
        for (fault, _) in self.active() {
            match fault.hooks.join.map(|hook| hook(self, argument)) {
                None | Some(Join::AsUsual) => {}
                Some(Join::Ignored) => return Join::Ignored,
                Some(other) => join = other,
            }
        }
        join
    }

    /// Why inbound messages are not stored.
    pub(in crate::server) fn storing(&self) -> Option<&'static str> {
        self.active().into_iter().find_map(|(fault, _)| fault.hooks.storing)
    }

    /// The moments that wait for their time, with the milliseconds until it comes.
    pub(super) fn moments(&self) -> Vec<(&'static Fault, Moment, u64)> {
        let active = self.active();
        active.into_iter().filter_map(|(fault, value)| Some((fault, fault.hooks.moment?, value))).collect()
    }

    /// Counts calls by name, from 1.
    pub(super) fn count(&self, name: &'static str) -> u64 {
        let mut counts = held(&self.0.counts);
        let count = counts.entry(name).or_default();
        *count += 1;
        *count
    }

    /// Remembers which id a number stands for.
    pub(super) fn number(&self, number: u64, id: &str) {
        held(&self.0.numbers).insert(number, id.to_owned());
    }

    /// The id that a number stands for.
    pub(super) fn id_of(&self, number: u64) -> Option<String> {
        held(&self.0.numbers).get(&number).cloned()
    }

    /// The TCP connections.
    pub(super) fn wires(&self) -> &Wires {
        &self.0.wires
    }

    /// Keeps a connection open that nobody serves any more.
    pub(super) fn bury(&self, connection: TcpStream) {
        held(&self.0.buried).push(connection);
    }
}

impl std::fmt::Debug for Lab {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.active().iter().map(|(fault, _)| fault.name)).finish()
    }
}

/// Nothing here is ever left half changed.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_switched_by_name_and_keep_the_order_of_the_table() {
        let names = ["delayed=10".to_owned(), "event-composite".to_owned()];
        let lab = Lab::of(&names).unwrap();
        assert_eq!(format!("{lab:?}"), r#"["event-composite", "delayed"]"#);
        assert_eq!((lab.is_on("delayed"), lab.is_on("lossy")), (Some(10), None));
        lab.switch_off("event-composite");
        lab.switch_on("delayed", None).unwrap();
        assert_eq!(lab.is_on("delayed"), Some(5_000));
        lab.clear();
        assert!(lab.active().is_empty());
        let wrong = |name: &str| Lab::of(&[name.to_owned()]).unwrap_err().to_string();
        assert!(wrong("quote-ids").contains("did you mean quoted-ids?"), "{}", wrong("quote-ids"));
        assert!(wrong("delayed=soon").contains("no number"));
        assert!(wrong("lossy=3").contains("takes no number"));
    }

    #[test]
    fn every_fault_has_a_name_of_its_own_and_takes_hold_somewhere() {
        for (at, fault) in FAULTS.iter().enumerate() {
            assert!(fault.name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-'), "{}", fault.name);
            assert!(fault.about.ends_with('.'), "{}", fault.name);
            assert!(FAULTS.iter().skip(at + 1).all(|other| other.name != fault.name), "{}", fault.name);
            let hooks = &fault.hooks;
            let holds = hooks.event.is_some()
                || hooks.answer.is_some()
                || hooks.request.is_some()
                || hooks.handshake.is_some()
                || hooks.namespace.is_some()
                || hooks.join.is_some()
                || hooks.moment.is_some()
                || hooks.storing.is_some();
            assert!(holds, "{}", fault.name);
        }
    }
}
