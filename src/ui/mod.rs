//! Pure draw functions: State to Frame; no I/O, no state of their own.
