//! A test a rule.
