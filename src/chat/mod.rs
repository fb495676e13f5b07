//! The domain, no I/O: ids, conversation, message, directory, routing, thread, service window.
