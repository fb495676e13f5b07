//! Every escape sequence: enter and leave, capabilities, clipboard, notifications, title.
