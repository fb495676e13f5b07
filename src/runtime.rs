//! The one event loop: terminal input, backend events, timers, then update, effects, draw.
