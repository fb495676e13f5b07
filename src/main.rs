//! Arguments to a command, a command to an exit code.

fn main() {}
