//! WhatsApp's 24 h service window and the customer's waiting time.
