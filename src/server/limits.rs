//! How many messages an account may send in a minute.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const WINDOW: Duration = Duration::from_secs(60);

/// Counts an account's sends in windows of a minute. Requests that are refused before anything is sent do not count.
pub struct Limiter {
    limit: u32,
    windows: Mutex<HashMap<String, (Instant, u32)>>,
}

/// What is left of the minute, for the `RateLimit-*` headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Sends allowed in a minute.
    pub limit: u32,
    /// Sends left.
    pub remaining: u32,
    /// Seconds until the window ends, at least 1.
    pub reset: u64,
}

impl Limiter {
    /// At most `limit` sends a minute; 0 means no limit.
    pub fn new(limit: u32) -> Self {
        Self { limit, windows: Mutex::new(HashMap::new()) }
    }

    /// Takes one send of an account's minute. `Err` says what the minute was and that nothing is left; `Ok(None)`
    /// means that there is no limit.
    pub fn take(&self, account: &str, now: Instant) -> Result<Option<Budget>, Budget> {
        if self.limit == 0 {
            return Ok(None);
        }
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        windows.retain(|_, (began, _)| now.saturating_duration_since(*began) < WINDOW);
        let (began, sent) = windows.entry(account.to_owned()).or_insert((now, 0));
        let left = WINDOW.saturating_sub(now.saturating_duration_since(*began));
        let reset = left.as_secs() + u64::from(left.subsec_nanos() > 0);
        let budget = |remaining| Budget { limit: self.limit, remaining, reset: reset.max(1) };
        if *sent >= self.limit {
            return Err(budget(0));
        }
        *sent += 1;
        Ok(Some(budget(self.limit - *sent)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_holds_so_many_and_the_next_begins_anew() {
        let limiter = Limiter::new(2);
        let start = Instant::now();
        assert_eq!(limiter.take("a", start), Ok(Some(Budget { limit: 2, remaining: 1, reset: 60 })));
        assert!(limiter.take("a", start + Duration::from_secs(1)).is_ok());
        assert_eq!(
            limiter.take("a", start + Duration::from_secs(20)),
            Err(Budget { limit: 2, remaining: 0, reset: 40 })
        );
        assert!(limiter.take("b", start).is_ok(), "another account has a minute of its own");
        assert!(limiter.take("a", start + Duration::from_secs(60)).is_ok());
        assert_eq!(Limiter::new(0).take("a", start), Ok(None));
    }
}
